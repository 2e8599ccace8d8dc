import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import MQTT

/// What grows with the number of series and with the length of history.
struct Footprint {
    static let fields = 50
    let bamaid: String

    /// Devices of fifty readings each, from one template.
    private static func site(devices: Int, broker: UInt16, folder: TestFolder, journal: String = "journal.db") -> String {
        var template = "schema = 1\ndevice = \"many\"\nname = \"Many\"\ntopic = \"bench/{id}\"\nformat = \"json\"\n"
        template += "time = { path = \"ts\", format = \"unix_s\" }\ninterval = \"1 s\"\ncycle = \"96 s\"\nlate_after = \"365 d\"\n"
        for field in 0..<fields { template += "[[reading]]\nname = \"f\(field)\"\nquantity = \"value\"\npath = \"f\(field)\"\nunit = \"1\"\n" }
        folder.write("devices/many.toml", template)
        var text = """
            schema = 1
            [site]
            id = "bench"
            utc_offset = "+00:00"
            profile = "bench"
            [journal]
            path = "\(folder.file(journal))"
            max_bytes = "4 GiB"
            [control]
            socket = "\(folder.file("control.sock"))"
            [[broker]]
            id = "field"
            url = "mqtt://127.0.0.1:\(broker)"
            client_id = "bench-gateway"

            """
        for device in 0..<devices {
            text += "[[asset]]\nid = \"A\(device)\"\nclass = \"other\"\n[[device]]\nid = \"d\(device)\"\nasset = \"A\(device)\"\ntemplate = \"many\"\n"
        }
        return text
    }

    private static func payload(_ message: Int, _ devices: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        var text = "{\"ts\":\(Load.start + message / devices)"
        for field in 0..<fields { text += ",\"f\(field)\":0.3\(1000 + Int(generator.next() % 8000))" }
        return Array((text + "}").utf8)
    }

    struct Outcome {
        var residentKiB: Int
        /// CPU of a reading, without the start. *Units*: nanoseconds.
        var cpu: Double
        /// From the start of the process to the first reading that the broker saw acknowledged. *Units*: seconds.
        var first: Double
    }

    /// A gateway of so many devices that takes `readings` readings.
    ///
    /// - Parameter prepare: is given the folder before the gateway starts.
    func run(devices: Int, readings: Int, prepare: (TestFolder) throws -> Void = { _ in }) throws -> Outcome {
        let folder = TestFolder()
        let broker = try MosquittoBroker(folder: folder.path, lines: ["set_tcp_nodelay true", "max_inflight_messages 200"])
        try prepare(folder)
        let start = seconds()
        let daemon = try GatewayProcess(
            bamaid, site: Footprint.site(devices: devices, broker: broker.port, folder: folder), folder: folder)
        let publisher = try MQTTPublisher(
            MQTTOptions(host: "127.0.0.1", port: broker.port, clientID: "bench-publisher", cleanSession: true), window: 1000)
        var generator = SeededGenerator(seed: 5)
        var reader: SQLiteJournalReader?
        var base: UInt64?
        func last() throws -> UInt64 {
            if reader == nil { reader = try? SQLiteJournalReader.open(path: folder.file("journal.db")) }
            return try reader?.lastSequence() ?? 0
        }
        // The first reading: published until it is seen, since nobody keeps it before the gateway's session stands.
        var before = try last()
        var knocks = 0
        try daemon.wait(120, "the first reading") {
            try publisher.publish("bench/d0", Footprint.payload(0, devices, &generator))
            knocks += 1
            try publisher.turn(milliseconds: 1)
            let now = try last()
            if base == nil, now > 0 { (base, before) = (now, knocks == 1 ? now : before) }
            return now >= before + UInt64(Footprint.fields)
        }
        let first = seconds() - start
        usleep(200_000)
        let (begin, cpu) = (try last(), daemon.cpuSeconds)
        let messages = max(devices, readings / Footprint.fields)
        for message in 0..<messages {
            try publisher.publish("bench/d\(message % devices)", Footprint.payload(message, devices, &generator))
        }
        try publisher.finish()
        try daemon.wait(300, "all readings") { try last() >= begin + UInt64(messages * Footprint.fields) }
        usleep(300_000)
        let load = Outcome(
            residentKiB: daemon.kibibytes("VmRSS"), cpu: (daemon.cpuSeconds - cpu) / Double(messages * Footprint.fields) * 1e9, first: first)
        try daemon.end()
        return load
    }

