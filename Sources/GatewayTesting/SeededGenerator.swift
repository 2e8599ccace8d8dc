import Glibc

/// Random numbers that a seed repeats. *Source*: SplitMix64.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in 0..<1.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in 0..<bound. Precondition: `bound` > 0.
    package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// True with the given probability.
    package mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// The sum of twelve uniform numbers less six: as good as a normal number for noise, with a bounded tail.
    package mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + unit() } }

    /// Mean 0, standard deviation 1, with the whole of its tails (Box and Muller).
    package mutating func gaussian() -> Double {
        let radius = (-2 * log(max(1e-300, unit()))).squareRoot()
        return radius * cos(2 * Double.pi * unit())
    }
}
