import Lifeline

/// What is kept of every sensor's past for the evidence of alerts, in two tiers: the last readings as they came, and the least and the most of each stretch
/// of a day (of the cycle, where that is longer; of 24 intervals, where those are).
///
/// Readings lose what is finer than a millisecond of their time; stretches keep seven digits. A silence of more than 24 days begins a new window, and what
/// is backfilled from more than 24 days before its predecessor does not enter it.
///
/// *Memory*: `bytesPerSensor`, taken once.
struct EvidenceWindows {
    /// *Units*: bytes.
    static let bytesPerSensor =
        depth * (MemoryLayout<Double>.stride + MemoryLayout<Int32>.stride + 2 * MemoryLayout<Float>.stride) + MemoryLayout<Head>.stride
    static let depth = Evidence.windowLimit
    /// *Units*: microseconds; an hour: a stretch is never shorter, so that a window of stretches shows at least a day.
    private static let shortestStep: Int64 = 3_600_000_000

    private struct Head {
        /// *Units*: microseconds of a stretch.
        var step: Int64
        /// *Units*: milliseconds since 1970: the newest reading's time.
        var newest: Int64 = 0
        /// The number of the newest stretch, counted from 1970; `.min` when there is none.
        var stretch: Int64 = .min
        /// Readings so far; it folds before it could wrap, keeping its place in the ring.
        var count: Int64 = 0
    }

    private var heads: [Head]
    private var values: [Double]
    /// *Units*: milliseconds after the reading before.
    private var gaps: [Int32]
    /// NaN: nothing was heard.
    private var lows: [Float]
    private var highs: [Float]

    init(sensors: [Sensor]) {
        heads = sensors.map { sensor in
            let wanted = max((sensor.cycle ?? 0) / Double(EvidenceWindows.depth), sensor.interval ?? 0)
            // A hundred years are the longest that a file may say; NaN and worse are the shortest.
            let step = wanted > 0 && wanted < 4e9 ? Int64(wanted * 1e6) : 0
            return Head(step: max(EvidenceWindows.shortestStep, step))
        }
        let room = sensors.count * EvidenceWindows.depth
        values = Array(repeating: 0, count: room)
        gaps = Array(repeating: 0, count: room)
        lows = Array(repeating: .nan, count: room)
        highs = Array(repeating: .nan, count: room)
    }

    /// - Parameter flags: an impossible value is evidence, but no part of a day's least and most; a late one never begins a new day.
    mutating func append(sensor: Int, _ point: EvidencePoint, flags: ReadingFlags = []) {
        appendReading(sensor, milliseconds: point.observed.microseconds / 1000, value: point.value)
        if !flags.contains(.outOfRange) { widen(sensor, point, isLate: flags.contains(.late)) }
    }

    private mutating func appendReading(_ sensor: Int, milliseconds: Int64, value: Double) {
        let depth = Int64(EvidenceWindows.depth)
        let (gap, overflow) = milliseconds.subtractingReportingOverflow(heads[sensor].newest)
        if heads[sensor].count == 0 || overflow || gap > Int64(Int32.max) {
            if overflow && milliseconds < heads[sensor].newest { return }
            heads[sensor].count = 0
        } else if gap < Int64(Int32.min) {
            return
        }
        let place = sensor * EvidenceWindows.depth + Int(heads[sensor].count % depth)
        values[place] = value
        gaps[place] = heads[sensor].count == 0 ? 0 : Int32(gap)
        heads[sensor].newest = milliseconds
        heads[sensor].count += 1
        if heads[sensor].count >= 2 * depth { heads[sensor].count -= depth }
    }

    private mutating func widen(_ sensor: Int, _ point: EvidencePoint, isLate: Bool) {
        let value = Float(point.value)
        guard value.isFinite else { return }
        let depth = Int64(EvidenceWindows.depth)
        let number = EvidenceWindows.stretch(of: point.observed.microseconds, step: heads[sensor].step)
        let newest = heads[sensor].stretch
        let isFirst = newest == .min
        // Further back than the window: history that nobody asks for, or a clock that ran ahead and has been put right.
        if !isFirst, number <= newest - depth, isLate { return }
        if isFirst || number > newest || number <= newest - depth {
            let missed = isFirst || number <= newest - depth ? depth : min(depth, number - newest)
            for step in 0..<missed {
                let place = self.place(sensor, number - step)
                (lows[place], highs[place]) = (.nan, .nan)
            }
            heads[sensor].stretch = number
        }
        let place = self.place(sensor, number)
        // NaN loses every comparison.
        if !(lows[place] <= value) { lows[place] = value }
        if !(highs[place] >= value) { highs[place] = value }
    }

    private static func stretch(of microseconds: Int64, step: Int64) -> Int64 {
        let number = microseconds / step
        return microseconds % step < 0 ? number - 1 : number
    }

