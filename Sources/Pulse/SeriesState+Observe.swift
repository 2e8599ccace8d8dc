/// The moment and value of a sample, once they are within what the arithmetic carries.
struct Sample {
    /// *Units*: seconds. *Range*: ±1e15.
    var time: Double
    /// Relative to the origin. *Range*: ±2e30.
    var value: Double
    /// The same, held within reach of the range seen, for whatever follows a sample at once: one wild value must not blind a filter for days.
    var held: Double
    /// Position among the seasonal nodes.
    var position: Double
    /// How much longer than the longest usual silence the one before this sample was, as a share; 0: it was no gap.
    var gap = 0.0
    /// Its predecessor is too far away in time for a step to mean anything.
    var isBroken = false
    /// Its predecessor was a lone spike, worth this score.
    var spikeScore = 0.0
}

/// What is usual at one moment, relative to the origin.
struct Expectation {
    var middle: Double
    /// Half the width of the band.
    var half: Double
    /// The seasonal nodes are known here; otherwise the median stands in.
    var isSeasonal: Bool
    /// Mean absolute departure in this part of the cycle.
    var noise: Double
    /// Mean absolute size of quick changes in this part of the cycle; above 0.
    var restlessness: Double = 1
}

extension SeriesState {
    /// Values beyond this are held: their squares, sums and `Float` copies stay finite.
    static let valueLimit = 1e30
    /// *Units*: seconds; thirty million years.
    static let timeLimit = 1e15

    /// Judges one sample and remembers it; it is learnt when the next one has shown that it was no lone spike.
    @inline(__always)
    mutating func observe(time rawTime: Double, value rawValue: Double, season: Season, pace: Pace) -> Verdict {
        // The second test is for a state that came out of a forged snapshot.
        let time = Numerics.clip(rawTime.isFinite ? rawTime : (latest.isFinite ? latest : 0), SeriesState.timeLimit)
        guard rawValue.isFinite else { return unseen(time: time, season: season, pace: pace) }
        let bounded = Numerics.clip(rawValue, SeriesState.valueLimit)
        if count == 0 { begin(time: time, value: bounded) }
        if count == 2 { dropWildStart(bounded, season: season, pace: pace) }

        var sample = Sample(time: time, value: bounded - origin, held: 0, position: Season.position(of: time, pace))
        takeTime(&sample, pace: pace)
        settlePredecessor(&sample, season: season, pace: pace)
        sample.held = held(sample.value)
        follow(sample, pace: pace)

        let place = Season.Place(position: sample.position, nodes: pace.nodes)
        let expectation = self.expectation(at: place, time: time, season: season, pace: pace)
        let findings = judge(sample, expectation, pace: pace)
        let verdict = speak(sample, expectation, findings, season: season, pace: pace)

        beforeLast = last
        last = sample.value
        lastPosition = sample.position
        lastTime = time
        count &+= 1
        return verdict
    }

    private mutating func begin(time: Double, value: Double) {
        origin = value
        latest = time
        lastTime = time
        repeatsSince = time
    }

    /// A first value that has nothing to do with the two that follow (a sentinel, a sensor waking up) would set the range for weeks: begin again without it.
    private mutating func dropWildStart(_ third: Double, season: Season, pace: Pace) {
        let first = beforeLast + origin
        let second = last + origin
        guard abs(second - first) > 1000 * abs(third - second) else { return }
        let time = lastTime
        let position = lastPosition
        self = SeriesState()
        season.clear()
        begin(time: time, value: second)
        filters.quick = 0
        savedFilters = filters
        lastPosition = position
        unbroken = 1
        count = 1
    }

    /// Measures the silence before a sample, and whether steps across it mean anything.
    @inline(__always)
    private mutating func takeTime(_ sample: inout Sample, pace: Pace) {
        guard count > 0 else {
            unbroken = 1
            return
        }
        let limit = max(pace.tuning.gapIntervals * pace.interval, pace.tuning.gapGrowth * longestGap)
        let ahead = sample.time - latest
        if ahead > 0 {
            if ahead > limit { sample.gap = ahead / limit - 1 }
            // No single silence raises the limit beyond the double; in the first cycle, which may hold the first of all quiet nights, beyond four times that.
            longestGap = max(longestGap, min(ahead, Double(count) > pace.warmUp ? limit : 4 * limit))
            latest = sample.time
            backward = 0
        } else {
            backward &+= 1
            // A clock that was wrongly ahead and has been set back for a whole cycle is believed again.
            if Double(backward) > pace.memorySamples {
                latest = sample.time
                backward = 0
            }
        }
        sample.isBroken = abs(sample.time - lastTime) > limit
        unbroken = sample.isBroken ? 1 : unbroken &+ 1
    }

