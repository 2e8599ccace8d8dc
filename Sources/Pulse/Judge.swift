/// One sample of one series: update what is known, and say what breaks its record.
///
/// For each feature one leaky maximum of itself is kept; a feature speaks when it goes beyond that record. The longer a series has been calm, the less it
/// takes, and a stream without change breaks its records ever more rarely, so alarms limit themselves.
struct Judge {
    let tuning = Tuning()
    /// Buckets of a cycle.
    static let buckets = 48
    /// Values beyond are clamped: what the buckets keep of them fits a Float, and their squares a Double.
    static let largest = 1e37

    /// - Parameters:
    ///   - level: the buckets' values; `seen`: how often each was updated, saturating.
    func observe(
        _ s: inout SeriesState, level: UnsafeMutablePointer<Float>, seen: UnsafeMutablePointer<UInt8>, time: Double, value: Double
    ) -> Verdict {
        let isMissing = !(value.magnitude < .infinity)
        let now = time.magnitude < 1e15 ? time : s.lastTime
        if s.samples == 0 {
            if isMissing { return Verdict(isWarmingUp: true, since: now) }
            begin(&s, min(max(value, -Judge.largest), Judge.largest), now)
        }
        let isWarmingUp = s.samples < max(tuning.fewest, tuning.warmUp * s.period)
        if isMissing { return silent(s, now, isWarmingUp) }
        let x = min(max(value, -Judge.largest), Judge.largest)
        var loud = Loudness()
        gap(&s, now, &loud)
        let bucket = Judge.bucket(now, s.cycle)
        let hasSeason = seen[bucket] >= 1 && s.samples > s.period
        let expected = hasSeason ? s.anchor + Double(level[bucket]) : s.median
        let residual = x - expected
        let range = s.maximum - s.minimum
        spike(&s, x, residual, range, &loud)
        measure(&s, x, residual, range, hasSeason: hasSeason, speaks: !isWarmingUp && range > 0, &loud)
        let halfWidth = max(tuning.band * s.scale, tuning.bandFloor * range)
        band(&s, now, residual, range, halfWidth)
        var verdict = Verdict(
            isWarmingUp: isWarmingUp, isOutside: s.isOutside > 0, expected: expected,
            low: expected - halfWidth, high: expected + halfWidth, seen: value, since: s.isOutside > 0 ? s.outsideSince : now)
        shape(&s, loud, &verdict)
        if isWarmingUp { verdict.isOutside = false }
        learn(&s, level: level, seen: seen, bucket, x, residual, now, hasSeason: hasSeason)
        return verdict
    }

    /// The loudest two features of a sample.
    struct Loudness {
        var first = 0.0
        var second = 0.0
        var feature = Feature.none

        mutating func add(_ feature: Feature, _ value: Double) {
            if value > first {
                second = first
                first = value
                self.feature = feature
            } else if value > second {
                second = value
            }
        }
    }

    private func begin(_ s: inout SeriesState, _ x: Double, _ now: Double) {
        (s.last, s.anchor, s.minimum, s.maximum, s.median) = (x, x, x, x, x)
        (s.levelShort, s.levelLong, s.levelSlow, s.lastTime) = (x, x, x, now)
    }

    /// A sample that is no number changes nothing: the next good one will be found late.
    private func silent(_ s: SeriesState, _ now: Double, _ isWarmingUp: Bool) -> Verdict {
        Verdict(isWarmingUp: isWarmingUp, expected: s.median, low: s.median, high: s.median, since: now)
    }

    /// The place in the cycle, for any time that is finite.
    private static func bucket(_ time: Double, _ cycle: Double) -> Int {
        let turns = time / cycle
        let phase = turns - turns.rounded(.down)
        return min(buckets - 1, max(0, Int(phase * Double(buckets))))
    }

    // MARK: - Sensor faults

    /// Missing data: a silence longer than any before. What compares neighbours starts anew after it.
    private func gap(_ s: inout SeriesState, _ now: Double, _ loud: inout Loudness) {
        let step = now - s.lastTime
        guard s.samples > 0, step > 0 else { return }
        s.gapRecord *= s.leak
        let known = max(s.gapRecord, tuning.gapFloor * s.interval)
        if step > known {
            loud.add(.missing, tuning.missing * strength(step, known))
            s.gapRecord = step
            (s.spikeHeight, s.still) = (0, 0)
            (s.spreadShort, s.spreadLong) = (s.spreadSlow, s.spreadSlow)
            (s.levelShort, s.levelLong) = (s.levelSlow, s.levelSlow)
        } else if step > s.gapRecord {
            s.gapRecord = step
        }
    }

