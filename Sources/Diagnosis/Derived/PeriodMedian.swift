import Lifeline

/// The median of each period, of the values within a range: what a pump draws while it runs.
///
/// Exact up to 96 values a period, a day of quarter hours. Of more, every second, fourth, eighth … is kept, evenly over the period; estimators that keep
/// a handful of markers instead are led astray by the lone wild values that a median is there to ignore.
///
/// *Memory*: 96 numbers of single precision.
struct PeriodMedian: DerivedFeature {
    private static let room = 96

    private let period: Double
    private let low: Double
    private let high: Double
    /// Fewer readings than this in a period, and it says nothing.
    private let least: Double
    private var index = -Double.infinity
    private var count = 0.0
    /// Every how many-th value is kept.
    private var stride = 1.0
    private var kept: [Float] = []

    init(period: Double, low: Double, high: Double, interval: Double?) {
        self.period = period
        (self.low, self.high) = (low, high)
        let isFiltered = low > -.greatestFiniteMagnitude || high < .greatestFiniteMagnitude
        // Half of what should come; where most may be filtered out, or nobody knows how much comes, three.
        least = isFiltered ? 3 : interval.map { min(max(1, period / $0 / 2), 1e6) } ?? 3
    }

    mutating func take(_ value: Double, at local: Double) -> Double? {
        let now = (local / period).rounded(.down)
        var result: Double?
        if now > index {
            if count >= least { result = BaselineState.median(kept.map { Double($0) }) }
            (index, count, stride) = (now, 0, 1)
            kept.removeAll(keepingCapacity: true)
        }
        if value >= low && value <= high { add(value) }
        return result
    }

    private mutating func add(_ value: Double) {
        if count.truncatingRemainder(dividingBy: stride) == 0 {
            if kept.count == PeriodMedian.room {
                for place in 0..<(PeriodMedian.room / 2) { kept[place] = kept[2 * place] }
                kept.removeLast(PeriodMedian.room / 2)
                stride *= 2
            }
            if count.truncatingRemainder(dividingBy: stride) == 0 { kept.append(Float(value)) }
        }
        count += 1
    }

    func write(to writer: inout ByteWriter) {
        writer.append([index, count, stride])
        writer.append(UInt32(kept.count))
        for value in kept { writer.append(value.bitPattern) }
    }

    mutating func read(from reader: inout ByteReader) -> Bool {
        guard let head = reader.doubles(3), head[1] >= 0, head[2] >= 1, let number = reader.integer(UInt32.self), number <= UInt32(PeriodMedian.room)
        else { return false }
        var kept: [Float] = []
        for _ in 0..<number {
            guard let bits = reader.integer(UInt32.self) else { return false }
            kept.append(Float(bitPattern: bits))
        }
        (index, count, stride, self.kept) = (head[0], head[1], head[2], kept)
        return true
    }
}
