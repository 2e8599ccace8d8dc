import Pulse

/// Scores as promises, for those who score recordings.
package enum ScoreLimits {
    /// The lowest score that a healthy series reaches at most so often. *Units*: alarms per series-year.
    package static func limit(falseAlarmsPerYear rate: Double) -> Float { Calibration.limit(falseAlarmsPerYear: Float(rate)) }
}
