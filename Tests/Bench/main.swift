// `make bench`: what the gateway costs, beside what stands for the limit in the same run on the same broker. Figures go into ratios; nothing here passes or
// fails, and no figure is kept.

import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import MQTT
import Pulse

/// Why there is no figure.
struct BenchProblem: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}

/// How the load looks: a thousand series, a million readings.
struct Load {
    let devices = 200
    let readingsPerMessage = 5
    let messages: Int
    var readings: Int { messages * readingsPerMessage }
    var series: Int { devices * readingsPerMessage }

    func topic(_ message: Int) -> String { "bench/\(message % devices)" }

    func payload(_ message: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        // Ten thousandths of a day's wave with noise, as a pressure sensor's last digits look.
        let time = 1_767_323_045 + message / devices
        var text = "{\"ts\":\(time)"
        for field in 0..<readingsPerMessage {
            text += ",\"f\(field)\":0.3\(String(Int(1000 + 40 * generator.normal() + Double(message / devices % 96)) % 9000 + 1000))"
        }
        return Array((text + "}").utf8)
    }

    func site(broker: UInt16, window: Int, folder: TestFolder) -> String {
        var text = """
            schema = 1
            [site]
            id = "bench"
            utc_offset = "+00:00"
            profile = "bench"
            [journal]
            path = "\(folder.file("journal.db"))"
            max_bytes = "1024 MiB"
            [control]
            socket = "\(folder.file("control.sock"))"
            [[broker]]
            id = "field"
            url = "mqtt://127.0.0.1:\(broker)"
            client_id = "bench-gateway"
            window = \(window)

            """
        for device in 0..<devices {
            text += """
                [[asset]]
                id = "A\(device)"
                class = "other"
                [[device]]
                id = "d\(device)"
                asset = "A\(device)"
                topic = "bench/\(device)"
                time = { path = "ts", format = "unix_s" }
                interval = "1 s"
                cycle = "96 s"
                late_after = "365 d"

                """
            for field in 0..<readingsPerMessage {
                text += "[[device.reading]]\nname = \"f\(field)\"\nquantity = \"value\"\npath = \"f\(field)\"\nunit = \"1\"\n"
            }
        }
        return text
    }
}

/// One line of the table.
struct Measure: Encodable {
    var name: String
    var value: Double
    var unit: String
    var beside: String
    var ratio: Double?
    var reach: String
    var reached: Bool?
}

func seconds() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

/// A queue of the load in the broker, for one client id; then the time that a consumer takes for it.
struct Drain {
    let broker: MosquittoBroker
    let load: Load

    /// Makes the session and fills its queue.
    func fill(client: String) throws {
        let collector = MessageCollector(port: broker.port, clientID: client, filters: ["bench/#"])
        guard collector.ready() else { throw BenchProblem(text: "no subscription") }
        let publisher = try MQTTPublisher(
            MQTTOptions(host: "127.0.0.1", port: broker.port, clientID: "bench-publisher", cleanSession: true), window: 2000)
        // The consumer's connection is dropped without reading: from here on the broker queues.
        collector.drop()
        var generator = SeededGenerator(seed: 1)
        for message in 0..<load.messages { try publisher.publish(load.topic(message), load.payload(message, &generator)) }
        try publisher.finish()
    }

    func mosquittoSub() throws -> Double {
        try fill(client: "bench-peer")
        let start = seconds()
        let peer = try ChildProcess(
            "/usr/bin/mosquitto_sub",
            ["-p", "\(broker.port)", "-q", "1", "-c", "-i", "bench-peer", "-t", "bench/#", "-C", "\(load.messages)"])
        guard peer.wait() == 0 else { throw BenchProblem(text: "mosquitto_sub failed") }
        return seconds() - start
    }

    struct GatewayResult {
        var seconds: Double
        var peakKiB: Int
        var cpuSeconds: Double
        var fileBytes: Int
        var writtenBytes: Int
        var commits: Int
    }

