/// What made Pulse speak.
package enum Feature: UInt8, CaseIterable, Sendable {
    case none, raw, change, seasonal, level, range, spreadUp, spreadDown, flat, missing, spike, surge, drift, resolution

    /// The name in configuration files.
    package var key: String {
        switch self {
        case .none: "none"
        case .raw: "distance"
        case .change: "step"
        case .seasonal: "cycle"
        case .level: "level"
        case .range: "record"
        case .spreadUp: "unrest"
        case .spreadDown: "calm"
        case .flat: "flat"
        case .missing: "gap"
        case .spike: "spike"
        case .surge: "surge"
        case .drift: "drift"
        case .resolution: "resolution"
        }
    }

    /// A short name for evidence and terminals.
    package var name: String {
        switch self {
        case .none: "none"
        case .raw: "distance from the median"
        case .change: "step between two samples"
        case .seasonal: "departure from the usual cycle"
        case .level: "level shift"
        case .range: "beyond everything seen before"
        case .spreadUp: "unrest"
        case .spreadDown: "unusual calm"
        case .flat: "flat line"
        case .missing: "missing data"
        case .spike: "lone spike"
        case .surge: "sudden departure from the usual cycle"
        case .drift: "slow drift of the whole cycle"
        case .resolution: "change of the sensor's resolution"
        }
    }
}

/// Whose sickness a verdict is about.
package enum Suspicion: UInt8, Sendable {
    /// Nothing is suspected.
    case none
    /// The asset: what the sensor sees has changed.
    case asset
    /// The sensor: what it says cannot be about the asset.
    case sensor
}

/// What Pulse thinks of one sample, and why.
package struct Verdict: Equatable, Sendable {
    /// How far the records of the past were broken, after the alarm shaper. 0: nothing to say. *Range*: 0…about 30.
    ///
    /// On simulated series: a step of five standard deviations is worth 8.8 and more, of ten 10 and more, a burst (thirty) 22 and more; on series that behave,
    /// 0 to 2 scores in a thousand series-days are above 5, with very skewed noise about 30. Suggested limits: yellow 5, orange 10, red 18.
    package var score: Float
    /// The same before the shaper (no hold-off, no cool-down), for charts.
    package var rawScore: Float
    /// The loudest feature.
    package var feature: Feature
    package var suspicion: Suspicion
    /// Fewer samples than a judgement needs: the score is 0.
    package var isWarmingUp: Bool
    /// A departure is going on now, whatever the score: how an episode knows whether it still lasts.
    ///
    /// True while the median of the last three values lies outside the band; and from an alarm on, until the value is clearly back (or the unrest, the calm
    /// or the flat line is over). After three cycles a lasting departure is accepted as the new normal and this turns false.
    package var isOutside: Bool
    /// The level of whole cycles has drifted away from where it was, and has not come back: see `PulseBank.drift`.
    package var isDrifting: Bool
    /// What was expected: the middle and the band. *Units*: the series' own.
    package var expected: Double
    package var low: Double
    package var high: Double
    /// What was seen.
    package var seen: Double
    /// *Units*: seconds, on the samples' clock: since when the present departure lasts (the sample's own time when there is none).
    package var since: Double

    /// How often a series that behaves is this loud. *Units*: alarms per series-year; 0 where there is no score. See `Calibration`.
    package var falseAlarmsPerYear: Float { score > 0 ? Calibration.falseAlarmsPerYear(score: score) : 0 }

    package init(
        score: Float = 0, rawScore: Float = 0, feature: Feature = .none, suspicion: Suspicion = .none, isWarmingUp: Bool = false,
        isOutside: Bool = false, isDrifting: Bool = false, expected: Double = 0, low: Double = 0, high: Double = 0, seen: Double = 0,
        since: Double = 0
    ) {
        self.score = score
        self.rawScore = rawScore
        self.feature = feature
        self.suspicion = suspicion
        self.isWarmingUp = isWarmingUp
        self.isOutside = isOutside
        self.isDrifting = isDrifting
        self.expected = expected
        self.low = low
        self.high = high
        self.seen = seen
        self.since = since
    }
}
