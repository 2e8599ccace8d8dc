extension SeriesState {
    /// Learns the last sample: records, range and baseline. While an alarmed departure lasts, all of it slowly.
    @inline(__always)
    mutating func learn(season nodes: Season, pace: Pace) {
        let slowed = has(Flags.departed | Flags.cautious)
        let speed = slowed ? pace.tuning.departureLearning : 1
        let share = slowed ? pace.uptake : 1
        let value = held(last)
        let warm = Double(count) > pace.warmUp

        raw.take(lastRaw, share: share)
        change.take(lastChange, share: share)
        season.take(lastSeason, share: share)
        surge.take(lastSurge, share: share)
        level.take(lastLevel, share: share)
        unrest.take(lastUnrest, share: share)
        calm.take(lastCalm, share: share)
        // The range is what two samples in a row have reached, as it is judged.
        let pair = unbroken >= 2 ? held(beforeLast) : value
        let (upper, lower) = (min(value, pair), max(value, pair))
        if upper > presentHighest { presentHighest += share * (upper - presentHighest) }
        if lower < presentLowest { presentLowest += share * (lower - presentLowest) }
        if !warm {
            highest = max(highest, presentHighest)
            lowest = min(lowest, presentLowest)
        }

        let early = 1 / Double(max(1, count))
        let gain = max(pace.slowGain, early) * speed
        var departure = value - slowMean
        if warm { departure = Numerics.clip(departure, 6 * slowVariance.squareRoot()) }
        slowMean += gain * departure
        slowVariance += gain * (departure * departure - slowVariance)

        meanStep += gain * (warm ? min(lastChange, 4 * meanStep) - meanStep : lastChange - meanStep)
        if lastLevel > 0 { meanLevel += gain * (warm ? min(lastLevel, 4 * meanLevel) - meanLevel : lastLevel - meanLevel) }
        let distance = value - median
        deviation += gain * (warm ? min(abs(distance), 4 * deviation) - deviation : abs(distance) - deviation)
        let step = max(pace.medianGain, early) * speed * deviation
        if distance > 0 { median += min(step, distance) } else { median -= min(step, -distance) }

        if pace.nodes > 1 { learnSeason(value, nodes, speed: speed, pace: pace) }

        cyclePosition &+= 1
        if !warm, Double(count &+ 1) > pace.warmUp {
            turn(first: true, pace: pace)
        } else if warm, Double(cyclePosition) >= pace.memorySamples {
            turn(first: false, pace: pace)
            followDrift(mean: nodes.mean ?? slowMean, meetings: pace.samples / pace.nodes, time: lastTime, pace: pace)
        }
    }

    @inline(__always)
    private mutating func learnSeason(_ value: Double, _ nodes: Season, speed: Double, pace: Pace) {
        let place = Season.Place(position: lastPosition, nodes: pace.nodes)
        let known = Double(count) > pace.samples && nodes.knowledge(at: place) >= 0.75
        var departure = value - nodes.expectation(at: place)
        if known {
            let weekday = Season.Weekday(lastTime, pace)
            // Before it is corrected: the week is what remains when the usual cycle is taken away.
            let correction = weekHelps(pace) ? nodes.weekday(weekday) * week.scale : 0
            learnWeek(departure, weekday, nodes, speed: speed, pace: pace)
            departure -= correction
            let size = abs(departure)
            noiseCount &+= 1
            let gain = max(pace.noiseGain, 1 / Double(noiseCount)) * speed
            // Early values count as they are; later ones up to four times the usual, so that an outlier widens the band by little.
            let isEarly = Double(noiseCount) * pace.noiseGain < 0.25
            noise += gain * ((isEarly ? size : min(size, 4 * noise)) - noise)
            smoothNoise += gain * ((isEarly ? lastSeason : min(lastSeason, 4 * smoothNoise)) - smoothNoise)
            let change = abs(filters.surge - filters.departure)
            meanSurge += gain * ((isEarly ? change : min(change, 4 * meanSurge)) - meanSurge)
            nodes.learnRestlessness(at: place, size: min(change, 6 * meanSurge), gain: pace.seasonStep * speed, usual: meanSurge)
            let half = pace.tuning.bandWidth * max(nodes.noise(at: place), pace.tuning.localNoise * noise)
            departure = Numerics.clip(departure, 3 * max(half, pace.tuning.bandFloor * range))
            // Of many samples each teaches its share; of few the line through a single one must be met.
            let norm = pace.samples < 4 * pace.nodes ? place.norm : 1
            addToDrift(moved: pace.seasonStep * speed * norm * departure, localNoise: nodes.noise(at: place))
            nodes.learnNoise(at: place, size: abs(departure), gain: pace.seasonStep * speed, usual: noise)
            takeLesson(departure, place, nodes, norm: norm, speed: speed, pace: pace)
        } else {
            nodes.learn(at: place, departure: departure, value: value, gain: pace.seasonGain, pace: speed)
        }
    }

    @inline(__always)
    private mutating func takeLesson(_ departure: Double, _ place: Season.Place, _ nodes: Season, norm: Double, speed: Double, pace: Pace) {
        if Int32(place.left) != lessonNode {
            // The second test is for a state that came out of a forged snapshot.
            if lessonNode >= 0, lessonNode < Int32(pace.nodes) {
                let last = Season.Place(position: Double(lessonNode), nodes: pace.nodes)
                nodes.take(last.left, lesson: lessonLeft, weight: lessonLeftWeight, step: pace.seasonStep)
                nodes.take(last.right, lesson: lessonRight, weight: lessonRightWeight, step: pace.seasonStep)
            }
            lessonNode = Int32(place.left)
            lessonLeft = 0
            lessonLeftWeight = 0
            lessonRight = 0
            lessonRightWeight = 0
        }
        let left = (1 - place.share) * norm * speed
        let right = place.share * norm * speed
        lessonLeft += left * departure
        lessonLeftWeight += left
        lessonRight += right * departure
        lessonRightWeight += right
        nodes.meet(place.left, (1 - place.share) * speed)
        if place.share > 0 { nodes.meet(place.right, place.share * speed) }
    }

    /// Ends a cycle: what it has seen joins the past, and the past fades.
    private mutating func turn(first: Bool, pace: Pace) {
        cyclePosition = 0
        let growth = first ? 0 : pace.tuning.recordGrowth
        let floor = pace.tuning.recordFloor * range
        raw.turn(leak: pace.leak, ceiling: growth * max(raw.past, floor))
        change.turn(leak: pace.leak, ceiling: growth * max(change.past, floor))
        season.turn(leak: pace.patternLeak, ceiling: growth * max(season.past, floor))
        surge.turn(leak: pace.patternLeak, ceiling: growth * surge.past)
        level.turn(leak: pace.leak, ceiling: growth * max(level.past, floor))
        unrest.turn(leak: pace.leak, ceiling: growth * max(unrest.past, floor))
        calm.turn(leak: pace.leak, ceiling: 0)
        run.turn(leak: pace.leak, ceiling: 0)
        let hasWeek = weekHelps(pace)
        if hasWeek, !has(Flags.weekly) {
            // The expectation has become better: records that were set without the week would hide for a month what it shows.
            let share = min(1, week.with / max(week.without, .leastNormalMagnitude))
            season.past *= share
            surge.past *= share
        }
        set(Flags.weekly, hasWeek)
        longestGap *= pace.leak
        // The range fades toward the median four times as slowly as the records: it is the scale of everything else.
        let kept = 0.75 + 0.25 * pace.leak
        highest = max(median + kept * (highest - median), presentHighest)
        lowest = min(median + kept * (lowest - median), presentLowest)
        presentHighest = last
        presentLowest = last
    }

    /// The departure has lasted for so long that it is how things are now.
    mutating func accept(_ departure: Double, season nodes: Season, pace: Pace) {
        nodes.shift(by: departure)
        // What was learnt at one stroke counts for the slow track as what is learnt by little and little.
        drift.level += departure
        lessonNode = -1
        nodes.forget(downTo: 1)
        slowMean += departure
        median += departure
        highest = max(highest, last)
        lowest = min(lowest, last)
        filters.departure = 0
        filters.surge = 0
        savedFilters.departure = 0
        savedFilters.surge = 0
        earlier = 0
        earlierStill = 0
        raw.past = max(raw.past, lastRaw)
        level.past = max(level.past, lastLevel)
        season.past = max(season.past, lastSeason)
        surge.past = max(surge.past, lastSurge)
        unrest.past = max(unrest.past, lastUnrest)
        calm.past = max(calm.past, lastCalm)
        set(Flags.departed | Flags.outside | Flags.wasOutside, false)
    }
}
