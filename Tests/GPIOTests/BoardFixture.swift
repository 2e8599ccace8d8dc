import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import Testing

/// A real bamaid inside the machine, with a broker and a chip of its own.
final class BoardFixture {
    let folder = TestFolder()
    let chip: SimulatedChip
    let broker: MosquittoBroker
    private var daemon: ChildProcess?

    private static let profile = """
        schema = 1
        profile = "test"
        version = 1
        [[quantity]]
        name = "open"
        unit = "state"
        min = 0
        max = 1
        zh = "开合状态"
        en = "cover contact"
        [[quantity]]
        name = "tilt"
        unit = "deg"
        min = -180
        max = 180
        zh = "倾角"
        en = "tilt"
        [[quantity]]
        name = "volume"
        unit = "m3"
        min = 0
        max = 1e10
        zh = "累计水量"
        en = "metered volume"
        [[rule]]
        id = "cover.open"
        kind = "high"
        quantity = "open"
        levels = [ { level = "red", limit = 0.5 } ]
        event = { zh = "井盖开启", en = "Cover opened" }
        advice = { zh = "现场查看", en = "Look." }
        """

    /// Lines 0 a lid (active: open), 1 a meter, 2 a siren.
    init(_ label: String) throws {
        chip = try SimulatedChip(label, lines: 4)
        broker = try MosquittoBroker(folder: folder.path)
        folder.write("profiles/test.toml", BoardFixture.profile)
        folder.write(
            "site/site.toml",
            """
            schema = 1
            [site]
            id = "gw7"
            utc_offset = "+00:00"
            profile = "test"
            [journal]
            path = "\(journal)"
            commit_delay = "5 ms"
            checkpoint_interval = "1 s"
            [control]
            socket = "\(folder.file("control.sock"))"
            [[broker]]
            id = "field"
            url = "mqtt://127.0.0.1:\(broker.port)"
            [[asset]]
            id = "MH-1"
            class = "manhole_cover"
            [[asset]]
            id = "WP-1"
            class = "water_pipe"
            [[device]]
            id = "d0"
            asset = "MH-1"
            topic = "in/d0"
            [[device.reading]]
            name = "tilt"
            quantity = "tilt"
            path = "v"
            [[line]]
            id = "lid"
            role = "contact"
            chip = "\(label)"
            offset = 0
            asset = "MH-1"
            quantity = "open"
            debounce = "0 s"
            [[line]]
            id = "meter"
            role = "pulse"
            chip = "\(label)"
            offset = 1
            asset = "WP-1"
            quantity = "volume"
            per_pulse = 0.01
            max_hz = 100
            interval = "1 s"
            [[line]]
            id = "siren"
            role = "output"
            chip = "\(label)"
            offset = 2
            drives = "siren"

            """)
    }

    private var journal: String { folder.file("journal.db") }
    var log: String { (try? String(contentsOfFile: folder.file("bamaid.log"), encoding: .utf8)) ?? "" }

    func start() throws {
        let before = log.components(separatedBy: "broker field: connected").count
        daemon = try ChildProcess(Machine.binaries + "/bamaid", [folder.file("site")], output: folder.file("bamaid.log"))
        // A daemon that has ended says why, and nobody waits for it.
        _ = wait { self.log.components(separatedBy: "broker field: connected").count > before || self.daemon?.isRunning == false }
        try #require(daemon?.isRunning == true, "\(log)")
        usleep(200_000)
    }

    func signal(_ number: Int32) { daemon?.signal(number) }

    func cut() {
        daemon?.signal(SIGKILL)
        daemon?.wait()
        daemon = nil
    }

    func stop() -> Int32 {
        defer { daemon = nil }
        return daemon?.terminate() ?? -1
    }

    /// Waits until a condition holds.
    func wait(seconds: Double = 60, _ condition: () throws -> Bool) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if (try? condition()) == true { return true }
            usleep(20_000)
        }
        return (try? condition()) == true
    }

    /// Every reading in the order of the journal, with its series' name; ticks are left out.
    func readings() throws -> [(name: String, value: Double)] {
        let reader = try SQLiteJournalReader.open(path: journal)
        let names = try reader.seriesKeys()
        var result: [(String, Double)] = []
        try reader.readings(from: 1) { _, reading in
            if reading.series != .tick { result.append((names[reading.series] ?? "?", reading.value)) }
            return true
        }
        return result
    }

    func last(_ name: String) throws -> Double? { try readings().last { $0.name == name }?.value }

    /// What `bamai` says.
    func bamai(_ arguments: [String]) throws -> (code: Int32, output: String) {
        let file = folder.file("bamai.out")
        unlink(file)
        let code = try ChildProcess(Machine.binaries + "/bamai", arguments, output: file).wait()
        return (code, (try? String(contentsOfFile: file, encoding: .utf8)) ?? "")
    }

    /// The report on one line.
    func line(_ id: String) throws -> JSONValue {
        let answer = try bamai(["status", "--site", folder.file("site"), "--json"]).output
        let report = try #require(JSONValue(Array(answer.utf8)), "\(answer)")
        return try #require(report["lines"].list.first { $0["id"].text == id }, "\(answer)")
    }

    func pulse(_ count: Int, microseconds: UInt32 = 5000) throws {
        for _ in 0..<count {
            for level in [true, false] {
                try chip.set(1, level)
                usleep(microseconds)
            }
        }
    }
}
