import Foundation

/// What the Python side measures: gateways that can be installed, detectors, and the draining of a backlog.
enum Peers {
    private struct Rate: Decodable {
        var messages: Int
        var arrived: Int
        var rate: Double
        var cpu_us: Double
        var idle_mib: Double
    }

    private struct Backlog: Decodable {
        var readings: Int
        var drain_rate: Double
        var plain_rate: Double
        var ratio: Double?
        var empty: [String: Int]
        var waiting: [String: Int]
        var after: [String: Int]
    }

    private struct Answer: Decodable {
        var rates: [String: Rate]
        var problems: [String]
        var detectors: [String: Double]
        var backlog: Backlog?
        var environment_mib: Double
    }

    /// - Parameters:
    ///   - command: the Python side, its words separated by blanks; nil: it is not installed.
    ///   - own: what has been measured of the gateway in this run.
    static func measures(_ command: String?, own: [Measure]) throws -> [Measure] {
        guard let words = command?.split(separator: " ").map(String.init), let program = words.first else {
            print("peers: SKIPPED, their environment is not installed")
            return []
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = Array(words.dropFirst())
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let answer = try JSONDecoder().decode(Answer.self, from: bytes)
        for problem in answer.problems { print("peers: \(problem)") }
        return gateways(answer, own) + detectors(answer, own) + backlog(answer)
    }

    private static func gateways(_ answer: Answer, _ own: [Measure]) -> [Measure] {
        var measures: [Measure] = []
        let board = answer.rates["tb"]
        func measured(_ name: String) -> Double? { own.first { $0.name.hasPrefix(name) }?.value }
        if let board, board.arrived > 0 {
            if let rate = measured("intake, broker window 20") {
                measures.append(
                    Measure(
                        name: "intake against thingsboard-gateway", value: rate, unit: "messages/s",
                        beside: "\(Report.text(board.rate))/s, \(Report.grouped(board.arrived)) of \(Report.grouped(board.messages)) messages arrived",
                        ratio: rate / board.rate, reach: "≥ 15", reached: rate / board.rate >= 15))
            }
            if let cpu = answer.rates["bamaid"]?.cpu_us {
                measures.append(
                    Measure(
                        name: "CPU a message, forwarded, against thingsboard-gateway", value: cpu, unit: "µs", beside: "\(Report.text(board.cpu_us)) µs",
                        ratio: board.cpu_us / cpu, reach: "≥ 30", reached: board.cpu_us / cpu >= 30))
            }
            if let idle = answer.rates["bamaid"]?.idle_mib {
                measures.append(
                    Measure(
                        name: "idle resident against thingsboard-gateway", value: idle, unit: "MiB", beside: "\(Report.text(board.idle_mib)) MiB",
                        ratio: board.idle_mib / idle))
            }
        }
        if let bridge = answer.rates["bridge-1s"], let bamaid = answer.rates["bamaid"], bridge.arrived > 0 {
            measures.append(
                Measure(
                    name: "CPU a message, forwarded, against mosquitto's bridge", value: bamaid.cpu_us, unit: "µs",
                    beside: "\(Report.text(bridge.cpu_us)) µs; it is broker and bridge in one and judges nothing", ratio: bridge.cpu_us / bamaid.cpu_us))
        }
        return measures
    }

    private static func detectors(_ answer: Answer, _ own: [Measure]) -> [Measure] {
        guard let judge = own.first(where: { $0.name.hasPrefix("judge") })?.value else { return [] }
        return answer.detectors.sorted { $0.key < $1.key }.map { name, cost in
            Measure(name: "judge against \(name)", value: judge, unit: "ns a sample", beside: "\(Report.text(cost)) ns", ratio: cost / judge)
        }
    }

    private static func backlog(_ answer: Answer) -> [Measure] {
        guard let backlog = answer.backlog else { return [] }
        func mib(_ state: [String: Int]) -> Double { Double(state["VmRSS"] ?? 0) / 1024 }
        let growth = mib(backlog.after) - mib(backlog.empty)
        return [
            Measure(
                name: "backlog of \(Report.grouped(backlog.readings)) readings drained", value: backlog.drain_rate, unit: "readings/s",
                beside: "the same documents by a plain client: \(Report.text(backlog.plain_rate))/s", ratio: backlog.ratio, reach: "≥ 0.8",
                reached: backlog.ratio.map { $0 >= 0.8 }),
            Measure(
                name: "memory from empty to drained", value: growth, unit: "MiB",
                beside: "\(Report.text(mib(backlog.empty))) empty, \(Report.text(mib(backlog.waiting))) waiting, \(Report.text(mib(backlog.after))) drained",
                reach: "≤ 8 MiB", reached: growth <= 8),
        ]
    }
}
