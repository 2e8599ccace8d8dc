import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import MQTT
import Testing

@Suite("Decisions from a platform, and a real bamaid", .serialized)
struct PlatformDecisionDaemonTests {
    /// A daemon with a broker of its own and a platform's broker, and a desk that hears the answers.
    final class Setting {
        let fixture = ProcessFixture()
        let field: MosquittoBroker
        let platform: MosquittoBroker
        let desk: MessageCollector

        init() throws {
            field = try MosquittoBroker(folder: fixture.folder.path)
            platform = try MosquittoBroker(folder: fixture.folder.path)
            fixture.site(broker: field.port, platform: platform.port, KillTests.devices(3))
            desk = MessageCollector(port: platform.port, clientID: "desk", filters: ["platform/alerts"])
            try #require(desk.ready())
            try fixture.start()
            try #require(fixture.waitUntilSubscribed(), "\(fixture.log)")
            try #require(waitUntilHeard(), "\(fixture.log)")
        }

        var platformStatus: [String: Any]? { DaemonTests.ask(fixture, "status")?["platform"] as? [String: Any] }
        var decisions: [String: Any]? { platformStatus?["decisions"] as? [String: Any] }
        func count(_ name: String) -> Int { (decisions?[name] as? NSNumber)?.intValue ?? 0 }
        func refused(_ name: String) -> Int { ((decisions?["refused"] as? [String: Any])?[name] as? NSNumber)?.intValue ?? 0 }
        func waitUntilHeard() -> Bool { fixture.wait(seconds: 20) { self.decisions?["state"] as? String == "listening" } }

        func decide(_ texts: [String]) throws {
            let publisher = try ProcessFixture.publisher(platform.port, id: "officer")
            for text in texts { try publisher.publish("bamai/gw7/decisions", Array(text.utf8)) }
            try publisher.finish()
        }

        /// Outcome by decision's id, as the desk has heard it; and how many documents there were.
        func answers() -> [String: String] {
            var found: [String: String] = [:]
            for message in desk.messages {
                guard let document = JSONValue(message.payload), document["type"].text?.hasPrefix("cn.bamai.handling.") == true else { continue }
                found[document["data"]["decision"]["id"].text ?? "?"] = document["data"]["outcome"].text ?? "?"
            }
            return found
        }

        func hear(seconds: Double = 30, _ condition: ([String: String]) -> Bool) -> Bool {
            fixture.wait(seconds: seconds) {
                self.desk.collect(milliseconds: 50)
                return condition(self.answers())
            }
        }

        func journalled() throws -> [Decision] {
            try SQLiteJournalReader.open(path: fixture.journalPath).decisions(after: 0).compactMap { Decision(bytes: $0.body) }
        }
    }

    static func shelve(_ id: String, asset: String = "A0") -> String {
        #"{"id":"\#(id)","gateway":"gw7","act":"shelve","asset":"\#(asset)","for_s":3600,"reason":"valve exchange","by":"Li Wei"}"#
    }

    @Test("A decision that is made while the gateway is away arrives when it returns, is in force, and the desk hears of it")
    func offline() throws {
        let setting = try Setting()
        #expect(setting.fixture.stop() == 0)
        try setting.decide([PlatformDecisionDaemonTests.shelve("d-1")])
        try setting.fixture.start()
        #expect(setting.hear { $0 == ["d-1": "applied"] }, "\(setting.fixture.log)")
        #expect(try setting.journalled().map(\.id) == ["d-1"])
        let publisher = try ProcessFixture.publisher(setting.field.port)
        try publisher.publish("in/0", Array("{\"v\":2e9}".utf8))
        try publisher.publish("in/1", Array("{\"v\":2e9}".utf8))
        try publisher.finish()
        #expect(setting.fixture.wait(seconds: 20) { try setting.fixture.alerts().contains { $0.sensor == "A1/value" } })
        #expect(try !setting.fixture.alerts().contains { $0.sensor == "A0/value" })
        #expect(setting.fixture.stop() == 0)
    }

