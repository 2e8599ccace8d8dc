import Pulse
import Score

/// Simulated assets with known truth: what is found while healthy series stay quiet.
struct FieldObjective: Sendable {
    private let folders: [[LabelledRecording]]
    /// Alarms per channel and year that are allowed in every folder.
    private let allowed = 1.0

    /// - Parameters:
    ///   - paths: for each kind of asset, the folders of its seeds.
    ///   - most: so many recordings of each folder; those with bursts first.
    init(_ paths: [[String]], most: Int) throws {
        folders = try paths.map { seeds in
            try seeds.flatMap { path in
                let folder = try RecordingFolder(path)
                // Bursts are what the product must not miss, and few files have them.
                let isBurst = { (index: Int) in folder.files[index].events.contains { $0.kind == "burst" } }
                let order = folder.files.indices.filter(isBurst) + folder.files.indices.filter { !isBurst($0) }
                return try order.prefix(most).map { try folder.recording($0) }
            }
        }
    }

    var isEmpty: Bool { folders.allSatisfy(\.isEmpty) }

    /// 0 … 100, and its parts for people.
    func value(_ tuning: Tuning) -> (value: Double, words: String) {
        let runs = folders.map { $0.map { ScenarioRun($0, tuning: tuning) } }
        // Young series may speak a little more: half an alarm each in the first fortnight.
        let limits = runs.map {
            max(ScenarioTally.limit($0, falseAlarmsPerYear: allowed, learning: 14), ScenarioTally.limit($0, falseAlarmsPerYear: 5))
        }
        let common = limits.max() ?? 0
        var sum = 0.0
        var words = ""
        for (index, folder) in runs.enumerated() {
            // Half for the folder's own limit, half for the one that all share: an owner sets one promise, not one number for each class.
            let own = quality(folder, limits[index])
            let shared = quality(folder, common)
            sum += 0.5 * own + 0.5 * shared
            words += " \(Int(100 * own))/\(Int(100 * shared))@\((limits[index] * 10).rounded() / 10)"
        }
        return (100 * sum / Double(max(1, runs.count)), words)
    }

    /// What the product exists for counts more than the rest.
    private static let weights: [String: Double] = [
        "burst": 3, "leak": 2, "door_wear": 1.5, "brake_wear": 1.5, "guide_wear": 1.5, "displaced": 2, "flooded": 2,
    ]

    /// The weighted mean over kinds of what their events are worth: half for being found, half for being found soon.
    private func quality(_ runs: [ScenarioRun], _ limit: Float) -> Double {
        var sums: [String: (Double, Double)] = [:]
        for run in runs {
            // A burst below a tenth of the district's flow is beyond any single sensor; it must not pull the numbers about.
            for event in run.events where !(event.kind == "burst" && (event.size ?? 1) < 0.1) {
                var worth = 0.0
                if let first = run.alarms.first(where: { $0.score >= limit && run.finds($0, event) }) {
                    let patience = max(900, 0.05 * (event.to - event.from))
                    worth = 0.5 + 0.5 / (1 + (first.time - event.from) / patience)
                }
                let known = sums[event.kind] ?? (0, 0)
                sums[event.kind] = (known.0 + worth, known.1 + 1)
            }
        }
        guard !sums.isEmpty else { return 0 }
        var (sum, weights) = (0.0, 0.0)
        for (kind, known) in sums.sorted(by: { $0.key < $1.key }) {
            let weight = FieldObjective.weights[kind] ?? 1
            sum += weight * known.0 / known.1
            weights += weight
        }
        return sum / weights
    }
}
