import Lifeline

/// The highest or the lowest value of the last window, or how far the value has gone from it: the front of a burst, the rain of the last hours.
///
/// *Memory*: 32 numbers; the window is known to a thirty-second of its length.
struct Excursion: DerivedFeature {
    enum Telling: Sendable {
        case highest, lowest, fall, rise

        /// Whether the highest of a window counts, or the lowest.
        var looksUp: Bool { self == .highest || self == .fall }
    }

    private static let bins = 32

    private let width: Double
    private let tells: Telling
    /// The bin of the newest reading, counted from 1970.
    private var head = -Double.infinity
    /// The extreme of each bin, in a ring by its number; NaN: no reading.
    private var extremes = [Double](repeating: .nan, count: Excursion.bins)

    init(window: Double, tells: Telling) {
        width = window / Double(Excursion.bins)
        self.tells = tells
    }

    mutating func take(_ value: Double, at local: Double) -> Double? {
        let bin = max((local / width).rounded(.down), head)
        if bin > head {
            for missed in 0..<Int(min(bin - head, Double(Excursion.bins))) { extremes[slot(bin - Double(missed))] = .nan }
            head = bin
        }
        let slot = slot(bin)
        let known = extremes[slot]
        extremes[slot] = known.isNaN ? value : tells.looksUp ? max(known, value) : min(known, value)
        var extreme = value
        for candidate in extremes where !candidate.isNaN { extreme = tells.looksUp ? max(extreme, candidate) : min(extreme, candidate) }
        switch tells {
        case .highest, .lowest: return extreme
        case .fall: return extreme - value
        case .rise: return value - extreme
        }
    }

    private func slot(_ bin: Double) -> Int {
        let rest = Int(bin.truncatingRemainder(dividingBy: Double(Excursion.bins)))
        return rest < 0 ? rest + Excursion.bins : rest
    }

    func write(to writer: inout ByteWriter) {
        writer.append(head)
        writer.append(extremes)
    }

    mutating func read(from reader: inout ByteReader) -> Bool {
        guard let head = reader.double(), let extremes = reader.doubles(Excursion.bins) else { return false }
        (self.head, self.extremes) = (head, extremes)
        return true
    }
}
