import Lifeline

/// How many samples of malformed messages are kept: enough to see what is wrong, never enough to wear out a card.
///
/// *Range*: `perMinute` samples a cause and minute; all messages are counted all the same.
struct SampleBudget {
    /// A device that sends one bad message a second still leaves under 6 MB of samples a day, and the journal's ring keeps fewer.
    static let perMinute = 4
    private var minute: Int64 = .min
    private var taken: [String: Int] = [:]

    mutating func take(_ cause: String, at now: Timestamp) -> Bool {
        let current = now.microseconds / 60_000_000
        if current != minute {
            minute = current
            taken.removeAll(keepingCapacity: true)
        }
        guard taken[cause, default: 0] < SampleBudget.perMinute else { return false }
        taken[cause, default: 0] += 1
        return true
    }
}
