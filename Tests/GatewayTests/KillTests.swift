import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import Testing

@Suite("Killed at any moment", .serialized)
struct KillTests {
    static func devices(_ count: Int) -> String {
        (0..<count).map {
            """
            [[asset]]
            id = "A\($0)"
            class = "other"
            [[device]]
            id = "d\($0)"
            asset = "A\($0)"
            topic = "in/\($0)"
            [[device.reading]]
            quantity = "value"
            path = "v"

            """
        }.joined()
    }

    @Test(
        "Fifty SIGKILLs while a publisher runs: every message is in the journal exactly once and in order; alerts reach a platform that is down part of the time, none lost, none doubled"
    )
    func fiftyKills() throws {
        let fixture = ProcessFixture()
        let broker = try MosquittoBroker(folder: fixture.folder.path)
        let platform = try MosquittoBroker(
            folder: fixture.folder.path,
            lines: ["persistence true", "persistence_location \(fixture.folder.path)/", "autosave_interval 1", "autosave_on_changes true"])
        fixture.site(broker: broker.port, platform: platform.port, KillTests.devices(5))
        try fixture.start()
        try #require(fixture.waitUntilSubscribed(), "\(fixture.log)")
        let consumer = MessageCollector(port: platform.port, clientID: "consumer", filters: ["platform/alerts"])
        try #require(consumer.ready())
        let publisher = try ProcessFixture.publisher(broker.port)

        let seed: UInt64 = UInt64(Date().timeIntervalSince1970)
        var generator = SeededGenerator(seed: seed)
        var published: [[Double]] = Array(repeating: [], count: 5)
        var kills = 0
        var next = 0
        let start = Date()
        while kills < 50 {
            // Some hundred messages, then the cut at any moment of their way.
            for _ in 0..<(100 + generator.below(200)) {
                let device = generator.below(5)
                // Now and then a value that is an alert, and back.
                let value = Double(next) + (next % 97 < 3 ? 2e9 : 0)
                try publisher.publish("in/\(device)", Array("{\"v\":\(JSONString(value))}".utf8))
                published[device].append(value)
                next += 1
            }
            try publisher.turn(milliseconds: Int32(generator.below(30)))
            usleep(UInt32(generator.below(30_000)))
            fixture.cut()
            kills += 1
            if kills == 10 || kills == 30 { platform.stop() }
            if kills == 20 || kills == 40 { try platform.start() }
            consumer.collect(milliseconds: 10)
            try fixture.start()
            usleep(UInt32(generator.below(120_000)))
            try publisher.turn(milliseconds: 0)
        }
        try publisher.finish()
        let total = UInt64(published.reduce(0) { $0 + $1.count })
        #expect(
            fixture.wait(seconds: 60) { try fixture.readings().values.reduce(0) { $0 + $1.count } >= Int(total) },
            "seed \(seed)\n\(fixture.log.suffix(2000))")
        let journalled = try fixture.readings()
        for device in 0..<5 {
            #expect(
                journalled["A\(device)/value"]?.map(\.value) == published[device], "seed \(seed), device \(device): lost, doubled or out of order")
        }
        // The alerts: everything that the journal holds has reached the consumer, and under its own id.
        let alerts = try fixture.alerts()
        #expect(alerts.count > 50)
        #expect(Set(alerts.map(\.id)).count == alerts.count)
        // A condition that was pending may still be settled by the passing of time, so the journal is asked anew each time.
        let deadline = Date().addingTimeInterval(60)
        var seen: Set<String> = []
        var held: Set<String> = Set(alerts.map(\.id))
        while Date() < deadline && seen != held {
            consumer.collect(milliseconds: 200)
            seen = Set(consumer.messages.map { ProcessFixture.id($0.payload) })
            held = Set(try fixture.alerts().map(\.id))
        }
        #expect(seen == held, "seed \(seed)")
        var bodies: [String: String] = [:]
        for message in consumer.messages {
            let id = ProcessFixture.id(message.payload)
            let body = ProcessFixture.withoutSentTime(message.payload)
            #expect(bodies[id] == nil || bodies[id] == body, "a repeat under the same id is the same, but for when it was sent")
            bodies[id] = body
        }
        #expect(fixture.stop() == 0)
        print(
            "kill test: seed \(seed), \(kills) kills, \(total) messages, \(alerts.count) alerts, \(consumer.messages.count - seen.count) repeats at the consumer, \(Int(Date().timeIntervalSince(start))) s"
        )
    }

    @Test("TERM commits what was read, checkpoints, and the next start judges nothing again")
    func term() throws {
        let (fixture, broker) = try ProcessFixture.running(devices: 1)
        let publisher = try ProcessFixture.publisher(broker.port)
        for value in 0..<500 { try publisher.publish("in/0", Array("{\"v\":\(value)}".utf8)) }
        try publisher.finish()
        #expect(fixture.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: fixture.journalPath + "-wal") || fileSize(fixture.journalPath + "-wal") == 0)
        // What the daemon had not read yet is the broker's to keep, and comes with the next start.
        try fixture.start()
        #expect(fixture.wait(seconds: 20) { fixture.log.components(separatedBy: "broker field: connected").count == 3 })
        #expect(fixture.wait(seconds: 20) { try fixture.readings()["A0/value"]?.count == 500 })
        #expect(
            fixture.log.contains(" 0 entries judged again")
                || fixture.log.split(separator: "\n").last { $0.contains("judged again") }?.contains(", 0 entries") == true, "\(fixture.log)")
        #expect(fixture.stop() == 0)
    }

    private func fileSize(_ path: String) -> Int { ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0 }
}

/// A number as JSON writes it.
func JSONString(_ number: Double) -> String { JSONWriter.shortest(number) }
