import ArgumentParser
import Foundation
import Gateway
import Glibc
import Journal
import Lifeline
import Site
import Synchronization

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put recorded CSV files through the gateway's own line: decode, journal, judge. No broker, no waiting.",
        discussion: """
            Every column with numbers becomes a sensor that Pulse judges; the clock is the recording's. The separator (comma, semicolon, tab) and the
            column with the time are found by themselves.
            example: bamai replay machine_temperature.csv --cycle '1 d'
            """)

    @Argument(help: "CSV files with a header line.", completion: .file())
    var files: [String]

    @Option(name: .long, help: "Name of the column with the time (default: the first that holds one).")
    var timeColumn: String?

    @Option(name: .long, help: "Seconds between two rows (default: the median step).")
    var interval: Double?

    @Option(name: .long, help: "Length of a cycle in seconds (default: a day, or 300 rows where a day would be too short or too long).")
    var cycle: Double?

    @Option(name: .long, help: "A column to leave out; may be given several times.")
    var skip: [String] = []

    @Option(name: .long, help: "The lowest Pulse score that is an alert.")
    var score: Double = 5

    @Option(name: .long, help: "Language of the sentences: en or zh.")
    var lang: String = "en"

    @Flag(name: .long, help: "One CloudEvents document a line instead of sentences.")
    var json = false

    func run() throws {
        for file in files {
            let recording: Recording
            do {
                recording = try Recording(path: file, timeColumn: timeColumn, interval: interval, skip: Set(skip))
            } catch let problem as RecordingProblem {
                Terminal.error(problem.text)
                throw ExitCode(1)
            }
            try replay(recording)
        }
    }

    private func replay(_ recording: Recording) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bamai-replay-\(getpid())-\(recording.name)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let site = self.site(recording, journal: folder + "/journal.db")
        let clock = RecordedTime()
        let journal = try SQLiteJournal(path: site.journal.path, maxBytes: site.journal.maxBytes)
        clock.set(recording.times[0])
        let gateway = try Gateway(configuration: site, journal: journal, time: clock)
        var count = 0
        gateway.onAlert = { record in
            count += 1
            if json { Output.line(String(decoding: record.body, as: UTF8.self)) } else if let view = AlertView(record.body) {
                Output.line("\((view.event["time"] as? String ?? "").prefix(10)) \(view.line(lang))")
            }
        }
        let topic = Array("recording".utf8)
        for row in recording.rows.indices {
            clock.set(recording.times[row])
            let payload = recording.payload(row)
            topic.withUnsafeBytes { topic in
                payload.withUnsafeBytes { gateway.received(broker: 0, topic: topic, payload: $0, receipt: 0, qos: 0, retained: false) }
            }
            // Many rows a commit: alerts depend on readings and their times, never on how they were grouped.
            if row % 500 == 499 { try gateway.commit([]) }
        }
        try gateway.commit([])
        let figures = gateway.decodeFigures
        if !json {
            let days = Double(recording.times[recording.times.count - 1] - recording.times[0]) / 86_400e6
            Output.line("\(recording.name): \(figures.readings) readings of \(recording.columns.count) columns over \(JSONWriter.threeDecimals((days * 100).rounded() / 100)) days, \(count) alert messages")
        }
    }

    private func site(_ recording: Recording, journal: String) -> SiteConfiguration {
        let cycle = self.cycle ?? (86_400 / recording.interval >= 16 && 86_400 / recording.interval <= 20_000 ? 86_400 : 300 * recording.interval)
        let quantity = Quantity(name: "value", unit: Unit.named("1")!, range: -1e300...1e300, chinese: "数值", english: "Value")
        var sensors: [Sensor] = []
        var fields: [FieldBinding] = []
        for (index, column) in recording.columns.enumerated() {
            sensors.append(
                Sensor(id: "\(recording.name)/\(column)", asset: 0, device: 0, quantity: quantity, interval: recording.interval, cycle: cycle))
            fields.append(FieldBinding(sensor: index, path: [column]))
        }
        let unusual = Rule(
            id: "any.unusual", origin: "replay", kind: .pulse,
            levels: [LevelLimit(level: .yellow, limit: score), LevelLimit(level: .orange, limit: max(8, score + 1))],
            event: BilingualText(chinese: "数据异常", english: "Unusual readings"), advice: BilingualText(chinese: "请核实。", english: "Have a look."))
        let fault = Rule(
            id: "device.fault", origin: "replay", kind: .fault, levels: [LevelLimit(level: .blue, limit: score)],
            event: BilingualText(chinese: "传感器数据不可信", english: "Sensor not to be trusted"), advice: BilingualText(chinese: "检查传感器。", english: "Check it."))
        let device = Device(id: recording.name, topic: "recording", timePath: ["t"], timeFormat: .unixSeconds, fields: fields, lateAfter: 1e9)
        let plan = SitePlan(
            gateway: "replay", utcOffsetSeconds: 0, assets: [Asset(id: recording.name, assetClass: .other, name: recording.name)], devices: [device],
            sensors: sensors, rules: [unusual, fault])
        let broker = BrokerConfiguration(id: "file", address: BrokerAddress(host: "localhost", port: 1), clientID: "replay", window: 65_535)
        return SiteConfiguration(
            plan: plan, name: recording.name, brokers: [broker], platform: nil, journal: JournalConfiguration(path: journal), controlSocket: "",
            revision: "replay")
    }
}

/// A clock that says what the recording says.
final class RecordedTime: TimeSource {
    private let moment = Mutex<Int64>(0)
    func set(_ microseconds: Int64) { moment.withLock { $0 = microseconds } }
    var now: Timestamp { Timestamp(microseconds: moment.withLock { $0 }) }
    var monotonicNanoseconds: Int64 { moment.withLock { $0 &* 1000 } }
}
