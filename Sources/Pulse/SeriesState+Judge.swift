/// What the records say about one sample, before the alarm shaper.
struct Findings {
    /// The loudest feature's score, and the second's.
    var first = 0.0
    var second = 0.0
    /// The loudest.
    var trait = Trait.raw
    /// The bar that it broke.
    var bar = 0.0

    @inline(__always)
    mutating func add(_ score: Double, _ trait: Trait, bar: Double) {
        if score > first {
            second = first
            first = score
            self.trait = trait
            self.bar = bar
        } else if score > second {
            second = score
        }
    }
}

/// A feature as it is computed; `Feature` is what of it is told.
enum Trait: Int32 {
    case raw, change, season, level, unrest, calm, range, flat, surge, drift, resolution

    var feature: Feature {
        switch self {
        case .raw: .raw
        case .change: .change
        case .season: .seasonal
        case .level: .level
        case .unrest: .spreadUp
        case .calm: .spreadDown
        case .range: .range
        case .flat: .flat
        case .surge: .surge
        case .drift: .drift
        case .resolution: .resolution
        }
    }
}

extension SeriesState {
    /// Computes the features of a sample, keeps them for learning, and holds them against their records.
    @inline(__always)
    mutating func judge(_ sample: Sample, _ expectation: Expectation, pace: Pace) -> Findings {
        let range = self.range
        let counter = isCounter
        let still = isStill(pace)
        let settled = Double(unbroken) * pace.spreadGain >= 2

        // What one sample does alone is the wire's doing or a wheel's; what two in a row do counts, by the lesser of the two.
        lastChange = unbroken >= 3 ? Numerics.common(sample.value - beforeLast, last - beforeLast) : 0
        lastRaw = counter || unbroken < 2 ? 0 : Numerics.common(sample.value - median, last - median)
        if expectation.isSeasonal {
            filters.departure += pace.levelGain * (sample.held - expectation.middle - filters.departure)
            lastSeason = abs(filters.departure)
            filters.surge += pace.surgeGain * (sample.held - expectation.middle - filters.surge)
            // Against the slower mean: what stands out is the front, not a holiday or a late rush hour. In multiples of what is usual in this part of the
            // cycle.
            lastSurge = abs(filters.surge - filters.departure) / expectation.restlessness
        } else {
            lastSeason = 0
            lastSurge = 0
        }
        lastLevel = settled && !counter ? abs(filters.level - slowMean) : 0
        let broadSpread = filters.broadVariance.squareRoot()
        lastUnrest = settled && !counter && !still ? filters.quickVariance.squareRoot() : 0
        lastCalm = settled && !counter && !still && range > 0 ? 1 / (broadSpread / range + pace.tuning.calmFloor) : 0

        var findings = Findings()
        guard Double(count) > pace.warmUp else { return findings }
        if count >= marginCount { refreshMargins(pace: pace) }
        let floor = pace.tuning.recordFloor * range
        let noiseDeviation = 1.2533 * noise
        hold(lastRaw, raw, max(floor, pace.tuning.rawPrior * deviation), sharpMargin, pace.tuning.rawWeight, .raw, &findings, pace)
        hold(lastChange, change, max(floor, pace.tuning.changePrior * meanStep), sharpMargin, pace.tuning.changeWeight, .change, &findings, pace)
        let levelFloor = max(floor, pace.tuning.levelPrior * meanLevel)
        hold(lastLevel, level, levelFloor, smoothMargin, pace.tuning.levelWeight, .level, &findings, pace)
        let unrestFloor = max(pace.tuning.unrestFloor * range, pace.tuning.unrestPrior * noiseDeviation)
        hold(lastUnrest, unrest, unrestFloor, smoothMargin, pace.tuning.unrestWeight, .unrest, &findings, pace)
        if lastCalm > 0 {
            let calmFloor = max(1, 1 / (pace.tuning.calmPrior * noiseDeviation / range + pace.tuning.calmFloor))
            hold(lastCalm, calm, calmFloor, smoothMargin, pace.tuning.calmWeight, .calm, &findings, pace)
        }
        // The nodes were met for the first time in the first cycle, so the record of departures from them is a cycle younger.
        if Double(count) > pace.warmUp + pace.memorySamples {
            // Before a week is known, its end is stranger than most faults: only what is far stranger still is said.
            let caution = Double(count) > pace.patternWarmUp ? 0 : pace.tuning.patternCaution
            // Where the cycle is noisier than on average (flow by day), so is the smoothed departure.
            let local = noise > 0 ? max(1, expectation.noise / noise) : 1
            let seasonFloor = max(floor, pace.tuning.seasonPrior * smoothNoise * local)
            hold(lastSeason, season, seasonFloor, seasonMargin + caution, pace.tuning.seasonWeight, .season, &findings, pace)
            hold(lastSurge, surge, pace.tuning.surgePrior, pace.tuning.surgeMargin * seasonMargin + caution, pace.tuning.surgeWeight, .surge, &findings, pace)
        }
        if !counter {
            let beyond = unbroken < 2 ? 0 : max(min(sample.value, last) - highest, lowest - max(sample.value, last))
            // The range is about twice the distance of its ends from the middle, so half the margin is the same distance above the record.
            if beyond > 0.5 * sharpMargin * range, beyond > pace.tuning.rangePrior * noise {
                let height = range > 0 ? min(pace.tuning.heightLimit, beyond / range) : 1
                findings.add(score(height, 0.5 * raw.excess, pace.tuning.rangeWeight, pace), .range, bar: 0)
            }
        }
        return findings
    }