    /// A journal of `readings` readings of the same series, in segments of a thousand, as a gateway leaves it after long use.
    private func history(devices: Int, readings: Int, in folder: TestFolder) throws {
        let journal = try SQLiteJournal.open(path: folder.file("journal.db"), maxBytes: 4 << 30)
        var series: [SeriesID] = []
        for device in 0..<devices {
            for field in 0..<Footprint.fields { series.append(try journal.series(forKey: "A\(device)/d\(device).f\(field)")) }
        }
        var generator = SeededGenerator(seed: 6)
        let start = Int64(Load.start - 366 * 86_400) * 1_000_000
        for piece in 0..<max(1, readings / 1000) {
            var batch = CommitBatch()
            for place in 0..<1000 {
                let index = piece * 1000 + place
                let moment = Timestamp(microseconds: start + Int64(index / series.count) * 900_000_000)
                batch.readings.append(
                    Reading(
                        series: series[index % series.count], observed: moment, received: moment,
                        value: Double(3000 + generator.next() % 1000) / 10_000))
            }
            _ = try journal.commit(batch)
        }
        journal.close()
    }

    func measures(runs: Int) throws -> [Measure] {
        var measures: [Measure] = []
        var costs: [(series: Int, cpu: Double)] = []
        // A device of fifty readings is the least; ten series are told as they are: fifty.
        for devices in [1, 20, 2000] {
            let loads = try (0..<runs).map { _ in try run(devices: devices, readings: 1_000_000) }
            let series = devices * Footprint.fields
            let resident = Runs(loads.map { Double($0.residentKiB) * 1024 / 1e6 })
            let limit: Double? = series == 1000 ? 12 : series == 100_000 ? 200 : nil
            measures.append(
                Measure(
                    name: "resident, \(Report.grouped(series)) series", value: resident.median, unit: "MB", spread: resident.spread,
                    reach: limit.map { "≤ \(Int($0)) MB" } ?? "–", reached: limit.map { resident.median <= $0 }))
            costs.append((series, Runs(loads.map(\.cpu)).median))
        }
        for cost in costs.dropFirst() {
            let ratio = cost.cpu / costs[0].cpu
            measures.append(
                Measure(
                    name: "CPU a reading, \(Report.grouped(cost.series)) series", value: cost.cpu, unit: "ns",
                    beside: "\(costs[0].series) series: \(Report.text(costs[0].cpu)) ns", ratio: costs[0].cpu / cost.cpu, reach: "within 1.5×",
                    reached: ratio <= 1.5))
        }
        // A thousand series each quarter of an hour: an hour, thirty days, a year.
        var histories: [(name: String, cpu: Double, first: Double)] = []
        for (name, readings) in [("an hour", 4000), ("30 days", 2_880_000), ("a year", 35_040_000)] {
            let load = try run(devices: 20, readings: 1_000_000) { try history(devices: 20, readings: readings, in: $0) }
            histories.append((name, load.cpu, load.first))
        }
        for past in histories.dropFirst() {
            let ratio = past.cpu / histories[0].cpu
            measures.append(
                Measure(
                    name: "CPU a reading after \(past.name)", value: past.cpu, unit: "ns", beside: "after an hour: \(Report.text(histories[0].cpu)) ns",
                    ratio: histories[0].cpu / past.cpu, reach: "within 1.5×", reached: ratio <= 1.5))
        }
        measures.append(
            Measure(
                name: "start to first reading, 30 days of journal", value: histories[1].first, unit: "s",
                beside: "an hour: \(Report.text(histories[0].first)) s, a year: \(Report.text(histories[2].first)) s", reach: "≤ 2 s",
                reached: histories[1].first <= 2))
        return measures
    }
}
