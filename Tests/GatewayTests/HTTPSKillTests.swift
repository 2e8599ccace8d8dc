import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import Testing

@Suite("Killed at any moment, with a platform by HTTPS", .serialized)
struct HTTPSKillTests {
    @Test("Gateway and platform are killed at random moments: no alert and no reading is lost, and what comes twice has the same source and id")
    func kills() throws {
        let fixture = ProcessFixture()
        let certificates = try Certificates.shared.get()
        let broker = try MosquittoBroker(folder: fixture.folder.path)
        let platform = try HTTPSPlatform(
            folder: fixture.folder.file("platform"), tls: .init(certificate: certificates.server, clientAuthority: certificates.authority))
        fixture.site(
            broker: broker.port, platform: nil,
            """
            [platform]
            url = "\(platform.url)"
            ca = "\(certificates.authority)"
            certificate = "\(certificates.client.0)"
            key = "\(certificates.client.1)"
            timeout = "2 s"
            readings = "all"

            """ + KillTests.devices(3))
        try fixture.start()
        try #require(fixture.waitUntilSubscribed(), "\(fixture.log)")
        let publisher = try ProcessFixture.publisher(broker.port)
        let seed = UInt64(Date().timeIntervalSince1970)
        var luck = SeededGenerator(seed: seed)
        var next = 0
        for round in 0..<20 {
            for _ in 0..<(50 + luck.below(150)) {
                let value = Double(next) + (next % 37 < 2 ? 2e9 : 0)
                try publisher.publish("in/\(luck.below(3))", Array("{\"v\":\(JSONString(value))}".utf8))
                next += 1
            }
            try publisher.turn(milliseconds: Int32(luck.below(30)))
            usleep(UInt32(luck.below(60_000)))
            if round % 3 == 2 {
                platform.kill()
                try platform.start()
            } else {
                fixture.cut()
                try fixture.start()
            }
            usleep(UInt32(luck.below(200_000)))
            try publisher.turn(milliseconds: 0)
        }
        try publisher.finish()
        #expect(fixture.wait(seconds: 60) { try fixture.readings().values.reduce(0) { $0 + $1.count } >= next }, "seed \(seed)")
        var held: Set<String> = []
        let isComplete = fixture.wait(seconds: 120) {
            held = Set(try fixture.alerts().map(\.id))
            let last = try fixture.lastSequence()
            let events = platform.events
            let sequences = events.filter { $0.type == "cn.bamai.readings" }.compactMap { $0.document["data"]["last"].number }.max() ?? 0
            return held.isSubset(of: Set(events.map(\.id))) && UInt64(sequences) + 10 >= last
        }
        #expect(isComplete, "seed \(seed)\n\(fixture.log.suffix(2000))")
        #expect(held.count > 20)
        let events = platform.events
        #expect(events.allSatisfy { $0.source == "urn:bamai:gw7" })
        // Every reading, whichever documents it came in.
        var sequences: [UInt64: Double] = [:]
        for event in events where event.type == "cn.bamai.readings" {
            for reading in event.document["data"]["readings"].list {
                let (sequence, value) = (UInt64(reading["sequence"].count), reading["value"].number ?? .nan)
                #expect(sequences[sequence] == nil || sequences[sequence] == value, "seed \(seed): entry \(sequence) came with two values")
                sequences[sequence] = value
            }
        }
        let reader = try SQLiteJournalReader.open(path: fixture.journalPath)
        let until = sequences.keys.max() ?? 0
        var missing = 0
        try reader.readings(from: 1) { sequence, reading in
            if reading.series != .tick && sequence <= until && sequences[sequence] != reading.value { missing += 1 }
            return true
        }
        #expect(missing == 0, "seed \(seed)")
        // Alerts: an id means one document, but for when it was sent.
        var bodies: [String: String] = [:]
        let alerts = events.filter { $0.type.hasPrefix("cn.bamai.alert.") }
        for event in alerts {
            let body = event.document["data"]["info"].list.compactMap { $0["description"].text }.joined()
            #expect(bodies[event.id] == nil || bodies[event.id] == body, "seed \(seed)")
            bodies[event.id] = body
        }
        print("https kill test: seed \(seed), \(next) messages, \(held.count) alerts, \(alerts.count - bodies.count) repeats")
        #expect(fixture.stop() == 0)
    }
}
