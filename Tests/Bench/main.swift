// `make bench`: what the gateway costs, beside peers and beside what stands for the limit, in the same run on the same machine. Figures go into ratios;
// nothing here passes or fails.
//
// Bench BAMAID [part …]: parts are limits, detector, latency, intake, footprint, disk, peers; all without any. BENCH_RUNS=3, BENCH_MESSAGES=200000.

import Foundation
import Glibc

setvbuf(stdout, nil, _IOLBF, 0)
let environment = ProcessInfo.processInfo.environment
let bamaid = CommandLine.arguments.dropFirst().first ?? ".build/release/bamaid"
let wanted = Set(CommandLine.arguments.dropFirst(2))
let runs = max(1, environment["BENCH_RUNS"].flatMap { Int($0) } ?? 3)
let load = Load(messages: environment["BENCH_MESSAGES"].flatMap { Int($0) } ?? 200_000)

var measures: [Measure] = []
var failed = false

func part(_ name: String, _ body: () throws -> [Measure]) {
    guard wanted.isEmpty || wanted.contains(name) else { return }
    do {
        let found = try body()
        for measure in found { print(Report.line(measure)) }
        measures += found
    } catch {
        // The other parts still have something to say.
        print("\(name): \(error)")
        failed = true
    }
}

print("\(runs) runs, medians; \(load.messages) QoS 1 messages, \(load.readings) readings of \(load.series) series\n")
print(Report.heading)
part("limits") { try MachineLimits.measures() }
part("detector") { Detector().measures(spot: (environment["BENCH_SPOT"] ?? "").split(separator: ":").map(String.init)) }
part("latency") { try Latency.measures(bamaid) }
part("intake") { try Drain.measures(bamaid, load, runs: runs) }
part("footprint") { try Footprint(bamaid: bamaid).measures(runs: runs) }
part("uplink") { try UplinkDrain.measures(runs: runs) }
part("disk") { try Disk.measures(wear: environment["BENCH_WEAR"], bamaid: bamaid) }
part("peers") { try Peers.measures(environment["BENCH_PEERS"], own: measures) }

mkdir("run", 0o755)
do {
    try Report.json(measures).write(to: URL(fileURLWithPath: "run/bench.json"))
    try Report.plot(measures).write(toFile: "run/bench.svg", atomically: true, encoding: .utf8)
    print("\nrun/bench.json and run/bench.svg hold the same figures")
} catch {
    print("bench: \(error)")
    failed = true
}
exit(failed ? 1 : 0)