    /// Holds one feature against its record.
    @inline(__always)
    private func hold(
        _ value: Double, _ record: Record, _ floor: Double, _ margin: Double, _ weight: Double, _ trait: Trait, _ findings: inout Findings,
        _ pace: Pace
    ) {
        let bar = max(record.past, floor) * (1 + margin)
        guard value > bar, weight > 0 else { return }
        // A series that never varied has no bar; then a change is a change, of no particular height.
        let height = bar > 0 ? min(pace.tuning.heightLimit, value / bar - 1) : 1
        findings.add(score(height, record.excess, weight, pace), trait, bar: bar)
    }

    /// What it is worth to break a record by `height`, where it is usually broken by `usual`.
    @inline(__always)
    private func score(_ height: Double, _ usual: Double, _ weight: Double, _ pace: Pace) -> Double {
        let novelty = height / (height + pace.tuning.wildness * usual + 1e-12)
        return weight * novelty * (pace.tuning.base + Numerics.log(1 + pace.tuning.steepness * height))
    }

    /// The margins shrink with the logarithm of what was seen, so they are computed now and then only.
    private mutating func refreshMargins(pace: Pace) {
        let seen = min(Double(count), pace.recordSamples)
        // Few cycles have seen few of the things that happen once a cycle, however many samples they had.
        let young = pace.tuning.youth * pace.memorySamples / max(1, Double(count))
        sharpMargin = pace.tuning.margin / Numerics.log(2.718281828459045 + seen) + young
        smoothMargin = pace.tuning.margin / Numerics.log(2.718281828459045 + seen * pace.levelGain) + young
        seasonMargin = pace.tuning.margin / Numerics.log(2.718281828459045 + max(0, seen - pace.warmUp) * pace.levelGain) + young
        marginCount = count &+ count / 8 &+ 1
    }

    /// How loud unrest or calm is now, to tell whether the departure that it announced lasts; nil for features that the band can follow.
    @inline(__always)
    func loudness(of trait: Trait) -> Double? {
        switch trait {
        case .unrest: lastUnrest
        case .calm: lastCalm
        case .raw, .change, .season, .level, .range, .flat, .surge, .drift, .resolution: nil
        }
    }
}
