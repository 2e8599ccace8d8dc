import Foundation
import GatewayTesting
import Journal
import Lifeline
import Testing

/// Recorded series, published as devices would.
private struct Series {
    var asset: String
    var column: String
    var topic: String
    /// Epoch seconds and the value's text as it was recorded.
    var samples: [(time: Int64, text: String)]
    var interval: Double
    var cycle: String
}

@Suite("Recorded data through a real broker", .serialized)
struct RealInputTests {
    static let data = RecordedFiles.folder.map { URL(fileURLWithPath: $0) }

    private static func lines(_ path: String) throws -> [Substring] {
        try String(contentsOf: data!.appendingPathComponent(path), encoding: .utf8).split(whereSeparator: \.isNewline)
    }

    private static func table(_ path: String, _ separator: Character, columns: [String], asset: String, interval: Double, cycle: String, limit: Int)
        throws -> [Series]
    {
        let lines = try lines(path)
        let names = lines[0].split(separator: separator, omittingEmptySubsequences: false).map(String.init)
        var series = columns.map {
            Series(
                asset: asset, column: $0, topic: "real/\(asset)/\($0.filter { $0.isLetter || $0.isNumber })", samples: [], interval: interval,
                cycle: cycle)
        }
        for line in lines.dropFirst().prefix(limit) {
            let fields = line.split(separator: separator, omittingEmptySubsequences: false)
            guard let time = CivilTime.parse(Array(fields[0].utf8), defaultOffsetSeconds: 0) else { continue }
            for index in series.indices {
                guard let place = names.firstIndex(of: columns[index]), Double(fields[place]) != nil else { continue }
                series[index].samples.append((time.microseconds / 1_000_000, String(fields[place])))
            }
        }
        return series
    }

    @Test("Every recorded reading is in the journal exactly once and in order; alerts reach a second broker under unique ids")
    func recordings() throws {
        guard RealInputTests.data != nil else {
            print("SKIPPED, LOUDLY: no recorded data beside the project (../shared/data, or BAMAI_DATA); nothing was tested on real input")
            return
        }
        var all: [Series] = []
        all += try RealInputTests.table(
            "SKAB/valve1/0.csv", ";", columns: ["Current", "Pressure", "Temperature", "Volume Flow RateRMS"], asset: "SKAB0", interval: 1,
            cycle: "5 min", limit: 2000)
        all += try RealInputTests.table(
            "SKAB/valve1/1.csv", ";", columns: ["Accelerometer1RMS", "Pressure"], asset: "SKAB1", interval: 1, cycle: "5 min", limit: 2000)
        all += try RealInputTests.table(
            "pyhydroqc/MainStreet2019.csv", ",", columns: ["temp", "cond", "turb", "stage"], asset: "MainStreet", interval: 900, cycle: "1 d",
            limit: 4000)
        all += try RealInputTests.table(
            "NAB/data/realKnownCause/machine_temperature_system_failure.csv", ",", columns: ["value"], asset: "Machine", interval: 300, cycle: "1 d",
            limit: 100_000)
        all += try RealInputTests.table(
            "NAB/data/realKnownCause/ambient_temperature_system_failure.csv", ",", columns: ["value"], asset: "Ambient", interval: 3600, cycle: "1 d",
            limit: 100_000)
        let total = all.reduce(0) { $0 + $1.samples.count }
        #expect(total > 40_000)

        let fixture = ProcessFixture()
        let broker = try MosquittoBroker(folder: fixture.folder.path, lines: ["max_inflight_messages 200"])
        let platform = try MosquittoBroker(folder: fixture.folder.path)
        var tables = ""
        for (index, series) in all.enumerated() {
            tables += """
                [[asset]]
                id = "A\(index)"
                class = "other"
                name = "\(series.asset) \(series.column)"
                [[device]]
                id = "d\(index)"
                asset = "A\(index)"
                topic = "\(series.topic)"
                time = { path = "ts", format = "unix_s" }
                interval = "\(Int(series.interval)) s"
                cycle = "\(series.cycle)"
                [[device.reading]]
                quantity = "value"
                path = "data.value"
                required = true

                """
        }
        fixture.site(broker: broker.port, platform: platform.port, tables)
        try fixture.start()
        try #require(fixture.waitUntilSubscribed(), "\(fixture.log)")
        let consumer = MessageCollector(port: platform.port, clientID: "consumer", filters: ["platform/alerts"])
        try #require(consumer.ready())
        let publisher = try ProcessFixture.publisher(broker.port)
        // Interleaved as devices would be, each device in its own order; every second make writes numbers as texts.
        var position = [Int](repeating: 0, count: all.count)
        var generator = SeededGenerator(seed: 1)
        var left = total
        while left > 0 {
            let index = generator.below(all.count)
            let burst = min(1 + generator.below(20), all[index].samples.count - position[index])
            guard burst > 0 else { continue }
            for _ in 0..<burst {
                let sample = all[index].samples[position[index]]
                let value = index % 2 == 0 ? sample.text : "\"\(sample.text)\""
                // JSON wants a digit before the point.
                let clean = value.hasPrefix(".") ? "0" + value : value
                try publisher.publish(all[index].topic, Array("{\"ts\":\(sample.time),\"data\":{\"value\":\(clean)}}".utf8))
                position[index] += 1
            }
            left -= burst
            if left % 50 == 0 { consumer.collect(milliseconds: 1) }
        }
        try publisher.finish()
        #expect(fixture.wait(seconds: 90) { try fixture.lastSequence() >= UInt64(total) }, "\(fixture.log.suffix(1000))")
        let held = try fixture.readings()
        for (index, series) in all.enumerated() {
            let readings = held["A\(index)/value"] ?? []
            #expect(readings.map(\.value) == series.samples.map { Double($0.text)! }, "\(series.asset) \(series.column)")
            #expect(readings.map { $0.observed.microseconds / 1_000_000 } == series.samples.map(\.time), "\(series.asset) \(series.column)")
        }
        #expect(held.values.reduce(0) { $0 + $1.count } == total)
        let alerts = try fixture.alerts()
        #expect(alerts.count > 10)
        var ids: [String] = []
        #expect(
            fixture.wait(seconds: 30) {
                consumer.collect(milliseconds: 100)
                ids = consumer.messages.map { ProcessFixture.id($0.payload) }
                return ids.count >= alerts.count
            })
        #expect(ids == alerts.map(\.id), "each alert once, in the journal's order")
        #expect(fixture.stop() == 0)
        print("real input: \(total) readings of \(all.count) series, \(alerts.count) alert messages")
    }
}
