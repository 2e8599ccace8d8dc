import Glibc

/// The daemon's log: one line an event to standard error, with the priority that journald understands, and never more lines than a limit.
///
/// *Isolation*: the intake thread. *Limit*: `linesPerMinute`; what is left out is counted and said when the minute is over.
package final class Log {
    /// The priorities of syslog that a gateway uses.
    package enum Priority: Int, Sendable {
        case error = 3
        case warning = 4
        case notice = 5
        case info = 6
    }

    /// Enough for a start with a broken site; a flapping broker fills no card.
    package static let linesPerMinute = 120
    /// *Units*: bytes of one line.
    package static let lineLimit = 1000
    private let isUnderJournald: Bool
    private var minute: Int64 = 0
    private var lines = 0
    private var suppressed = 0

    package init() { isUnderJournald = getenv("JOURNAL_STREAM") != nil }

    /// - Parameter monotonicNanoseconds: for the limit only; journald stamps the lines.
    package func write(_ priority: Priority, _ text: String, monotonicNanoseconds: Int64) {
        let current = monotonicNanoseconds / 60_000_000_000
        if current != minute {
            if suppressed > 0 { emit(.warning, "\(suppressed) log lines were left out in the last minute") }
            (minute, lines, suppressed) = (current, 0, 0)
        }
        guard lines < Log.linesPerMinute else {
            suppressed += 1
            return
        }
        lines += 1
        emit(priority, text)
    }

    private func emit(_ priority: Priority, _ text: String) {
        // A line feed inside a text would forge a second line.
        let head = isUnderJournald ? "<\(priority.rawValue)>" : "bamaid: "
        var line = Array(head.utf8) + text.utf8.prefix(Log.lineLimit).map { $0 < 0x20 ? UInt8(ascii: " ") : $0 } + [UInt8(ascii: "\n")]
        line.withUnsafeMutableBytes { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