    /// A lone sample far away between two at home is the sensor's or the wire's.
    private func spike(_ s: inout SeriesState, _ x: Double, _ residual: Double, _ range: Double, _ loud: inout Loudness) {
        let far = max(tuning.spike * s.scale, tuning.floor * range)
        let height = (x - s.last).magnitude
        if s.spikeHeight > 0 && residual.magnitude < far * 0.25 && height > s.spikeHeight * 0.5 && s.samples > tuning.fewest {
            loud.add(.spike, tuning.missing * strength(s.spikeHeight, far))
        }
        s.spikeHeight = residual.magnitude > far && height > far && s.isOutside == 0 ? height : 0
    }

    // MARK: - Features

    private func strength(_ value: Double, _ record: Double) -> Double {
        let ratio = min(value / record - 1, tuning.ratioLimit)
        return ratio > 0 ? tuning.offset + Mathematics.log(1 + tuning.gain * ratio) : 0
    }

    /// Compares a feature with its record, lets it speak, and keeps the record.
    private func hold(
        _ record: inout Double, _ value: Double, floor: Double, leak: Double, weight: Double, _ feature: Feature, _ speaks: Bool,
        _ loud: inout Loudness
    ) {
        let known = max(record, floor)
        if speaks && known > 0 && value > known { loud.add(feature, weight * strength(value, known)) }
        record *= leak
        if value > record { record = value }
    }

    private func measure(
        _ s: inout SeriesState, _ x: Double, _ residual: Double, _ range: Double, hasSeason: Bool, speaks: Bool,
        _ loud: inout Loudness
    ) {
        let floor = tuning.floor * range
        let change = x - s.last
        hold(&s.recordRaw, (x - s.median).magnitude, floor: floor, leak: s.leak, weight: tuning.raw, .raw, speaks, &loud)
        hold(&s.recordChange, change.magnitude, floor: floor, leak: s.leak, weight: tuning.change, .change, speaks, &loud)
        if hasSeason {
            s.residualLong += s.rateLong * (residual - s.residualLong)
            let settled = speaks && s.samples >= tuning.seasonalWarmUp * s.period
            hold(
                &s.recordSeasonal, s.residualLong.magnitude, floor: floor, leak: s.leak, weight: tuning.seasonalWeight, .seasonal, settled, &loud)
        }
        s.levelShort += s.rateShort * (x - s.levelShort)
        s.levelLong += s.rateLong * (x - s.levelLong)
        hold(
            &s.recordLevel, (s.levelLong - s.levelSlow).magnitude, floor: floor, leak: s.leak, weight: tuning.level, .level, speaks, &loud)
        let fromShort = x - s.levelShort
        s.spreadShort += s.rateShort * (fromShort * fromShort - s.spreadShort)
        let fromLong = x - s.levelLong
        s.spreadLong += s.rateLong * (fromLong * fromLong - s.spreadLong)
        let spread = s.spreadLong.squareRoot()
        hold(
            &s.recordShortSpread, s.spreadShort.squareRoot(), floor: tuning.spreadFloor * range, leak: s.leak, weight: tuning.shortSpread, .spreadUp,
            speaks, &loud)
        stillness(&s, x, change, range, spread, speaks, &loud)
        if speaks {
            let beyond = x > s.maximum ? x - s.maximum : s.minimum - x
            if beyond > 0 { loud.add(.range, tuning.range * (tuning.offset + Mathematics.log(1 + tuning.gain * min(beyond / range, 1e6)))) }
        }
    }

    /// Flat runs and spreads: what a series that lives does not do.
    private func stillness(
        _ s: inout SeriesState, _ x: Double, _ change: Double, _ range: Double, _ spread: Double, _ speaks: Bool, _ loud: inout Loudness
    ) {
        let stands = change.magnitude <= 1e-12 * max(range, x.magnitude * 1e-3)
        // A run is measured against the runs before it, so it becomes a record only when it has ended.
        s.recordFlat *= s.leak
        if !stands { s.recordFlat = max(s.recordFlat, s.still) }
        s.still = stands ? s.still + 1 : 0
        let isLively = s.lively > tuning.livelyShare
        guard range > 0 else { return }
        let longest = max(s.recordFlat, max(8, tuning.flatFloor * s.period))
        if speaks && isLively && s.still > longest {
            // A frozen value also looks calm, and soon far from where the cycle should be: the cause is named, not its consequences.
            loud.second = 0
            loud.first = tuning.flat * strength(s.still, longest)
            loud.feature = .flat
            return
        }
        let calm = 1 / (spread / range + tuning.calmFloor)
        hold(&s.recordCalm, calm, floor: 1, leak: s.leak, weight: tuning.calm, .spreadDown, speaks && isLively && s.still < 8, &loud)
        let unrest = spread / (s.spreadSlow.squareRoot() + 0.02 * range)
        hold(&s.recordUnrest, unrest, floor: 1, leak: s.leak, weight: tuning.unrest, .spreadUp, speaks, &loud)
    }

    // MARK: - Band, shaper, learning