    private func place(_ sensor: Int, _ number: Int64) -> Int {
        let depth = Int64(EvidenceWindows.depth)
        let rest = number % depth
        return sensor * EvidenceWindows.depth + Int(rest < 0 ? rest + depth : rest)
    }

    /// The last readings, oldest first.
    func window(sensor: Int) -> [EvidencePoint] {
        let head = heads[sensor]
        var moment = head.newest
        var points: [EvidencePoint] = []
        for back in 0..<min(Int(head.count), EvidenceWindows.depth) {
            let place = sensor * EvidenceWindows.depth + (Int(head.count) - 1 - back) % EvidenceWindows.depth
            points.append(EvidencePoint(observed: Timestamp(microseconds: moment * 1000), value: values[place]))
            moment -= Int64(gaps[place])
        }
        return points.reversed()
    }

    /// The stretches, oldest first, from the first in which something was heard; nil before there are two.
    ///
    /// - Parameter band: what is expected at a moment (*units*: seconds since 1970), or nil.
    func history(sensor: Int, band: (Double) -> (low: Double, high: Double)?) -> EvidenceHistory? {
        let head = heads[sensor]
        guard head.stretch != .min else { return nil }
        let depth = Int64(EvidenceWindows.depth)
        var numbers = Array((head.stretch - depth + 1)...head.stretch)
        numbers.removeFirst(numbers.firstIndex { !lows[place(sensor, $0)].isNaN } ?? numbers.count)
        guard let first = numbers.first, numbers.count > 1 else { return nil }
        var history = EvidenceHistory(
            start: Timestamp(microseconds: first * head.step), step: head.step,
            low: numbers.map { EvidenceWindows.heard(lows[place(sensor, $0)]) }, high: numbers.map { EvidenceWindows.heard(highs[place(sensor, $0)]) }
        )
        let bands = numbers.compactMap { band((Double($0) + 0.5) * Double(head.step) / 1e6) }
        if bands.count == numbers.count {
            history.expectedLow = bands.map { Float($0.low) }
            history.expectedHigh = bands.map { Float($0.high) }
        }
        return history
    }

    private static func heard(_ value: Float) -> Float? { value.isNaN ? nil : value }
}

// MARK: - Snapshot

extension EvidenceWindows {
    /// One sensor's windows, as a snapshot keeps them.
    struct Kept {
        var window: [EvidencePoint] = []
        var step: Int64 = 0
        var stretch: Int64 = .min
        var lows: [Float] = []
        var highs: [Float] = []
    }

    func write(sensor: Int, to writer: inout ByteWriter) {
        let window = window(sensor: sensor)
        writer.append(UInt32(window.count))
        for point in window {
            writer.append(point.observed.microseconds)
            writer.append(point.value)
        }
        writer.append(heads[sensor].step)
        writer.append(heads[sensor].stretch)
        let range = (sensor * EvidenceWindows.depth)..<((sensor + 1) * EvidenceWindows.depth)
        for value in lows[range] { writer.append(value.bitPattern) }
        for value in highs[range] { writer.append(value.bitPattern) }
    }

    static func read(from reader: inout ByteReader) -> Kept? {
        guard let points = reader.integer(UInt32.self), points <= UInt32(depth) else { return nil }
        var kept = Kept()
        for _ in 0..<points {
            guard let moment = reader.integer(Int64.self), let value = reader.double() else { return nil }
            kept.window.append(EvidencePoint(observed: Timestamp(microseconds: moment), value: value))
        }
        guard let step = reader.integer(Int64.self), let stretch = reader.integer(Int64.self) else { return nil }
        (kept.step, kept.stretch) = (step, stretch)
        for _ in 0..<depth {
            guard let bits = reader.integer(UInt32.self) else { return nil }
            kept.lows.append(Float(bitPattern: bits))
        }
        for _ in 0..<depth {
            guard let bits = reader.integer(UInt32.self) else { return nil }
            kept.highs.append(Float(bitPattern: bits))
        }
        return kept
    }

    /// Takes one sensor's windows over; the stretches only where they are as long as now.
    mutating func replace(sensor: Int, with kept: Kept) {
        heads[sensor].count = 0
        for point in kept.window { appendReading(sensor, milliseconds: point.observed.microseconds / 1000, value: point.value) }
        // The second test is for a forged snapshot: numbers of stretches that no moment has.
        guard kept.step == heads[sensor].step, kept.stretch == .min || kept.stretch.magnitude <= UInt64(Int64.max / kept.step) else { return }
        heads[sensor].stretch = kept.stretch
        for index in 0..<EvidenceWindows.depth {
            lows[sensor * EvidenceWindows.depth + index] = kept.lows[index]
            highs[sensor * EvidenceWindows.depth + index] = kept.highs[index]
        }
    }
}
