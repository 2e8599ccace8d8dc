import Foundation
import GatewayTesting
import Glibc
import Lifeline
import MQTT
import Testing

@testable import Desk

/// The whole way: a real gateway, its alerts on a real desk, a person's decision back in the gateway's journal, its answer on the desk.
@Suite("A real gateway and a real desk", .serialized)
struct GatewayDeskTests {
    private final class Gateway {
        let folder = TestFolder()
        let field: MosquittoBroker
        private var daemon: ChildProcess?

        /// - Parameter platform: the lines of the site's `[platform]` table.
        init(platform: String) throws {
            field = try MosquittoBroker(folder: folder.path)
            let rule = """
                [[rule]]
                id = "any.high"
                kind = "high"
                quantity = "value"
                levels = [ { level = "orange", limit = 100.0 }, { level = "red", limit = 200.0 } ]
                event = { zh = "过高", en = "Too high" }
                advice = { zh = "看", en = "Look." }

                """
            folder.write("profiles/test.toml", ValueProfile.text(name: "test", rules: rule))
            folder.write(
                "site/site.toml",
                """
                schema = 1
                [site]
                id = "gw7"
                profile = "test"
                [journal]
                path = "\(folder.file("journal.db"))"
                [control]
                socket = "\(folder.file("control.sock"))"
                [[broker]]
                id = "field"
                url = "mqtt://127.0.0.1:\(field.port)"
                [platform]
                \(platform)
                readings = "none"
                [[asset]]
                id = "A0"
                class = "other"
                [[device]]
                id = "d0"
                asset = "A0"
                topic = "in/0"
                [[device.reading]]
                quantity = "value"
                path = "v"

                """)
        }

        func start() throws {
            let program = URL(fileURLWithPath: DeskFixture.program).deletingLastPathComponent().appendingPathComponent("bamaid").path
            daemon = try ChildProcess(
                program, [folder.file("site")], output: folder.file("bamaid.log"), environment: ["CREDENTIALS_DIRECTORY": folder.file("secrets")])
            for _ in 0..<600 where !log.contains("broker field: connected") { usleep(50_000) }
            // The subscription stands a moment after the connection.
            usleep(300_000)
        }

        func kill() {
            daemon?.signal(SIGKILL)
            daemon?.wait()
        }

        func publish(_ value: Double) throws {
            let publisher = try MQTTPublisher(
                MQTTOptions(host: "127.0.0.1", port: field.port, clientID: "device-\(UUID().uuidString.prefix(8))", cleanSession: true))
            for _ in 0..<3 { try publisher.publish("in/0", Array("{\"v\":\(value)}".utf8)) }
            try publisher.finish()
        }

        var log: String { (try? String(contentsOfFile: folder.file("bamaid.log"), encoding: .utf8)) ?? "" }

        deinit { kill() }
    }

    private func wait(_ what: String, _ condition: () throws -> Bool) throws {
        for _ in 0..<900 {
            if try condition() { return }
            usleep(100_000)
        }
        throw HTTPFailure(description: "\(what): not within a minute and a half")
    }

    private func only(_ store: DeskStore) throws -> EpisodeRow? {
        var filter = EpisodeFilter()
        filter.state = .all
        let rows = try store.episodes(filter, now: Timestamp(microseconds: 0)).rows
        #expect(rows.count <= 1, "\(rows.map(\.rule))")
        return rows.first
    }

    /// An alert is raised, decided about while the gateway is dead, decided about again, gets worse and ends.
    ///
    /// - Parameter decide: how the officer decides about the first episode.
    private func story(_ gateway: Gateway, _ desk: DeskFixture, decide: (HandlingAct, String) throws -> Void) throws {
        let store = try DeskStore.open(desk.store)
        try gateway.start()
        try gateway.publish(150)
        try wait("the alert") { try only(store) != nil }
        func states() throws -> [String] { try store.actions(of: 1).map(\.decisionState) }
        try decide(.acknowledge, "看过")
        try wait("the first answer, \(gateway.log)") { try states() == ["applied"] }
        // The next is made while nobody hears it.
        gateway.kill()
        try decide(.shelve, "检修")
        try decide(.unshelve, "修好")
        try gateway.start()
        try wait("the answers after a kill, \(gateway.log)") { try states() == ["applied", "applied", "applied"] }
        try gateway.publish(250)
        try wait("it gets worse") { try only(store)?.level == .red }
        try gateway.publish(1)
        try wait("it ends") { try only(store)?.isActive == false }
        let row = try #require(try only(store))
        #expect(row.handling == .acknowledged && row.peak == .red && row.alerts >= 3)
        // What it says of itself follows its connection within ten seconds, and stands on the fleet page.
        try wait("its own status, \(gateway.log)") { try store.gateways().first?.statusAt != nil }
        let told = try #require(try store.gateways().first)
        let brief = GatewayBrief(JSONValue(Array((told.status ?? "").utf8)) ?? .null)
        #expect(!told.version.isEmpty && !told.revision.isEmpty && brief.sensors == 1 && (brief.journalLimit ?? 0) > 0 && brief.state == "running")
    }

    @Test("By MQTT, through one broker")
    func mqtt() throws {
        let folder = TestFolder()
        let broker = try MosquittoBroker(folder: folder.path)
        let desk = try DeskFixture(["--mqtt", "mqtt://127.0.0.1:\(broker.port)"])
        _ = try desk.command(["gateway", "add", "gw7", "--no-token"])
        var officer = try desk.person("admin")
        let csrf = try DeskFixture.csrf(officer.get("/alerts").text)
        try story(try Gateway(platform: "url = \"mqtt://127.0.0.1:\(broker.port)\""), desk) { act, reason in
            let form = ["csrf": csrf, "act": act.rawValue, "reason": reason, "seconds": "600"]
            let answer = try officer.post("/alerts/1/act", form: form)
            #expect(answer.status == 303)
        }
        #expect(try officer.get("/alerts/1", ["Accept-Language": "en"]).text.contains("applied by the gateway"))
        withExtendedLifetime(folder) {}
    }

    @Test("By HTTPS, with a token, and by long poll back")
    func https() throws {
        let folder = TestFolder()
        let certificates = try Certificates(folder: folder.path)
        let desk = try DeskFixture(["--certificate", certificates.server.0, "--key", certificates.server.1] as [String])
        let gateway = try Gateway(
            platform: """
                url = "https://localhost:\(desk.port)"
                ca = "\(certificates.authority)"
                token = "secret://desk"
                """)
        gateway.folder.write("secrets/desk", try desk.gateway("gw7") + "\n")
        // The pages are another test's; here a decision stands in the store, and the next poll finds it.
        let store = try DeskStore.open(desk.store)
        try story(gateway, desk) { act, reason in
            let request = HandlingRequest(act, reason: reason, seconds: 600)
            let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
            _ = try store.handle(request, episode: 1, by: Actor(name: "王芳", isCompetent: false), now: now).get()
        }
        withExtendedLifetime(folder) {}
    }
}
