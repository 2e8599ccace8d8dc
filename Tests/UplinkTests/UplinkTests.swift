import Foundation
import GatewayTesting
import Journal
import Lifeline
import MQTT
import Site
import Testing
import Uplink

/// A journal file, a platform's broker, its consumer and the uplink between them.
final class UplinkFixture {
    let folder = TestFolder()
    let broker: MosquittoBroker
    let journal: SQLiteJournal
    let consumer: MessageCollector
    let readings: ReadingsLane
    let window: Int
    private(set) var uplink: Uplink?
    private var next = 0

    init(readings: ReadingsLane = .none, window: Int = 8, lines: [String] = []) throws {
        self.readings = readings
        self.window = window
        broker = try MosquittoBroker(
            folder: folder.path,
            lines: lines + ["persistence true", "persistence_location \(folder.path)/", "autosave_interval 1", "autosave_on_changes true"])
        journal = try SQLiteJournal.open(path: folder.file("journal.db"), maxBytes: 64 << 20)
        consumer = MessageCollector(port: broker.port, clientID: "consumer", filters: ["platform/#"])
        _ = consumer.ready()
    }

    deinit { uplink?.stop() }

    func start() throws {
        let path = folder.file("journal.db")
        let connection = BrokerConfiguration(
            id: "platform", address: BrokerAddress(host: "127.0.0.1", port: broker.port), clientID: "gw7-uplink", window: window)
        let platform = PlatformConfiguration(
            broker: connection, alertTopic: "platform/alerts", readingsTopic: "platform/readings", readings: readings, summaryInterval: 60)
        uplink = try Uplink(
            platform: platform, options: MQTTOptions(host: "127.0.0.1", port: broker.port, clientID: "gw7-uplink"), gateway: "gw7",
            utcOffsetSeconds: 28_800,
            seed: 1
        ) { () throws(JournalError) in try SQLiteJournalReader.open(path: path) }
    }

    func stop() {
        uplink?.stop()
        saveCursors()
        uplink = nil
    }

    /// What the intake thread does with its next commit.
    func saveCursors() {
        var batch = CommitBatch()
        batch.cursors = uplink?.takeAcknowledged() ?? [:]
        if !batch.isEmpty { _ = try? journal.commit(batch) }
    }

    func addAlerts(_ count: Int) throws {
        var batch = CommitBatch()
        for _ in 0..<count {
            next += 1
            batch.alerts.append(
                AlertRecord(
                    id: "a\(next)", episode: "e", kind: "raised", level: 2, subject: "s", sensor: "x", rule: "r", recorded: Timestamp(unixSeconds: 1),
                    body: Array("{\"id\":\"a\(next)\"}".utf8)))
        }
        _ = try journal.commit(batch)
        uplink?.wake()
    }

    /// Readings of three sensors, one a second, from 2026-01-02T03:04:00Z on.
    func addReadings(_ range: Range<Int>) throws {
        var batch = CommitBatch()
        for index in range {
            let id = try journal.series(forKey: "A/\(index % 3)")
            let time = Timestamp(unixSeconds: 1_767_323_040 + Int64(index))
            batch.readings.append(Reading(series: id, observed: time, received: time, value: Double(index)))
        }
        _ = try journal.commit(batch)
        uplink?.wake()
    }

    /// Collects until a condition holds.
    func collect(seconds: Double = 20, until condition: () -> Bool) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            consumer.collect(milliseconds: 50)
            if condition() { return true }
        }
        return condition()
    }

    var alertIDs: [String] {
        consumer.messages.filter { $0.topic == "platform/alerts" }.map { String(decoding: $0.payload, as: UTF8.self) }
            .map { String($0.dropFirst(7).prefix { $0 != "\"" }) }
    }

    var readingDocuments: [[String: Any]] {
        consumer.messages.filter { $0.topic == "platform/readings" }
            .compactMap { (try? JSONSerialization.jsonObject(with: Data($0.payload))) as? [String: Any] }
    }
}

