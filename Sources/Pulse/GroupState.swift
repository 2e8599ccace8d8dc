/// The fixed part of a group's state; eight bytes a field, like everything behind it.
struct GroupHead {
    var channels: Int64 = 1
    var interval = 60.0
    /// Rows taken.
    var count: Int64 = 0
    /// The memory in use: grows to the tuning's.
    var samples = 0.0
    var lastTime = 0.0
    /// Rows since the smoothing began.
    var unbroken: Int64 = 0
    var isOutside: Int64 = 0
    /// Rows that the present departure lasts, and rows in a row that were quiet in it.
    var age: Int64 = 0
    var quiet: Int64 = 0
    /// Channels that have ever had a value, one bit each.
    var met: Int64 = 0
    /// Channels that were missing in the last row.
    var absent: Int64 = 0
    /// The highest statistic of the departure.
    var peak = 0.0
    var since = 0.0

    init() {}
}

/// One group in the bank's block. Borrowed for one call.
///
/// Behind the head lie, for k channels: smoothed value, slow mean, raw variance (k each); for the 2k signals variance, mean squared step, last residual,
/// residual and score; the correlation's scale (k); and two k × k matrices, the covariance and the inverse of the ridged correlation.
struct GroupState {
    let head: UnsafeMutablePointer<GroupHead>
    private let words: UnsafeMutablePointer<Double>
    let channels: Int

    static let headWords = MemoryLayout<GroupHead>.size / 8

    static func words(_ channels: Int) -> Int { headWords + 4 * channels + 10 * channels + 2 * channels * channels }

    /// SAFETY: `base` must be the start of a group's words in a live block.
    init(_ base: UnsafeMutablePointer<Double>) {
        head = UnsafeMutableRawPointer(base).assumingMemoryBound(to: GroupHead.self)
        words = base + GroupState.headWords
        // The limits are for a state that came out of a forged snapshot: the number of channels is checked when a snapshot is taken over.
        channels = Int(max(1, min(Int64(GroupBank.maximumChannels), head.pointee.channels)))
    }

    var smoothed: UnsafeMutablePointer<Double> { words }
    var mean: UnsafeMutablePointer<Double> { words + channels }
    private var rawVariance: UnsafeMutablePointer<Double> { words + 2 * channels }
    private var scale: UnsafeMutablePointer<Double> { words + 3 * channels }
    private var variance: UnsafeMutablePointer<Double> { words + 4 * channels }
    private var step: UnsafeMutablePointer<Double> { words + 6 * channels }
    private var previous: UnsafeMutablePointer<Double> { words + 8 * channels }
    private var residual: UnsafeMutablePointer<Double> { words + 10 * channels }
    private var score: UnsafeMutablePointer<Double> { words + 12 * channels }
    private var covariance: UnsafeMutablePointer<Double> { words + 14 * channels }
    private var inverse: UnsafeMutablePointer<Double> { words + 14 * channels + channels * channels }

    /// Head and all that lies behind it, as words.
    var allWords: UnsafeMutableBufferPointer<UInt64> {
        // SAFETY: trivial contents of eight bytes each; whatever bits are written are values of each field's type.
        let base = UnsafeMutableRawPointer(head).assumingMemoryBound(to: UInt64.self)
        return UnsafeMutableBufferPointer(start: base, count: GroupState.words(channels))
    }

    /// Makes a group that has seen nothing.
    func begin(channels: Int, interval: Double) {
        // SAFETY: trivial types: writing over uninitialised memory and over an older value are the same thing.
        let base = UnsafeMutableRawPointer(head).assumingMemoryBound(to: Double.self)
        base.update(repeating: 0, count: GroupState.words(channels))
        var fresh = GroupHead()
        fresh.channels = Int64(channels)
        fresh.interval = interval.isFinite && interval > 0 ? interval : 60
        head.initialize(to: fresh)
        let state = GroupState(base)
        for channel in 0..<channels { state.inverse[channel * channels + channel] = 1 }
    }

    /// Rows before the regression is used at all.
    private static let youngest: Int64 = 30
    /// A silence of so many intervals breaks the smoothing.
    private static let gap = 20.0

