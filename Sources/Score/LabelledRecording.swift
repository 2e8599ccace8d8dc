import Lifeline
import Site

/// A recording with what is known about it: its rhythm, and when something was wrong.
package struct LabelledRecording: Sendable {
    /// A stretch in which something was wrong.
    package struct Event: Sendable {
        /// *Units*: seconds, on the recording's clock.
        package let from: Double
        package let to: Double
        package let kind: String
        package let size: Double?
    }

    package let name: String
    /// *Units*: seconds.
    package let times: [Double]
    /// One a channel, each as long as `times`; NaN where a field holds no number.
    package let channels: [[Double]]
    package let channelNames: [String]
    /// Channels that count events.
    package let countChannels: Set<Int>
    /// *Units*: seconds.
    package let interval: Double
    package let cycle: Double
    /// In the order of time.
    package let events: [Event]

    package init(
        name: String, times: [Double], channels: [[Double]], channelNames: [String], countChannels: Set<Int> = [], interval: Double, cycle: Double,
        events: [Event]
    ) {
        self.countChannels = countChannels
        self.name = name
        self.times = times
        self.channels = channels
        self.channelNames = channelNames
        self.interval = interval
        self.cycle = cycle
        self.events = events.sorted { $0.from < $1.from }
    }

    /// Rows in which a label column is not zero, as stretches.
    package static func events(times: [Double], isWrong: [Bool], kind: String) -> [Event] {
        var events: [Event] = []
        var start: Int?
        for row in 0...times.count {
            let wrong = row < times.count && isWrong[row]
            if wrong, start == nil { start = row }
            if !wrong, let begin = start {
                events.append(Event(from: times[begin], to: times[row - 1], kind: kind, size: nil))
                start = nil
            }
        }
        return events
    }
}

/// Reads the recordings of a folder with a `manifest.toml`, one after the other: a large folder need not fit the memory.
package struct RecordingFolder: Sendable {
    package let manifest: RecordingManifest
    package let path: String
    /// Relative to the folder, as they will be read.
    package let files: [RecordingManifest.File]

    /// *Throws*: findings of the manifest, one a line, or that there is nothing to read.
    package init(_ path: String) throws(RecordingProblem) {
        self.path = path
        switch loadRecordingManifest(at: "\(path)/manifest.toml", from: .disk) {
        case .invalid(let findings): throw RecordingProblem(text: findings.map(\.description).joined(separator: "\n"))
        case .valid(let manifest, _): self.manifest = manifest
        }
        if manifest.files.isEmpty {
            files = Folder.names(path).filter { $0.hasSuffix(".csv") }.map {
                RecordingManifest.File(path: $0)
            }
        } else {
            files = manifest.files
        }
        if files.isEmpty { throw RecordingProblem(text: "\(path) holds no CSV file, and its manifest names none") }
    }

    /// Reads one of `files`. Precondition: the index exists. *Throws*: what is wrong with the file, with its path.
    package func recording(_ index: Int) throws(RecordingProblem) -> LabelledRecording {
        let file = files[index]
        let label = file.label ?? manifest.label
        let options = RecordingOptions(timeColumn: manifest.time, interval: file.interval ?? manifest.interval)
        let table = try Recording(path: "\(path)/\(file.path)", options: options)
        func column(_ name: String) throws(RecordingProblem) -> Int {
            guard let found = table.columns.firstIndex(of: name) else {
                throw RecordingProblem(text: "\(path)/\(file.path) has no column \"\(name)\"; it has \(table.columns.joined(separator: ", "))")
            }
            return found
        }
        let wanted = !file.columns.isEmpty ? file.columns : !manifest.columns.isEmpty ? manifest.columns : table.columns.filter { $0 != label }
        let times = (0..<table.rowCount).map { table.seconds($0) }
        var channels: [[Double]] = []
        for name in wanted {
            let index = try column(name)
            channels.append((0..<table.rowCount).map { table.value($0, index) })
        }
        var events: [LabelledRecording.Event] = []
        for event in file.events {
            events.append(
                LabelledRecording.Event(
                    from: try moment(event.from, file), to: try moment(event.to, file), kind: event.kind.isEmpty ? "event" : event.kind,
                    size: event.size))
        }
        if let label {
            let index = try column(label)
            let isWrong = (0..<table.rowCount).map { row in
                let value = table.value(row, index)
                return !value.isNaN && value != 0
            }
            events += LabelledRecording.events(times: times, isWrong: isWrong, kind: label)
        }
        return LabelledRecording(
            name: file.path, times: times, channels: channels, channelNames: wanted,
            countChannels: Set(wanted.indices.filter { manifest.counts.contains(wanted[$0]) }), interval: table.interval,
            cycle: file.cycle ?? manifest.cycle, events: events)
    }

    private func moment(_ moment: RecordingManifest.Moment, _ file: RecordingManifest.File) throws(RecordingProblem) -> Double {
        switch moment {
        case .seconds(let seconds): return seconds
        case .text(let text):
            guard let found = Recording.moment(text, RecordingOptions(timeColumn: manifest.time)) else {
                throw RecordingProblem(text: "\(path)/manifest.toml: \(file.path): \"\(text)\" is no date and time")
            }
            return Double(found) / 1e6
        }
    }
}