    /// Now that the successor is here: was the last sample a lone spike? Then it teaches nothing and leaves no trace in the filters. Otherwise it is learnt.
    @inline(__always)
    private mutating func settlePredecessor(_ sample: inout Sample, season: Season, pace: Pace) {
        guard count > 0 else { return }
        if unbroken >= 3, count >= 16 {
            let out = abs(last - beforeLast)
            let back = abs(sample.value - last)
            let smaller = min(out, back)
            let bar = max(change.past, change.present, pace.tuning.recordFloor * range)
            if smaller > pace.tuning.spikeGrowth * bar, bar > 0, abs(sample.value - beforeLast) <= 0.25 * smaller, spikes + 1 <= pace.tuning.spikeLimit {
                spikes += 1
                filters = savedFilters
                last = beforeLast
                earlier = earlierStill
                pending = 0
                set(Flags.wasOutside, false)
                if departureLength <= 1 { set(Flags.departed, false) }
                let height = min(pace.tuning.heightLimit, smaller / (pace.tuning.spikeGrowth * bar) - 1)
                sample.spikeScore = pace.tuning.spikeWeight * (pace.tuning.base + Numerics.log(1 + pace.tuning.steepness * height))
                return
            }
        }
        learn(season: season, pace: pace)
    }

    /// A value within reach of the range seen.
    @inline(__always)
    func held(_ value: Double) -> Double {
        let reach = 2 * range
        guard count >= 8, reach > 0 else { return value }
        return max(lowest - reach, min(highest + reach, value))
    }

    /// Moves the fast filters and the memories of what kind of series this is.
    @inline(__always)
    private mutating func follow(_ sample: Sample, pace: Pace) {
        savedFilters = filters
        if count == 0 || sample.isBroken {
            filters.quick = sample.held
            filters.level = sample.held
            filters.broad = sample.held
            filters.departure = 0
            filters.surge = 0
            earlier = 0
            earlierStill = 0
        } else {
            filters.quick += pace.unrestGain * (sample.held - filters.quick)
            filters.level += pace.levelGain * (sample.held - filters.level)
            filters.broad += pace.spreadGain * (sample.held - filters.broad)
            let quick = sample.held - filters.quick
            let slow = sample.held - filters.broad
            filters.quickVariance += pace.unrestGain * (quick * quick - filters.quickVariance)
            filters.broadVariance += pace.spreadGain * (slow * slow - filters.broadVariance)
        }
        guard count > 0 else { return }
        if spikes > 0 { spikes -= spikes / (5 * pace.memorySamples) }

        let step = sample.value - last
        let early = 1 / Double(count &+ 1)
        let isRepeat = step == 0 && !sample.isBroken
        repeatShare += max(early, 0.1 / pace.memorySamples) * ((isRepeat ? 1 : 0) - repeatShare)
        if isRepeat {
            repeats &+= 1
        } else {
            run.take(Double(repeats), share: 1)
            repeats = 0
            repeatsSince = sample.time
            set(Flags.flat, false)
        }
        if step != 0 {
            changes &+= 1
            fallShare += max(1 / Double(changes &+ 1), 0.3 / pace.memorySamples) * ((step < 0 ? 1 : 0) - fallShare)
            let size = abs(step)
            if quantum == 0 || size < quantum { quantum = size }
            watchResolution(size)
        }
    }

    /// What is usual at a place of the cycle.
    @inline(__always)
    mutating func expectation(at place: Season.Place, time: Double, season: Season, pace: Pace) -> Expectation {
        if isCounter { return Expectation(middle: last, half: max(change.past, change.present), isSeasonal: false, noise: 0) }
        let floor = pace.tuning.bandFloor * range
        if pace.nodes > 1, Double(count) > pace.samples, season.knowledge(at: place) >= 0.75 {
            let local = max(season.noise(at: place), pace.tuning.localNoise * noise)
            var middle = season.expectation(at: place)
            if weekHelps(pace) { middle += season.weekday(Season.Weekday(time, pace)) * week.scale }
            return Expectation(
                middle: middle, half: max(floor, pace.tuning.bandWidth * local), isSeasonal: true, noise: local,
                restlessness: max(
                    season.restlessness(place.left), pace.tuning.localNoise * meanSurge, 0.1 * pace.tuning.recordFloor * range, .leastNormalMagnitude))
        }
        return Expectation(middle: median, half: max(floor, pace.tuning.bandWidth * deviation), isSeasonal: false, noise: deviation)
    }

    /// The verdict on a missing value: nothing is judged, nothing is learnt.
    private mutating func unseen(time: Double, season: Season, pace: Pace) -> Verdict {
        let place = Season.Place(position: Season.position(of: time, pace), nodes: pace.nodes)
        let expectation = self.expectation(at: place, time: time, season: season, pace: pace)
        let lasts = isAway
        return Verdict(
            isWarmingUp: Double(count) <= pace.warmUp, isOutside: lasts, isDrifting: isDrifting, expected: origin + expectation.middle,
            low: origin + expectation.middle - expectation.half,
            high: origin + expectation.middle + expectation.half, seen: origin + last, since: lasts ? awaySince : time)
    }

    /// It only ever rises, resets aside: an hour meter, a pulse counter. Its level and range say nothing, its steps do.
    @inline(__always)
    var isCounter: Bool { fallShare < 0.02 && changes > 24 }

    /// A series of few levels, or one that mostly repeats itself: a state, a coarse tilt. Calm is its nature.
    @inline(__always)
    func isStill(_ pace: Pace) -> Bool {
        repeatShare > pace.tuning.repeatLimit || quantum == 0 || range < pace.tuning.leastLevels * quantum
    }
}
