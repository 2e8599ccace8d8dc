import Lifeline

/// Where the last readings went: one rise or one fall that makes up most of what they did.
struct Trend: Equatable {
    enum Shape: Equatable {
        /// From one reading to the next.
        case sudden
        /// It goes on.
        case ongoing
        /// It has come to rest.
        case settled
    }

    var shape: Shape
    var start: Timestamp
    /// *Units*: seconds that it took.
    var seconds: Double
    var from: Double
    var to: Double

    var isRise: Bool { to > from }

}

extension Trend {
    /// The share of all that the window did which the trend must be, at least; what may go the other way on its way, at most; how near its ends count as there;
    /// and how far earlier readings may have gone the same way. Our own choice: beyond, a person looking at the chart would not call it a trend.
    private static let share = 0.6, opposite = 0.25, near = 0.1, before = 0.5
    /// What has rested for a third of the time that it moved has come to rest.
    private static let rest = 1.0 / 3

    /// - Parameters:
    ///   - window: in the order of receipt; values outside `within` are not looked at.
    ///   - least: what the trend must amount to, at least.
    init?(_ window: [EvidencePoint], within: ClosedRange<Double>, least: Double) {
        let points = window.filter { $0.value.isFinite && within.contains($0.value) }.sorted { $0.observed < $1.observed }
        guard points.count > 1, let last = points.last, let lowest = points.map(\.value).min(), let highest = points.map(\.value).max() else {
            return nil
        }
        let sign = last.value - lowest >= highest - last.value ? 1.0 : -1.0
        let base = sign > 0 ? lowest : highest
        let amount = sign * (last.value - base)
        guard amount > 0, amount >= least, amount >= Trend.share * (highest - lowest) else { return nil }
        // How far each reading had gone, as a share of it all.
        let gone = points.map { sign * ($0.value - base) / amount }
        guard let lowestPoint = gone.lastIndex(of: 0), let end = gone[lowestPoint...].firstIndex(where: { $0 >= 1 - Trend.near }),
            let start = gone[..<end].lastIndex(where: { $0 <= Trend.near }), gone[..<start].allSatisfy({ $0 <= Trend.before }),
            gone[end...].allSatisfy({ abs($0 - 1) <= 2 * Trend.near })
        else { return nil }
        var back = 0.0
        for index in start..<end { back += max(0, gone[index] - gone[index + 1]) }
        guard back <= Trend.opposite else { return nil }
        let moved = Double(points[end].observed.microseconds(since: points[start].observed)) / 1e6
        let rested = Double(last.observed.microseconds(since: points[end].observed)) / 1e6
        // Nobody can follow what took less than a second.
        guard moved >= 1 else { return nil }
        shape = end - start == 1 ? .sudden : rested < Trend.rest * moved ? .ongoing : .settled
        seconds = shape == .ongoing ? moved + rested : moved
        self.start = points[start].observed
        from = points[start].value
        to = last.value
    }
}
