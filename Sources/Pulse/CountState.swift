/// All that one counted series has learnt; every field is eight bytes wide and none is a pointer.
struct CountState {
    var interval: Double
    var allowed: Double
    /// Counts taken.
    var count = 0.0
    /// Discounted events and exposure: their quotient is the rate.
    var events = 0.0
    var exposure = 0.0
    /// How much wider than Poisson's the counts scatter; at least 1.
    var dispersion = 1.0
    /// Cumulative sums for a doubled and a halved rate, and when they began to grow.
    var rising = 0.0
    var falling = 0.0
    var risingSince = 0.0
    var fallingSince = 0.0
    /// The direction of the present departure: 1, −1 or 0; since when; how many counts; and how many of them in a row looked healthy.
    var departed = 0.0
    var since = 0.0
    var age = 0.0
    var quiet = 0.0

    /// Counts before the first judgement, and the memory of rate and dispersion in counts.
    private static let warmUp = 24.0
    private static let memory = 720.0
    /// Events that must have been seen before a rate is a rate.
    private static let leastEvents = 3.0
    /// How much slower a departure is learnt.
    private static let departureLearning = 0.02
    /// A departure that lasts so many counts is the new normal.
    private static let patience = 480.0
    /// The sums look for this factor.
    private static let factor = 2.0
    /// The logarithm of `factor`.
    private static let logFactor = 0.6931471805599453
    private static let year = 31_557_600.0

    init(_ settings: CountSettings) {
        interval = settings.interval.isFinite && settings.interval > 0 ? max(1e-3, min(1e9, settings.interval)) : 3600
        allowed = settings.falseAlarmsPerYear.isFinite && settings.falseAlarmsPerYear > 0 ? max(1e-6, min(1e6, settings.falseAlarmsPerYear)) : 1
    }

    /// Healthy counts between two false alarms.
    private var runLength: Double { max(2, CountState.year / interval / allowed) }

    mutating func observe(time: Double, events seen: Double, exposure chance: Double) -> CountVerdict {
        var verdict = CountVerdict(isWarmingUp: count < CountState.warmUp || events < CountState.leastEvents, since: time)
        guard seen >= 0, seen < 1e15, chance > 0, chance < 1e15 else {
            verdict.isOutside = departed != 0
            return verdict
        }
        let rate = exposure > 0 ? events / exposure : seen / chance
        let expected = rate * chance
        verdict.rate = rate
        verdict.expected = expected
        verdict.seen = seen
        if !verdict.isWarmingUp { judge(&verdict, seen: seen, expected: expected, time: time) }
        learn(seen: seen, chance: chance, expected: expected)
        return verdict
    }

    private mutating func judge(_ verdict: inout CountVerdict, seen: Double, expected: Double, time: Double) {
        // What is not known of the rate scatters the expectation by its square over the events behind it.
        let scatter = max(1, dispersion) + expected / max(1, events)
        let excess = seen > 0 ? seen * Numerics.log(seen / max(expected, 1e-300)) - (seen - expected) : expected
        let deviance = max(0, 2 * excess / scatter)
        // Half of a chi-square's tail with one degree of freedom lies on either side: e^(−D/2) bounds it.
        let isBeyondChance = deviance > 2 * Numerics.log(runLength)

        let wasStill = (rising <= 0, falling <= 0)
        rising = max(0, rising + (seen * CountState.logFactor - expected * (CountState.factor - 1)) / scatter)
        falling = max(0, falling + (expected * (1 - 1 / CountState.factor) - seen * CountState.logFactor) / scatter)
        if wasStill.0 { risingSince = time }
        if wasStill.1 { fallingSince = time }
        let limit = Numerics.log(runLength)
        let sum = max(rising, falling)
        verdict.isUp = seen > expected

        if departed == 0 {
            guard isBeyondChance || sum > limit else { return }
            verdict.isGradual = !isBeyondChance
            verdict.isUp = isBeyondChance ? seen > expected : rising > falling
            departed = verdict.isUp ? 1 : -1
            since = isBeyondChance ? time : (verdict.isUp ? risingSince : fallingSince)
            age = 0
            quiet = 0
            // The further beyond its limit, the rarer by chance.
            let beyond = max(isBeyondChance ? deviance / 2 - limit : 0, sum - limit)
            verdict.score = Calibration.limit(falseAlarmsPerYear: Float(allowed * Numerics.exp(-min(beyond, 20))))
            verdict.isOutside = true
            verdict.since = since
            return
        }
        age += 1
        let own = departed > 0 ? rising : falling
        // The sum is kept from growing without end, or a departure of a month would take a month to end.
        rising = min(rising, 2 * limit)
        falling = min(falling, 2 * limit)
        quiet = own < 0.5 * limit && !isBeyondChance ? quiet + 1 : 0
        if quiet >= 6 || age > CountState.patience {
            if age > CountState.patience { (events, exposure) = (0, 0) }
            (departed, rising, falling) = (0, 0, 0)
            return
        }
        verdict.isOutside = true
        verdict.isUp = departed > 0
        verdict.since = since
    }

    private mutating func learn(seen: Double, chance: Double, expected: Double) {
        let speed = departed != 0 ? CountState.departureLearning : 1
        let gain = max(1 / CountState.memory, 1 / (count + 1)) * speed
        if expected > 0, count >= 8 {
            // Pearson's statistic; one wild count widens the scatter by little.
            let pearson = min((seen - expected) * (seen - expected) / max(expected, 0.05), 20 * max(1, dispersion))
            dispersion += gain * (pearson - dispersion)
        }
        let kept = 1 - speed / CountState.memory
        events = events * kept + speed * seen
        exposure = exposure * kept + speed * chance
        if count < 1e15 { count += 1 }
    }
}
