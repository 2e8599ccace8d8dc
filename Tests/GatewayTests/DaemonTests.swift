import Foundation
import GatewayTesting
import Glibc
import Linux
import Testing

@Suite("The daemon as a service manager, an installer and a maintainer see it", .serialized)
struct DaemonTests {
    /// Asks the control socket.
    static func ask(_ fixture: ProcessFixture, _ request: String) -> [String: Any]? {
        guard let descriptor = try? UnixSocket.connect(to: fixture.folder.file("control.sock")) else { return nil }
        defer { close(descriptor) }
        var line = request + "\n"
        line.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        for _ in 0..<100 {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&waiting, 1, 100)
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 { bytes += buffer[..<count] }
            if count == 0 || bytes.last == UInt8(ascii: "\n") { break }
        }
        return (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
    }

    private func ask(_ fixture: ProcessFixture, _ request: String) -> [String: Any]? { DaemonTests.ask(fixture, request) }

    private func number(_ report: [String: Any]?, _ section: String, _ key: String) -> Int? {
        ((report?[section] as? [String: Any])?[key] as? NSNumber)?.intValue
    }

    @Test("Two brokers feed one journal, in one order")
    func twoBrokers() throws {
        let fixture = ProcessFixture()
        let first = try MosquittoBroker(folder: fixture.folder.path)
        let second = try MosquittoBroker(folder: fixture.folder.path)
        let devices = KillTests.devices(2).replacingOccurrences(of: "topic = \"in/0\"", with: "broker = \"field\"\ntopic = \"in/0\"")
            .replacingOccurrences(of: "topic = \"in/1\"", with: "broker = \"other\"\ntopic = \"in/1\"")
        fixture.site(
            broker: first.port, platform: nil, "[[broker]]\nid = \"other\"\nurl = \"mqtt://127.0.0.1:\(second.port)\"\n" + devices)
        try fixture.start()
        try #require(fixture.waitUntilSubscribed(), "\(fixture.log)")
        #expect(fixture.wait(seconds: 10) { fixture.log.contains("broker other: connected") }, "\(fixture.log)")
        usleep(200_000)
        let one = try ProcessFixture.publisher(first.port)
        let two = try ProcessFixture.publisher(second.port)
        for value in 0..<200 {
            try one.publish("in/0", Array("{\"v\":\(value)}".utf8))
            try two.publish("in/1", Array("{\"v\":\(value)}".utf8))
        }
        try one.finish()
        try two.finish()
        #expect(fixture.wait(seconds: 20) { try fixture.readings().values.reduce(0) { $0 + $1.count } == 400 })
        let held = try fixture.readings()
        #expect(held["A0/value"]?.map(\.value) == (0..<200).map { Double($0) })
        #expect(held["A1/value"]?.map(\.value) == (0..<200).map { Double($0) })
        second.stop()
        #expect(
            fixture.wait(seconds: 10) { (ask(fixture, "status")?["problems"] as? [[String: Any]])?.first?["subject"] as? String == "broker other" })
        #expect(fixture.stop() == 0)
    }

    @Test("Status counts what went in; malformed messages are counted by cause and stop nothing")
    func status() throws {
        let (fixture, broker) = try ProcessFixture.running(devices: 1)
        let publisher = try ProcessFixture.publisher(broker.port)
        let big = [UInt8](repeating: UInt8(ascii: " "), count: 262_145)
        for payload in [
            Array("{\"v\":1}".utf8), Array("rubbish".utf8), [0x7b, 0xff, 0x7d], big, Array("{\"v\":[]}".utf8), Array("{\"v\":\"2\"}".utf8),
        ] {
            try publisher.publish("in/0", payload)
        }
        try publisher.finish()
        #expect(fixture.wait(seconds: 10) { number(ask(fixture, "status"), "decode", "messages") == 6 })
        let report = ask(fixture, "status")
        #expect(number(report, "decode", "readings") == 2)
        let refused = (report?["decode"] as? [String: Any])?["refused"] as? [String: Any] ?? [:]
        #expect(
            Set(refused.keys) == ["not-json", "too-large", "wrong-type"]
                || Set(refused.keys) == ["not-json", "invalid-utf8", "too-large", "wrong-type"])
        #expect((report?["problems"] as? [Any])?.isEmpty == true)
        #expect(ask(fixture, "nonsense")?["error"] as? String == "unknown request; known: status, watch, reload, index, alarms, decide, health, lacks, audit")
        #expect(fixture.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: fixture.folder.file("control.sock")), "it takes its socket with it")
    }

    @Test("HUP takes a valid site over without losing a reading, and refuses a broken one with its place")
    func reload() throws {
        let (fixture, broker) = try ProcessFixture.running(devices: 1)
        let publisher = try ProcessFixture.publisher(broker.port)
        for value in 0..<50 { try publisher.publish("in/0", Array("{\"v\":\(value)}".utf8)) }
        let before = ask(fixture, "status")?["revision"] as? String

        fixture.site(broker: broker.port, platform: nil, KillTests.devices(1) + "[[asset]]\nid = \"A9\"\nclas = \"other\"\n")
        fixture.daemon?.signal(SIGHUP)
        #expect(fixture.wait(seconds: 10) { fixture.log.contains("was not taken") })
        #expect(fixture.wait(seconds: 5) { fixture.log.contains("unknown key \"clas\"") && fixture.log.contains("site.toml:") }, "\(fixture.log)")
        #expect(ask(fixture, "status")?["revision"] as? String == before, "the old one runs on")
        #expect((ask(fixture, "status")?["problems"] as? [[String: Any]])?.contains { $0["subject"] as? String == "configuration" } == true)

        fixture.site(broker: broker.port, platform: nil, KillTests.devices(2))
        fixture.daemon?.signal(SIGHUP)
        #expect(fixture.wait(seconds: 10) { ask(fixture, "status")?["revision"] as? String != before && ask(fixture, "status") != nil })
        #expect(fixture.wait(seconds: 10) { fixture.log.components(separatedBy: "broker field: connected").count >= 3 })
        usleep(200_000)
        for value in 50..<100 {
            try publisher.publish("in/0", Array("{\"v\":\(value)}".utf8))
            try publisher.publish("in/1", Array("{\"v\":\(value)}".utf8))
        }
        try publisher.finish()
        #expect(fixture.wait(seconds: 10) { try fixture.readings()["A0/value"]?.count == 100 && fixture.readings()["A1/value"]?.count == 50 })
        #expect(try fixture.readings()["A0/value"]?.map(\.value) == (0..<100).map { Double($0) })
        #expect(fixture.stop() == 0)
    }

    @Test("A service manager is told READY, fed while storage and sensing go on, and told STOPPING")
    func notify() throws {
        let fixture = ProcessFixture()
        let broker = try MosquittoBroker(folder: fixture.folder.path)
        fixture.site(broker: broker.port, platform: nil, KillTests.devices(1))
        let path = fixture.folder.file("notify")
        let listener = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { target in for (index, byte) in path.utf8.enumerated() { target[index] = byte } }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        try #require(bound == 0)
        func next(milliseconds: Int32) -> String? {
            var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, milliseconds) == 1 else { return nil }
            var buffer = [UInt8](repeating: 0, count: 512)
            let count = recv(listener, &buffer, buffer.count, 0)
            return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
        }
        let daemon = try ChildProcess(
            ProcessFixture.binaries + "/bamaid", [fixture.folder.file("site")], output: fixture.folder.file("bamaid.log"),
            environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "600000"])
        #expect(next(milliseconds: 10_000) == "READY=1")
        for _ in 0..<3 { #expect(next(milliseconds: 5000) == "WATCHDOG=1") }
        daemon.signal(SIGTERM)
        var last: String?
        while let text = next(milliseconds: 2000) { last = text }
        #expect(last == "STOPPING=1")
        #expect(daemon.wait() == 0)
    }

    @Test("A second daemon on the same journal is refused, and the first is not disturbed")
    func second() throws {
        let (fixture, broker) = try ProcessFixture.running(devices: 1)
        defer { broker.stop() }
        let other = try ChildProcess(ProcessFixture.binaries + "/bamaid", [fixture.folder.file("site")], output: fixture.folder.file("other.log"))
        #expect(other.wait() == 1)
        #expect(
            (try? String(contentsOfFile: fixture.folder.file("other.log"), encoding: .utf8))?.contains("another bamaid writes this journal") == true)
        #expect(ask(fixture, "status") != nil)
        #expect(fixture.stop() == 0)
    }
}
