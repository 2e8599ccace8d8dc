internal import CLinux
import Glibc

/// A program whose standard input and output are pipes of ours; its standard error is kept, the newest `errorLimit` bytes of it.
///
/// *Isolation*: one owner. At its owner's end its input is closed, it has `farewell` to end by itself, and is killed then: nothing is left behind.
package final class PipedProcess {
    package let identifier: Int32
    private var input: Int32
    private let output: Int32
    private let errors: Int32
    private var buffer: [UInt8] = []
    private var taken = 0
    private var errorBytes: [UInt8] = []
    private var outputHasEnded = false
    private var status: Int32?

    /// *Units*: bytes.
    static let errorLimit = 16_384
    /// A longer line is nothing that we understand.
    static let lineLimit = 4 << 20

    /// What waiting for a line or bytes may come to.
    package enum Arrival: Equatable, Sendable {
        case bytes([UInt8])
        /// The other end has closed.
        case ended
        /// Nothing came until the deadline.
        case late
    }

    /// Starts a program that is looked for in `PATH`.
    package init(_ arguments: [String]) throws(SystemError) {
        var (toChild, fromChild, errorsOfChild): ([Int32], [Int32], [Int32]) = ([-1, -1], [-1, -1], [-1, -1])
        guard bamai_pipe(&toChild) == 0, bamai_pipe(&fromChild) == 0, bamai_pipe(&errorsOfChild) == 0 else {
            let error = SystemError("pipe")
            for descriptor in toChild + fromChild + errorsOfChild where descriptor >= 0 { close(descriptor) }
            throw error
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errorsOfChild[1], STDERR_FILENO)
        // A group of its own: what is meant for us, from a terminal or a test, does not reach it, and the other way round.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        // What this program waits for as events must not be blocked there.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        // SAFETY: the arrays and texts live through the call.
        let code = posix_spawnp(&child, arguments[0], &actions, &attributes, &words, environ)
        close(toChild[0])
        close(fromChild[1])
        close(errorsOfChild[1])
        (identifier, input, output, errors) = (child, toChild[1], fromChild[0], errorsOfChild[0])
        guard code == 0 else {
            status = 127
            throw SystemError("start \(arguments[0])", code)
        }
        for descriptor in [input, output, errors] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
    }

    /// *Units*: nanoseconds.
    static let farewell: Int64 = 2_000_000_000

    deinit {
        if status == nil { _ = end(deadline: Clocks.monotonicNanoseconds() + PipedProcess.farewell) }
        if input >= 0 { close(input) }
        close(output)
        close(errors)
    }

    /// What it has said on standard error.
    package var errorText: String {
        drainErrors()
        return String(decoding: errorBytes, as: UTF8.self)
    }

    /// Writes all of it; false where the other end is gone or takes nothing until the deadline. Signals of broken pipes must be ignored by the program.
    ///
    /// - Parameter deadline: nanoseconds of the monotonic clock.
    package func write(_ bytes: [UInt8], deadline: Int64) -> Bool {
        guard input >= 0 else { return false }
        var done = 0
        while done < bytes.count {
            // SAFETY: the array lives through the call, and `done` is below its count.
            let count = bytes.withUnsafeBytes { Glibc.write(input, $0.baseAddress! + done, $0.count - done) }
            if count > 0 {
                done += count
            } else if count < 0 && errno == EAGAIN {
                // What it says meanwhile must not fill its pipes, or both would wait for each other.
                if !wait(deadline, forWriting: true) { return false }
                fill()
            } else if !(count < 0 && errno == EINTR) {
                return false
            }
        }
        return true
    }

    /// No more input: it sees the end of its standard input.
    package func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// The next line, without its line feed.
    package func line(deadline: Int64) -> Arrival {
        while true {
            if let end = buffer[taken...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { taken = end + 1 }
                return .bytes(Array(buffer[taken..<end]))
            }
            if outputHasEnded || buffer.count - taken > PipedProcess.lineLimit { return .ended }
            if !more(deadline) { return .late }
        }
    }

    /// Exactly so many bytes.
    package func bytes(_ count: Int, deadline: Int64) -> Arrival {
        while true {
            if buffer.count - taken >= count {
                defer { taken += count }
                return .bytes(Array(buffer[taken..<taken + count]))
            }
            if outputHasEnded { return .ended }
            if !more(deadline) { return .late }
        }
    }

    private func more(_ deadline: Int64) -> Bool {
        if taken > 0 {
            buffer.removeFirst(taken)
            taken = 0
        }
        fill()
        if outputHasEnded || !buffer.isEmpty && buffer.last == UInt8(ascii: "\n") { return true }
        return wait(deadline, forWriting: false)
    }

    private func fill() {
        drainErrors()
        var piece = [UInt8](repeating: 0, count: 65_536)
        while !outputHasEnded {
            // SAFETY: the array lives through the call and is as long as said.
            let count = piece.withUnsafeMutableBytes { read(output, $0.baseAddress, $0.count) }
            if count > 0 {
                buffer += piece[..<count]
            } else if count == 0 {
                outputHasEnded = true
            } else if errno == EINTR {
                continue
            } else {
                if errno != EAGAIN { outputHasEnded = true }
                return
            }
        }
    }

    private func drainErrors() {
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = piece.withUnsafeMutableBytes { read(errors, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            errorBytes += piece[..<count]
            if errorBytes.count > PipedProcess.errorLimit { errorBytes.removeFirst(errorBytes.count - PipedProcess.errorLimit) }
        }
    }

    private func wait(_ deadline: Int64, forWriting: Bool) -> Bool {
        let left = (deadline - Clocks.monotonicNanoseconds()) / 1_000_000
        if left <= 0 { return false }
        var waiting = [pollfd(fd: output, events: Int16(POLLIN), revents: 0)]
        if outputHasEnded { waiting.removeAll() }
        if forWriting { waiting.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0)) }
        _ = poll(&waiting, nfds_t(waiting.count), Int32(clamping: min(left, 1000)))
        return Clocks.monotonicNanoseconds() < deadline
    }

    /// Ends it at once.
    package func kill() { if status == nil { Glibc.kill(identifier, SIGKILL) } }

    /// Waits for its end until the deadline and kills it then. Returns the exit code, or 128 and the number of the signal that ended it.
    package func end(deadline: Int64) -> Int32 {
        closeInput()
        while true {
            if let status { return status }
            var code: Int32 = 0
            let result = waitpid(identifier, &code, WNOHANG)
            if result == identifier || (result < 0 && errno == ECHILD) {
                let known = code & 0x7f == 0 ? (code >> 8) & 0xff : 128 + code & 0x7f
                status = known
                return known
            }
            if Clocks.monotonicNanoseconds() >= deadline { kill() }
            fill()
            usleep(5000)
        }
    }
}
