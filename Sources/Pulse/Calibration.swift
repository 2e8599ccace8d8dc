/// What a score means: how often a series that behaves is that loud.
///
/// *Source*: `make calibrate`: counted on simulated pipes, lifts and covers of a seed that nothing was tuned on, after a fortnight of learning; the mean over
/// the three kinds (pipes and lifts are quieter, covers with their traffic and rain louder). 27 channel-years hold no alarm of 12 and more: that one is three
/// in 27 years, the rate that is excluded with 95 % certainty, and what lies beyond is drawn on from there.
package enum Calibration {
    /// Scores and the rate at which healthy series reach them. *Units*: alarms per series-year.
    private static let table: [(score: Float, rate: Float)] = [
        (2, 36), (3, 28), (4, 20), (5, 10), (6, 5.3), (7, 3.2), (8, 1.8), (10, 0.56), (12, 0.1),
    ]

    /// *Units*: alarms per series-year. Between the counted points the logarithm of the rate is a straight line; beyond the last one it goes on.
    package static func falseAlarmsPerYear(score: Float) -> Float {
        guard score > table[0].score else { return table[0].rate }
        for index in 1..<table.count where score <= table[index].score || index == table.count - 1 {
            let (low, high) = (table[index - 1], table[index])
            let share = Double((score - low.score) / (high.score - low.score))
            return low.rate * Float(Numerics.exp(min(0, share * Numerics.log(Double(high.rate / low.rate)))))
        }
        return 0
    }

    /// The lowest score that a healthy series reaches at most so often. *Units*: alarms per series-year; above 0.
    package static func limit(falseAlarmsPerYear rate: Float) -> Float {
        guard rate > 0, rate < table[0].rate else { return rate > 0 ? table[0].score : .infinity }
        for index in 1..<table.count where rate >= table[index].rate || index == table.count - 1 {
            let (low, high) = (table[index - 1], table[index])
            let share = Numerics.log(Double(rate / low.rate)) / Numerics.log(Double(high.rate / low.rate))
            return low.score + Float(share) * (high.score - low.score)
        }
        return .infinity
    }
}
