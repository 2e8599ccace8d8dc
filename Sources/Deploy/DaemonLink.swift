import Glibc
import Lifeline
import Linux

/// What the board side asks of the daemon. Each call takes some seconds at most.
package protocol DaemonLink: AnyObject {
    /// nil: none answers.
    func health(windowSeconds: Int) -> DaemonHealth?
    /// Asks it to load what `current` means. Whether it did shows in `health`.
    func reload()
    /// Which of these secrets it cannot read; nil where none answers.
    func missingSecrets(_ names: [String]) -> [String]?
    /// Has the changes that wait in the audit folder journalled and read back; why not, or nil where that went well.
    func takeAudit() -> String?
}

/// The daemon behind its control socket.
package final class ControlSocket: DaemonLink {
    private let path: () -> String?

    /// *Units*: nanoseconds. A commit to a slow card may take seconds, and the daemon answers after it.
    static let patience: Int64 = 5_000_000_000

    /// - Parameter path: where the socket is now; nil where no site says so.
    package init(_ path: @escaping () -> String?) { self.path = path }

    package func health(windowSeconds: Int) -> DaemonHealth? { ask("health \(max(1, windowSeconds))").flatMap { DaemonHealth(json: $0) } }
    package func reload() { _ = ask("reload") }

    package func missingSecrets(_ names: [String]) -> [String]? {
        if names.isEmpty { return [] }
        guard let answer = ask("lacks " + names.joined(separator: " ")).flatMap({ JSONValue($0) }), answer["error"].isNull else { return nil }
        return answer["missing"].list.compactMap(\.text)
    }

    package func takeAudit() -> String? {
        guard let answer = ask("audit").flatMap({ JSONValue($0) }) else { return "the daemon does not answer" }
        return answer["error"].text
    }

    private func ask(_ request: String) -> [UInt8]? {
        guard let path = path(), let descriptor = try? UnixSocket.connect(to: path) else { return nil }
        defer { close(descriptor) }
        let line = Array((request + "\n").utf8)
        // SAFETY: the arrays live through the calls and are as long as said. A request is far below a socket's buffer.
        guard line.withUnsafeBytes({ send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }) == line.count else { return nil }
        let end = Clocks.monotonicNanoseconds() + ControlSocket.patience
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while answer.count < 2 * DaemonHealth.byteLimit {
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0 {
                answer += buffer[..<count]
                if let line = answer.firstIndex(of: UInt8(ascii: "\n")) { return Array(answer[..<line]) }
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                return nil
            }
            let left = (end - Clocks.monotonicNanoseconds()) / 1_000_000
            if left <= 0 { return nil }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&waiting, 1, Int32(clamping: left))
        }
        return nil
    }
}
