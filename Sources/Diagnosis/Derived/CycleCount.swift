import Lifeline

/// How often the value swung up by an amplitude and back down, in each period: pump starts, a hunting valve.
///
/// A swing is counted at its way up. Smaller movements on the way are no swings of their own.
struct CycleCount: DerivedFeature {
    private let amplitude: Double
    private let period: Double
    private var index = -Double.infinity
    /// Counting began before the period did, so its count is whole.
    private var isWhole = false
    private var count = 0.0
    /// The turning point that the next swing is measured from: the lowest since the last swing down, or the highest since the last up.
    private var extreme = Double.nan
    private var isHigh = false

    init(amplitude: Double, period: Double) {
        self.amplitude = amplitude
        self.period = period
    }

    mutating func take(_ value: Double, at local: Double) -> Double? {
        let now = (local / period).rounded(.down)
        var result: Double?
        if now > index {
            if isWhole { result = count }
            isWhole = index > -.infinity
            (index, count) = (now, 0)
        }
        if extreme.isNaN {
            // Nobody saw how it came here.
            (extreme, isHigh) = (value, true)
        } else if isHigh {
            extreme = max(extreme, value)
            if value <= extreme - amplitude { (extreme, isHigh) = (value, false) }
        } else {
            extreme = min(extreme, value)
            if value >= extreme + amplitude {
                (extreme, isHigh) = (value, true)
                count += 1
            }
        }
        return result
    }

    func write(to writer: inout ByteWriter) {
        writer.append([index, count, extreme])
        writer.append(isWhole)
        writer.append(isHigh)
    }

    mutating func read(from reader: inout ByteReader) -> Bool {
        guard let numbers = reader.doubles(3), let whole = reader.flag(), let high = reader.flag() else { return false }
        (index, count, extreme) = (numbers[0], numbers[1], numbers[2])
        (isWhole, isHigh) = (whole, high)
        return true
    }
}
