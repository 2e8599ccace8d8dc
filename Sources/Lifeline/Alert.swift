/// What an alert says about its episode.
package enum AlertKind: String, Sendable {
    case raised, escalated, eased, cleared
    /// Nothing has changed, and nobody has acknowledged it; or a flood that lasts, with new figures.
    case repeated
}

/// How sure the gateway is. *Source*: CAP 1.2, `certainty`.
package enum Certainty: String, Sendable {
    case observed = "Observed"
    case likely = "Likely"
    case possible = "Possible"
}

/// One point of an evidence window.
package struct EvidencePoint: Equatable, Sendable {
    package var observed: Timestamp
    package var value: Double

    package init(observed: Timestamp, value: Double) {
        self.observed = observed
        self.value = value
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
    /// The last readings before the alert, oldest first; at most `Evidence.windowLimit`.
    package var window: [EvidencePoint]

    /// The most points that a window carries: with 40 bytes a point an alert stays far below 16 KiB.
    package static let windowLimit = 24

    package init(
        seen: Double? = nil, limit: Double? = nil, expected: Double? = nil, expectedLow: Double? = nil, expectedHigh: Double? = nil,
        score: Double? = nil, feature: String? = nil, window: [EvidencePoint] = []
    ) {
        self.seen = seen
        self.limit = limit
        self.expected = expected
        self.expectedLow = expectedLow
        self.expectedHigh = expectedHigh
        self.score = score
        self.feature = feature
        self.window = window
    }
}

/// One message about one episode. A pure function of the journal: replaying the same readings makes the same alerts with the same ids.
package struct Alert: Equatable, Sendable {
    /// Derived from gateway, asset, rule, onset and the reading that caused this message; never random.
    package var id: String
    package var kind: AlertKind
    /// The episode that all its alerts share.
    package var episode: String
    package var gateway: String
    package var asset: Asset
    /// The sensor that spoke.
    package var sensor: String
    package var quantity: Quantity
    package var rule: Rule
    /// The level after this message; for `cleared`, the last level that was active.
    package var level: Level
    package var certainty: Certainty
    /// When the condition began (the device's time).
    package var onset: Timestamp
    /// When what this message says happened (the device's time).
    package var occurred: Timestamp
    /// When the reading that caused it reached the gateway: the time that the message is *sent*, so that a replay says the same.
    package var recorded: Timestamp
    /// The journal sequence of the reading that caused it.
    package var sequence: Sequence64
    /// Raised by a backfilled reading.
    package var isLate: Bool
    package var evidence: Evidence
    /// One sentence: what, where, since when, expected against seen, what to do.
    package var sentence: BilingualText
    /// It comes and goes more often than people can follow: it now stays raised until it has been quiet for a while.
    package var isChattering: Bool

    package init(
        id: String, kind: AlertKind, episode: String, gateway: String, asset: Asset, sensor: String, quantity: Quantity, rule: Rule, level: Level,
        certainty: Certainty, onset: Timestamp, occurred: Timestamp, recorded: Timestamp, sequence: Sequence64, isLate: Bool, evidence: Evidence,
        sentence: BilingualText, isChattering: Bool = false
    ) {
        self.id = id
        self.kind = kind
        self.episode = episode
        self.gateway = gateway
        self.asset = asset
        self.sensor = sensor
        self.quantity = quantity
        self.rule = rule
        self.level = level
        self.certainty = certainty
        self.onset = onset
        self.occurred = occurred
        self.recorded = recorded
        self.sequence = sequence
        self.isLate = isLate
        self.evidence = evidence
        self.sentence = sentence
        self.isChattering = isChattering
    }
}