    func gateway(_ bamaid: String, window: Int) throws -> GatewayResult {
        try fill(client: "bench-gateway")
        let folder = TestFolder()
        folder.write("profiles/bench.toml", benchProfile)
        folder.write("site/site.toml", load.site(broker: broker.port, window: window, folder: folder))
        let start = seconds()
        let daemon = try ChildProcess(bamaid, [folder.file("site")], output: folder.file("log"))
        var reader: SQLiteJournalReader?
        while true {
            usleep(5000)
            if reader == nil { reader = try? SQLiteJournalReader.open(path: folder.file("journal.db")) }
            if let last = try? reader?.lastSequence(), last >= UInt64(load.readings) { break }
            guard daemon.isRunning, seconds() - start < 300 else {
                throw BenchProblem(
                    text: "the gateway did not take the load: \((try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) ?? "")")
            }
        }
        let spent = seconds() - start
        usleep(300_000)
        let status = (try? String(contentsOfFile: "/proc/\(daemon.identifier)/status", encoding: .utf8)) ?? ""
        let peak =
            status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }.flatMap { Int($0.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]) }
            ?? 0
        if ProcessInfo.processInfo.environment["BENCH_VERBOSE"] != nil {
            print(
                status.split(separator: "\n").filter { $0.hasPrefix("VmHWM") || $0.contains("Rss") || $0.hasPrefix("VmRSS") }.joined(separator: ", "))
        }
        let io = (try? String(contentsOfFile: "/proc/\(daemon.identifier)/io", encoding: .utf8)) ?? ""
        let written = io.split(separator: "\n").first { $0.hasPrefix("wchar") }.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
        let stat = ((try? String(contentsOfFile: "/proc/\(daemon.identifier)/stat", encoding: .utf8)) ?? "").split(separator: " ")
        let ticks = stat.count > 14 ? (Double(stat[13]) ?? 0) + (Double(stat[14]) ?? 0) : 0
        let segments = (try? reader?.figures().segments) ?? 0
        reader = nil
        guard daemon.terminate() == 0 else { throw BenchProblem(text: "the gateway did not end well") }
        if let keep = ProcessInfo.processInfo.environment["BENCH_KEEP"] {
            try? FileManager.default.copyItem(atPath: folder.file("journal.db"), toPath: keep)
        }
        let size = ((try? FileManager.default.attributesOfItem(atPath: folder.file("journal.db")))?[.size] as? NSNumber)?.intValue ?? 0
        return GatewayResult(
            seconds: spent, peakKiB: peak, cpuSeconds: ticks / 100, fileBytes: size, writtenBytes: written, commits: Int(segments))
    }
}

let benchProfile = ValueProfile.text(
    name: "bench",
    rules: """
        [[rule]]
        id = "any.unusual"
        kind = "pulse"
        quantity = "value"
        levels = [ { level = "yellow", limit = 39.0 } ]
        event = { zh = "异常", en = "Unusual" }
        advice = { zh = "看", en = "Look." }

        """)

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Nanoseconds of one sample with ten thousand series in turn, and the worst of a million.
func judge() -> (median: Double, worst: Double) {
    var bank = PulseBank()
    for _ in 0..<10_000 { _ = bank.add(SeriesSettings(interval: 900, cycle: 86_400)) }
    var generator = SeededGenerator(seed: 3)
    let values = (0..<1024).map { _ in 0.34 + 0.01 * generator.normal() }
    var rounds: [Double] = []
    var worst = 0.0
    // Twelve days, so that season, week and records all work.
    for round in 0..<1200 {
        let start = seconds()
        for slot in 0..<10_000 { _ = bank.observe(slot, time: Double(round) * 900, value: values[(round * 31 + slot) % 1024]) }
        rounds.append((seconds() - start) / 10_000 * 1e9)
    }
    for sample in 0..<1_000_000 {
        let start = DispatchTime.now().uptimeNanoseconds
        _ = bank.observe(sample % 10_000, time: Double(1200 + sample / 10_000) * 900, value: values[sample % 1024])
        worst = max(worst, Double(DispatchTime.now().uptimeNanoseconds - start))
    }
    return (median(rounds), worst)
}

