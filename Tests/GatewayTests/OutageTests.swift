import Foundation
import GatewayTesting
import Glibc
import Journal
import Testing

/// The platform is away for simulated hours while fifty readings a second come in; then everything must arrive, the alerts first.
///
/// One hour every day; `BAMAI_OUTAGE_HOURS=72` is the long one (`make outage`).
@Suite("A long outage of the platform", .serialized)
struct OutageTests {
    private static let hours = ProcessInfo.processInfo.environment["BAMAI_OUTAGE_HOURS"].flatMap { Int($0) } ?? 1
    private static let sensors = 50

    /// One device with fifty readings; the first of them raises an alert each simulated hour.
    private static var device: String {
        var text =
            "[[asset]]\nid = \"A0\"\nclass = \"other\"\n[[device]]\nid = \"d0\"\nasset = \"A0\"\ntopic = \"in/0\"\ntime = { path = \"t\", format = \"unix_s\" }\n"
        for sensor in 0..<sensors { text += "[[device.reading]]\nname = \"v\(sensor)\"\nquantity = \"value\"\npath = \"v\(sensor)\"\n" }
        return text
    }

    private func message(_ second: Int, from start: Int) -> [UInt8] {
        var text = "{\"t\":\(start + second)"
        for sensor in 0..<OutageTests.sensors {
            let isSick = sensor == 0 && second % 3600 >= 1800 && second % 3600 < 1860
            text += ",\"v\(sensor)\":\(isSick ? 2_000_000_000 : (second * 7 + sensor * 13) % 1000)"
        }
        return Array((text + "}").utf8)
    }

    @Test("drains without loss; alerts raised meanwhile come first and in order")
    func outage() throws {
        let fixture = ProcessFixture()
        let broker = try MosquittoBroker(folder: fixture.folder.path, lines: ["max_inflight_messages 1000"])
        let platform = try MosquittoBroker(
            folder: fixture.folder.path,
            lines: ["persistence true", "persistence_location \(fixture.folder.path)/", "autosave_interval 1", "max_inflight_messages 1000"])
        fixture.site(broker: broker.port, platform: platform.port, readings: "all", OutageTests.device)
        let consumer = PlatformConsumer(port: platform.port)
        try #require(consumer.collector.ready())
        try fixture.start()
        try #require(fixture.waitUntilSubscribed(), "\(fixture.log)")
        // Everything is settled before the link goes: the consumer's session is on the platform's disk.
        usleep(1_500_000)
        platform.stop()

        let seconds = OutageTests.hours * 3600
        let start = Int(Date().timeIntervalSince1970) - seconds
        let publisher = try ProcessFixture.publisher(broker.port)
        for second in 0..<seconds { try publisher.publish("in/0", message(second, from: start)) }
        try publisher.finish()
        let total = seconds * OutageTests.sensors
        #expect(fixture.wait(seconds: 120 + Double(total) / 20_000) { try fixture.lastSequence() >= UInt64(total) }, "\(fixture.log)")
        let alerts = try fixture.alerts().map(\.id)
        #expect(alerts.count >= 2 * OutageTests.hours)

        try platform.start()
        let back = Date()
        var alertsComplete: Date?
        let deadline = back.addingTimeInterval(120 + Double(total) / 20_000)
        while Date() < deadline && consumer.readings < total {
            consumer.collect()
            if alertsComplete == nil && consumer.alertIDs.count >= alerts.count { alertsComplete = Date() }
        }
        let drained = Date().timeIntervalSince(back)
        let reader = try SQLiteJournalReader.open(path: fixture.journalPath)
        #expect(consumer.readings == total, "\(consumer.readings) of \(total), \(consumer.gaps) gaps; \(fixture.log)")
        #expect(consumer.gaps == 0 && consumer.repeatedReadings == 0, "every reading once, in order")
        #expect(Array(consumer.alertIDs.prefix(alerts.count)) == alerts, "in the order of raising")
        #expect(consumer.readingsBeforeLastAlert == 0, "no reading came before the alerts of the outage")
        // The promise is two seconds; it is printed and not asserted, since a machine under test may be short of processors.
        let alertsAfter = try #require(alertsComplete).timeIntervalSince(back)
        #expect(try reader.figures().droppedReadings == 0)
        print(
            "outage test: \(OutageTests.hours) h, \(total) readings, \(alerts.count) alerts all there after \(Int(alertsAfter * 1000)) ms, "
                + "drained in \(Int(drained * 1000)) ms (\(Int(Double(total) / drained)) readings/s)")
        #expect(fixture.stop() == 0)
    }
}

/// What the platform makes of what it is sent, without keeping it.
final class PlatformConsumer {
    let collector: MessageCollector
    private(set) var alertIDs: [String] = []
    private var seen: Set<String> = []
    private(set) var readings = 0
    private(set) var repeatedReadings = 0
    private(set) var gaps = 0
    /// Readings that had come when the last alert so far came.
    private(set) var readingsBeforeLastAlert = 0
    private var lastSequence: UInt64 = 0

    init(port: UInt16) { collector = MessageCollector(port: port, clientID: "consumer", filters: ["platform/#"]) }

    func collect() {
        collector.collect(milliseconds: 20)
        for message in collector.takeMessages() {
            if message.topic == "platform/alerts" {
                let id = ProcessFixture.id(message.payload)
                if seen.insert(id).inserted {
                    alertIDs.append(id)
                    readingsBeforeLastAlert = readings
                }
            } else {
                take(message.payload)
            }
        }
    }

    private func take(_ payload: [UInt8]) {
        // Ticks have sequences of their own and are not sent: a gap of a few is one of them.
        Scan.numbers(after: "\"sequence\":", in: payload) { sequence in
            if sequence <= lastSequence {
                repeatedReadings += 1
            } else {
                if sequence > lastSequence + 20 { gaps += 1 }
                readings += 1
                lastSequence = sequence
            }
        }
    }
}
