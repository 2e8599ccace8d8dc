import Lifeline

/// How long the gateway has been listening, counted from the received times in the journal.
///
/// Delays and silence are measured on it, so that neither a board that was switched off nor a clock that steps by ten years makes three hundred sensors
/// look silent, and a clock that steps back stops nothing. While it listens a gateway journals a tick at least once a minute; a longer gap between two
/// entries is a time in which nobody listened, and counts as `longestGap` at most.
struct ListeningClock: Equatable {
    /// *Units*: microseconds. Twice the longest time between two ticks.
    static let longestGap: Int64 = 120_000_000

    /// *Units*: microseconds of listening since the first entry.
    private(set) var elapsed: Int64 = 0
    private(set) var lastReceived: Timestamp = .distantPast

    mutating func advance(to received: Timestamp) {
        if lastReceived != .distantPast {
            let step = received.microseconds(since: lastReceived)
            elapsed &+= min(max(0, step), ListeningClock.longestGap)
        }
        lastReceived = received
    }

    init() {}

    init(elapsed: Int64, lastReceived: Timestamp) {
        self.elapsed = elapsed
        self.lastReceived = lastReceived
    }
}
