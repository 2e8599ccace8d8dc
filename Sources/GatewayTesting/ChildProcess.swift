import Glibc
import Synchronization

/// A program that a test has started, and that never outlives it.
package final class ChildProcess: Sendable {
    package let identifier: pid_t
    private let status = Mutex<Int32?>(nil)

    /// Starts a program, with its output in a file.
    ///
    /// - Parameters:
    ///   - arguments: without the program's own name.
    ///   - environment: added to this process's own.
    package init(_ program: String, _ arguments: [String], output: String = "/dev/null", environment: [String: String] = [:]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        // What the test has open is none of the child's business: a lock inherited from whoever started the tests would be held until the child ends.
        for descriptor in 3..<256 { _ = fcntl(Int32(descriptor), F_SETFD, FD_CLOEXEC) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A test's own signal mask must not be inherited.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var variables: [String] = environment.map { "\($0.key)=\($0.value)" }
        var entry = environ
        while let text = entry.pointee {
            variables.append(String(cString: text))
            entry += 1
        }
        var block: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer {
            words.forEach { free($0) }
            block.forEach { free($0) }
        }
        var child: pid_t = 0
        let code = posix_spawn(&child, program, &actions, &attributes, &words, &block)
        guard code == 0 else { throw ChildProcessFailure(text: "\(program): \(String(cString: strerror(code)))") }
        identifier = child
    }

    deinit {
        guard isRunning else { return }
        Glibc.kill(identifier, SIGKILL)
        _ = wait()
    }

    /// Whether it has not ended yet.
    package var isRunning: Bool {
        status.withLock { known in
            if known != nil { return false }
            var code: Int32 = 0
            if waitpid(identifier, &code, WNOHANG) == identifier { known = code }
            return known == nil
        }
    }

    /// Sends it a signal.
    package func signal(_ number: Int32) { Glibc.kill(identifier, number) }

    /// Waits for its end. Returns the exit code, or 128 and the number of the signal that ended it.
    @discardableResult
    package func wait() -> Int32 {
        status.withLock { known in
            var code: Int32 = known ?? 0
            if known == nil {
                while waitpid(identifier, &code, 0) < 0 && errno == EINTR {}
                known = code
            }
            return code & 0x7f == 0 ? (code >> 8) & 0xff : 128 + code & 0x7f
        }
    }

    /// Asks it to end (TERM) and waits; returns as `wait` does.
    package func terminate() -> Int32 {
        signal(SIGTERM)
        return wait()
    }
}

/// Why a program could not be started.
package struct ChildProcessFailure: Error, CustomStringConvertible {
    package var text: String
    package init(text: String) { self.text = text }
    package var description: String { text }
}
