// `make bench`: what the gateway costs, beside peers and beside what stands for the limit, in the same run on the same machine. Figures go into ratios;
// nothing here passes or fails.
//
// Bench BAMAID [part …]: parts are limits, detector, latency, intake, footprint, uplink, disk, peers; all without any. BENCH_RUNS=3, BENCH_MESSAGES=200000.

import Foundation
import Glibc

/// One run of the parts that are wanted.
struct Session {
    let wanted: Set<String>
    var measures: [Measure] = []
    var failed = false

    mutating func part(_ name: String, _ body: ([Measure]) throws -> [Measure]) {
        guard wanted.isEmpty || wanted.contains(name) else { return }
        do {
            let found = try body(measures)
            for measure in found { print(Report.line(measure)) }
            measures += found
        } catch {
            // The other parts still have something to say.
            print("\(name): \(error)")
            failed = true
        }
        fflush(nil)
    }

    mutating func write() {
        mkdir("run", 0o755)
        do {
            try Report.json(measures).write(to: URL(fileURLWithPath: "run/bench.json"))
            try Report.plot(measures).write(toFile: "run/bench.svg", atomically: true, encoding: .utf8)
            print("\nrun/bench.json and run/bench.svg hold the same figures")
        } catch {
            print("bench: \(error)")
            failed = true
        }
    }
}

func bench() -> Int32 {
    let environment = ProcessInfo.processInfo.environment
    let bamaid = CommandLine.arguments.dropFirst().first ?? ".build/release/bamaid"
    let runs = max(1, environment["BENCH_RUNS"].flatMap { Int($0) } ?? 3)
    let load = Load(messages: environment["BENCH_MESSAGES"].flatMap { Int($0) } ?? 200_000)
    var session = Session(wanted: Set(CommandLine.arguments.dropFirst(2)))
    print("\(runs) runs, medians; \(load.messages) QoS 1 messages, \(load.readings) readings of \(load.series) series\n")
    print(Report.heading)
    fflush(nil)
    session.part("limits") { _ in try MachineLimits.measures() }
    session.part("detector") { _ in Detector().measures(spot: (environment["BENCH_SPOT"] ?? "").split(separator: ":").map(String.init)) }
    session.part("latency") { _ in try Latency.measures(bamaid) }
    session.part("intake") { _ in try Drain.measures(bamaid, load, runs: runs) }
    session.part("footprint") { _ in try Footprint(bamaid: bamaid).measures(runs: runs) }
    session.part("uplink") { _ in try UplinkDrain.measures(runs: runs) }
    let package = environment["BENCH_PACKAGE"].flatMap { $0.isEmpty ? nil : $0 }
    session.part("disk") { _ in try Disk.measures(wear: environment["BENCH_WEAR"], package: package, bamaid: bamaid) }
    session.part("peers") { try Peers.measures(environment["BENCH_PEERS"], own: $0) }
    session.write()
    return session.failed ? 1 : 0
}

exit(bench())
