import Glibc
import Pulse

/// The numbers of `Tuning` by name, and which of them a search may move.
struct Parameters {
    let names: [String]
    /// Indices of those that are searched; all others are choices with a reason, or have nothing in the objective that would speak for them.
    let free: [Int]

    private static let fixed: Set<String> = [
        "departureLearning", "bandRelease", "bandReturn", "heightLimit", "gapIntervals", "gapGrowth", "leastLevels", "spikeLimit", "base",
        "driftLine", "surgeMargin", "growth", "driftClip", "driftWeight", "resolutionWeight", "spikeWeight",
    ]

    /// Round numbers that nobody has tuned: where a search begins that must not have seen the files it is scored on.
    private static let neutral: [String: Double] = [
        "unrestWindow": 0.1, "levelWindow": 0.06, "surgeWindow": 0.005, "slowWindow": 4, "recordLife": 28, "warmUp": 1, "patternWarmUp": 5,
        "recordFloor": 0.01,
        "margin": 1, "youth": 0.2, "wildness": 0.3, "seasonPrior": 6, "patternLife": 12, "localNoise": 0.4, "surgePrior": 4.5, "levelPrior": 6,
        "rawPrior": 8, "unrestPrior": 3, "calmPrior": 0.5,
        "changePrior": 8, "rangePrior": 4, "unrestFloor": 0.06, "calmFloor": 0.01, "departureUptake": 2, "recordGrowth": 6, "seasonLearning": 0.4,
        "weekLearning": 0.4, "weekProof": 0.93, "medianLearning": 8, "departureLimit": 3, "bandWidth": 4.5, "bandFloor": 0.01, "steepness": 1.5,
        "base": 1.8,
        "corroboration": 0.7, "rawWeight": 1.5, "changeWeight": 1.5, "seasonWeight": 3, "surgeWeight": 4, "levelWeight": 1.5, "unrestWeight": 1.5,
        "calmWeight": 1.5, "rangeWeight": 3, "flatWeight": 3.5, "missingWeight": 2.4, "holdShare": 1, "hold": 3, "coolDown": 0.2, "escalation": 2,
        "leastScore": 2, "flatFloor": 0.34, "flatGrowth": 3, "repeatLimit": 0.4, "spikeGrowth": 3,
    ]

    /// - Parameter alsoFixed: names that this search leaves alone besides.
    init(alsoFixed: Set<String> = []) {
        names = Mirror(reflecting: Tuning()).children.map { $0.label ?? "" }
        free = names.indices.filter { [names] in !Parameters.fixed.contains(names[$0]) && !alsoFixed.contains(names[$0]) }
        for name in Parameters.neutral.keys { precondition(names.contains(name), "no number is called \(name)") }
    }

    /// The tuning with the neutral numbers.
    var neutralStart: [Double] {
        var numbers = Tuning().numbers
        for (index, name) in names.enumerated() {
            if let number = Parameters.neutral[name] { numbers[index] = number }
        }
        return numbers
    }

    /// A point of the search, as factors' logarithms around a start. *Range*: a factor of e³ either way.
    func numbers(_ point: [Double], around start: [Double]) -> [Double] {
        var numbers = start
        for (position, index) in free.enumerated() { numbers[index] = start[index] * exp(max(-3, min(3, point[position]))) }
        return numbers
    }
}
