import Decode
import Diagnosis
import GatewayTesting
import Journal
import Lifeline
import MQTT
import Pulse
import Site
import Uplink

/// Why the work cannot be done.
struct WorkProblem: Error {
    var text: String
}

/// A street of forty devices with five readings each, once a second: what a gateway does all day, part by part.
struct Work {
    static let devices = 40
    static let fields = 5
    private static let start: Int64 = 1_767_323_045_000_000

    /// Values as a pressure sensor's: a day's wave, noise, four decimals.
    private func value(_ index: Int, _ generator: inout SeededGenerator) -> Double {
        ((0.35 + 0.01 * generator.normal() + 0.0005 * Double(index / (Work.devices * Work.fields) % 96)) * 10_000).rounded() / 10_000
    }

    private func readings(_ count: Int) -> [Reading] {
        var generator = SeededGenerator(seed: 7)
        return (0..<count).map { index in
            let moment = Work.start + Int64(index / (Work.devices * Work.fields)) * 1_000_000
            return Reading(
                series: SeriesID(UInt32(1 + index % (Work.devices * Work.fields))), observed: Timestamp(microseconds: moment),
                received: Timestamp(microseconds: moment + 40_000 + Int64(index % 200) * 37), value: value(index, &generator))
        }
    }

    private func configuration() throws -> SiteConfiguration {
        var text = """
            schema = 1
            [site]
            id = "hot"
            utc_offset = "+00:00"
            profile = "hot"
            [[broker]]
            id = "field"
            url = "mqtt://127.0.0.1:1"
            [platform]
            url = "mqtt://127.0.0.1:2"
            readings = "all"

            """
        for device in 0..<Work.devices {
            text += """
                [[asset]]
                id = "A\(device)"
                class = "other"
                [[device]]
                id = "d\(device)"
                asset = "A\(device)"
                topic = "hot/\(device)"
                time = { path = "ts", format = "unix_s" }
                interval = "1 s"
                cycle = "96 s"
                late_after = "366 d"

                """
            for field in 0..<Work.fields { text += "[[device.reading]]\nname = \"f\(field)\"\nquantity = \"value\"\npath = \"f\(field)\"\nunit = \"1\"\n" }
        }
        let profile = ValueProfile.text(
            name: "hot",
            rules: """
                [[rule]]
                id = "any.unusual"
                kind = "pulse"
                quantity = "value"
                levels = [ { level = "yellow", limit = 39.0 } ]
                event = { zh = "异常", en = "Unusual" }
                advice = { zh = "看", en = "Look." }

                [[rule]]
                id = "any.high"
                kind = "high"
                quantity = "value"
                levels = [ { level = "orange", limit = 10.0 } ]
                event = { zh = "过高", en = "High" }
                advice = { zh = "看", en = "Look." }

                """)
        let outcome = loadSite(at: "sites/hot/site.toml", from: .memory(["sites/hot/site.toml": text, "sites/profiles/hot.toml": profile]))
        guard let value = outcome.value else { throw WorkProblem(text: outcome.findings.map { "\($0)" }.joined(separator: "\n")) }
        return value
    }

    /// Messages from bytes to readings.
    func decode(_ count: Int) throws {
        var decoder = Decoder(plan: try configuration().plan)
        var generator = SeededGenerator(seed: 9)
        let messages: [(topic: [UInt8], payload: [UInt8])] = (0..<1000).map { index in
            var text = "{\"ts\":\(Work.start / 1_000_000 + Int64(index / Work.devices))"
            for field in 0..<Work.fields { text += ",\"f\(field)\":\(JSONWriter.shortest(value(index, &generator)))" }
            return (Array("hot/\(index % Work.devices)".utf8), Array((text + "}").utf8))
        }
        var decoded: [DecodedReading] = []
        var total = 0
        for index in 0..<count {
            let message = messages[index % 1000]
            decoded.removeAll(keepingCapacity: true)
            message.topic.withUnsafeBytes { topic in
                message.payload.withUnsafeBytes { payload in
                    let report = decoder.decode(
                        broker: 0, topic: topic, payload: payload, received: Timestamp(microseconds: Work.start), into: &decoded)
                    total += report.readings
                }
            }
        }
        guard total == count * Work.fields else { throw WorkProblem(text: "\(total) readings of \(count) messages") }
    }

    /// Readings to segments of a thousand.
    func encode(_ count: Int) {
        let readings = readings(1000)
        let encoder = SegmentEncoder()
        for _ in 0..<max(1, count / 1000) { encoder.encode(readings) }
    }

    /// Segments of a thousand back to readings.
    func read(_ count: Int) throws {
        let encoder = SegmentEncoder()
        encoder.encode(readings(1000))
        let decoder = SegmentDecoder()
        var found: [Reading] = []
        for _ in 0..<max(1, count / 1000) { try encoder.bytes.withUnsafeBytes { try decoder.decode($0, into: &found) } }
        guard found.count == 1000 else { throw WorkProblem(text: "\(found.count) readings of 1000") }
    }

    /// Samples of two hundred series through Pulse alone.
    func judge(_ count: Int) {
        var bank = PulseBank()
        let series = Work.devices * Work.fields
        for _ in 0..<series { _ = bank.add(SeriesSettings(interval: 1, cycle: 96)) }
        for (index, reading) in readings(count).enumerated() {
            _ = bank.observe(index % series, time: Double(reading.observed.microseconds) / 1e6, value: reading.value)
        }
    }

    /// Readings through rules and Pulse.
    func diagnose(_ count: Int) throws {
        let plan = try configuration().plan
        var diagnosis = Diagnosis(plan: plan)
        var alerts: [Alert] = []
        for (index, reading) in readings(count).enumerated() {
            _ = diagnosis.judge(sensor: Int(reading.series.rawValue) - 1, reading, sequence: UInt64(index + 1), into: &alerts)
        }
    }

    /// Readings from a journal to documents for the platform.
    func forward(_ count: Int) throws {
        let configuration = try configuration()
        guard let platform = configuration.platform else { throw WorkProblem(text: "no platform") }
        let folder = TestFolder()
        let journal = try SQLiteJournal.open(path: folder.file("journal.db"), maxBytes: 1 << 30)
        for sensor in configuration.plan.sensors { _ = try journal.series(forKey: sensor.id) }
        let readings = readings(1000)
        for _ in 0..<max(1, count / 1000) {
            var batch = CommitBatch()
            batch.readings = readings
            _ = try journal.commit(batch)
        }
        journal.close()
        let reader = try SQLiteJournalReader.open(path: folder.file("journal.db"))
        let forwarder = Forwarder(platform: platform, gateway: "hot", utcOffsetSeconds: 0)
        try forwarder.begin(reader)
        let link = CountingLink()
        while forwarder.acknowledged(.readings) < (try reader.lastSequence()) {
            forwarder.wake()
            try forwarder.fill(from: reader, to: link, window: 32, now: Timestamp(microseconds: Work.start))
            for identifier in link.taken { _ = forwarder.acknowledge(identifier) }
            link.taken.removeAll()
        }
        guard link.bytes > count * 50 else { throw WorkProblem(text: "only \(link.bytes) bytes were sent") }
    }
}

/// A platform that takes everything.
final class CountingLink: PlatformLink {
    var bytes = 0
    var taken: [Int32] = []
    private var last: Int32 = 0
    let hasFailed = false

    func publish(topic: String, payload: [UInt8]) -> Int32? {
        bytes += payload.count
        last += 1
        taken.append(last)
        return last
    }
}
