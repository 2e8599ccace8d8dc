import Lifeline
import Pulse

/// A rule as the judge looks at it for every reading: numbers only, no text, nothing on the heap.
struct CompiledRule {
    var kind: RuleKind
    var direction: RuleDirection
    /// The limit of each level, blue to red; NaN where the rule has no such level.
    var limits: (Double, Double, Double, Double)
    var deadband: Double
    /// *Units*: microseconds.
    var onDelay: Int64
    var offDelay: Int64
    var latched: Bool
    /// Readings in a row that must agree.
    var confirm: UInt8
    /// Whether states of the asset have a say; looked at for every reading, so that most need no look-up.
    var hasGuards: Bool
    /// *Units*: the quantity's.
    var margin: Double
    /// The Pulse features that count, as bits by their raw values.
    private var features: UInt32

    /// Whether the rule listens to a feature.
    func listens(to feature: Feature) -> Bool { features & (1 << UInt32(feature.rawValue)) != 0 }

    init(_ source: Rule) {
        kind = source.kind
        direction = source.direction
        limits = (.nan, .nan, .nan, .nan)
        deadband = source.deadband
        onDelay = Duration.seconds(max(0, source.onDelay)).wholeMicroseconds
        offDelay = Duration.seconds(max(0, source.offDelay)).wholeMicroseconds
        latched = source.latched
        let wanted = Feature.allCases.filter { source.features.isEmpty || source.features.contains($0.key) }
        features = wanted.reduce(0) { $0 | (1 << UInt32($1.rawValue)) }
        margin = source.margin
        hasGuards = !source.guards.isEmpty
        confirm = UInt8(clamping: max(1, source.confirmReadings))
        // Codes are no limits: they are looked up, not compared.
        if kind == .code { return }
        for entry in source.levels { setLimit(entry.level.rawValue, entry.limit) }
    }

    private mutating func setLimit(_ level: UInt8, _ limit: Double) {
        switch level {
        case 1: limits.0 = limit
        case 2: limits.1 = limit
        case 3: limits.2 = limit
        default: limits.3 = limit
        }
    }

    /// The limit of a level (1…4), NaN where there is none.
    func limit(_ level: UInt8) -> Double {
        switch level {
        case 1: limits.0
        case 2: limits.1
        case 3: limits.2
        case 4: limits.3
        default: .nan
        }
    }

    /// A fault rule with a limit of 0 is about the physical range, which is exact and has no score; any other is about Pulse's scores.
    var isAboutRange: Bool { level(of: 0, current: 0) > 0 }

    /// The worst level whose limit `value` has reached, held back by the deadband from easing below `current`. 0: none.
    ///
    /// NaN reaches nothing and holds nothing.
    func level(of value: Double, current: UInt8) -> UInt8 {
        var level: UInt8 = 4
        while level > 0 {
            let bound = limit(level)
            // A comparison with NaN is false, so levels without a limit are stepped over.
            if kind == .low {
                if value <= bound || (level <= current && value < bound + deadband) { return level }
            } else {
                if value >= bound || (level <= current && value > bound - deadband) { return level }
            }
            level -= 1
        }
        return 0
    }
}
