import Glibc

/// SplitMix64: the same numbers on every machine, from one printed seed.
struct SeededGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// 0..<1.
    mutating func uniform() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// Mean 0, standard deviation 1.
    mutating func normal() -> Double {
        let radius = (-2 * log(max(1e-300, uniform()))).squareRoot()
        return radius * cos(2 * Double.pi * uniform())
    }

    /// A seed that is new in each run, unless one is given to replay: each use is printed with its failure.
    static func freshSeed() -> UInt64 {
        if let text = getenv("PULSE_SEED"), let seed = UInt64(String(cString: text)) { return seed }
        return UInt64.random(in: 0...UInt64.max)
    }
}
