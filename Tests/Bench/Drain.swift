import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import MQTT

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
        let start = seconds()
        let daemon = try GatewayProcess(bamaid, site: load.site(broker: broker.port, window: window, folder: folder), folder: folder)
        var reader: SQLiteJournalReader?
        try daemon.wait(300, "the load in the journal") {
            if reader == nil { reader = try? SQLiteJournalReader.open(path: folder.file("journal.db")) }
            return try (reader?.lastSequence() ?? 0) >= UInt64(load.readings)
        }
        let spent = seconds() - start
        usleep(300_000)
        var result = GatewayResult(
            seconds: spent, peakKiB: daemon.kibibytes("VmHWM"), cpuSeconds: daemon.cpuSeconds, fileBytes: 0, writtenBytes: daemon.writtenBytes,
            commits: Int((try? reader?.figures().segments) ?? 0))
        reader = nil
        try daemon.end()
        result.fileBytes = ((try? FileManager.default.attributesOfItem(atPath: folder.file("journal.db")))?[.size] as? NSNumber)?.intValue ?? 0
        return result
    }

    /// The marks that intake has to reach, measured `runs` times in turn with the peer.
    static func measures(_ bamaid: String, _ load: Load, runs: Int) throws -> [Measure] {
        var measures: [Measure] = []
        for window in [20, 1000] {
            var gateway: [GatewayResult] = []
            var peer: [Double] = []
            for _ in 0..<runs {
                let folder = TestFolder()
                let broker = try MosquittoBroker(folder: folder.path, lines: ["max_inflight_messages \(window)", "set_tcp_nodelay true"])
                let drain = Drain(broker: broker, load: load)
                peer.append(try drain.mosquittoSub())
                gateway.append(try drain.gateway(bamaid, window: window))
            }
            let rates = Runs(gateway.map { Double(load.messages) / $0.seconds })
            let ratio = Runs(zip(gateway, peer).map { $1 / $0.seconds }).median
            let reach = window == 20 ? 0.9 : nil
            measures.append(
                Measure(
                    name: "intake, broker window \(window)", value: rates.median, unit: "messages/s", spread: rates.spread,
                    beside: "mosquitto_sub -q 1: \(Report.text(Double(load.messages) / Runs(peer).median))/s", ratio: ratio,
                    reach: reach.map { "≥ \($0)" } ?? "–", reached: reach.map { ratio >= $0 }))
            let cpu = Runs(gateway.map { $0.cpuSeconds / Double(load.messages) * 1e6 })
            measures.append(
                Measure(
                    name: "CPU a message of \(load.readingsPerMessage) readings, window \(window)", value: cpu.median, unit: "µs", spread: cpu.spread))
            guard window == 20 else { continue }
            let peak = Runs(gateway.map { Double($0.peakKiB) / 1024 })
            measures.append(
                Measure(
                    name: "peak resident, \(Report.grouped(load.series)) series", value: peak.median, unit: "MiB", spread: peak.spread, reach: "≤ 12 MB",
                    reached: peak.median * 1.048576 <= 12))
            let bytes = Runs(gateway.map { Double($0.fileBytes) / Double(load.readings) })
            measures.append(
                Measure(
                    name: "file a reading, noisy load", value: bytes.median, unit: "bytes", spread: bytes.spread,
                    beside: "\(load.readings / max(1, gateway[0].commits)) readings a commit"))
        }
        return measures
    }
}
