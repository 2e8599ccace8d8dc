import Lifeline

/// What a rule of kind `baseline` has learned of one series.
///
/// *Memory*: 8 bytes a value, at most `Baseline.sampleRange.upperBound` of them.
struct BaselineState: Equatable, Sendable {
    /// A ring, the oldest at `next` once it is full.
    private(set) var values: [Double] = []
    private var next = 0
    /// How many values in a row were beyond the mildest limit.
    private var beyond = 0

    /// How far a value is from the baseline; nil while too little is known.
    struct Departure: Equatable {
        /// In the measure of the rule, positive in its direction.
        var size: Double
        var median: Double
        /// What the measure counts in: the deviation, or 1.
        var scale: Double
    }

    /// How many values must be known before anything is said: half of a rolling baseline, all of a first one.
    static func least(_ rule: Baseline) -> Int {
        rule.reference == .first ? rule.samples : max(Baseline.sampleRange.lowerBound, rule.samples / 2)
    }

    func departure(of value: Double, _ rule: Baseline, _ direction: RuleDirection) -> Departure? {
        guard values.count >= BaselineState.least(rule) else { return nil }
        let middle = BaselineState.median(values)
        var size: Double
        var scale = 1.0
        switch rule.measure {
        case .difference: size = value - middle
        case .deviations:
            scale = max(BaselineState.median(values.map { abs($0 - middle) }), rule.floor, rule.floorShare * abs(middle))
            size = scale > 0 ? (value - middle) / scale : 0
        case .ratio:
            let base = max(middle, rule.floor)
            guard base > 0 else { return nil }
            // A ratio has no sides to be on: half as much is as far down as twice as much is up.
            let down = value > 0 ? base / value : .greatestFiniteMagnitude
            size = direction == .down ? down : direction == .up ? value / base : max(value / base, down)
            return Departure(size: size, median: middle, scale: 1)
        }
        if direction == .down { size = -size }
        if direction == .any { size = abs(size) }
        return Departure(size: size, median: middle, scale: scale)
    }

    /// The middle, and the band within which a value is not even mildly far away; nil while too little is known.
    func usual(_ rule: Baseline, mildest: Double, value: Double) -> (middle: Double, low: Double, high: Double)? {
        guard let departure = departure(of: value, rule, .up) else { return nil }
        let middle = departure.median
        if rule.measure == .ratio { return (middle, middle / mildest, middle * mildest) }
        return (middle, middle - mildest * departure.scale, middle + mildest * departure.scale)
    }

    /// Takes a value in, or notes that it was beyond the limit. Returns true when a long time beyond has become the new custom.
    mutating func learn(_ value: Double, isBeyond: Bool, _ rule: Baseline) -> Bool {
        if isBeyond {
            beyond += 1
            guard rule.reference == .rolling, beyond >= Baseline.adoptAfter else { return false }
            self = BaselineState()
            append(value, rule)
            return true
        }
        beyond = 0
        if rule.reference == .rolling || values.count < rule.samples { append(value, rule) }
        return false
    }

    private mutating func append(_ value: Double, _ rule: Baseline) {
        if values.count < rule.samples {
            values.append(value)
        } else {
            values[next] = value
            next = (next + 1) % values.count
        }
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? .nan : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    func write(to writer: inout ByteWriter) {
        for number in [values.count, next, beyond] { writer.append(UInt32(number)) }
        writer.append(values)
    }

    init() {}

    /// nil where the bytes are no state for this rule.
    init?(from reader: inout ByteReader, _ rule: Baseline) {
        guard let count = reader.integer(UInt32.self), let next = reader.integer(UInt32.self), let beyond = reader.integer(UInt32.self),
            count <= UInt32(rule.samples), next < max(1, count), beyond <= UInt32(Int32.max), let values = reader.doubles(Int(count))
        else { return nil }
        (self.values, self.next, self.beyond) = (values, Int(next), Int(beyond))
    }
}