    private func band(_ s: inout SeriesState, _ now: Double, _ residual: Double, _ range: Double, _ wide: Double) {
        s.residualShort += s.rateScale * (residual - s.residualShort)
        let narrow = max(tuning.smoothBand * s.scaleShort, tuning.bandFloor * range)
        let outside = s.samples >= tuning.fewest && (residual.magnitude > wide || s.residualShort.magnitude > narrow)
        if outside && s.isOutside == 0 { s.outsideSince = now }
        s.isOutside = outside ? 1 : 0
        s.outsideFor = outside ? s.outsideFor + 1 : 0
        if !outside { (s.reported, s.frozen) = (0, 0) }
    }

    /// Hold-off and cool-down: a departure is reported once, and again only when it grows.
    private func shape(_ s: inout SeriesState, _ loud: Loudness, _ verdict: inout Verdict) {
        let score = loud.first + tuning.corroboration * loud.second
        s.memory = max(0, s.memory - s.fading)
        s.sinceAlarm += 1
        s.peak *= 1 - s.rateScale
        guard !verdict.isWarmingUp else { return }
        if score > 0 {
            verdict.rawScore = Float(score)
            verdict.feature = loud.feature
            verdict.suspicion = loud.feature.isOfSensor ? .sensor : .asset
            if !loud.feature.isOfSensor && score > s.peak {
                s.peak = score
                s.peakFeature = Double(loud.feature.rawValue)
            }
        }
        let bar = s.memory * tuning.relative
        if score > bar, s.sinceAlarm > tuning.coolDown * s.period || score > tuning.breakThrough * bar {
            say(&s, score, &verdict)
        } else if s.isOutside > 0 && s.reported == 0 && s.outsideFor >= tuning.confirm && s.peak > 0 && s.still < 8 {
            // A slow departure breaks its records by little and often: what was held back as no news is news once it stays outside.
            verdict.feature = Feature(rawValue: UInt8(s.peakFeature)) ?? .level
            verdict.suspicion = .asset
            say(&s, s.peak, &verdict)
        }
    }

    private func say(_ s: inout SeriesState, _ score: Double, _ verdict: inout Verdict) {
        verdict.score = Float(score)
        if score > s.memory {
            s.memory = score
            s.fading = score / max(1, tuning.hold * s.period)
        }
        s.sinceAlarm = 0
        if s.isOutside > 0 { s.reported = 1 }
    }

    private func learn(
        _ s: inout SeriesState, level: UnsafeMutablePointer<Float>, seen: UnsafeMutablePointer<UInt8>, _ bucket: Int, _ x: Double,
        _ residual: Double, _ now: Double, hasSeason: Bool
    ) {
        s.lively += max(s.rateSlow, 1 / (s.samples + 1)) * ((x == s.last ? 0 : 1) - s.lively)
        // What lasts outside is not learnt: else an alarm would end, or never begin, because the fault had become normal.
        let isFrozen = s.isOutside > 0 && s.samples > tuning.warmUp * s.period && s.frozen < tuning.freeze * s.period
        if isFrozen {
            s.frozen += 1
        } else {
            let rate = max(s.rateSlow, 1 / (s.samples + 1))
            let isSettled = s.samples > tuning.fewest
            let limit = 6 * s.spreadSlow.squareRoot()
            var step = x - s.levelSlow
            if isSettled && s.samples > tuning.warmUp * s.period { step = min(max(step, -limit), limit) }
            s.levelSlow += rate * step
            s.spreadSlow += rate * (step * step - s.spreadSlow)
            s.deviation += rate * ((x - s.median).magnitude - s.deviation)
            let stride = max(0.02, 1 / (s.samples + 2)) * s.deviation
            if x > s.median { s.median += stride } else if x < s.median { s.median -= stride }
            learnScale(&s, residual, hasSeason: hasSeason)
            let share = seen[bucket] == 0 ? 1 : max(tuning.seasonal, 1 / (Double(seen[bucket]) + 1))
            let known = seen[bucket] == 0 ? x : s.anchor + Double(level[bucket])
            level[bucket] = Float(known + share * (x - known) - s.anchor)
            if seen[bucket] < 255 { seen[bucket] += 1 }
        }
        s.maximum = max(s.maximum, x)
        s.minimum = min(s.minimum, x)
        s.last = x
        s.lastTime = max(s.lastTime, now)
        s.samples = min(s.samples + 1, 1e15)
    }

    /// Mean absolute residuals: quick at first and again when the cycle begins to be known, then slow and clipped, so that no outlier widens the band.
    private func learnScale(_ s: inout SeriesState, _ residual: Double, hasSeason: Bool) {
        let age = hasSeason ? s.samples - s.period : s.samples
        let rate = max(s.rateSlow, 1 / (age + 2))
        let isSettled = age > tuning.fewest
        let plain = isSettled ? min(residual.magnitude, 4 * s.scale + 1e-300) : residual.magnitude
        s.scale += rate * (plain - s.scale)
        let smooth = isSettled ? min(s.residualShort.magnitude, 4 * s.scaleShort + 1e-300) : s.residualShort.magnitude
        s.scaleShort += rate * (smooth - s.scaleShort)
    }
}
