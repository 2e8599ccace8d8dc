import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import Testing

/// A real daemon on a journal file that was damaged while it was down, or that a check in the background finds damaged.
@Suite("The daemon on a damaged journal", .serialized)
struct DamageTests {
    private static let profile =
        ProcessFixture.profile + """
            [[quantity]]
            name = "journal_damage"
            unit = "state"
            min = 0
            max = 1
            zh = "日志损坏"
            en = "journal damage"
            [[rule]]
            id = "gateway.journal_damage"
            kind = "high"
            class = "gateway"
            quantity = "journal_damage"
            levels = [ { level = "orange", limit = 1 } ]
            off_delay = "1 h"
            event = { zh = "网关日志损坏", en = "Journal damaged" }
            advice = { zh = "换卡", en = "Change the card." }

            """

    private func overwrite(_ path: String, at offset: Int, count: Int) {
        let descriptor = open(path, O_WRONLY)
        defer { close(descriptor) }
        let noise = [UInt8](repeating: 0xA5, count: count)
        pwrite(descriptor, noise, count, off_t(offset))
    }

    private func size(_ path: String) -> Int { ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0 }

    @Test("goes on with what can be read, says so in status, and raises an alert about itself")
    func atStart() throws {
        let fixture = ProcessFixture()
        fixture.folder.write("profiles/test.toml", DamageTests.profile)
        let broker = try MosquittoBroker(folder: fixture.folder.path)
        fixture.site(broker: broker.port, platform: nil, KillTests.devices(1))
        try fixture.start()
        try #require(fixture.waitUntilSubscribed(), "\(fixture.log)")
        let publisher = try MQTTPublisherSlowly(broker.port)
        for _ in 0..<3000 {
            try publisher.next()
            if publisher.count % 50 == 0 { usleep(8000) }
        }
        try publisher.finish()
        #expect(fixture.wait(seconds: 20) { try fixture.readings()["A0/value"]?.count == 3000 })
        #expect(fixture.stop() == 0)
        // A page in the middle of the segments; which ones are hit does not matter.
        let bytes = size(fixture.journalPath)
        overwrite(fixture.journalPath, at: bytes / 2 / 1024 * 1024, count: 1024)
        try fixture.start()
        #expect(fixture.wait(seconds: 20) { fixture.log.contains("journal damaged") }, "\(fixture.log)")
        #expect(fixture.wait(seconds: 20) { fixture.log.components(separatedBy: "broker field: connected").count >= 3 })
        let problems = DaemonTests.ask(fixture, "status")?["problems"] as? [[String: Any]]
        #expect(problems?.contains { ($0["text"] as? String)?.contains("set aside") == true } == true)
        let later = try MQTTPublisherSlowly(broker.port, from: 3000)
        for _ in 0..<50 { try later.next() }
        try later.finish()
        // The salvage goes on between commits.
        #expect(fixture.wait(seconds: 30) { try fixture.readings()["A0/value"]?.last?.value == 3049 }, "\(fixture.log)")
        let journal = { (DaemonTests.ask(fixture, "status")?["journal"] as? [String: Any]) ?? [:] }
        #expect(fixture.wait(seconds: 30) { journal()["salvage"] == nil })
        let values = try fixture.readings()["A0/value"]?.map(\.value) ?? []
        #expect(values.count > 2500, "most of it came back: \(values.count)")
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 }, "in order, none twice")
        #expect(fixture.wait(seconds: 90) { try fixture.alerts().contains { $0.rule == "gateway.journal_damage" } }, "\(fixture.log)")
        #expect(try fixture.alerts().first { $0.rule == "gateway.journal_damage" }?.subject == "gateway/gw7")
        #expect(fixture.stop() == 0)
    }

    @Test("checks a large journal in the background, and goes on from what can be read when it is damaged")
    func inTheBackground() throws {
        let fixture = ProcessFixture()
        fixture.folder.write("profiles/test.toml", DamageTests.profile)
        do {
            let journal = try SQLiteJournal.open(path: fixture.journalPath, maxBytes: 512 << 20)
            var batch = CommitBatch()
            batch.readings = (0..<1000).map {
                Reading(
                    series: .tick, observed: Timestamp(unixSeconds: 1_700_000_000 + Int64($0)),
                    received: Timestamp(unixSeconds: 1_700_000_000 + Int64($0)),
                    value: 0)
            }
            batch.checkpoint = Checkpoint(sequence: 1, revision: "r", body: [UInt8](repeating: 1, count: 20 << 20))
            _ = try journal.commit(batch)
            batch.readings = []
            batch.checkpoint?.body[0] = 2
            _ = try journal.commit(batch)
            journal.close()
        }
        let bytes = size(fixture.journalPath)
        try #require(bytes > SQLiteJournal.checkedAtOpenBytes)
        // A page of the older checkpoint: opening does not look at it.
        overwrite(fixture.journalPath, at: bytes / 4 / 1024 * 1024, count: 1024)
        let broker = try MosquittoBroker(folder: fixture.folder.path)
        let platform = try MosquittoBroker(folder: fixture.folder.path)
        let consumer = PlatformConsumer(port: platform.port)
        try #require(consumer.collector.ready())
        fixture.site(broker: broker.port, platform: platform.port, readings: "all", KillTests.devices(1))
        try fixture.start()
        #expect(fixture.wait(seconds: 20) { fixture.log.contains("checked in the background") }, "\(fixture.log)")
        #expect(fixture.wait(seconds: 30) { fixture.log.contains("the journal is damaged") }, "\(fixture.log)")
        #expect(fixture.wait(seconds: 30) { fixture.log.contains("set aside") }, "\(fixture.log)")
        try #require(fixture.waitUntilSubscribed(), "\(fixture.log)")
        let publisher = try MQTTPublisherSlowly(broker.port)
        for _ in 0..<20 { try publisher.next() }
        try publisher.finish()
        #expect(fixture.wait(seconds: 30) { try fixture.readings()["A0/value"]?.count == 20 }, "\(fixture.log)")
        #expect(fixture.wait(seconds: 30) { try SQLiteJournalReader.open(path: fixture.journalPath).firstSequence() == 1 }, "\(fixture.log)")
        // The uplink looks into the new file, not into the one that was set aside under its hands.
        #expect(
            fixture.wait(seconds: 30) {
                consumer.collect()
                // With what the gateway says of the damage.
                return consumer.readings >= 20
            }, "\(consumer.readings) readings at the platform; \(fixture.log)")
        #expect(fixture.stop() == 0)
    }
}