func run() throws {
    let bamaid = CommandLine.arguments.dropFirst().first ?? ".build/release/bamaid"
    let runs = Int(ProcessInfo.processInfo.environment["BENCH_RUNS"] ?? "") ?? 3
    let load = Load(messages: Int(ProcessInfo.processInfo.environment["BENCH_MESSAGES"] ?? "") ?? 200_000)
    var measures: [Measure] = []
    print(
        "load: \(load.messages) QoS 1 messages, \(load.readings) readings of \(load.series) series; \(runs) runs, medians; process start included\n")
    for window in [20, 1000] {
        var gateway: [Drain.GatewayResult] = []
        var peer: [Double] = []
        for _ in 0..<runs {
            let folder = TestFolder()
            let broker = try MosquittoBroker(folder: folder.path, lines: ["max_inflight_messages \(window)", "set_tcp_nodelay true"])
            let drain = Drain(broker: broker, load: load)
            peer.append(try drain.mosquittoSub())
            gateway.append(try drain.gateway(bamaid, window: window))
        }
        let pairs = zip(gateway, peer).map { $1 / $0.seconds }
        let middle = gateway.sorted { $0.seconds < $1.seconds }[gateway.count / 2]
        measures.append(
            Measure(
                name: "intake, broker window \(window)", value: Double(load.messages) / middle.seconds, unit: "messages/s",
                beside: "mosquitto_sub -q 1: \(Int(Double(load.messages) / median(peer)))/s", ratio: median(pairs), reach: "ratio ≥ 0.5",
                reached: median(pairs) >= 0.5))
        measures.append(
            Measure(
                name: "  cpu per message", value: middle.cpuSeconds / Double(load.messages) * 1e6, unit: "µs", beside: "–", ratio: nil, reach: "–",
                reached: nil))
        measures.append(
            Measure(
                name: "  peak resident, \(load.series) series", value: Double(middle.peakKiB) / 1024, unit: "MiB", beside: "–", ratio: nil,
                reach: "< 16 MB", reached: Double(middle.peakKiB) * 1024 < 16e6))
        measures.append(
            Measure(
                name: "  file per reading", value: Double(middle.fileBytes) / Double(load.readings), unit: "bytes", beside: "–", ratio: nil,
                reach: "–",
                reached: nil))
        measures.append(
            Measure(
                name: "  written per reading (all writes)", value: Double(middle.writtenBytes) / Double(load.readings), unit: "bytes",
                beside: "\(load.readings / max(1, middle.commits)) readings a commit", ratio: nil, reach: "–", reached: nil))
    }
    measures += try drainMeasures(runs: runs)
    let cost = judge()
    measures.append(
        Measure(
            name: "judge, 10 000 series in turn", value: cost.median, unit: "ns", beside: "–", ratio: nil, reach: "≤ 100 ns",
            reached: cost.median <= 100))
    measures.append(
        Measure(
            name: "  worst of a million", value: cost.worst / 1000, unit: "µs", beside: "timer included", ratio: nil, reach: "≤ 5 µs",
            reached: cost.worst <= 5000))
    measures.append(
        Measure(
            name: "  state a series", value: Double(PulseBank.bytesPerSeries), unit: "bytes", beside: "–", ratio: nil, reach: "≤ 1536",
            reached: PulseBank.bytesPerSeries <= 1536))
    show(measures)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(measures).write(to: URL(fileURLWithPath: "run/bench.json"))
    print("\nrun/bench.json holds the same figures")
}

func show(_ measures: [Measure]) {
    func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
    print(pad("measure", 38) + pad("value", 22) + pad("beside", 36) + pad("ratio", 8) + "reach")
    for measure in measures {
        let value = measure.value >= 100 ? String(Int(measure.value.rounded())) : JSONWriter.threeDecimals((measure.value * 100).rounded() / 100)
        let ratio = measure.ratio.map { JSONWriter.threeDecimals(($0 * 100).rounded() / 100) } ?? "–"
        let mark = measure.reached.map { $0 ? " √" : " ×" } ?? ""
        print(pad(measure.name, 38) + pad(value + " " + measure.unit, 22) + pad(measure.beside, 36) + pad(ratio, 8) + measure.reach + mark)
    }
}

mkdir("run", 0o755)
do {
    try run()
} catch {
    print("bench: \(error)")
    exit(1)
}
