import Glibc

/// One person or program at the control socket: a line comes in, lines of JSON go out.
///
/// *Limits*: `requestLimit` bytes of request, `backlogLimit` bytes of unread answer; a watcher that reads too slowly loses lines, is told how many,
/// and never holds the line up.
final class ControlClient {
    /// *Units*: bytes.
    static let requestLimit = 4096
    static let backlogLimit = 256 * 1024

    let descriptor: Int32
    private var incoming: [UInt8] = []
    private var outgoing: [UInt8] = []
    private var sent = 0
    private(set) var droppedLines = 0
    /// Whether it asked to see readings and alerts as they come.
    var isWatching = false
    /// Closed once what is in the backlog has been read.
    var closesWhenEmpty = false

    /// Takes the descriptor over (connected, nonblocking) and closes it at the end.
    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Whether something waits to be written.
    var wantsWrite: Bool { sent < outgoing.count }

    /// Reads what has come. Returns finished request lines; nil when the other side is gone or talks too much.
    func read() -> [String]? {
        var buffer = [UInt8](repeating: 0, count: 512)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                incoming.append(contentsOf: buffer[..<count])
                guard incoming.count <= ControlClient.requestLimit else { return nil }
            } else if count < 0 && errno == EINTR {
                continue
            } else if count < 0 && errno == EAGAIN {
                break
            } else {
                return nil
            }
        }
        var lines: [String] = []
        while let end = incoming.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(String(decoding: incoming[..<end], as: UTF8.self))
            incoming.removeSubrange(...end)
        }
        return lines
    }

    /// Queues one line (with its line feed), or drops it when the backlog is full.
    func queue(_ line: [UInt8]) {
        if sent > 0 && sent == outgoing.count { (outgoing, sent) = ([], 0) }
        guard outgoing.count - sent + line.count <= ControlClient.backlogLimit else {
            droppedLines += 1
            return
        }
        if droppedLines > 0 && isWatching {
            outgoing.append(contentsOf: "{\"type\":\"dropped\",\"lines\":\(droppedLines)}\n".utf8)
            droppedLines = 0
        }
        outgoing.append(contentsOf: line)
    }

    /// Writes what the other side takes. Returns false when it is gone, or was served and should be closed.
    func flush() -> Bool {
        while sent < outgoing.count {
            let count = outgoing.withUnsafeBytes { send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL)) }
            if count > 0 {
                sent += count
            } else if count < 0 && errno == EINTR {
                continue
            } else if count < 0 && errno == EAGAIN {
                compact()
                return true
            } else {
                return false
            }
        }
        (outgoing, sent) = ([], 0)
        return !closesWhenEmpty
    }

    private func compact() {
        guard sent > 64 * 1024 else { return }
        outgoing.removeFirst(sent)
        sent = 0
    }
}
