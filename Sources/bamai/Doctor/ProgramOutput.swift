import Doctor
import Glibc
import Linux

/// What another program prints, within a time limit.
enum ProgramOutput {
    /// *Units*: bytes that are read at most.
    private static let limit = 65_536

    /// Runs a program without a shell and reads its standard output.
    ///
    /// - Parameter deadline: *Units*: monotonic nanoseconds; then it is killed.
    static func of(_ program: String, _ arguments: [String], until deadline: Int64) -> Answer<String> {
        guard access(program, X_OK) == 0 else { return .unknown(.absent(program)) }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return .unknown(.failed(String(cString: strerror(errno)))) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        guard let child = start(program, arguments, output: ends[1]) else {
            close(ends[1])
            return .unknown(.failed("\(program) cannot be started"))
        }
        close(ends[1])
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var isWhole = false
        while bytes.count < limit {
            let left = deadline - Clocks.monotonicNanoseconds()
            var waiting = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&waiting, 1, Int32(clamping: left / 1_000_000 + 1)) > 0 else { break }
            // SAFETY: the array lives through the call and is as long as said.
            let count = buffer.withUnsafeMutableBytes { read(ends[0], $0.baseAddress, $0.count) }
            if count <= 0 {
                isWhole = count == 0
                break
            }
            bytes += buffer[..<count]
        }
        if !isWhole { kill(child, SIGKILL) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return isWhole ? .known(String(decoding: bytes, as: UTF8.self)) : .unknown(.late)
    }

    private static func start(_ program: String, _ arguments: [String], output: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        return posix_spawn(&child, program, &actions, nil, &words, environ) == 0 ? child : nil
    }
}
