import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import MQTT
import Testing

/// A real bamaid on a site that the test writes.
final class ProcessFixture {
    let folder = TestFolder()
    private(set) var daemon: ChildProcess?

    /// The folder that this test program was built into; the programs under test lie beside it. `BAMAI_BINARIES` names another, for long tests of a release.
    static let binaries: String = {
        if let folder = ProcessInfo.processInfo.environment["BAMAI_BINARIES"] { return folder }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
        let path = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
        return URL(fileURLWithPath: path).deletingLastPathComponent().path
    }()

    static let profile = ValueProfile.text(
        name: "test",
        rules: """
            [[rule]]
            id = "any.high"
            kind = "high"
            quantity = "value"
            levels = [ { level = "orange", limit = 1e9 } ]
            event = { zh = "过高", en = "Too high" }
            advice = { zh = "看", en = "Look." }
            [[rule]]
            id = "any.unusual"
            kind = "pulse"
            quantity = "value"
            levels = [ { level = "yellow", limit = 5.0 }, { level = "orange", limit = 8.0 } ]
            event = { zh = "异常", en = "Unusual" }
            advice = { zh = "看", en = "Look." }

            """)

    init() { folder.write("profiles/test.toml", ProcessFixture.profile) }

    /// A daemon that is connected to a broker of its own and listens to `devices` devices (`in/0`, `in/1` …).
    static func running(devices: Int) throws -> (ProcessFixture, MosquittoBroker) {
        let fixture = ProcessFixture()
        let broker = try MosquittoBroker(folder: fixture.folder.path)
        fixture.site(broker: broker.port, platform: nil, KillTests.devices(devices))
        try fixture.start()
        try #require(fixture.waitUntilSubscribed(), "\(fixture.log)")
        return (fixture, broker)
    }

    lazy var journalPath: String = folder.file("journal.db")

    /// Writes the site: what every test's site begins with, then the test's own tables.
    func site(broker: UInt16, platform: UInt16?, readings: String = "none", _ tables: String) {
        var text = """
            schema = 1
            [site]
            id = "gw7"
            utc_offset = "+00:00"
            profile = "test"
            [journal]
            path = "\(journalPath)"
            commit_delay = "5 ms"
            checkpoint_interval = "1 s"
            [control]
            socket = "\(folder.file("control.sock"))"
            [[broker]]
            id = "field"
            url = "mqtt://127.0.0.1:\(broker)"

            """
        if let platform {
            text += """
                [platform]
                url = "mqtt://127.0.0.1:\(platform)"
                alert_topic = "platform/alerts"
                readings_topic = "platform/readings"
                readings = "\(readings)"

                """
        }
        folder.write("site/site.toml", text + tables)
    }

    func start() throws {
        daemon = try ChildProcess(ProcessFixture.binaries + "/bamaid", [folder.file("site")], output: folder.file("bamaid.log"))
    }

    /// As a power cut would: nothing is said, nothing is flushed.
    func cut() {
        daemon?.signal(SIGKILL)
        daemon?.wait()
        daemon = nil
    }

    /// Returns the exit code.
    @discardableResult
    func stop() -> Int32 {
        let code = daemon?.terminate() ?? -1
        daemon = nil
        return code
    }

    var log: String { (try? String(contentsOfFile: folder.file("bamaid.log"), encoding: .utf8)) ?? "" }

    /// Waits until a condition holds; false when it does not within the time.
    func wait(seconds: Double, _ condition: () throws -> Bool) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if (try? condition()) == true { return true }
            usleep(20_000)
        }
        return (try? condition()) == true
    }

    func lastSequence() throws -> UInt64 { try SQLiteJournalReader.open(path: journalPath).lastSequence() }

    /// Readings by sensor, in the order of their sequences; ticks are left out.
    func readings() throws -> [String: [Reading]] {
        let reader = try SQLiteJournalReader.open(path: journalPath)
        let names = try reader.seriesKeys()
        var result: [String: [Reading]] = [:]
        try reader.readings(from: 1) { _, reading in
            if reading.series != .tick { result[names[reading.series] ?? "?", default: []].append(reading) }
            return true
        }
        return result
    }

    func alerts() throws -> [AlertRecord] { try SQLiteJournalReader.open(path: journalPath).alerts(after: 0, limit: 1_000_000) }

    /// Waits until the daemon's subscription stands, so that what is published from then on is its own.
    func waitUntilSubscribed() -> Bool {
        wait(seconds: 20) { self.log.contains("broker field: connected") }
            && {
                usleep(200_000); return true
            }()
    }

    static func publisher(_ port: UInt16, id: String = "publisher") throws -> MQTTPublisher {
        try MQTTPublisher(MQTTOptions(host: "127.0.0.1", port: port, clientID: id, cleanSession: true))
    }

    /// An alert's document without what may differ when it is sent again: when that is, and how well the clock is known by then.
    static func withoutSentTime(_ payload: [UInt8]) -> String {
        let text = String(decoding: payload, as: UTF8.self).replacingOccurrences(
            of: ",\"clockstate\":\"[a-z]*\"", with: "", options: .regularExpression)
        guard let start = text.range(of: ",\"senttime\":\"") else { return text }
        guard let end = text[start.upperBound...].firstIndex(of: "\"") else { return text }
        return String(text[..<start.lowerBound] + text[text.index(after: end)...])
    }

    /// The `id` member of an alert's document.
    static func id(_ payload: [UInt8]) -> String {
        ((try? JSONSerialization.jsonObject(with: Data(payload))) as? [String: Any])?["id"] as? String ?? ""
    }
}
