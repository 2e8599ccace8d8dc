import Glibc
import Pulse
import Score

/// Searches the numbers of the anomaly core. Seeded: the same machine and data give the same numbers.
///
/// usage: Tune --nab DIR --scenarios DIR,DIR [--only NAME] [--seed 1] [--most 8] [--generations 120]
///
/// With `--calibrate` nothing is searched: healthy series are counted by their scores, for `Calibration`.
///
/// Four searches: `shipped` for the benchmark and the simulated assets together, `benchmark` for the benchmark alone, and `half-0` and `half-1`, which begin
/// with neutral numbers and see one half of the benchmark's files each.
enum Tune {
    static func option(_ name: String, _ fallback: String) -> String {
        let arguments = CommandLine.arguments
        guard let index = arguments.firstIndex(of: "--" + name), index + 1 < arguments.count else { return fallback }
        return arguments[index + 1]
    }

    static func say(_ text: String) {
        let line = Array((text + "\n").utf8)
        // SAFETY: the bytes outlive the call.
        _ = line.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }

    static func run() throws {
        let folders = ["pipes", "lifts", "covers"].map { kind in option("scenarios", "").split(separator: ",").map { "\($0)/\(kind)" } }
        if CommandLine.arguments.contains("--calibrate") {
            for line in try CalibrationTable.lines(folders) { say(line) }
            return
        }
        let bench = try Workbench(nab: option("nab", "../shared/data/NAB"), scenarios: folders, most: Int(option("most", "8")) ?? 8)
        let parameters = Parameters()
        let shipped = Tuning().numbers
        let generations = Int(option("generations", "120")) ?? 120
        let goals = [
            // What the band, the warm-up and a fault of the sensor mean is not for a score to decide. An alarm must not silence weaker ones for a week, as the
            // benchmark would like; the others were chosen on the simulated bursts, which are few.
            Goal(
                name: "shipped", start: shipped, files: bench.all, fieldWeight: 0.7, restraint: 0.1, leastSigma: 0, generations: generations,
                chosen: [
                    "bandWidth", "bandFloor", "warmUp", "departureLimit", "flatWeight", "flatFloor", "flatGrowth", "spikeGrowth", "repeatLimit",
                    "missingWeight",
                    "driftLearning", "hold", "weekProof", "weekLearning", "surgeWeight", "patternLife",
                ]),
            Goal(
                name: "benchmark", start: CrossFit.inSample.numbers, files: bench.all, fieldWeight: 0, restraint: 0, leastSigma: 0,
                generations: 4 * generations, sigma: 0.2),
            Goal(
                name: "half-0", start: parameters.neutralStart, files: bench.halves[1], fieldWeight: 0.3, restraint: 2, leastSigma: 0.1,
                generations: generations / 3),
            Goal(
                name: "half-1", start: parameters.neutralStart, files: bench.halves[0], fieldWeight: 0.3, restraint: 2, leastSigma: 0.1,
                generations: generations / 3),
        ]
        let only = option("only", "")
        for goal in goals where only.isEmpty || goal.name == only {
            let numbers = bench.search(goal, seed: UInt64(option("seed", "1")) ?? 1, say: say)
            say("\(goal.name): numbers")
            for (name, number) in zip(parameters.names, numbers) { say("    \(name) = \(number)") }
            say("\(goal.name): \(numbers.map { "\($0)" }.joined(separator: ", "))")
        }
    }
}

do {
    try Tune.run()
} catch let problem as RecordingProblem {
    Tune.say(problem.text)
    exit(1)
}
