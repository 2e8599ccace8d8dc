import Dispatch
import Glibc
import Pulse
import Score

/// What a search works for.
struct Goal {
    let name: String
    let start: [Double]
    /// Files of the benchmark that count.
    let files: [Int]
    /// How much the simulated assets count beside the benchmark.
    let fieldWeight: Double
    /// What a squared step away from the start costs: a guard against numbers that only these files like.
    let restraint: Double
    /// The search never narrows below this: a broad hill is more likely to be one elsewhere too.
    let leastSigma: Double
    let generations: Int
    /// How far the first steps go, as a factor's logarithm.
    var sigma = 0.15
    /// Numbers that were chosen by hand for this goal.
    var chosen: Set<String> = []
}

/// Benchmark, simulated assets and scorer, read once.
final class Workbench: Sendable {
    let corpus: NABCorpus
    let scorer: NABScorer
    let field: FieldObjective

    init(nab: String, scenarios: [[String]], most: Int) throws {
        corpus = try NABCorpus(folder: nab)
        scorer = NABScorer(corpus)
        field = try FieldObjective(scenarios, most: most)
    }

    var all: [Int] { Array(corpus.files.indices) }
    var halves: [[Int]] { NABRun.halves(corpus) }

    /// The mean of the standard and the low-FP score on the files that count, and what the simulated assets are worth.
    private func value(_ numbers: [Double], _ goal: Goal) -> Double {
        guard let tuning = Tuning(numbers: numbers) else { return -.infinity }
        let scores = scores(tuning, goal.files)
        let standard = scorer.best(scores, .standard, files: goal.files).score
        let strict = scorer.best(scores, .lowFalsePositives, files: goal.files).score
        return 0.5 * (standard + strict) + (goal.fieldWeight > 0 ? goal.fieldWeight * field.value(tuning).value : 0)
    }

    private func scores(_ tuning: Tuning, _ files: [Int]) -> [[Float]] {
        var scores = [[Float]](repeating: [], count: corpus.files.count)
        for file in files { scores[file] = NABRun.pulse(corpus.files[file], tuning) }
        return scores
    }

    /// Searches, and returns the numbers in the middle of where it ended.
    func search(_ goal: Goal, seed: UInt64, say: (String) -> Void) -> [Double] {
        let parameters = Parameters(alsoFixed: goal.chosen)
        var search = Search(start: Array(repeating: 0, count: parameters.free.count), sigma: goal.sigma, size: 20, seed: seed)
        // Where the search must not narrow, its middle wanders: the mean of the later ones is steadier than the last.
        var later = Array(repeating: 0.0, count: parameters.free.count)
        var count = 0.0
        say("\(goal.name): start \(report(goal.start, goal))")
        for generation in 1...goal.generations {
            let points = search.ask()
            let values = inParallel(points.count) { index in
                let step = points[index].reduce(0) { $0 + $1 * $1 }
                return self.value(parameters.numbers(points[index], around: goal.start), goal) - goal.restraint * step
            }
            search.tell(points, values)
            search.keepAbove(goal.leastSigma)
            if generation > goal.generations / 3 {
                count += 1
                for index in later.indices { later[index] += (search.mean[index] - later[index]) / count }
            }
            guard generation % 10 == 0 || generation == goal.generations else { continue }
            let middle = parameters.numbers(search.mean, around: goal.start)
            say("\(goal.name): \(generation) best \(values.max() ?? 0) width \(search.sigma) middle \(report(middle, goal))")
            // A search that is stopped early is not lost.
            say("\(goal.name): \(middle.map { "\($0)" }.joined(separator: ", "))")
        }
        let found = parameters.numbers(goal.leastSigma > 0 ? later : search.mean, around: goal.start)
        say("\(goal.name): found \(report(found, goal))")
        return found
    }

    /// Figures for people: on the files that count, on the others, and on the simulated assets.
    func report(_ numbers: [Double], _ goal: Goal) -> String {
        guard let tuning = Tuning(numbers: numbers) else { return "no tuning" }
        let scores = scores(tuning, all)
        let others = all.filter { !goal.files.contains($0) }
        func words(_ files: [Int]) -> String {
            [NABProfile.standard, .lowFalsePositives, .lowFalseNegatives].map { profile in
                String(((scorer.best(scores, profile, files: files).score) * 10).rounded() / 10)
            }.joined(separator: " ")
        }
        return "[\(words(goal.files))]" + (others.isEmpty ? "" : " others [\(words(others))]")
            + (field.isEmpty ? "" : " field\(field.value(tuning).words)")
    }
}

/// A result each iteration writes to its own place of.
private final class Places: @unchecked Sendable {
    // SAFETY: each index is written by one iteration only, and read when all are over.
    let values: UnsafeMutableBufferPointer<Double>

    init(_ count: Int) {
        values = .allocate(capacity: count)
        values.initialize(repeating: 0)
    }

    deinit { values.deallocate() }
}

/// As many numbers as asked for, made on all cores.
func inParallel(_ count: Int, _ body: @Sendable (Int) -> Double) -> [Double] {
    let places = Places(count)
    DispatchQueue.concurrentPerform(iterations: count) { places.values[$0] = body($0) }
    return Array(places.values)
}
