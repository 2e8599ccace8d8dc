/// One point of an evidence window.
package struct EvidencePoint: Equatable, Sendable {
    package var observed: Timestamp
    package var value: Double

    package init(observed: Timestamp, value: Double) {
        self.observed = observed
        self.value = value
    }
}

/// The least and the most of each stretch of time before an alert: it shows the usual and the departure from it.
package struct EvidenceHistory: Equatable, Sendable {
    /// Where the first stretch begins, on the device's clock.
    package var start: Timestamp
    /// *Units*: microseconds that each stretch is long.
    package var step: Int64
    /// *Units*: the quantity's; seven digits. nil: nothing was heard in that stretch. All four have one item a stretch, or none.
    package var low: [Float?]
    package var high: [Float?]
    /// The band that Pulse expects at the middle of each stretch, as it knows it now; empty where it knows none.
    package var expectedLow: [Float]
    package var expectedHigh: [Float]

    package init(start: Timestamp, step: Int64, low: [Float?], high: [Float?], expectedLow: [Float] = [], expectedHigh: [Float] = []) {
        self.start = start
        self.step = step
        self.low = low
        self.high = high
        self.expectedLow = expectedLow
        self.expectedHigh = expectedHigh
    }
}

/// Why an alert was raised: the numbers that a person can check.
package struct Evidence: Equatable, Sendable {
    /// *Units*: the quantity's canonical unit, for all values here but `score`. nil where the rule is about silence.
    package var seen: Double?
    /// The limit that was crossed, for limit rules; seconds for silence.
    package var limit: Double?
    /// What Pulse expected: the middle and the band.
    package var expected: Double?
    package var expectedLow: Double?
    package var expectedHigh: Double?
    /// Pulse: how far the loudest feature broke its record, and its name.
    package var score: Double?
    package var feature: String?
    /// The worst value of the episode so far.
    package var worst: Double?
    /// The rule whose alert on the same asset says the same.
    package var confirmedBy: String?
    /// The states of the asset that the rule depends on, as they were: "door zone: outside". At most `Rule.guardLimit`.
    package var circumstances: [BilingualText] = []
    /// The last readings before the alert, oldest first; at most `Evidence.windowLimit`.
    package var window: [EvidencePoint]
    /// The day before the alert, or the cycle where that is longer, in stretches.
    package var history: EvidenceHistory?

    /// The most points that a window carries, and the stretches of a history.
    package static let windowLimit = 24

    package init(
        seen: Double? = nil, limit: Double? = nil, expected: Double? = nil, expectedLow: Double? = nil, expectedHigh: Double? = nil,
        score: Double? = nil, feature: String? = nil, worst: Double? = nil, confirmedBy: String? = nil, window: [EvidencePoint] = [],
        history: EvidenceHistory? = nil
    ) {
        self.seen = seen
        self.limit = limit
        self.expected = expected
        self.expectedLow = expectedLow
        self.expectedHigh = expectedHigh
        self.score = score
        self.feature = feature
        self.worst = worst
        self.confirmedBy = confirmedBy
        self.window = window
        self.history = history
    }
}
