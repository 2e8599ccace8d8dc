/// How often a device reports, as far as listening for a minute can tell.
package struct IntervalEstimate: Equatable, Sendable {
    /// *Units*: seconds; rounded to what people would set.
    package var seconds: Double
    /// Enough messages, evenly apart: worth a line of configuration. Else it is a remark, for an installer's pressing of a button looks the same.
    package var isSteady: Bool

    /// What devices are set to. *Units*: seconds.
    private static let usual: [Double] = [
        0.1, 0.2, 0.25, 0.5, 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 90, 120, 180, 240, 300, 360, 600, 720, 900, 1200, 1800, 3600, 7200, 10_800,
        14_400,
        21_600, 43_200, 86_400,
    ]

    /// - Parameter gaps: *Units*: microseconds between live messages of one topic.
    init?(gaps: [Int64]) {
        // Two messages at once are one report in two parts.
        let sorted = gaps.filter { $0 >= 10_000 }.sorted()
        guard !sorted.isEmpty else { return nil }
        let median = Double(sorted[sorted.count / 2]) / 1e6
        let deviations = sorted.map { abs(Double($0) / 1e6 - median) }.sorted()
        isSteady = sorted.count >= 4 && deviations[deviations.count / 2] <= 0.15 * median
        if let near = IntervalEstimate.usual.first(where: { abs($0 - median) <= 0.08 * $0 }) {
            seconds = near
        } else {
            var step = 1.0
            while median / step >= 100 { step *= 10 }
            while median / step < 10 { step /= 10 }
            // A decimal step is no binary number.
            seconds = ((median / step).rounded() * step * 1e6).rounded() / 1e6
        }
    }
}
