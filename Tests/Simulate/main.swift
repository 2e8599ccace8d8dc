import Glibc
import Simulation

// The whole gateway under seeded disaster. `Simulate FIRST COUNT [STEPS]`: so many seeds from FIRST on; ends with 1 at the first failure.
let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
let first = numbers.first ?? 1
let count = numbers.dropFirst().first ?? 1
let steps = Int(numbers.dropFirst(2).first ?? 600)
var total = SimulationReport()
var failures = 0
for seed in first..<(first + count) {
    do {
        total = total + (try World(seed: seed).run(steps: steps))
    } catch {
        print("FAILED: \(error)")
        failures += 1
        if failures >= 5 { break }
    }
}
print(
    """
    \(count) seeds from \(first), \(failures) failed
      messages    \(total.published) taken by the broker, \(total.acknowledged) acknowledged, \(total.redelivered) known as redeliveries
      journal     \(total.readings) entries, \(total.refusedCommits) commits refused, \(total.dropped) readings dropped by retention
      alerts      \(total.alerts), \(total.decisions) decisions
      disasters   \(total.powerCuts) power cuts, \(total.kills) kills, \(total.storageFaults) storage faults, \(total.brokerRestarts) broker restarts, \
    \(total.linkCuts) link cuts, \(total.clockSteps) clock steps
    """)
exit(failures == 0 ? 0 : 1)
