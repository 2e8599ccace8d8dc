import Pulse
import Score

/// Counts how often healthy simulated assets reach a score.
enum CalibrationTable {
    private static let scores: [Float] = [2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18]

    /// One line a score: false alarms per channel and year after a fortnight of learning, the mean over the kinds of assets, and each kind's own.
    static func lines(_ folders: [[String]]) throws -> [String] {
        let runs = try folders.map { seeds in
            try seeds.flatMap { path in
                let folder = try RecordingFolder(path)
                return try folder.files.indices.map { ScenarioRun(try folder.recording($0)) }
            }
        }
        return scores.map { score in
            let rates = runs.map { ScenarioTally($0, limit: score, patience: 0, learning: 14).falseAlarmsPerYear }
            let mean = rates.reduce(0, +) / Double(max(1, rates.count))
            return "score \(score): \(mean) a year (\(rates.map { "\($0)" }.joined(separator: ", ")))"
        }
    }
}
