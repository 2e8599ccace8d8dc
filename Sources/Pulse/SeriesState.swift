/// Everything that is known about one series, of fixed size; beside it lie the buckets of its cycle.
///
/// All fields are eight bytes wide: there is no padding, so equal states are equal bytes.
struct SeriesState {
    // Settings, and what follows from them.
    var interval: Double
    var cycle: Double
    /// Samples in a cycle.
    var period: Double
    var rateShort: Double
    var rateLong: Double
    var rateSlow: Double
    var rateScale: Double
    var leak: Double

    var samples: Double = 0
    var lastTime: Double = 0
    var last: Double = 0
    /// The first sample: buckets keep differences to it, which fit a Float.
    var anchor: Double = 0
    var minimum: Double = 0
    var maximum: Double = 0
    var median: Double = 0
    var deviation: Double = 0
    var levelShort: Double = 0
    var levelLong: Double = 0
    var levelSlow: Double = 0
    var spreadShort: Double = 0
    var spreadLong: Double = 0
    var spreadSlow: Double = 0
    /// Seasonal residual, smoothed for the record, and lightly for the band.
    var residualLong: Double = 0
    var residualShort: Double = 0
    /// Mean absolute residual, plain and lightly smoothed.
    var scale: Double = 0
    var scaleShort: Double = 0
    /// Samples that stood still, one after the other, and the share of samples that moved.
    var still: Double = 0
    var lively: Double = 0
    /// Was the sample before far outside while the one before it was at home.
    var spikeHeight: Double = 0
    var gapRecord: Double = 0
    // The alarm shaper.
    var memory: Double = 0
    var fading: Double = 0
    var sinceAlarm: Double = 1e18
    // The present departure.
    var isOutside: Double = 0
    var outsideSince: Double = 0
    var outsideFor: Double = 0
    /// The loudest score of late, fading, and its feature.
    var peak: Double = 0
    var peakFeature: Double = 0
    var reported: Double = 0
    var frozen: Double = 0
    // Records of the features.
    var recordRaw: Double = 0
    var recordChange: Double = 0
    var recordSeasonal: Double = 0
    var recordLevel: Double = 0
    var recordShortSpread: Double = 0
    var recordCalm: Double = 0
    var recordFlat: Double = 0
    var recordUnrest: Double = 0

    /// - Parameter settings: nonsense (NaN, zero, negative) is replaced by a second and by a hundred intervals.
    init(_ settings: SeriesSettings, _ tuning: Tuning) {
        interval = settings.interval > 0 && settings.interval < 1e12 ? settings.interval : 1
        cycle = settings.cycle >= interval && settings.cycle < 1e15 ? settings.cycle : interval * 100
        period = max(4, cycle / interval)
        rateShort = 1 / max(1.5, period * tuning.short)
        rateLong = 1 / max(3, period * tuning.long)
        rateSlow = 1 / max(20, period * tuning.slow)
        rateScale = 1 / max(2, period * 0.03)
        leak = Mathematics.decay(1 / max(1, period * tuning.leak))
    }
}
