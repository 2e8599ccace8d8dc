import Glibc

/// A system call that did not do what it should, with the kernel's reason.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The call: `bind`.
    package var call: String
    package var code: Int32

    package init(_ call: String, _ code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    package var description: String { "\(call): \(SystemError.text(code))" }

    /// The C library's words for an error number.
    package static func text(_ code: Int32) -> String {
        // SAFETY: strerror returns a static or thread-local text that is copied at once.
        guard let words = strerror(code) else { return "error \(code)" }
        return String(cString: words)
    }
}

/// Sorts the results of system calls: interrupted ones are done again, failures are thrown, wrong descriptors are our own mistake and end the program.
func retrying(_ call: String, _ body: () -> Int32) throws(SystemError) -> Int32 {
    while true {
        let result = body()
        if result >= 0 { return result }
        switch errno {
        case EINTR: continue
        case EBADF, EFAULT: preconditionFailure("\(call): \(SystemError.text(errno))")
        default: throw SystemError(call)
        }
    }
}
