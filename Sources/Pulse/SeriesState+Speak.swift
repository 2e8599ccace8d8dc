extension SeriesState {
    /// A departure is going on: outside the band, or alarmed and not over.
    @inline(__always)
    var isAway: Bool { has(Flags.outside | Flags.departed) }

    /// *Units*: seconds. Since when, if `isAway`.
    @inline(__always)
    var awaySince: Double { has(Flags.departed) ? departureSince : outsideSince }

    /// The alarm shaper, the departure's beginning and end, and the verdict.
    @inline(__always)
    mutating func speak(
        _ sample: Sample, _ expectation: Expectation, _ findings: Findings, season: Season, pace: Pace, tuning: Tuning
    ) -> Verdict {
        let isWarm = Double(count) > pace.warmUp
        let departure = sample.value - expectation.middle
        let isOutsideNow = isWarm && !isCounter && abs(departure) > expectation.half
        watchBand(departure, expectation, isOutsideNow: isOutsideNow, isWarm: isWarm, time: sample.time, tuning: tuning)

        var score = findings.first + tuning.corroboration * findings.second
        let heard = score
        score = shape(score, pace: pace, tuning: tuning)
        var trait = findings.trait
        var feature = heard > 0 ? trait.feature : Feature.none
        var suspicion = heard > 0 ? Suspicion.asset : .none
        var rawScore = heard

        let isFlat = isWarm && isFlatLine(pace: pace, tuning: tuning)
        if isFlat, !has(Flags.flat) {
            set(Flags.flat, true)
            trait = .flat
            feature = .flat
            suspicion = .sensor
            score = max(score, tuning.flatWeight * tuning.base)
            rawScore = max(rawScore, score)
        }
        if score > 0 { depart(sample, findings, trait, isOutsideNow: isOutsideNow) }
        follow(isOutsideNow: isOutsideNow, departure: departure, season: season, pace: pace, tuning: tuning)

        if sample.isAfterGap, isWarm {
            feature = .missing
            suspicion = .sensor
            score = tuning.missingWeight * tuning.base
            rawScore = max(rawScore, score)
        } else if sample.spikeScore > 0, isWarm {
            feature = .spike
            suspicion = .sensor
            score = sample.spikeScore
            rawScore = max(rawScore, score)
        }
        // The sample after a gap is not spoken about as a departure, so it must not raise the records before its successor is judged.
        set(Flags.cautious, sample.isBroken && heard > 0)
        set(Flags.wasOutside, isOutsideNow)
        earlierStill = earlier
        earlier = departure

        let lasts = isAway
        if lasts, feature == .none {
            feature = has(Flags.departed) ? Trait(rawValue: departureFeature)?.feature ?? .none : .none
            suspicion = has(Flags.flat) ? .sensor : .asset
        }
        let middle = origin + expectation.middle
        return Verdict(
            score: Float(score), rawScore: Float(rawScore), feature: feature, suspicion: suspicion, isWarmingUp: !isWarm, isOutside: lasts, expected: middle,
            low: middle - expectation.half, high: middle + expectation.half, seen: origin + sample.value, since: lasts ? awaySince : sample.time)
    }

    /// Whether the median of three departures is outside the band: two samples out, two samples back, and a lone one does not count.
    @inline(__always)
    private mutating func watchBand(
        _ departure: Double, _ expectation: Expectation, isOutsideNow: Bool, isWarm: Bool, time: Double, tuning: Tuning
    ) {
        let wasAway = isAway
        if isOutsideNow, !has(Flags.wasOutside), !wasAway { outsideSince = time }
        let middle = abs(Numerics.median(departure, earlier, earlierStill))
        let limit = wasAway ? tuning.bandRelease * expectation.half : expectation.half
        set(Flags.outside, isWarm && !isCounter && middle > limit)
    }

    /// Lets an alarm through if it is not an echo of the last one.
    @inline(__always)
    private mutating func shape(_ score: Double, pace: Pace, tuning: Tuning) -> Double {
        let departed = has(Flags.departed)
        // While a departure lasts its alarm is remembered in full: only something much worse speaks again.
        if !departed { memory = max(0, memory - fading) }
        sinceAlarm &+= 1
        let echo = memory * tuning.holdShare
        guard score > tuning.leastScore, score > echo else { return 0 }
        let isRested = !departed && (memory == 0 || Double(sinceAlarm) > pace.coolDown)
        guard isRested || score > tuning.escalation * echo else { return 0 }
        if score > memory {
            memory = score
            fading = score / pace.hold
        }
        sinceAlarm = 0
        return score
    }

    /// A value repeated bit for bit, far longer than ever before, in a series that used to vary.
    @inline(__always)
    private func isFlatLine(pace: Pace, tuning: Tuning) -> Bool {
        guard Double(repeats) >= pace.flatFloor else { return false }
        if has(Flags.flat) { return true }
        return !isStill(tuning) && !isCounter && Double(repeats) >= tuning.flatGrowth * max(run.past, run.present)
    }

    /// An alarm was let through: a departure begins, unless one lasts.
    @inline(__always)
    private mutating func depart(_ sample: Sample, _ findings: Findings, _ trait: Trait, isOutsideNow: Bool) {
        guard !has(Flags.departed) else { return }
        departureSince = trait == .flat ? repeatsSince : (isOutsideNow || has(Flags.outside) ? outsideSince : sample.time)
        departureLength = 0
        departureBar = findings.bar
        departureFeature = trait.rawValue
        set(Flags.departed, true)
        set(Flags.departedOutside, false)
    }

    /// Whether the alarmed departure lasts, has ended, or has become the new normal.
    @inline(__always)
    private mutating func follow(isOutsideNow: Bool, departure: Double, season: Season, pace: Pace, tuning: Tuning) {
        guard has(Flags.departed) else { return }
        departureLength &+= 1
        let isOutside = has(Flags.outside)
        if isOutside { set(Flags.departedOutside, true) }
        let trait = Trait(rawValue: departureFeature) ?? .raw
        let lasts: Bool
        if isOutside || has(Flags.flat) || (isOutsideNow && departureLength <= 2) {
            lasts = true
        } else if has(Flags.departedOutside) {
            lasts = false
        } else {
            lasts = loudness(of: trait) > tuning.bandRelease * departureBar
        }
        guard lasts else {
            set(Flags.departed | Flags.departedOutside, false)
            return
        }
        guard Double(departureLength) > pace.departureLimit else { return }
        let middle = Numerics.median(departure, earlier, earlierStill)
        accept(abs(filters.departure) >= 0.5 * abs(middle) ? filters.departure : middle, season: season, pace: pace)
    }
}