@Suite("The uplink and a real platform broker", .serialized)
struct UplinkTests {
    @Test("Alerts arrive in order, once, and the cursor follows their acknowledgement")
    func alerts() throws {
        let fixture = try UplinkFixture()
        try fixture.addAlerts(30)
        try fixture.start()
        try fixture.addAlerts(20)
        #expect(fixture.collect { fixture.alertIDs.count >= 50 })
        #expect(fixture.alertIDs == (1...50).map { "a\($0)" })
        fixture.stop()
        #expect(try fixture.journal.cursor(.alerts) == 50)
    }

    @Test("A backlog is drained after an outage; repeats carry their ids; nothing is lost")
    func outage() throws {
        let fixture = try UplinkFixture(window: 4)
        try fixture.start()
        try fixture.addAlerts(5)
        #expect(fixture.collect { fixture.alertIDs.count >= 5 })
        fixture.broker.stop()
        for _ in 0..<20 { try fixture.addAlerts(10) }
        usleep(300_000)
        #expect(fixture.uplink?.status.state != .connected)
        #expect(fixture.uplink?.status.lastError != nil)
        try fixture.broker.start()
        #expect(fixture.collect(seconds: 60) { Set(fixture.alertIDs).count == 205 })
        // Dropping equal ids gives the order of the journal.
        var seen: Set<String> = []
        #expect(fixture.alertIDs.filter { seen.insert($0).inserted } == (1...205).map { "a\($0)" })
        #expect(fixture.uplink?.status.reconnects == 1)
    }

    @Test("Stopped and started, it goes on from what was acknowledged and durable")
    func resumes() throws {
        let fixture = try UplinkFixture(window: 4)
        try fixture.start()
        try fixture.addAlerts(40)
        #expect(fixture.collect { fixture.alertIDs.count >= 40 })
        fixture.stop()
        try fixture.addAlerts(10)
        try fixture.start()
        #expect(fixture.collect { fixture.alertIDs.count >= 50 })
        #expect(fixture.alertIDs == (1...50).map { "a\($0)" })
    }

    @Test("While a backlog of readings drains, an alert does not wait behind it")
    func alertsFirst() throws {
        let fixture = try UplinkFixture(readings: .all, window: 4)
        for block in 0..<40 { try fixture.addReadings((block * 5000)..<((block + 1) * 5000)) }
        try fixture.addAlerts(3)
        try fixture.start()
        #expect(fixture.collect { !fixture.readingDocuments.isEmpty })
        #expect(fixture.consumer.messages.prefix(3).allSatisfy { String(decoding: $0.payload, as: UTF8.self).contains("\"senttime\"") })
        #expect(fixture.alertIDs == ["a1", "a2", "a3"], "what waited at the start came before any reading")
        #expect(fixture.consumer.messages.prefix(3).allSatisfy { $0.topic == "platform/alerts" })
        try fixture.addAlerts(1)
        #expect(fixture.collect { fixture.alertIDs.count == 4 })
        let before = fixture.consumer.messages.firstIndex { String(decoding: $0.payload, as: UTF8.self).contains("\"a4\"") } ?? 0
        #expect(fixture.collect(seconds: 60) { fixture.consumer.messages.count > before + 20 }, "and the readings go on behind it")
    }

    @Test("The lane `all` brings every reading once, in order, in bounded documents")
    func all() throws {
        let fixture = try UplinkFixture(readings: .all)
        try fixture.addReadings(0..<2500)
        try fixture.start()
        try fixture.addReadings(2500..<2510)
        func sequences() -> [Int] {
            fixture.readingDocuments.flatMap { ($0["readings"] as? [[String: Any]] ?? []).compactMap { ($0["sequence"] as? NSNumber)?.intValue } }
        }
        #expect(fixture.collect { sequences().count >= 2510 })
        #expect(sequences() == Array(1...2510))
        #expect(fixture.consumer.messages.allSatisfy { $0.payload.count < 65_536 })
        let first = fixture.readingDocuments.first
        #expect(first?["schema"] as? String == "bamai.readings/1")
        let reading = (first?["readings"] as? [[String: Any]])?.first
        #expect(reading?["sensor"] as? String == "A/0")
        #expect((reading?["observed_ms"] as? NSNumber)?.int64Value == 1_767_323_040_000)
        #expect((reading?["value"] as? NSNumber)?.doubleValue == 0)
        fixture.stop()
        #expect(try fixture.journal.cursor(.readings) == 2510)
    }

