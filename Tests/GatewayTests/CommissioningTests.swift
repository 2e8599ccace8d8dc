import Foundation
import GatewayTesting
import Glibc
import Lifeline
import MQTT
import Street
import Testing

/// `bamai discover` and `bamai baseline` as an installer runs them, at a real broker.
@Suite("Commissioning a site", .serialized)
struct CommissioningTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    struct Run {
        var code: Int32
        var output: String

        init(_ arguments: [String], environment: [String: String] = [:]) throws {
            let folder = TestFolder()
            let child = try ChildProcess(
                ProcessFixture.binaries + "/bamai", arguments, output: folder.file("output"),
                environment: ["LANG": "C.UTF-8", "LC_ALL": ""].merging(environment) { $1 })
            code = child.wait()
            output = (try? String(contentsOfFile: folder.file("output"), encoding: .utf8)) ?? ""
        }
    }

    /// Messages that the broker keeps, so that what is heard does not depend on the moment.
    private static func keep(_ messages: [(String, String)], at port: UInt16) throws {
        let publisher = try ProcessFixture.publisher(port)
        for (topic, payload) in messages { try publisher.publish(topic, Array(payload.utf8), retained: true) }
        try publisher.finish()
    }

    private static let kept = [
        (
            "application/a1/device/24e1240000000017/event/up",
            #"{"time":"2026-01-02T03:04:05+00:00","deviceInfo":{"deviceName":"人民路17号井","devEui":"24e1240000000017"},"data":"AXVk","object":{"battery":88,"angle_x":12.4,"angle_y":-0.5},"rxInfo":[{"rssi":-97}]}"#
        ),
        ("site/L-4/level", #"{"devFlow":"12.5","devLevel":"0.42","valueTime":"2026-01-02 11:04:05"}"#),
        ("zigbee2mqtt/cabinet", #"{"contact":true,"tamper":false,"battery":91,"linkquality":120}"#),
        ("plant/box7/telemetry", #"{"oil":61.5,"on":true,"mode":"auto"}"#),
        ("plant/box7/raw", "\u{1}\u{2}\u{3}"),
        ("bamai/gw/alerts", #"{"specversion":"1.0","source":"urn:bamai:gw"}"#),
    ]

    /// A folder with three templates of the repository and its profile: what is printed must not change with each new template.
    private static func shelf() throws -> TestFolder {
        let folder = TestFolder()
        for name in ["milesight-em310-tilt", "plain-json-level", "zigbee2mqtt-contact"] {
            folder.write("devices/\(name).toml", try String(contentsOfFile: root + "/firmware-config/devices/\(name).toml", encoding: .utf8))
        }
        folder.write("profiles/lifeline-cn.toml", try String(contentsOfFile: root + "/firmware-config/profiles/lifeline-cn.toml", encoding: .utf8))
        return folder
    }

    private static func compare(_ output: String, _ name: String) throws {
        let file = root + "/Tests/Cases/commissioning/\(name)"
        if ProcessInfo.processInfo.environment["BAMAI_RECORD"] != nil { try output.write(toFile: file, atomically: true, encoding: .utf8) }
        let recorded = try String(contentsOfFile: file, encoding: .utf8)
        #expect(output == recorded, "run the test with BAMAI_RECORD=1 to record it anew")
    }

    @Test("golden: what discover shows, in both forms, and its lines are a valid site")
    func discoverViews() throws {
        let folder = try CommissioningTests.shelf()
        let broker = try MosquittoBroker(folder: folder.path)
        try CommissioningTests.keep(CommissioningTests.kept, at: broker.port)
        let place = ["--broker", "127.0.0.1:\(broker.port)", "--devices", folder.file("devices"), "--for", "1s"]
        let view = try Run(["discover"] + place)
        #expect(view.code == 0)
        try CommissioningTests.compare(view.output, "discover.txt")
        let json = try Run(["discover", "--json"] + place)
        #expect(json.code == 0)
        #expect((try? JSONSerialization.jsonObject(with: Data(json.output.utf8))) != nil)
        try CommissioningTests.compare(json.output, "discover.json")

        let file = try Run(["discover", "--toml", folder.file("new.toml")] + place)
        #expect(file.code == 0 && file.output.contains("new.toml"))
        let lines = try String(contentsOfFile: folder.file("new.toml"), encoding: .utf8)
        #expect(view.output.hasSuffix(lines))
        let minimal = "schema = 1\n[site]\nid = \"gw7\"\n[[broker]]\nid = \"b\"\nurl = \"mqtt://127.0.0.1\"\n"
        folder.write("site/site.toml", minimal + lines)
        let check = try Run(["check", folder.file("site")])
        #expect(check.code == 0 && check.output.contains("3 assets, 3 devices"), "\(check.output)")
        #expect(try Run(["discover", "--toml", folder.file("new.toml")] + place).code == 1)
    }

    @Test("A broker that only knows MQTT 3.1.1 or wants a password is told from one that is not there")
    func unreachable() throws {
        let folder = try CommissioningTests.shelf()
        let devices = ["--devices", folder.file("devices"), "--for", "1s"]
        let nobody = try Run(["discover", "--broker", "127.0.0.1:\(MosquittoBroker.freePort())"] + devices)
        #expect(nobody.code == 1 && nobody.output.contains("Connection refused"))
        folder.write("password", "")
        let broker = try MosquittoBroker(folder: folder.path, lines: ["allow_anonymous false", "password_file \(folder.file("password"))"])
        let refused = try Run(["discover", "--broker", "127.0.0.1:\(broker.port)"] + devices)
        #expect(refused.code == 1 && refused.output.localizedCaseInsensitiveContains("not authori"), "\(refused.output)")
        let noTemplates = try Run(["discover", "--devices", folder.file("nowhere")])
        #expect(noTemplates.code == 2 && noTemplates.output.contains("no device templates"))
    }

    @Test("Nothing heard is said so, with 1")
    func silence() throws {
        let folder = try CommissioningTests.shelf()
        let broker = try MosquittoBroker(folder: folder.path)
        let run = try Run(["discover", "--broker", "127.0.0.1:\(broker.port)", "--devices", folder.file("devices"), "--for", "300ms"])
        #expect(run.code == 1 && run.output.hasPrefix("no device was heard"))
    }

    // MARK: - Baselines

    private static let site = """
        # A site with two sensors.   Layout and remarks are the installer's.
        schema = 1
        [site]
        id = "gw7"
        devices = "../devices"
        profiles = "../profiles"

        [journal]
        path = "JOURNAL"
        commit_delay = "5 ms"
        [control]
        socket = "SOCKET"

        [[broker]]
        id   = "field"
        url  = "mqtt://127.0.0.1:PORT"   # the yard's

        [[asset]]
        id = "MH-17"
        class = "manhole_cover"
        name = "人民路17号井"

        [[device]]
        id = "24e1240000000017"
        asset = "MH-17"
        template = "milesight-em310-tilt"

          [[device.reading]]
          name = "tilt_x"      # 北
          baseline = 3.0       # taken by eye

        [[asset]]
        id = "WELL-9"
        class = "drainage_pipe"
        [[device]]
        id = "L-9"
        asset = "WELL-9"
        template = "plain-json-level"
        omit = ["flow"]

        """

    private static func site(_ folder: TestFolder, _ port: UInt16) -> String {
        let text = site.replacingOccurrences(of: "PORT", with: "\(port)").replacingOccurrences(of: "JOURNAL", with: folder.file("journal.db"))
            .replacingOccurrences(of: "SOCKET", with: folder.file("control.sock"))
        folder.write("site/site.toml", text)
        return text
    }

    private static func tilt(_ x: Double, _ y: Double) -> (String, String) {
        (
            "application/a1/device/24e1240000000017/event/up",
            #"{"deviceInfo":{"devEui":"24e1240000000017"},"data":"AXVk","object":{"battery":88,"angle_x":\#(x),"angle_y":\#(y)}}"#
        )
    }

    /// Publishes again and again while `body` runs.
    private static func speaking<Result>(_ port: UInt16, _ messages: @escaping @Sendable (Int) -> [(String, String)], _ body: () throws -> Result)
        throws -> Result
    {
        let isOver = Flag()
        let thread = Thread {
            guard let publisher = try? ProcessFixture.publisher(port, id: "field") else { return }
            var round = 0
            while !isOver.isSet {
                for (topic, payload) in messages(round) { try? publisher.publish(topic, Array(payload.utf8)) }
                try? publisher.turn(milliseconds: 50)
                round += 1
            }
            try? publisher.finish()
            isOver.done()
        }
        thread.start()
        defer {
            isOver.set()
            isOver.wait()
        }
        return try body()
    }

    /// A word between two threads.
    private final class Flag: @unchecked Sendable {
        private let lock = NSLock()
        private let end = DispatchSemaphore(value: 0)
        private var value = false
        var isSet: Bool { lock.withLock { value } }
        func set() { lock.withLock { value = true } }
        func done() { end.signal() }
        func wait() { _ = end.wait(timeout: .now() + 10) }
    }

    @Test("Beside a running gateway: the sign counts, the file is edited in place, and all else stays byte by byte")
    func baselineWritten() throws {
        let folder = try CommissioningTests.shelf()
        let broker = try MosquittoBroker(folder: folder.path)
        let text = CommissioningTests.site(folder, broker.port)
        let daemon = try ChildProcess(ProcessFixture.binaries + "/bamaid", [folder.file("site")], output: folder.file("bamaid.log"))
        // Retained: from before the cover was seated.
        try CommissioningTests.keep([CommissioningTests.tilt(44, 44)], at: broker.port)
        let run = try CommissioningTests.speaking(
            broker.port, { [CommissioningTests.tilt($0 % 2 == 0 ? -1.9 : -1.8, 0.4)] },
            {
                try Run(["baseline", "MH-17", "--site", folder.file("site"), "--for", "20s", "--write"])
            })
        #expect(run.code == 0, "\(run.output)")
        #expect(run.output.contains("MH-17/tilt_x") && run.output.contains("° apart") == false && run.output.contains("before: 3 °"), "\(run.output)")
        let after = try String(contentsOfFile: folder.file("site/site.toml"), encoding: .utf8)
        let taken = try #require(["-1.9", "-1.8", "-1.85"].first { after.contains("baseline = \($0) ") }, "\(after)")
        let expected =
            text.replacingOccurrences(of: "baseline = 3.0 ", with: "baseline = \(taken) ").replacingOccurrences(
                of: "# taken by eye\n", with: "# taken by eye\n\n  [[device.reading]]\n  name = \"tilt_y\"\n  baseline = 0.4\n")
        #expect(after == expected)
        #expect(try String(contentsOfFile: folder.file("site/site.toml.bak"), encoding: .utf8) == text)
        #expect(try Run(["check", folder.file("site")]).code == 0)
        #expect(daemon.isRunning)
        #expect(daemon.terminate() == 0)
    }

    @Test("A cover that moves, too few readings, an unknown name: refused, and nothing is written")
    func baselineRefused() throws {
        let folder = try CommissioningTests.shelf()
        let broker = try MosquittoBroker(folder: folder.path)
        let text = CommissioningTests.site(folder, broker.port)
        let place = ["--site", folder.file("site"), "--write"]
        let moving = try CommissioningTests.speaking(
            broker.port, { [CommissioningTests.tilt(Double($0 % 10), 0)] },
            { try Run(["baseline", "MH-17/tilt_x", "--for", "3s"] + place) })
        #expect(
            moving.code == 1 && moving.output.contains("MH-17/tilt_x: it is moving: its readings are 9 ° apart, at most 0.5 °"), "\(moving.output)")
        let few = try Run(["baseline", "MH-17/tilt_y", "--for", "300ms"] + place)
        #expect(few.code == 1 && few.output.contains("0 readings, 3 are needed"), "\(few.output)")
        let unknown = try Run(["baseline", "MH-18", "--for", "300ms"] + place)
        #expect(unknown.code == 1 && unknown.output.contains("is called MH-18"))
        let battery = try Run(["baseline", "MH-17/battery", "--for", "300ms"] + place)
        #expect(battery.code == 1 && battery.output.contains("in this site these have: tilt, water_level"), "\(battery.output)")
        #expect(try String(contentsOfFile: folder.file("site/site.toml"), encoding: .utf8) == text)
        #expect(access(folder.file("site/site.toml.bak"), F_OK) != 0)
    }

    @Test("Where the copy cannot be made nothing is changed, and nothing is left lying about")
    func baselineWithoutCopy() throws {
        let folder = try CommissioningTests.shelf()
        let broker = try MosquittoBroker(folder: folder.path)
        let text = CommissioningTests.site(folder, broker.port)
        folder.write("site/site.toml.bak/x", "in the way")
        let run = try CommissioningTests.speaking(
            broker.port, { _ in [CommissioningTests.tilt(1, 1)] },
            { try Run(["baseline", "MH-17/tilt_x", "--for", "10s", "--site", folder.file("site"), "--write"]) })
        #expect(run.code == 1 && run.output.contains("site.toml.bak cannot be replaced"), "\(run.output)")
        #expect(try String(contentsOfFile: folder.file("site/site.toml"), encoding: .utf8) == text)
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder.file("site"))) == ["site.toml", "site.toml.bak"])
    }

    @Test("With a site: its password is used, what it has is marked, and only the new is printed; live devices have an interval")
    func discoverBesideASite() throws {
        let folder = try CommissioningTests.shelf()
        folder.write("secrets/field", "word\n")
        let tool = try ChildProcess("/usr/bin/mosquitto_passwd", ["-b", "-c", folder.file("password"), "visitor", "word"])
        try #require(tool.wait() == 0)
        let broker = try MosquittoBroker(folder: folder.path, lines: ["allow_anonymous false", "password_file \(folder.file("password"))"])
        let text = CommissioningTests.site(folder, broker.port)
        folder.write(
            "site/site.toml",
            text.replacingOccurrences(of: "id   = \"field\"", with: "id   = \"field\"\nusername = \"visitor\"\npassword = \"secret://field\""))
        let options = MQTTOptions(
            host: "127.0.0.1", port: broker.port, clientID: "field", cleanSession: true, username: "visitor", password: "word")
        let publisher = try MQTTPublisher(options)
        for (topic, payload) in CommissioningTests.kept + [CommissioningTests.tilt(1, 2)] {
            try publisher.publish(topic, Array(payload.utf8), retained: true)
        }
        try publisher.finish()
        let refused = try Run(["discover", "--site", folder.file("site"), "--for", "1s"])
        #expect(refused.code == 1 && refused.output.contains("broker field: the secret"), "\(refused.output)")
        let run = try Run(["discover", "--site", folder.file("site"), "--for", "1s"], environment: ["CREDENTIALS_DIRECTORY": folder.file("secrets")])
        #expect(run.code == 0, "\(run.output)")
        #expect(run.output.contains("the site has already\n  24e1240000000017\n"), "\(run.output)")
        #expect(run.output.contains("id = \"L-4\"") && !run.output.contains("id = \"24e1240000000017\""))
    }

    @Test("From the journal of a gateway; not where the sign was dropped")
    func baselineFromJournal() throws {
        let folder = try CommissioningTests.shelf()
        let broker = try MosquittoBroker(folder: folder.path)
        _ = CommissioningTests.site(folder, broker.port)
        let fixture = ProcessFixture()
        let daemon = try ChildProcess(ProcessFixture.binaries + "/bamaid", [folder.file("site")], output: folder.file("bamaid.log"))
        let log = { (try? String(contentsOfFile: folder.file("bamaid.log"), encoding: .utf8)) ?? "" }
        try #require(fixture.wait(seconds: 20) { log().contains("broker field: connected") }, "\(log())")
        usleep(200_000)
        let publisher = try ProcessFixture.publisher(broker.port)
        for level in ["9.9", "0.42", "0.425", "0.415", "0.42"] {
            try publisher.publish("site/L-9/level", Array("{\"devLevel\":\"\(level)\"}".utf8))
        }
        try publisher.finish()
        usleep(500_000)
        #expect(daemon.terminate() == 0)
        let run = try Run(["baseline", "WELL-9", "--last", "4", "--site", folder.file("site"), "--write"])
        #expect(run.code == 0, "\(run.output)")
        let after = try String(contentsOfFile: folder.file("site/site.toml"), encoding: .utf8)
        #expect(after.hasSuffix("omit = [\"flow\"]\n\n  [[device.reading]]\n  name = \"water_level\"\n  baseline = 0.42\n"), "\(after)")
        // All five: the first is far away.
        let moving = try Run(["baseline", "WELL-9", "--last", "5", "--site", folder.file("site")])
        #expect(moving.code == 1 && moving.output.contains("it is moving"))
        let absolute = try Run(["baseline", "MH-17", "--last", "4", "--site", folder.file("site")])
        #expect(absolute.code == 1 && absolute.output.contains("MH-17/tilt_x: the journal has its readings without their sign"))
    }
}
