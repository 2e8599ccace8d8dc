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
        _ sample: Sample, _ expectation: Expectation, _ findings: Findings, season: Season, pace: Pace
    ) -> Verdict {
        let isWarm = Double(count) > pace.warmUp
        let departure = sample.value - expectation.middle
        let isOutsideNow = isWarm && !isCounter && abs(departure) > expectation.half
        watchBand(departure, expectation, isOutsideNow: isOutsideNow, isWarm: isWarm, time: sample.time, pace: pace)

        var score = findings.first + pace.tuning.corroboration * findings.second
        let heard = score
        var trait = findings.trait
        score = shape(score, &trait, pace: pace)
        var feature = heard > 0 || score > 0 ? trait.feature : Feature.none
        var suspicion = heard > 0 || score > 0 ? Suspicion.asset : .none
        var rawScore = heard

        // An alarm that has grown is said by a sample that may be quieter than it.
        rawScore = max(rawScore, score)
        if heard > 0, isSuspiciouslyFlat(atLeast: 6, pace) {
            // What a stuck value does to the other features is not the asset's doing.
            trait = .flat
            feature = .flat
            suspicion = .sensor
        }
        if isWarm, isFlatLine(pace: pace), !has(Flags.flat) {
            set(Flags.flat, true)
            trait = .flat
            feature = .flat
            suspicion = .sensor
            score = max(score, pace.tuning.flatWeight * pace.tuning.base)
            rawScore = max(rawScore, score)
        }
        if isWarm, has(Flags.coarser) {
            set(Flags.coarser, false)
            feature = .resolution
            suspicion = .sensor
            trait = .resolution
            score = max(score, pace.tuning.resolutionWeight * pace.tuning.base)
            rawScore = max(rawScore, score)
        }
        if score > 0 { depart(sample, findings, trait, isOutsideNow: isOutsideNow, isUp: departure > 0) }
        follow(isOutsideNow: isOutsideNow, departure: departure, half: expectation.half, season: season, pace: pace)

        if sample.gap > 0, isWarm {
            feature = .missing
            suspicion = .sensor
            score = pace.tuning.missingWeight * (pace.tuning.base + Numerics.log(1 + pace.tuning.steepness * min(pace.tuning.heightLimit, sample.gap)))
            rawScore = max(rawScore, score)
        } else if sample.spikeScore > 0, isWarm {
            feature = .spike
            suspicion = .sensor
            score = sample.spikeScore
            rawScore = max(rawScore, score)
        } else if has(Flags.driftBegan), isWarm {
            set(Flags.driftBegan, false)
            feature = .drift
            suspicion = .asset
            score = max(score, pace.tuning.driftWeight * pace.tuning.base)
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
            suspicion = has(Flags.flat) || feature == .flat || feature == .resolution ? .sensor : .asset
        }
        if feature == .drift, score > 0 { return driftVerdict(score: score, rawScore: rawScore, lasts: lasts) }
        let middle = origin + expectation.middle
        return Verdict(
            score: Float(score), rawScore: Float(rawScore), feature: feature, suspicion: suspicion, isWarmingUp: !isWarm, isOutside: lasts,
            isDrifting: isDrifting, expected: middle, low: middle - expectation.half, high: middle + expectation.half, seen: origin + sample.value,
            since: lasts ? awaySince : sample.time)
    }

    /// A drift is about the level of whole cycles: that is what was seen and expected.
    private func driftVerdict(score: Double, rawScore: Double, lasts: Bool) -> Verdict {
        let middle = origin + drift.reference
        return Verdict(
            score: Float(score), rawScore: Float(rawScore), feature: .drift, suspicion: .asset, isOutside: lasts, isDrifting: isDrifting,
            expected: middle,
            low: middle - 3 * drift.spread, high: middle + 3 * drift.spread, seen: origin + drift.level, since: driftSince)
    }

    /// Whether the median of three departures is outside the band: two samples out, two samples back, and a lone one does not count.
    @inline(__always)
    private mutating func watchBand(
        _ departure: Double, _ expectation: Expectation, isOutsideNow: Bool, isWarm: Bool, time: Double, pace: Pace
    ) {
        let wasAway = isAway
        if isOutsideNow, !has(Flags.wasOutside), !wasAway { outsideSince = time }
        let middle = abs(Numerics.median(departure, earlier, earlierStill))
        let limit = wasAway ? pace.tuning.bandRelease * expectation.half : expectation.half
        let isOutside = isWarm && !isCounter && middle > limit
        // The band may have narrowed around a value that was inside before.
        if isOutside, !wasAway, !isOutsideNow, !has(Flags.wasOutside) { outsideSince = time }
        set(Flags.outside, isOutside)
    }

    /// Lets an alarm through if it is not an echo of the last one, once it has stopped growing: what a departure is worth shows in its first samples.
    ///
    /// `trait` becomes that of the loudest of those samples.
    @inline(__always)
    private mutating func shape(_ score: Double, _ trait: inout Trait, pace: Pace) -> Double {
        let departed = has(Flags.departed)
        // While a departure lasts its alarm is remembered in full: only something worse speaks again.
        if !departed { memory = max(0, memory - fading) }
        sinceAlarm &+= 1
        if pending > 0 {
            pendingAge &+= 1
            let grows = score > pending
            if grows {
                pending = score
                pendingTrait = trait.rawValue
            }
            guard !grows || pendingAge >= pace.growth else { return 0 }
            trait = Trait(rawValue: pendingTrait) ?? trait
            return release(pending, pace: pace)
        }
        let echo = memory * pace.tuning.holdShare
        guard score > pace.tuning.leastScore, score > echo else { return 0 }
        let isRested = !departed && (memory == 0 || Double(sinceAlarm) > pace.coolDown)
        guard isRested || score > (departed ? pace.tuning.departedEscalation : pace.tuning.escalation) * echo else { return 0 }
        guard pace.growth > 0 else { return release(score, pace: pace) }
        pending = score
        pendingTrait = trait.rawValue
        pendingAge = 0
        return 0
    }

    @inline(__always)
    private mutating func release(_ score: Double, pace: Pace) -> Double {
        pending = 0
        if score > memory {
            memory = score
            fading = score / pace.hold
        }
        sinceAlarm = 0
        return score
    }

    /// A value repeated bit for bit, far longer than ever before, in a series that used to vary.
    @inline(__always)
    private func isFlatLine(pace: Pace) -> Bool {
        has(Flags.flat) || Double(repeats) >= pace.flatFloor && isSuspiciouslyFlat(atLeast: pace.flatFloor, pace)
    }

    /// The same, without the patience: enough to doubt an alarm, not to raise one.
    @inline(__always)
    private func isSuspiciouslyFlat(atLeast floor: Double, _ pace: Pace) -> Bool {
        guard Double(repeats) >= floor else { return false }
        return has(Flags.flat) || !isStill(pace) && !isCounter && Double(repeats) >= pace.tuning.flatGrowth * max(run.past, run.present)
    }

    /// An alarm was let through: a departure begins, or one that unrest or calm has announced is named by something louder.
    @inline(__always)
    private mutating func depart(_ sample: Sample, _ findings: Findings, _ trait: Trait, isOutsideNow: Bool, isUp: Bool) {
        if has(Flags.departed) {
            guard loudness(of: Trait(rawValue: departureFeature) ?? .raw) != nil else { return }
        } else {
            departureSince = trait == .flat ? repeatsSince : (isOutsideNow || has(Flags.outside) ? outsideSince : sample.time)
            departureLength = 0
        }
        departureBar = trait == .unrest || trait == .calm ? findings.bar : 0
        departureFeature = trait.rawValue
        set(Flags.departed, true)
        set(Flags.departedUp, isUp)
    }

    /// Whether the alarmed departure lasts, has ended, or has become the new normal.
    @inline(__always)
    private mutating func follow(isOutsideNow: Bool, departure: Double, half: Double, season: Season, pace: Pace) {
        guard has(Flags.departed) else { return }
        departureLength &+= 1
        let middle = Numerics.median(departure, earlier, earlierStill)
        let side = has(Flags.departedUp) ? middle : -middle
        let trait = Trait(rawValue: departureFeature) ?? .raw
        if trait != .unrest, trait != .calm { departureBar = max(departureBar, side) }
        let lasts: Bool
        if trait == .resolution {
            // It does not end by itself: said for one cycle, then it is how the sensor is.
            lasts = Double(departureLength) <= pace.memorySamples
        } else if has(Flags.outside | Flags.flat) || (isOutsideNow && departureLength <= 2) {
            lasts = true
        } else if let loudness = loudness(of: trait) {
            lasts = loudness > pace.tuning.bandRelease * departureBar
        } else {
            // Between the middle and the edge of the band, on the side it went and not yet far back: a ramp that is young, or noise on a plateau near the edge.
            lasts = side > pace.tuning.bandReturn * max(half, departureBar)
        }
        guard lasts else {
            set(Flags.departed, false)
            return
        }
        guard Double(departureLength) > pace.departureLimit else { return }
        accept(abs(filters.departure) >= 0.5 * abs(middle) ? filters.departure : middle, season: season, pace: pace)
    }
}
