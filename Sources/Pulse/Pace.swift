/// What follows from a series' settings and the tuning alone: computed once in `add`, never part of a snapshot.
///
/// A class, so that the judge is handed an address: pace and tuning as plain structures were copied, eight hundred bytes at a time, for each of a dozen calls
/// a sample.
final class Pace {
    /// The numbers that all series share.
    let tuning: Tuning
    /// *Units*: seconds.
    let interval: Double
    /// *Units*: seconds.
    let cycle: Double
    /// The inverse of the cycle: a product is quicker than a quotient, and each sample needs it twice.
    let turnsPerSecond: Double
    /// Samples of one cycle, at least 1.
    let samples: Double
    /// Samples that count as a cycle where memory and patience are meant: a sensor that speaks once a day is not to forget in a fortnight.
    let memorySamples: Double
    /// Nodes of the seasonal expectation in use, 1…`Season.capacity`.
    let nodes: Double
    /// Shares that the filters take of a new sample.
    let unrestGain: Double
    let levelGain: Double
    let surgeGain: Double
    let spreadGain: Double
    let slowGain: Double
    let noiseGain: Double
    /// While a cycle is learnt at once, and what each sample teaches when its part of the cycle is over.
    let seasonGain: Double
    let seasonStep: Double
    let medianGain: Double
    let uptake: Double
    /// What is left of a record after one cycle.
    let leak: Double
    /// The same for the records of departures from the usual cycle.
    let patternLeak: Double
    /// *Units*: samples.
    let warmUp: Double
    let patternWarmUp: Double
    let recordSamples: Double
    let hold: Double
    let coolDown: Double
    /// Samples that an alarm may grow before it is said.
    let growth: Int32
    let flatFloor: Double
    let departureLimit: Double

    /// What any settings become: positive, finite, and within what the arithmetic below carries.
    static func sanitised(_ settings: SeriesSettings) -> SeriesSettings {
        let interval = settings.interval.isFinite && settings.interval > 0 ? settings.interval : 60
        let cycle = settings.cycle.isFinite && settings.cycle > 0 ? settings.cycle : 86_400
        return SeriesSettings(interval: max(1e-3, min(1e9, interval)), cycle: max(1e-2, min(1e10, cycle)))
    }

    init(_ settings: SeriesSettings, _ tuning: Tuning) {
        self.tuning = tuning
        let sane = Pace.sanitised(settings)
        interval = sane.interval
        cycle = sane.cycle
        turnsPerSecond = 1 / sane.cycle
        samples = max(1, min(1e7, sane.cycle / sane.interval))
        memorySamples = max(24, samples)
        // A node for each sample of a cycle, or 48: half an hour of a day.
        nodes = Double(max(1, min(Season.capacity, Int(samples))))
        // A variance of fewer than six or twelve samples is small or large by chance alone.
        unrestGain = 1 / max(6, samples * tuning.unrestWindow)
        levelGain = 1 / max(3, samples * tuning.levelWindow)
        surgeGain = 1 / max(2, samples * tuning.surgeWindow)
        spreadGain = 1 / max(12, samples * tuning.levelWindow)
        slowGain = 1 / max(20, samples * tuning.slowWindow)
        // Slow, so that a departure which is young and not yet alarmed does not raise the very bar that it has to break.
        noiseGain = 1 / max(100, 5 * samples)
        // A node is met samples/nodes times in a cycle; together these meetings learn `seasonLearning`.
        let meetings = samples / nodes
        seasonGain = 1 - Numerics.exp(Numerics.log(max(1e-6, 1 - tuning.seasonLearning)) / meetings)
        seasonStep = tuning.seasonLearning / meetings
        medianGain = min(0.1, tuning.medianLearning / memorySamples)
        uptake = min(1, tuning.departureUptake / memorySamples)
        leak = Numerics.exp(-1 / max(1, tuning.recordLife))
        patternLeak = Numerics.exp(-1 / max(1, tuning.patternLife))
        warmUp = max(24, (samples * tuning.warmUp).rounded(.up))
        patternWarmUp = warmUp + tuning.patternWarmUp * memorySamples
        recordSamples = memorySamples * tuning.recordLife
        hold = max(1, tuning.hold * memorySamples)
        growth = Int32(min(1000, tuning.growth * samples))
        coolDown = tuning.coolDown * memorySamples
        flatFloor = max(16, tuning.flatFloor * samples)
        departureLimit = tuning.departureLimit * memorySamples
    }
}
