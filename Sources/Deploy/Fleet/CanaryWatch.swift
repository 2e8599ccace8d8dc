import Lifeline
import Linux

/// The time between the canaries and the others, in which a mistake may show that no push can see: a daemon that crashes after minutes.
///
/// *Isolation*: that of the push that owns it.
final class CanaryWatch {
    /// *Units*: nanoseconds; 0: none.
    private let length: Int64
    private let monotonic: () -> Int64
    private var end: Int64?
    private var isAsking = false
    private var unheard: Set<Int> = []

    init(length: Int64, monotonic: @escaping () -> Int64) { (self.length, self.monotonic) = (length, monotonic) }

    /// What is to be done now.
    enum Step: Equatable {
        /// Nothing more: the others may follow.
        case over
        /// It begins.
        case begin
        case wait
        /// The time is over: every canary is asked how it is.
        case ask
    }

    /// To be called, and followed, as long as canaries are through and nobody else was begun.
    func step(_ canaries: [Int]) -> Step {
        if length <= 0 { return .over }
        guard let end else {
            self.end = monotonic() + length
            return .begin
        }
        if isAsking { return unheard.isEmpty ? .over : .wait }
        guard monotonic() >= end else { return .wait }
        (isAsking, unheard) = (true, Set(canaries))
        return .ask
    }

    /// A canary has answered, or cannot be asked.
    func heard(_ canary: Int) { unheard.remove(canary) }

    /// Why a canary is not as its push has left it; nil where it is. Blocks its thread as long as a board may be silent.
    static func objection(_ board: FleetBoard) -> PushResult? {
        do throws(LinkFailure) {
            let connection = try board.connector.connect(isFresh: true)
            try connection.send("identify")
            let report = BoardReport(try connection.receive().message)
            guard let why = objection(report, hash: board.hash) else { return nil }
            let hasGoneBack = report.manifest?.hash != board.hash
            // What still runs the new files is its guard's affair.
            let outcome: PushResult.Outcome =
                report.change?.phase == .stranded ? .revertedUnhealthy : hasGoneBack ? .revertedHealthy : .unknown
            return PushResult(outcome, "\(board.name) was confirmed, and then \(why). Generation \(report.generation) is in place there.", runs: report.generation)
        } catch {
            var result = PushResult(.unknown, "\(board.name) was confirmed, and cannot be reached any more: \(error.text).", runs: 0)
            result.wasReached = false
            return result
        }
    }

    /// The same of what a board says of itself.
    static func objection(_ report: BoardReport, hash: String) -> String? {
        if report.manifest?.hash != hash {
            let cause = report.change?.cause ?? ""
            return "it went back" + (cause.isEmpty ? "" : ": " + cause)
        }
        if report.runningRevision.isEmpty { return "its daemon does not answer any more" }
        if report.runningRevision != report.manifest?.revision { return "its daemon runs another revision, \(report.runningRevision.prefix(8))" }
        return report.change?.isUndecided == true ? "another change was begun on it" : nil
    }
}