    @Test("The lane `summary` brings one document a closed window, right to the last digit, and never an open one")
    func summary() throws {
        let fixture = try UplinkFixture(readings: .summary)
        // 180 s in three whole minutes, and the beginning of a fourth.
        try fixture.addReadings(0..<185)
        try fixture.start()
        #expect(fixture.collect { fixture.readingDocuments.count >= 3 })
        usleep(300_000)
        _ = fixture.collect(seconds: 0.3) { false }
        let documents = fixture.readingDocuments
        #expect(documents.count == 3)
        #expect(documents.map { ($0["first"] as? NSNumber)?.intValue } == [1, 61, 121])
        #expect(documents.map { ($0["last"] as? NSNumber)?.intValue } == [60, 120, 180])
        #expect(documents[0]["start"] as? String == "2026-01-02T11:04:00+08:00")
        let sensors = documents[1]["sensors"] as? [[String: Any]] ?? []
        #expect(sensors.count == 3)
        // The second minute of sensor A/0 holds 60, 63 … 117.
        func number(_ key: String) -> Double? { (sensors.first?[key] as? NSNumber)?.doubleValue }
        #expect(sensors.first?["sensor"] as? String == "A/0")
        #expect((number("count"), number("min"), number("max"), number("mean"), number("last")) == (20, 60, 117, 88.5, 117))
        fixture.stop()
        #expect(try fixture.journal.cursor(.readings) == 180)
    }

    @Test("The lane `none` sends nothing and lets the cursor follow, so that retention knows what nobody waits for")
    func none() throws {
        let fixture = try UplinkFixture(readings: .none)
        try fixture.addReadings(0..<100)
        try fixture.start()
        #expect(
            fixture.collect {
                fixture.saveCursors()
                return (try? fixture.journal.cursor(.readings)) == 100
            })
        #expect(fixture.readingDocuments.isEmpty)
    }

    @Test("Over TLS with a client certificate, as a platform demands it")
    func tls() throws {
        let folder = TestFolder()
        let certificates = try Certificates(folder: folder.path)
        let broker = try MosquittoBroker(
            folder: folder.path,
            tls: .init(authority: certificates.authority, certificate: certificates.server.0, key: certificates.server.1))
        let journal = try SQLiteJournal.open(path: folder.file("journal.db"), maxBytes: 64 << 20)
        var batch = CommitBatch()
        batch.alerts = [
            AlertRecord(
                id: "a", episode: "e", kind: "raised", level: 2, subject: "s", sensor: "x", rule: "r", recorded: Timestamp(unixSeconds: 1),
                body: [123, 125])
        ]
        _ = try journal.commit(batch)
        let connection = BrokerConfiguration(
            id: "platform", address: BrokerAddress(host: "localhost", port: broker.port), clientID: "gw7-uplink")
        let platform = PlatformConfiguration(broker: connection, alertTopic: "platform/alerts", readingsTopic: "platform/readings", readings: .none)
        let path = folder.file("journal.db")
        let tls = MQTTTLS(authority: certificates.authority, certificate: certificates.client.0, key: certificates.client.1)
        let uplink = try Uplink(
            platform: platform, options: MQTTOptions(host: "localhost", port: broker.port, clientID: "gw7-uplink", tls: tls), gateway: "gw7",
            utcOffsetSeconds: 0, seed: 1
        ) { () throws(JournalError) in try SQLiteJournalReader.open(path: path) }
        var acknowledged: UInt64 = 0
        for _ in 0..<200 where acknowledged == 0 {
            usleep(50_000)
            acknowledged = uplink.takeAcknowledged()[.alerts] ?? acknowledged
        }
        #expect(acknowledged == 1, "\(uplink.status.lastError ?? "")")
        uplink.stop()
    }
}
