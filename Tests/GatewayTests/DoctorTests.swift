import Foundation
import GatewayTesting
import Glibc
import Testing

/// `bamai doctor` as an installer runs it, at real gateways, brokers and cards.
@Suite("Examining a board", .serialized)
struct DoctorTests {
    @Test("A gateway that is well: every step of its broker is seen to work, and neither session nor journal is touched")
    func well() throws {
        let (fixture, broker) = try ProcessFixture.running(devices: 2)
        let publisher = try ProcessFixture.publisher(broker.port)
        for value in 0..<50 { try publisher.publish("in/0", Array("{\"v\":\(value)}".utf8)) }
        try publisher.finish()
        #expect(fixture.wait(seconds: 10) { try fixture.lastSequence() >= 50 })
        let report = try fixture.doctor()
        for name in ["name", "connection", "login", "topics", "session"] { #expect(report.verdict("broker", name) == "ok", "\(report.output)") }
        #expect(report.check("broker", "topics")?.figures["granted"] == 2)
        #expect(report.verdict("gateway", "process") == "ok")
        #expect(report.verdict("gateway", "storing") == "ok")
        #expect(report.verdict("gateway", "sensing") == "ok")
        #expect(report.verdict("gateway", "messages") == "ok")
        #expect(report.verdict("configuration", "site") == "ok")
        #expect(report.verdict("configuration", "revision") == "ok")
        #expect(report.text("configuration", "writer").contains("\(fixture.daemon?.identifier ?? 0)"), "\(report.output)")
        #expect(report.verdict("storage", "journal") == "ok")
        #expect(report.verdict("storage", "integrity") == "ok")
        #expect(report.verdict("storage", "set_aside") == "ok")
        let status = DaemonTests.ask(fixture, "status")
        let own = (status?["brokers"] as? [[String: Any]])?.first
        #expect(own?["state"] as? String == "connected" && (own?["reconnects"] as? NSNumber)?.intValue == 0)
        #expect(fixture.stop() == 0)
    }

    private func listing(_ folder: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("journal.db") {
            files[name] = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
        }
        return files
    }

    @Test("Without a gateway: it is said, the journal is read all the same, and nothing is made or changed beside it")
    func withoutGateway() throws {
        let (fixture, _) = try ProcessFixture.running(devices: 1)
        #expect(fixture.stop() == 0)
        let before = try listing(fixture.folder.path)
        #expect(before["journal.db"] != nil && before["journal.db-wal"] == nil)
        let report = try fixture.doctor(["--offline"])
        #expect(report.code == 1)
        #expect(report.verdict("gateway", "process") == "error")
        #expect(report.verdict("storage", "integrity") == "ok", "\(report.output)")
        #expect(report.verdict("storage", "journal") == "ok")
        #expect(report.verdict("broker", "login") == "unknown")
        #expect(try listing(fixture.folder.path) == before)
    }

    @Test("After a power cut, with a WAL that nobody has looked at: read, and left as it is")
    func afterPowerCut() throws {
        let (fixture, broker) = try ProcessFixture.running(devices: 1)
        let publisher = try ProcessFixture.publisher(broker.port)
        for value in 0..<20 { try publisher.publish("in/0", Array("{\"v\":\(value)}".utf8)) }
        try publisher.finish()
        #expect(fixture.wait(seconds: 10) { try fixture.lastSequence() >= 20 })
        fixture.cut()
        let before = try listing(fixture.folder.path)
        #expect(before["journal.db-wal"].map { !$0.isEmpty } == true)
        let report = try fixture.doctor(["--offline"])
        #expect(report.verdict("storage", "journal") == "ok", "\(report.output)")
        #expect(report.verdict("storage", "integrity") == "ok")
        #expect(report.verdict("gateway", "process") == "error")
        #expect(try listing(fixture.folder.path) == before)
    }

    @Test("A journal that is garbage is damaged, not well")
    func garbage() throws {
        let fixture = ProcessFixture()
        fixture.site(broker: MosquittoBroker.freePort(), platform: nil, KillTests.devices(1))
        fixture.folder.write("journal.db", String(repeating: "no database at all ", count: 1000))
        let report = try fixture.doctor(["--offline"])
        #expect(report.verdict("storage", "integrity") == "error", "\(report.output)")
        #expect(report.verdict("storage", "journal") != "ok")
    }

    @Test("A changed site on disk, a second writer's lock, a damaged file set aside: each is named")
    func disagreement() throws {
        let (fixture, broker) = try ProcessFixture.running(devices: 1)
        fixture.site(broker: broker.port, platform: nil, KillTests.devices(2))
        fixture.folder.write("journal.db.damaged-1", "x")
        let report = try fixture.doctor()
        #expect(report.verdict("configuration", "revision") == "warning", "\(report.output)")
        #expect(report.verdict("storage", "set_aside") == "warning")
        #expect(fixture.stop() == 0)
        // Its control socket is gone, its lock is held by this test.
        let lock = open(fixture.journalPath + ".lock", O_RDWR)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let second = try fixture.doctor(["--offline"])
        #expect(second.verdict("configuration", "writer") == "error", "\(second.output)")
        #expect(second.text("configuration", "writer").contains("\(getpid())"))
    }

    @Test("A site that is wrong: exit code 2, its findings, and what can be looked at without it")
    func invalidSite() throws {
        let folder = TestFolder()
        folder.write("site/site.toml", "schema = 1\nnonsense = 2\n")
        let report = try DoctorReport(folder.file("site"))
        #expect(report.code == 2)
        #expect(report.verdict("configuration", "site") == "error")
        #expect(report.verdict("hardware", "memory") != nil && report.verdict("time", "clock") != nil)
        #expect(report.verdict("broker", "all") == "unknown")
        #expect(report.verdict("gateway", "all") == "unknown")
    }

    @Test("A secret that is missing, empty or open is named, and its text is never shown")
    func secrets() throws {
        let fixture = ProcessFixture()
        let broker = try MosquittoBroker(folder: fixture.folder.path)
        fixture.site(brokerTable: "url = \"mqtt://127.0.0.1:\(broker.port)\"\nusername = \"u\"\npassword = \"secret://door\"")
        let place = ["CREDENTIALS_DIRECTORY": fixture.folder.path]
        let missing = try fixture.doctor(environment: place)
        #expect(missing.text("configuration", "secrets").contains("door is not set"), "\(missing.output)")
        #expect(missing.verdict("broker", "login") == "unknown")
        fixture.folder.write("door", "correct horse\n")
        chmod(fixture.folder.file("door"), 0o644)
        let open = try fixture.doctor(environment: place)
        #expect(open.text("configuration", "secrets").contains("everybody may read \(fixture.folder.file("door"))"))
        #expect(open.verdict("broker", "login") == "ok")
        #expect(!open.output.contains("horse"))
        chmod(fixture.folder.file("door"), 0o600)
        #expect(try fixture.doctor(environment: place).verdict("configuration", "secrets") == "ok")
    }

    @Test("What people see: sections, marks, the sum; plain characters where the terminal knows no others; Chinese where it is asked for")
    func views() throws {
        let (fixture, broker) = try ProcessFixture.running(devices: 1)
        withExtendedLifetime(broker) {}
        let site = fixture.folder.file("site")
        let english = try CommissioningTests.Run(["doctor", "--site", site, "--lang", "en"]).output
        for word in [
            "hardware\n", "time\n", "storage\n", "broker field\n", "configuration\n", "gateway\n", "  √ login            accepted, MQTT 5.0",
        ] {
            #expect(english.contains(word), "\(word) in\n\(english)")
        }
        #expect(!english.contains("\u{1b}"))
        #expect(english.split(separator: "\n").last?.contains("unknown") == true)
        let plain = try CommissioningTests.Run(["doctor", "--site", site, "--lang", "en"], environment: ["LANG": "C"]).output
        #expect(plain.contains("  + login"))
        #expect(plain.unicodeScalars.allSatisfy { $0.isASCII }, "\(plain)")
        let chinese = try CommissioningTests.Run(["doctor", "--site", site, "--lang", "zh"]).output
        #expect(chinese.contains("硬件\n") && chinese.contains("消息代理 field\n") && chinese.contains("项未知"))
        #expect(fixture.stop() == 0)
    }

    @Test("A board as its kernel would show it: known by its device tree, hot, with a weak supply")
    func board() throws {
        let fixture = ProcessFixture()
        fixture.site(broker: MosquittoBroker.freePort(), platform: nil, KillTests.devices(1))
        let root = TestFolder()
        root.write("proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0")
        root.write("proc/meminfo", "MemTotal:        1000000 kB\nMemFree:           10000 kB\nMemAvailable:      50000 kB\n")
        root.write("proc/loadavg", "0.10 0.20 0.30 1/100 4242\n")
        root.write("sys/class/thermal/thermal_zone0/temp", "86250\n")
        root.write("sys/class/watchdog/watchdog0/identity", "Broadcom BCM2835 Watchdog timer\n")
        root.write("sys/class/watchdog/watchdog0/state", "inactive\n")
        root.write("sys/class/rtc/rtc0/name", "rtc-ds1307 1-0068\n")
        root.write("sys/class/rtc/rtc0/since_epoch", "1000\n")
        root.write("sys/devices/platform/soc/soc:firmware/get_throttled", "50005\n")
        let compatible = Array("raspberrypi,4-model-b\0brcm,bcm2711\0".utf8)
        try Data(compatible).write(to: URL(fileURLWithPath: root.file("proc/device-tree/compatible")))
        fixture.folder.write(
            "boards/raspberry-pi-4.toml", try String(contentsOfFile: CommissioningTests.root + "/boards/raspberry-pi-4.toml", encoding: .utf8))
        let report = try fixture.doctor(["--offline", "--system-root", root.path])
        #expect(report.text("hardware", "board") == "Raspberry Pi 4 Model B Rev 1.4, matches boards/raspberry-pi-4.toml", "\(report.output)")
        #expect(report.verdict("hardware", "temperature") == "error")
        #expect(report.check("hardware", "temperature")?.figures["celsius"] == 86.25)
        #expect(report.text("hardware", "power").contains("under-voltage now"))
        #expect(report.verdict("hardware", "memory") == "warning")
        #expect(report.verdict("hardware", "watchdog") == "warning")
        #expect(report.verdict("time", "battery_clock") == "warning")
    }
}
