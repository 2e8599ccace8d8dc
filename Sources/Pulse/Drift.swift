/// The slow track: the level of whole cycles, over weeks and months.
///
/// What the quick features learn as the new normal day by day is exactly what wear looks like: a bearing that warms, a baseline that tilts, a leak that
/// grows. So what the usual cycle learns is added up and held against a reference that follows much more slowly. Each part of the cycle counts by the inverse
/// square of its noise: a leak shows at night, when nobody else draws water.
struct DriftState {
    /// Cycles taken.
    var cycles = 0.0
    /// The level of the cycles that count as normal, and their mean distance from it.
    var reference = 0.0
    var spread = 0.0
    /// Page's cumulative sums of the standardised distances.
    var rising = 0.0
    var falling = 0.0
    /// The last cycle's level.
    var level = 0.0
    /// What this cycle has learnt so far, weighted, and the weights.
    var learnt = 0.0
    var learntWeight = 0.0
    /// *Units*: seconds: when the present sum began to grow.
    var risingSince = 0.0
    var fallingSince = 0.0
    /// Discounted sums of a straight line through the levels; time counts back from the present cycle.
    var weight = 0.0
    var sumTime = 0.0
    var sumTimeSquare = 0.0
    var sumLevel = 0.0
    var sumProduct = 0.0
    var sumLevelSquare = 0.0
}

/// Where a series drifts to. *Units*: the series' own, cycles, seconds.
package struct Drift: Equatable, Sendable {
    /// The level of the last whole cycle, and the level that was normal.
    package var level: Double
    package var reference: Double
    /// The slope of the last weeks per cycle, and its standard error.
    package var slope: Double
    package var slopeError: Double
    /// Cycles that have been looked at.
    package var cycles: Int
    /// Further from the reference, for longer, than the series' own wandering explains.
    package var isDrifting: Bool
    /// *Units*: seconds. When the present drift began; 0 when there is none.
    package var since: Double

    /// *Units*: cycles until the level reaches a limit if nothing is done; nil when it does not go there, or its slope is not certain (twice its error).
    package func cycles(until limit: Double) -> Double? {
        let way = limit - level
        guard abs(slope) > 2 * slopeError, slope != 0, way / slope >= 0 else { return nil }
        return way / slope
    }
}

extension SeriesState {
    /// Adds what one sample has taught the usual cycle. `moved`: the share of its departure that was learnt.
    @inline(__always)
    mutating func addToDrift(moved: Double, localNoise: Double) {
        let noise = max(localNoise, 0.3 * self.noise, .leastNormalMagnitude)
        let weight = 1 / (noise * noise)
        guard weight < 1e200 else { return }
        drift.learnt += weight * moved
        drift.learntWeight += weight
    }

    /// Ends a cycle. `mean`: the level of the usual cycle, where the track begins; `meetings`: samples that each node is met by in a cycle.
    mutating func followDrift(mean: Double, meetings: Double, time: Double, pace: Pace) {
        drift.cycles += 1
        if drift.cycles == 1 {
            drift.reference = mean
            drift.level = mean
        } else if drift.learntWeight > 0 {
            let step = meetings * drift.learnt / drift.learntWeight
            if abs(step) < 1e200 { drift.level += step }
        }
        drift.learnt = 0
        drift.learntWeight = 0
        let level = drift.level
        line(level, pace)

        let distance = level - drift.reference
        let isLearning = drift.cycles <= pace.tuning.driftLearning
        let early = 1 / drift.cycles
        if isLearning {
            drift.reference += early * distance
            drift.spread += early * (abs(distance) - drift.spread)
            return
        }
        // Neither noise that the cycle's mean has averaged away nor a thousandth of the range is a drift.
        let scale = max(drift.spread, 0.2 * noise, pace.tuning.driftFloor * range, .leastNormalMagnitude)
        let step = distance / scale
        let wasStill = (drift.rising <= 0, drift.falling <= 0)
        drift.rising = max(0, drift.rising + min(step, pace.tuning.driftClip) - pace.tuning.driftSlack)
        drift.falling = max(0, drift.falling - max(step, -pace.tuning.driftClip) - pace.tuning.driftSlack)
        if wasStill.0 { drift.risingSince = time }
        if wasStill.1 { drift.fallingSince = time }
        drift.rising = settled(drift.rising, Flags.driftsUp, pace)
        drift.falling = settled(drift.falling, Flags.driftsDown, pace)
        if !has(Flags.driftsUp | Flags.driftsDown) {
            // Slow: a reference that follows within weeks would follow the drift.
            let gain = max(early, 1 / pace.tuning.driftMemory)
            drift.reference += gain * Numerics.clip(distance, 3 * scale)
            drift.spread += gain * (min(abs(distance), 4 * scale) - drift.spread)
        }
    }

    private mutating func settled(_ sum: Double, _ flag: Int32, _ pace: Pace) -> Double {
        if !has(flag), sum > pace.tuning.driftLimit {
            set(flag, true)
            set(Flags.driftBegan, true)
        } else if has(flag), sum < 0.5 * pace.tuning.driftLimit {
            set(flag, false)
        }
        // What is far above the limit would take as long to come down again.
        return min(sum, 2 * pace.tuning.driftLimit)
    }

    /// Adds one level to the discounted straight line.
    private mutating func line(_ level: Double, _ pace: Pace) {
        let kept = 1 - 1 / pace.tuning.driftLine
        // One cycle later every moment of the past is one further back: t becomes t − 1.
        let weight = drift.weight * kept
        let time = drift.sumTime * kept - weight
        drift.sumTimeSquare = drift.sumTimeSquare * kept - 2 * drift.sumTime * kept + weight
        drift.sumProduct = (drift.sumProduct - drift.sumLevel) * kept
        drift.sumTime = time
        drift.weight = weight + 1
        drift.sumLevel = drift.sumLevel * kept + level
        drift.sumLevelSquare = drift.sumLevelSquare * kept + level * level
    }

    var isDrifting: Bool { has(Flags.driftsUp | Flags.driftsDown) }

    /// *Units*: seconds. When the present drift began; 0 when there is none.
    var driftSince: Double { has(Flags.driftsUp) ? drift.risingSince : (has(Flags.driftsDown) ? drift.fallingSince : 0) }

    /// What the slow track knows. `origin` is added to the levels.
    func driftReport() -> Drift {
        let spreadOfTime = drift.sumTimeSquare * drift.weight - drift.sumTime * drift.sumTime
        var slope = 0.0
        var error = Double.infinity
        if drift.cycles >= 7, spreadOfTime > 0 {
            slope = (drift.sumProduct * drift.weight - drift.sumTime * drift.sumLevel) / spreadOfTime
            let offset = (drift.sumLevel - slope * drift.sumTime) / drift.weight
            let residual = drift.sumLevelSquare - offset * drift.sumLevel - slope * drift.sumProduct
            let variance = max(0, residual) / max(1, drift.weight - 2)
            error = (variance * drift.weight / spreadOfTime).squareRoot()
        }
        return Drift(
            level: origin + drift.level, reference: origin + drift.reference, slope: slope, slopeError: error, cycles: Int(min(drift.cycles, 1e9)),
            isDrifting: isDrifting, since: driftSince)
    }
}
