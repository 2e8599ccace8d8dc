import Lifeline

/// What a folder of recordings says about itself in `manifest.toml`: how its CSV files are read, and when something was wrong.
package struct RecordingManifest: Equatable, Sendable {
    /// A moment as the time column writes it.
    package enum Moment: Equatable, Sendable {
        /// In the column's own numbers: seconds.
        case seconds(Double)
        /// `2026-01-05 03:00:00`.
        case text(String)
    }

    /// A labelled stretch.
    package struct Event: Equatable, Sendable {
        package var from: Moment
        package var to: Moment
        /// What happened, for tables; empty where the manifest does not say.
        package var kind: String
        /// In the kind's own measure, for tables.
        package var size: Double?
    }

    /// One recording.
    package struct File: Equatable, Sendable {
        /// Beside the manifest.
        package var path: String
        /// Empty: every column but time and label.
        package var columns: [String] = []
        /// *Units*: seconds; nil: the median step of the file.
        package var interval: Double?
        /// *Units*: seconds.
        package var cycle: Double?
        /// A column that is not zero while something is wrong.
        package var label: String?
        package var events: [Event] = []

        package init(path: String) { self.path = path }
    }

    /// Empty where the manifest has none.
    package var name: String
    /// nil: the first column that holds a time.
    package var time: String?
    /// *Units*: seconds. What a file without its own says.
    package var interval: Double?
    /// *Units*: seconds. A day where the manifest says nothing.
    package var cycle: Double
    package var columns: [String]
    /// Columns that count events; they are judged as counts.
    package var counts: [String]
    package var label: String?
    /// Empty: every CSV file beside the manifest.
    package var files: [File]
}

/// Reads and validates the manifest of a folder of recordings.
package func loadRecordingManifest(at path: String, from sources: SiteSources) -> Validation<RecordingManifest> {
    let log = FindingLog()
    guard let root = FileShelf(sources, log: log).root(of: path, role: "manifest") else { return Validation(nil, log) }
    let reader = TableReader(root, Schema.manifestFile, file: path, log: log)
    var manifest = RecordingManifest(
        name: reader.text("name")?.value ?? "", time: reader.text("time")?.value, interval: reader.measuredSeconds("interval"),
        cycle: reader.measuredSeconds("cycle") ?? 86_400, columns: reader.texts("columns", limit: Limits.columns).map(\.value),
        counts: reader.texts("counts", limit: Limits.columns).map(\.value), label: reader.text("label")?.value, files: [])
    _ = reader.text("notes", limit: 4000)
    for table in reader.tables("file", Schema.manifestRecording, limit: Limits.recordings) {
        guard let path = table.text("path", limit: 512) else { continue }
        if path.value.hasPrefix("/") || path.value.split(separator: "/").contains("..") {
            log.error("path must stay beside the manifest", at: path.spot)
        }
        var file = RecordingManifest.File(path: path.value)
        file.columns = table.texts("columns", limit: Limits.columns).map(\.value)
        file.interval = table.measuredSeconds("interval")
        file.cycle = table.measuredSeconds("cycle")
        file.label = table.text("label")?.value
        for event in table.tables("events", Schema.manifestEvent, limit: Limits.recordedEvents) {
            guard let from = event.moment("from"), let to = event.moment("to") else { continue }
            if case .seconds(let begin) = from, case .seconds(let end) = to, end < begin {
                log.error("an event ends before it begins", at: event.spot(of: "to"))
            }
            file.events.append(RecordingManifest.Event(from: from, to: to, kind: event.text("kind")?.value ?? "", size: event.number("size")?.value))
        }
        manifest.files.append(file)
    }
    return Validation(manifest, log)
}

extension TableReader {
    /// Seconds as a number, or a duration with its unit. *Units*: seconds. *Range*: 1 ms … 100 years.
    fileprivate func measuredSeconds(_ key: String) -> Double? {
        guard let value = table[key] else { return nil }
        if case .text(let text) = value.content {
            guard let found = duration(text, key, in: .milliseconds(1) ... .seconds(36_525 * 86_400), at: spot(value.position)) else { return nil }
            return found.value.inSeconds
        }
        guard let number = TableReader.number(in: value) else { return nil }
        if (0.001...3.2e9).contains(number) { return number }
        log.error("\(key) must be 0.001…3.2e9 seconds", at: spot(value.position))
        return nil
    }

    fileprivate func moment(_ key: String) -> RecordingManifest.Moment? {
        guard let value = table[key] else { return nil }
        if case .text(let text) = value.content { return .text(text) }
        guard let number = TableReader.number(in: value), number.isFinite else { return nil }
        return .seconds(number)
    }
}
