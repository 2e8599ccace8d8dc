import Lifeline

/// The median of each period, of the values within a range: what a pump draws while it runs.
///
/// *Memory*: fifteen numbers, however many readings a period has. *Source*: the P² algorithm for a quantile without storing observations (Jain and Chlamtac,
/// Communications of the ACM 28, 1985); exact up to five readings.
struct PeriodMedian: DerivedFeature {
    private let period: Double
    private let low: Double
    private let high: Double
    /// Fewer readings than this in a period, and it says nothing.
    private let least: Double
    private var index = -Double.infinity
    private var count = 0.0
    /// The marker heights, and their positions among the readings (from 1).
    private var heights = [Double](repeating: 0, count: 5)
    private var positions: [Double] = [1, 2, 3, 4, 5]

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
            if count >= least { result = median }
            (index, count) = (now, 0)
            positions = [1, 2, 3, 4, 5]
        }
        if value >= low && value <= high { add(value) }
        return result
    }

    private var median: Double {
        guard count < 5 else { return heights[2] }
        let sorted = heights[..<Int(count)].sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private mutating func add(_ value: Double) {
        count += 1
        if count <= 5 {
            heights[Int(count) - 1] = value
            if count == 5 { heights.sort() }
            return
        }
        var cell = 0
        if value < heights[0] {
            heights[0] = value
        } else if value >= heights[4] {
            heights[4] = value
            cell = 3
        } else {
            while value >= heights[cell + 1] { cell += 1 }
        }
        for marker in (cell + 1)..<5 { positions[marker] += 1 }
        for marker in 1..<4 {
            let wanted = 1 + (count - 1) * Double(marker) / 4
            let off = wanted - positions[marker]
            let canRise = off >= 1 && positions[marker + 1] - positions[marker] > 1
            let canFall = off <= -1 && positions[marker - 1] - positions[marker] < -1
            if canRise || canFall { move(marker, by: canRise ? 1 : -1) }
        }
    }

    private mutating func move(_ marker: Int, by step: Double) {
        let (below, here, above) = (positions[marker - 1], positions[marker], positions[marker + 1])
        let (low, middle, high) = (heights[marker - 1], heights[marker], heights[marker + 1])
        let parabola =
            middle + step / (above - below)
            * ((here - below + step) * (high - middle) / (above - here) + (above - here - step) * (middle - low) / (here - below))
        if low < parabola && parabola < high {
            heights[marker] = parabola
        } else {
            heights[marker] = step > 0 ? middle + (high - middle) / (above - here) : middle + (low - middle) / (here - below)
        }
        positions[marker] += step
    }

    func write(to writer: inout ByteWriter) {
        writer.append([index, count])
        writer.append(heights)
        writer.append(positions)
    }

    mutating func read(from reader: inout ByteReader) -> Bool {
        guard let head = reader.doubles(2), head[1] >= 0, let heights = reader.doubles(5), let positions = reader.doubles(5) else { return false }
        (index, count) = (head[0], head[1])
        (self.heights, self.positions) = (heights, positions)
        return true
    }
}
