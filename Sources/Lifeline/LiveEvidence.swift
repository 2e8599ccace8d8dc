/// How a rule counts for the sick-running index.
package struct IndexWeight: Hashable, Sendable {
    /// *Range*: 0…0.99; 0: the rule does not count.
    package var weight: Double
    /// *Units*: seconds after the end of an episode until it counts half.
    package var halfLife: Double
    /// How many readings must have said it in one episode.
    package var readings: Int
    /// Rules of one group see the same illness: only the strongest of them counts. nil: the rule stands alone.
    package var group: String?

    package init(weight: Double, halfLife: Double, readings: Int = 1, group: String? = nil) {
        self.weight = weight
        self.halfLife = halfLife
        self.readings = readings
        self.group = group
    }
}

/// What one rule has to say about one asset's live condition.
package struct LiveEvidence: Equatable, Sendable {
    package var rule: String
    package var origin: String
    package var event: BilingualText
    package var weight: IndexWeight
    /// Whether the asset has a sensor for it that speaks. One that is silent is a device's fault: no points, and no coverage.
    package var isHeard: Bool
    /// The detector's confidence in the strongest episode; 0: there was none.
    package var confidence: Double
    /// When that episode ended (the device's time); nil: it lasts.
    package var ended: Timestamp?

    package init(
        rule: String, origin: String, event: BilingualText, weight: IndexWeight, isHeard: Bool, confidence: Double = 0, ended: Timestamp? = nil
    ) {
        self.rule = rule
        self.origin = origin
        self.event = event
        self.weight = weight
        self.isHeard = isHeard
        self.confidence = confidence
        self.ended = ended
    }

    /// wᵢ·cᵢ·2^(−t/hᵢ). *Range*: 0…0.99.
    package func strength(now: Timestamp) -> Double {
        guard confidence > 0 else { return 0 }
        return weight.weight * confidence
            * LiveEvidence.decay(seconds: ended.map { Double(now.microseconds(since: $0)) / 1e6 } ?? 0, halfLife: weight.halfLife)
    }

    /// 2^(−seconds/halfLife). *Range*: 0…1; a moment before the end counts as the end.
    ///
    /// From additions, multiplications and divisions alone, so that it is the same bits on every machine.
    package static func decay(seconds: Double, halfLife: Double) -> Double {
        guard seconds > 0 else { return 1 }
        guard halfLife > 0, seconds.isFinite else { return 0 }
        let halvings = seconds / halfLife
        guard halvings < 1000 else { return 0 }
        let whole = halvings.rounded(.down)
        // e^(−x) for x in [0, ln 2): 0.7²⁰/20! is below 2⁻⁵³ of the sum.
        let exponent = -(halvings - whole) * 0.693_147_180_559_945_3
        var sum = 1.0
        var divisor = 20.0
        while divisor >= 1 {
            sum = 1 + sum * exponent / divisor
            divisor -= 1
        }
        return sum * Double(sign: .plus, exponent: -Int(whole), significand: 1)
    }
}