    func observe(time rawTime: Double, values: borrowing [Double], _ tuning: GroupTuning) -> GroupVerdict {
        let time = Numerics.clip(rawTime.isFinite ? rawTime : head.pointee.lastTime, SeriesState.timeLimit)
        var verdict = GroupVerdict(since: time)
        let isBroken = head.pointee.count == 0 || !(abs(time - head.pointee.lastTime) <= GroupState.gap * head.pointee.interval)
        head.pointee.lastTime = time
        let count = head.pointee.count
        head.pointee.count = count &+ 1
        head.pointee.unbroken = isBroken ? 1 : head.pointee.unbroken &+ 1
        head.pointee.samples = min(head.pointee.samples + 1, max(1, tuning.memory))
        var gain = 1 / max(1, head.pointee.samples)
        let isWarm = Double(count) >= tuning.warmUp
        var missing: UInt64 = 0
        for channel in 0..<channels {
            guard let value = GroupState.value(values, channel) else {
                missing |= 1 << UInt64(channel)
                continue
            }
            follow(channel, value, gain: gain, isWarm: isWarm, isBroken: isBroken, count: count, tuning)
        }
        head.pointee.absent = Int64(bitPattern: missing)
        if count >= GroupState.youngest { regress(missing: missing, count: count, tuning) }
        if isWarm {
            verdict.isWarmingUp = false
            let settled = Double(head.pointee.unbroken) * tuning.smoothing >= 1
            judge(&verdict, missing: missing, count: count, settled: settled, tuning)
            gain = turn(&verdict, time: time, gain: gain, tuning)
        }
        learn(gain: gain, missing: missing, count: count, isWarm: isWarm, tuning)
        return verdict
    }

    /// Nil for what is missing. *Range*: held within ±1e30, so that squares and sums stay finite.
    private static func value(_ values: borrowing [Double], _ channel: Int) -> Double? {
        guard channel < values.count, values[channel].isFinite else { return nil }
        return Numerics.clip(values[channel], SeriesState.valueLimit)
    }

    private func follow(
        _ channel: Int, _ value: Double, gain: Double, isWarm: Bool, isBroken: Bool, count: Int64, _ tuning: GroupTuning
    ) {
        let bit = Int64(1) << Int64(channel)
        if head.pointee.met & bit == 0 {
            head.pointee.met |= bit
            smoothed[channel] = value
            mean[channel] = value
            previous[channel] = 0
        } else if head.pointee.absent & bit != 0, !isBroken {
            // What the others expected of it meanwhile is the best place to go on from.
            smoothed[channel] = mean[channel] + residual[channel]
            smoothed[channel] += tuning.smoothing * (value - smoothed[channel])
        } else if isBroken {
            smoothed[channel] = value
            previous[channel] = value - mean[channel]
        } else {
            var step = value - smoothed[channel]
            if isWarm { step = Numerics.clip(step, tuning.spike * rawVariance[channel].squareRoot()) }
            smoothed[channel] += max(tuning.smoothing, 1 / Double(count &+ 1)) * step
        }
        let rest = value - smoothed[channel]
        rawVariance[channel] += gain * (rest * rest - rawVariance[channel])
        residual[channel] = smoothed[channel] - mean[channel]
    }

    /// What is left of each channel when the others have explained what they can.
    private func regress(missing: UInt64, count: Int64, _ tuning: GroupTuning) {
        if count % tuning.refresh == 0, head.pointee.isOutside == 0 { invert(tuning) }
        for channel in 0..<channels {
            let row = inverse + channel * channels
            var sum = 0.0
            for other in 0..<channels { sum += row[other] * residual[other] * scale[other] }
            let own = row[channel]
            guard scale[channel] > 0, own > 0 else {
                residual[channels + channel] = 0
                continue
            }
            let unexplained = sum / own / scale[channel]
            if missing & (1 << UInt64(channel)) != 0 {
                // Exactly what the others expect of it.
                residual[channel] -= unexplained
                residual[channels + channel] = 0
            } else {
                residual[channels + channel] = unexplained
            }
        }
    }

    /// The inverse of the ridged correlation, in place by Gauss and Jordan; positive definite, so without pivoting.
    private func invert(_ tuning: GroupTuning) {
        let count = channels
        var unexplained = 0.0
        for channel in 0..<count { unexplained += 1 / max(inverse[channel * count + channel], .leastNormalMagnitude) }
        let correlated = (2 - tuning.smoothing) / tuning.smoothing
        let ridge = max(1e-9, min(1e6, tuning.ridge * unexplained * correlated / max(1, head.pointee.samples)))
        for channel in 0..<count {
            let own = covariance[channel * count + channel]
            scale[channel] = own > 0 && own < .infinity ? 1 / own.squareRoot() : 0
        }
        for row in 0..<count {
            for column in 0..<count { inverse[row * count + column] = covariance[row * count + column] * scale[row] * scale[column] }
            inverse[row * count + row] = 1 + ridge
        }
        for pivot in 0..<count {
            let own = inverse[pivot * count + pivot]
            guard own > 1e-12 else { return forgetRegression() }
            let factor = 1 / own
            inverse[pivot * count + pivot] = 1
            for column in 0..<count { inverse[pivot * count + column] *= factor }
            for row in 0..<count where row != pivot {
                let share = inverse[row * count + pivot]
                inverse[row * count + pivot] = 0
                for column in 0..<count { inverse[row * count + column] -= share * inverse[pivot * count + column] }
            }
        }
    }

