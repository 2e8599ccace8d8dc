import Lifeline

/// How a street is simulated.
package struct StreetOptions: Equatable, Sendable {
    /// The same seed and start give the same bytes.
    package var seed: UInt64
    /// *Units*: seconds of real time in which a day of the street passes. *Range*: 1…31 536 000, clamped; NaN is 24. The site's file expects 24.
    package var dayLength: Double
    /// The wall clock at midnight of the first day; the devices' own clocks start from it.
    package var start: Timestamp
    /// Whether anything goes wrong.
    package var hasFaults: Bool
    /// How many copies of the street stand side by side; things go wrong in the first only. *Range*: 1…1000, clamped.
    package var copies: Int

    package init(seed: UInt64 = 1, dayLength: Double = 24, start: Timestamp, hasFaults: Bool = true, copies: Int = 1) {
        self.seed = seed
        self.dayLength = dayLength
        self.start = start
        self.hasFaults = hasFaults
        self.copies = copies
    }
}
