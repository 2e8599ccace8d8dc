import GatewayTesting

/// Draws of a seed, in the words of these tests.
struct SeededLuck {
    private var generator: SeededGenerator

    init(_ seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func number(_ range: ClosedRange<Double>) -> Double { range.lowerBound + generator.unit() * (range.upperBound - range.lowerBound) }
    mutating func whole(_ range: ClosedRange<Int>) -> Int { range.lowerBound + generator.below(range.count) }
    mutating func chance(_ probability: Double) -> Bool { generator.chance(probability) }
}
