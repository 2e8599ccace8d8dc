import Lifeline

/// Random numbers that a seed repeats, on every machine. Each device draws from its own, so that a device more or an injection less leaves the
/// others as they were.
///
/// *Source*: SplitMix64.
struct Luck: Sendable {
    private var state: UInt64

    /// - Parameter label: whose luck it is: `MH-11/tilt`.
    init(seed: UInt64, _ label: String) {
        var hash = StableHash()
        hash.combine(seed)
        hash.combine(label)
        state = hash.value
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in 0..<1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform between the bounds.
    mutating func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

    /// The sum of twelve uniform numbers less six: as good as a normal number for noise, with a bounded tail and no logarithm, whose last bit
    /// differs between C libraries.
    mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += unit() }
        return sum
    }
}
