import Lifeline

/// Where the last readings went: one rise or one fall that makes up most of what they did.
struct Trend: Equatable {
    enum Shape: Equatable {
        /// In one step, just now.
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
    /// The share of all that the window did which the trend must be, at least; what may go the other way on its way, at most; and how near the end counts as
    /// arrived. Our own choice: below, a person looking at the chart would not call it a trend.
    private static let share = 0.6, opposite = 0.25, arrived = 0.1

    /// - Parameters:
    ///   - window: in the order of receipt; values outside `within` are not looked at.
    ///   - least: what the trend must amount to, at least.
    init?(_ window: [EvidencePoint], within: ClosedRange<Double>, least: Double) {
        let points = window.filter { $0.value.isFinite && within.contains($0.value) }.sorted { $0.observed < $1.observed }
        guard points.count > 1, let last = points.last, let lowest = points.map(\.value).min(), let highest = points.map(\.value).max() else { return nil }
        let isRise = last.value - lowest >= highest - last.value
        let sign = isRise ? 1.0 : -1.0
        let base = isRise ? lowest : highest
        let amount = sign * (last.value - base)
        guard amount > 0, amount >= least, amount >= Trend.share * (highest - lowest) else { return nil }
        guard let start = points.lastIndex(where: { $0.value == base }), start < points.count - 1 else { return nil }
        let goal = amount * (1 - Trend.arrived)
        guard let end = points[start...].firstIndex(where: { sign * ($0.value - base) >= goal }) else { return nil }
        var back = 0.0
        for index in start..<end { back += max(0, -sign * (points[index + 1].value - points[index].value)) }
        guard back <= Trend.opposite * amount else { return nil }
        seconds = Double(points[end].observed.microseconds(since: points[start].observed)) / 1e6
        guard seconds > 0 else { return nil }
        let isLast = end == points.count - 1
        shape = isLast ? (end - start == 1 ? .sudden : .ongoing) : .settled
        self.start = points[start].observed
        from = base
        to = points[end].value
    }
}