    @Test("Copies are taken once; what is wrong is counted and answered; a flood is taken to its end")
    func manyKinds() throws {
        let setting = try Setting()
        try setting.decide([PlatformDecisionDaemonTests.shelve("d-1"), PlatformDecisionDaemonTests.shelve("d-1"), "rubbish"])
        try setting.decide([
            PlatformDecisionDaemonTests.shelve("d-2", asset: "A9"),
            PlatformDecisionDaemonTests.shelve("d-3").replacingOccurrences(of: "gw7", with: "gw8"),
        ])
        #expect(setting.hear { $0.count == 3 }, "\(setting.answers())")
        #expect(setting.answers() == ["d-1": "applied", "d-2": "refused", "d-3": "refused"])
        #expect(setting.count("taken") == 1 && setting.count("duplicates") == 1)
        #expect(setting.refused("malformed") == 1 && setting.refused("unknown_alert") == 1 && setting.refused("foreign") == 1)
        // Each of these takes the place of the one before it: the last word counts.
        try setting.decide((10..<210).map { PlatformDecisionDaemonTests.shelve("d-\($0)") } + Array(repeating: "rubbish", count: 200))
        #expect(
            setting.fixture.wait(seconds: 60) { setting.count("taken") == 201 && setting.refused("malformed") == 201 }, "\(setting.decisions ?? [:])")
        #expect(setting.hear { $0.count == 203 })
        #expect(try setting.journalled().count == 201)
        let shelves = (DaemonTests.ask(setting.fixture, "alarms")?["alarms"] as? [String: Any])?["shelves"] as? [[String: Any]]
        #expect(shelves?.count == 1 && shelves?.first?["id"] as? String == "d-209")
        #expect(setting.fixture.stop() == 0)
    }

    @Test("Killed at any moment, between commit and PUBACK too, each decision is in the journal exactly once, and each is answered")
    func killed() throws {
        let setting = try Setting()
        let seed = UInt64(Date().timeIntervalSince1970)
        var luck = SeededGenerator(seed: seed)
        let publisher = try ProcessFixture.publisher(setting.platform.port, id: "officer")
        var made: [String] = []
        for _ in 0..<15 {
            for _ in 0..<(1 + luck.below(6)) {
                made.append("d-\(made.count)")
                try publisher.publish(
                    "bamai/gw7/decisions", Array(PlatformDecisionDaemonTests.shelve(made[made.count - 1], asset: "A\(luck.below(3))").utf8))
            }
            try publisher.turn(milliseconds: Int32(luck.below(20)))
            usleep(UInt32(luck.below(40_000)))
            setting.fixture.cut()
            setting.desk.collect(milliseconds: 10)
            try setting.fixture.start()
            usleep(UInt32(luck.below(400_000)))
            try publisher.turn(milliseconds: 0)
        }
        try publisher.finish()
        #expect(
            setting.hear(seconds: 90) { $0.count == made.count },
            "seed \(seed): \(setting.answers().count) of \(made.count)\n\(setting.fixture.log.suffix(1500))")
        #expect(try setting.journalled().map(\.id).sorted() == made.sorted(), "seed \(seed)")
        #expect(Set(setting.answers().values) == ["applied"], "seed \(seed)")
        #expect(setting.fixture.stop() == 0)
    }

    @Test("By HTTPS: a long poll brings decisions, each once, and goes on after the newest that is durable, restarts or not")
    func longPoll() throws {
        let fixture = ProcessFixture()
        let field = try MosquittoBroker(folder: fixture.folder.path)
        let platform = try HTTPSPlatform(folder: fixture.folder.file("platform"), tls: nil)
        fixture.site(broker: field.port, platform: nil, "[platform]\nurl = \"\(platform.url)\"\nreadings = \"none\"\n" + KillTests.devices(2))
        func offer(_ range: ClosedRange<Int>) {
            let items = range.map { number in
                PlatformDecisionDaemonTests.shelve("d-\(number)").replacingOccurrences(of: "{\"id\"", with: "{\"sequence\":\(number),\"id\"")
            }
            platform.offer(decisions: "[\(items.joined(separator: ",")),{\"sequence\":\(range.upperBound + 1),\"id\":\"x-\(range.upperBound)\"}]")
        }
        func answered() -> [String] {
            var seen: Set<String> = []
            return platform.events.filter { $0.type.hasPrefix("cn.bamai.handling.") }.map { $0.document["data"]["decision"]["id"].text ?? "" }
                .filter { seen.insert($0).inserted }
        }
        try fixture.start()
        #expect(fixture.wait(seconds: 30) { !platform.polls.isEmpty })
        offer(1...40)
        #expect(fixture.wait(seconds: 60) { answered().count == 41 }, "\(answered()) \(fixture.log)")
        fixture.cut()
        try fixture.start()
        offer(1...45)
        #expect(fixture.wait(seconds: 60) { answered().count == 46 }, "\(answered())")
        #expect(platform.polls.last.map { Int($0["after"].text ?? "") ?? 0 } ?? 0 >= 41)
        let decisions = try SQLiteJournalReader.open(path: fixture.journalPath).decisions(after: 0).compactMap { Decision(bytes: $0.body) }
        // Number 41 is another one in the second list than in the first, which had it refused: it is not looked at again.
        #expect(decisions.map(\.id) == (1...40).map { "d-\($0)" } + (42...45).map { "d-\($0)" })
        #expect(fixture.stop() == 0)
    }
}
