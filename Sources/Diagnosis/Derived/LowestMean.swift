import Lifeline

/// The smallest mean of any window between two times of the night: what still flows when everybody sleeps.
///
/// *Memory*: a twelfth of a window a bin, 16 bytes a bin; at most 288 bins. *Source*: the rolling-hour minimum of minimum-night-flow analysis.
struct LowestMean: DerivedFeature {
    private static let binsPerWindow = 12
    /// The most bins: a whole day of hours.
    private static let binLimit = 288

    private let width: Double
    private let from: Double
    private let to: Double
    /// Fewer readings than this in a night, and the night says nothing.
    private let least: Double
    private var day = -Double.infinity
    private var sums: [Double]
    private var counts: [Double]

    init(window: Double, from: Double, to: Double, interval: Double?) {
        width = max(window / Double(LowestMean.binsPerWindow), (to - from) / Double(LowestMean.binLimit))
        (self.from, self.to) = (from, to)
        // Half of what should come; where nobody knows how much that is, four: one for each half hour of the usual two hours.
        least = interval.map { max(1, (to - from) / $0 / 2) } ?? 4
        let bins = max(1, Int(((to - from) / width).rounded(.up)))
        sums = Array(repeating: 0, count: bins)
        counts = sums
    }

    mutating func take(_ value: Double, at local: Double) -> Double? {
        let today = LocalDay.number(local)
        let second = LocalDay.seconds(local)
        var result: Double?
        if day > -.infinity, today > day || second >= to {
            result = lowest
            reset(to: -.infinity)
        }
        if second >= from && second < to {
            day = today
            let bin = min(Int((second - from) / width), sums.count - 1)
            sums[bin] += value
            counts[bin] += 1
        }
        return result
    }

    private mutating func reset(to day: Double) {
        self.day = day
        for index in sums.indices { (sums[index], counts[index]) = (0, 0) }
    }

    private var lowest: Double? {
        guard counts.reduce(0, +) >= least else { return nil }
        let span = min(LowestMean.binsPerWindow, sums.count)
        var windows: [(sum: Double, count: Double)] = []
        for start in 0...(sums.count - span) {
            windows.append((sums[start..<(start + span)].reduce(0, +), counts[start..<(start + span)].reduce(0, +)))
        }
        // A window with a gap in it is a mean of too few.
        let full = windows.map(\.count).max() ?? 0
        return windows.filter { $0.count > 0 && $0.count >= full / 2 }.map { $0.sum / $0.count }.min()
    }

    func write(to writer: inout ByteWriter) {
        writer.append(UInt32(sums.count))
        writer.append(day)
        writer.append(sums)
        writer.append(counts)
    }

    mutating func read(from reader: inout ByteReader) -> Bool {
        guard reader.integer(UInt32.self) == UInt32(sums.count), let day = reader.double(), let sums = reader.doubles(sums.count),
            let counts = reader.doubles(counts.count)
        else { return false }
        (self.day, self.sums, self.counts) = (day, sums, counts)
        return true
    }
}
