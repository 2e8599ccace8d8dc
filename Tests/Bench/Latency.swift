import Foundation
import GatewayTesting
import Glibc
import MQTT

/// How long an alert takes from the sensor's publication to the platform's broker's subscriber, with two durable commits between: the reading's and the
/// alert's. Everything on loopback; the journal on the disk of the temporary folder.
struct Latency {
    static let devices = 50
    static let alerts = 500

    /// A limit that a reading of 2 breaks and one of 0 mends, at once.
    static let profile = ValueProfile.text(
        name: "bench",
        rules: """
            [[rule]]
            id = "any.high"
            kind = "high"
            quantity = "value"
            levels = [ { level = "orange", limit = 1.0 } ]
            event = { zh = "过高", en = "High" }
            advice = { zh = "看", en = "Look." }

            """)

    static func site(_ field: UInt16, _ city: UInt16, _ delay: String, _ folder: TestFolder) -> String {
        var text = """
            schema = 1
            [site]
            id = "bench"
            utc_offset = "+00:00"
            profile = "bench"
            [alarms]
            chatter_raises = 0
            slow_chatter_raises = 0
            [journal]
            path = "\(folder.file("journal.db"))"
            commit_delay = "\(delay)"
            [control]
            socket = "\(folder.file("control.sock"))"
            [[broker]]
            id = "field"
            url = "mqtt://127.0.0.1:\(field)"
            [platform]
            url = "mqtt://127.0.0.1:\(city)"
            readings = "none"

            """
        for device in 0..<devices {
            text += "[[asset]]\nid = \"A\(device)\"\nclass = \"other\"\n[[device]]\nid = \"d\(device)\"\nasset = \"A\(device)\"\ntopic = \"bench/\(device)\"\n"
            text += "[[device.reading]]\nname = \"v\"\nquantity = \"value\"\npath = \"v\"\nunit = \"1\"\n"
        }
        return text
    }

    /// *Units*: milliseconds, one an alert.
    static func run(_ bamaid: String, delay: String) throws -> Runs {
        let folder = TestFolder()
        let field = try MosquittoBroker(folder: folder.path, lines: ["set_tcp_nodelay true"])
        let city = try MosquittoBroker(folder: folder.path, lines: ["set_tcp_nodelay true"])
        let collector = MessageCollector(port: city.port, clientID: "bench-platform", filters: ["bamai/#"])
        guard collector.ready() else { throw BenchProblem(text: "no subscription") }
        let daemon = try GatewayProcess(bamaid, site: site(field.port, city.port, delay, folder), profile: profile, folder: folder)
        let publisher = try MQTTPublisher(MQTTOptions(host: "127.0.0.1", port: field.port, clientID: "bench-sensor", cleanSession: true))
        usleep(1_500_000)
        var spent: [Double] = []
        for index in 0..<(alerts + devices) {
            // Each device in turn: up, and in the next round down.
            let value = index / devices % 2 == 0 ? 2 : 0
            let start = seconds()
            try publisher.publish("bench/\(index % devices)", Array("{\"v\":\(value)}".utf8))
            // The alert of this very change: what else comes meanwhile is not waited for.
            let words = ["/A\(index % devices)\"", value == 2 ? ".raised\"" : ".cleared\""]
            while !collector.messages.contains(where: { message in words.allSatisfy { Latency.has(message.payload, $0) } }) {
                collector.collect(milliseconds: 1)
                try publisher.turn(milliseconds: 0)
                guard seconds() - start < 10, daemon.isRunning else {
                    throw BenchProblem(text: "no alert after 10 s (\(index) came): \(daemon.log.suffix(1000))")
                }
            }
            // The first round is for warming up.
            if index >= devices { spent.append((seconds() - start) * 1000) }
            _ = collector.takeMessages()
            usleep(2000)
        }
        try daemon.end()
        return Runs(spent)
    }

    private static func has(_ payload: [UInt8], _ word: String) -> Bool { String(decoding: payload, as: UTF8.self).contains(word) }

    static func measures(_ bamaid: String) throws -> [Measure] {
        try ["0 ms", "50 ms"].map { delay in
            let times = try run(bamaid, delay: delay)
            let p99 = times.percentile(0.99)
            return Measure(
                name: "publish to alert, p99, commit_delay \(delay)", value: p99, unit: "ms",
                spread: times.values[0]...times.values[times.values.count - 1], beside: "median \(Report.text(times.median)) ms, \(times.values.count) alerts",
                reach: delay == "0 ms" ? "≤ 50 ms" : "–", reached: delay == "0 ms" ? p99 <= 50 : nil)
        }
    }
}