    /// No channel explains another; what a matrix that rounding has spoilt falls back to.
    private func forgetRegression() {
        for row in 0..<channels {
            for column in 0..<channels { inverse[row * channels + column] = row == column ? 1 : 0 }
        }
    }

    /// Scores all signals before anything of this row is learnt.
    private func judge(_ verdict: inout GroupVerdict, missing: UInt64, count: Int64, settled: Bool, _ tuning: GroupTuning) {
        let learnt = min(Double(count), tuning.memory)
        var loudest = 0.0
        for signal in 0..<2 * channels {
            let channel = signal < channels ? signal : signal - channels
            score[signal] = 0
            guard settled, missing & (1 << UInt64(channel)) == 0 else { continue }
            // A channel that stands still has no variance; a millionth of its level is as good as still.
            let floor = 1e-12 + 1e-12 * mean[channel] * mean[channel]
            let spread = variance[signal] + floor
            let correlated = max(1, 4 * spread / (step[signal] + floor) - 1)
            let independent = max(1, learnt / correlated)
            let distance = residual[signal] * residual[signal] / (spread * independent)
            let found = distance < 1e300 ? independent * Numerics.log(1 + distance) : 0
            score[signal] = found
            if found > loudest {
                loudest = found
                verdict.channel = channel
                verdict.isUnexplained = signal >= channels
                verdict.seen = smoothed[channel]
                verdict.expected = smoothed[channel] - residual[signal]
            }
        }
        verdict.statistic = Float(loudest)
    }

    /// Begins, continues or ends a departure; the gain that learning goes on with.
    private func turn(_ verdict: inout GroupVerdict, time: Double, gain: Double, _ tuning: GroupTuning) -> Double {
        let loudest = Double(verdict.statistic)
        guard head.pointee.isOutside != 0 else {
            if loudest > tuning.limit {
                head.pointee.isOutside = 1
                head.pointee.age = 0
                head.pointee.quiet = 0
                head.pointee.peak = loudest
                head.pointee.since = time
                verdict.isBeginning = true
                verdict.isOutside = true
            }
            return gain
        }
        head.pointee.peak = max(head.pointee.peak, loudest)
        head.pointee.age &+= 1
        let isQuiet = loudest < max(tuning.release, tuning.releaseShare * head.pointee.peak)
        head.pointee.quiet = isQuiet ? head.pointee.quiet &+ 1 : 0
        let isAccepted = Double(head.pointee.age) > tuning.patience
        guard Double(head.pointee.quiet) >= tuning.hold || isAccepted else {
            verdict.isOutside = true
            verdict.since = head.pointee.since
            return gain
        }
        if isAccepted {
            for channel in 0..<channels { mean[channel] = smoothed[channel] }
        }
        head.pointee.isOutside = 0
        head.pointee.samples = min(head.pointee.samples, tuning.relearn)
        return 1 / max(1, head.pointee.samples)
    }

    private func learn(gain: Double, missing: UInt64, count: Int64, isWarm: Bool, _ tuning: GroupTuning) {
        guard Double(count) * tuning.smoothing >= 1 else {
            for channel in 0..<channels where missing & (1 << UInt64(channel)) == 0 { mean[channel] += gain * residual[channel] }
            return
        }
        let isOutside = head.pointee.isOutside != 0
        // Not while a level is being learnt anew.
        let isRobust = isWarm && head.pointee.samples > tuning.relearn
        for signal in 0..<2 * channels {
            let isRegression = signal >= channels
            let channel = isRegression ? signal - channels : signal
            let change = residual[signal] - previous[signal]
            previous[signal] = residual[signal]
            if missing & (1 << UInt64(channel)) != 0 || isRegression && count <= GroupState.youngest || isOutside && score[signal] > tuning.gate {
                continue
            }
            var square = residual[signal] * residual[signal]
            if isRobust { square = min(square, tuning.clip * variance[signal]) }
            let own = isRegression ? max(gain, 1 / Double(count &- GroupState.youngest &+ 1)) : gain
            variance[signal] += own * (square - variance[signal])
            step[signal] += own * (change * change - step[signal])
        }
        // Whole or not at all: a matrix that was learnt in part would not stay positive definite.
        if !isOutside, missing == 0 {
            for row in 0..<channels {
                for column in 0..<channels {
                    let entry = row * channels + column
                    covariance[entry] += gain * (residual[row] * residual[column] - covariance[entry])
                }
            }
        }
        for channel in 0..<channels where missing & (1 << UInt64(channel)) == 0 {
            if isOutside, max(score[channel], score[channels + channel]) > tuning.gate { continue }
            var distance = residual[channel]
            if isRobust { distance = Numerics.clip(distance, (tuning.clip * variance[channel]).squareRoot()) }
            mean[channel] += gain * distance
        }
    }
}
