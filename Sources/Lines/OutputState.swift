import Lifeline
import Site

/// What an output should be, from what the gateway knows.
package struct OutputState {
    /// What the gateway knows of itself and its alerts.
    package struct Conditions: Equatable, Sendable {
        /// Readings are judged: neither before the start, nor stopped, nor stuck.
        package var isJudging: Bool
        /// The gateway has a problem that `bamai status` reports.
        package var hasProblem: Bool
        /// The worst level of alerts that stand, unacknowledged and not put aside; nil: none does.
        package var worst: Level?

        package init(isJudging: Bool, hasProblem: Bool = false, worst: Level? = nil) {
            self.isJudging = isJudging
            self.hasProblem = hasProblem
            self.worst = worst
        }
    }

    private let settings: OutputLine
    /// Until when the siren sounds; nil: nothing calls it.
    private var until: Int64?
    private var isSounding = false

    package init(_ settings: OutputLine) { self.settings = settings }

    /// The level that the line has before anything is known.
    package var safe: Bool { settings.safe }

    /// *Units*: nanoseconds of the monotonic clock; when the level may change by itself.
    package var nextDeadline: Int64 { isSounding ? until ?? .max : .max }

    /// An alert was raised, became worse, or was repeated: the siren's time begins anew where the level calls it.
    package mutating func raised(_ level: Level, at now: Int64) {
        guard case .siren(let from, let atMost) = settings.drive, level >= from else { return }
        until = now.addingSaturated(atMost.nanoseconds)
        isSounding = true
    }

    /// The logical level that the line should have now: true is on.
    package mutating func level(_ conditions: Conditions, at now: Int64) -> Bool {
        guard conditions.isJudging else { return settings.safe }
        switch settings.drive {
        case .status: return !conditions.hasProblem
        case .siren(let from, let atMost):
            guard let worst = conditions.worst, worst >= from else {
                (until, isSounding) = (nil, false)
                return false
            }
            // What stood before the start calls too.
            let end = until ?? now.addingSaturated(atMost.nanoseconds)
            until = end
            isSounding = now < end
            return isSounding
        }
    }
}
