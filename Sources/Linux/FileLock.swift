internal import CLinux
import Glibc

/// A lock that the kernel takes away with the process that holds it (flock), and a text that says who that is.
///
/// *Isolation*: one owner. Released at its end.
package final class FileLock {
    private let descriptor: Int32

    /// What taking it may come to.
    package enum Attempt {
        case taken(FileLock)
        /// Another process holds it; what it wrote of itself.
        case held(String)
    }

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Takes the lock, or says who has it. Never waits.
    ///
    /// - Parameters:
    ///   - path: a file that is made where it is missing, mode 0640.
    ///   - holder: what others are to read; at most 1000 bytes.
    package static func attempt(_ path: String, holder: String) throws(SystemError) -> Attempt {
        let descriptor = try retrying("open \(path)") { open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            let code = errno
            defer { close(descriptor) }
            guard code == EWOULDBLOCK else { throw SystemError("flock \(path)", code) }
            return .held(text(of: descriptor))
        }
        let bytes = Array(holder.utf8.prefix(1000))
        // What cannot be written (a full disk) is only not said.
        if ftruncate(descriptor, 0) == 0 { _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) } }
        return .taken(FileLock(descriptor))
    }

    private static func text(of descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 1000)
        // SAFETY: the buffer lives through the call and is as long as said.
        let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    }

    deinit { close(descriptor) }
}
