import Dispatch
import Glibc
import Pulse
import Score

func say(_ words: Any...) {
    let line = Array((words.map { "\($0)" }.joined(separator: " ") + "\n").utf8)
    _ = line.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
}
final class Box: @unchecked Sendable {
    // Each index is written by one iteration only, and read when all are over.
    var values: UnsafeMutableBufferPointer<Double>
    init(_ count: Int) { values = .allocate(capacity: count) }
    deinit { values.deallocate() }
}
func inParallel(_ points: [[Double]], _ body: ([Double]) -> Double) -> [Double] {
    let box = Box(points.count)
    withoutActuallyEscaping(body) { body in
        nonisolated(unsafe) let work = body
        DispatchQueue.concurrentPerform(iterations: points.count) { index in box.values[index] = work(points[index]) }
    }
    return Array(box.values)
}
func run() throws {
let arguments = Array(CommandLine.arguments.dropFirst())
func option(_ name: String, _ fallback: String) -> String {
    guard let index = arguments.firstIndex(of: "--" + name), index + 1 < arguments.count else { return fallback }
    return arguments[index + 1]
}
let corpus = try NABCorpus(folder: option("nab", "../shared/data/NAB"))
let scorer = NABScorer(corpus)
let all = Array(corpus.files.indices)
let halves = [all.filter { $0 % 2 == 0 }, all.filter { $0 % 2 == 1 }]

func scores(_ tuning: Tuning, files: [Int]) -> [[Float]] {
    var result = [[Float]](repeating: [], count: corpus.files.count)
    for index in files {
        let file = corpus.files[index]
        var bank = PulseBank(tuning: tuning)
        let slot = bank.add(SeriesSettings(interval: file.interval, cycle: 86_400))
        result[index] = file.values.indices.map { row in
            let verdict = bank.observe(slot, time: file.times[row], value: file.values[row])
            return verdict.suspicion == .sensor && !countSensor ? 0 : verdict.score
        }
    }
    return result
}
let countSensor = option("sensor", "yes") == "yes"
let fixed: Set<String> = [
    "departureLearning", "driftLearning", "driftMemory", "driftLine", "driftFloor", "driftClip", "driftSlack", "driftLimit", "driftWeight", "resolutionWeight", "bandRelease", "bandReturn", "heightLimit", "gapIntervals", "gapGrowth", "leastLevels", "spikeLimit", "base",
]
let parameters = Parameters(fixed: fixed)
let which = option("half", "all")
let files = which == "all" ? all : halves[which == "A" ? 0 : 1]
let others = which == "all" ? all : halves[which == "A" ? 1 : 0]
var begin = Parameters.values(Tuning())
if let load = Optional(option("from", "")), !load.isEmpty {
    for line in (try SmallTextFile.lines(load)) {
        let parts = line.split(separator: " ")
        if parts.count == 2, let index = parameters.names.firstIndex(of: String(parts[0])), let value = Double(parts[1]) { begin[index] = value }
    }
}
let start = begin
func full(_ point: [Double]) -> [Double] {
    var values = start
    for (position, index) in parameters.free.enumerated() { values[index] = start[index] * exp(max(-3, min(3, point[position]))) }
    return values
}
let fieldPaths = option("field", "").split(separator: ",").map(String.init)
let field = try FieldObjective(fieldPaths, most: Int(option("most", "8"))!)
let fieldWeight = field.isEmpty ? 0 : Double(option("weight", "1"))!
let lambda = Double(option("lambda", "0"))!
func penalty(_ point: [Double]) -> Double { lambda * point.reduce(0) { $0 + $1 * $1 } }
func objective(_ values: [Double]) -> Double {
    let result = scores(Parameters.tuning(values), files: files)
    let standard = scorer.best(result, .standard, files: files).score
    let low = scorer.best(result, .lowFalsePositives, files: files).score
    let nab = 0.5 * standard + 0.5 * low
    return fieldWeight > 0 ? nab + fieldWeight * field.value(Parameters.tuning(values)).value : nab
}
func report(_ values: [Double]) -> String {
    let result = scores(Parameters.tuning(values), files: all)
    func p(_ files: [Int]) -> String {
        [NABProfile.standard, .lowFalsePositives, .lowFalseNegatives].map { profile in
            let best = scorer.best(result, profile, files: files)
            return "\((best.score * 100).rounded() / 100) (\(best.threshold))"
        }.joined(separator: " ")
    }
    let crossed = scorer.crossFitted([result, result], .standard, halves: halves)
    let fieldWords = field.isEmpty ? "" : " | field\(field.value(Parameters.tuning(values)).words)"
    return "files \(p(files)) | other \(p(others)) | carried \((crossed * 100).rounded() / 100)\(fieldWords)"
}
say("start", report(start))
var search = Search(
    start: Array(repeating: 0, count: parameters.free.count), sigma: Double(option("sigma", "0.15"))!, size: Int(option("size", "24"))!,
    seed: UInt64(option("seed", "1"))!)
var best = (-Double.infinity, start)
let floor = Double(option("floor", "0"))!
var average = Array(repeating: 0.0, count: parameters.free.count)
var averaged = 0.0
for generation in 0..<Int(option("generations", "200"))! {
    let points = search.ask()
    let values = inParallel(points) { objective(full($0)) - penalty($0) }
    search.tell(points, values)
    search.keepAbove(floor)
    if generation >= 20 {
        averaged += 1
        for index in average.indices { average[index] += (search.mean[index] - average[index]) / averaged }
    }
    let top = points.indices.max { values[$0] < values[$1] }!
    if values[top] > best.0 { best = (values[top], full(points[top])) }
    if generation % 10 == 9 { say(generation, values[top], best.0, search.sigma, report(best.1), "mean", report(full(search.mean)), "average", averaged > 0 ? report(full(average)) : "")
        for (name, value) in zip(parameters.names, full(averaged > 10 ? average : search.mean)) { say("P", name, value) } }
}
best = (0, full(average))
say("best", report(best.1))
for (name, value) in zip(parameters.names, best.1) { say(name, value) }
}
try run()
