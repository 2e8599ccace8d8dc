import Pulse

/// The Skoltech Anomaly Benchmark: a pump test rig, eight channels, one row a second, rows labelled.
///
/// *Source*: CSV files with columns `datetime`, the channels, `anomaly` and `changepoint`, as published; nothing of them is part of this project. Per file
/// the first 400 rows are for learning and are not scored; rows of all files are pooled.
package struct SKABScore: Sendable {
    /// Rows at the beginning of each file that are not scored.
    package static let learning = 400

    /// One file, and what the baselines make of it.
    package struct FileResult: Sendable {
        package let name: String
        package let pulse: Confusion
        package let rangeOnly: Confusion
        package let allOnes: Confusion
    }

    package let files: [FileResult]

    /// - Parameter folder: holds the CSV files, or folders of them.
    package init(folder: String, tuning: GroupTuning = GroupTuning()) throws(RecordingProblem) {
        var paths: [String] = []
        for name in Folder.names(folder) {
            if name.hasSuffix(".csv") {
                paths.append(name)
            } else {
                // What is free of anomalies has nothing to find; the benchmark leaves it out too.
                guard name != "anomaly-free" else { continue }
                paths += Folder.names("\(folder)/\(name)").filter { $0.hasSuffix(".csv") }.map { "\(name)/\($0)" }
            }
        }
        guard !paths.isEmpty else { throw RecordingProblem(text: "\(folder) holds no CSV file") }
        var files: [FileResult] = []
        for path in paths { files.append(try SKABScore.score("\(folder)/\(path)", path, tuning)) }
        self.files = files
    }

    private static func score(_ path: String, _ name: String, _ tuning: GroupTuning) throws(RecordingProblem) -> FileResult {
        let table = try Recording(path: path, options: RecordingOptions())
        guard let label = table.columns.firstIndex(of: "anomaly") else { throw RecordingProblem(text: "\(path) has no column \"anomaly\"") }
        let channels = table.columns.indices.filter { $0 != label && table.columns[$0] != "changepoint" }
        guard !channels.isEmpty, channels.count <= GroupBank.maximumChannels else {
            throw RecordingProblem(text: "\(path) has \(channels.count) channels; 1…\(GroupBank.maximumChannels) can be judged together")
        }
        var bank = GroupBank(tuning: tuning)
        let slot = bank.add(GroupSettings(channels: channels.count, interval: table.interval))
        var lowest = [Double](repeating: .infinity, count: channels.count)
        var highest = [Double](repeating: -.infinity, count: channels.count)
        var pulse = Confusion()
        var rangeOnly = Confusion()
        var allOnes = Confusion()
        for row in 0..<table.rowCount {
            let values = channels.map { table.value(row, $0) }
            let verdict = bank.observe(slot, time: table.seconds(row), values: values)
            if row < learning {
                for (index, value) in values.enumerated() where !value.isNaN {
                    lowest[index] = min(lowest[index], value)
                    highest[index] = max(highest[index], value)
                }
                continue
            }
            let isWrong = table.value(row, label) > 0
            pulse.add(said: verdict.isOutside, isWrong: isWrong)
            rangeOnly.add(said: values.indices.contains { values[$0] < lowest[$0] || values[$0] > highest[$0] }, isWrong: isWrong)
            allOnes.add(said: true, isWrong: isWrong)
        }
        return FileResult(name: name, pulse: pulse, rangeOnly: rangeOnly, allOnes: allOnes)
    }

    /// All files pooled.
    package func pooled(_ part: (FileResult) -> Confusion) -> Confusion { files.reduce(Confusion()) { $0 + part($1) } }
}
