import Lifeline

/// The Numenta Anomaly Benchmark (v1.1): 58 recordings with labelled windows.
///
/// *Source*: the folder's `data/<group>/<file>.csv` and `labels/combined_windows.json`, as they are published; nothing of them is part of this project.
package struct NABCorpus: Sendable {
    /// One recording.
    package struct File: Sendable {
        /// `group/name.csv`.
        package let name: String
        /// *Units*: seconds since 1970.
        package let times: [Double]
        package let values: [Double]
        /// *Units*: seconds; the median step.
        package let interval: Double
        /// First and last row of each labelled window.
        package let windows: [ClosedRange<Int>]
        /// Rows before this one are not scored.
        package let probation: Int
    }

    /// Sorted by name.
    package let files: [File]
    package var windowCount: Int { files.reduce(0) { $0 + $1.windows.count } }
    package var rowCount: Int { files.reduce(0) { $0 + $1.values.count } }

    init(files: [File]) { self.files = files }

    /// Reads all files. *Throws*: a problem that names the file, for a folder that is no such benchmark.
    package init(folder: String) throws(RecordingProblem) {
        let labels = "\(folder)/labels/combined_windows.json"
        let bytes = try SmallText.read(labels).get()
        guard let windows = JSONValue(bytes)?.members, !windows.isEmpty else {
            throw RecordingProblem(text: "\(labels) is no JSON object of windows")
        }
        var files: [File] = []
        for (name, list) in windows.sorted(by: { $0.key < $1.key }) {
            files.append(try NABCorpus.file(folder, name, list.list))
        }
        self.files = files
    }

    private static func file(_ folder: String, _ name: String, _ list: [JSONValue]) throws(RecordingProblem) -> File {
        let path = "\(folder)/data/\(name)"
        let recording = try Recording(path: path, options: RecordingOptions())
        guard recording.columns.count == 1, recording.lostRows == 0 else { throw RecordingProblem(text: "\(path) is not one value a row") }
        var windows: [ClosedRange<Int>] = []
        for pair in list {
            let ends = pair.list.compactMap { end in end.text.flatMap { Recording.moment($0, RecordingOptions()) } }
            guard ends.count == 2, let first = recording.times.firstIndex(of: ends[0]), let last = recording.times.firstIndex(of: ends[1]),
                first <= last
            else { throw RecordingProblem(text: "\(path): a labelled window does not begin and end at a row") }
            windows.append(first...last)
        }
        let count = recording.rowCount
        return File(
            name: name, times: (0..<count).map { recording.seconds($0) }, values: (0..<count).map { recording.value($0, 0) },
            interval: recording.interval, windows: windows, probation: min(Int((0.15 * Double(count)).rounded(.up)), 750))
    }
}
