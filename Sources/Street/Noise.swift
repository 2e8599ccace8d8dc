/// Random numbers that a seed repeats, and the two shapes of noise that sensors have. *Source*: SplitMix64.
struct Noise: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// Uniform in 0..<1.
    mutating func unit() -> Double {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
    }

    /// Nearly normal, of variance 1, never beyond six.
    mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += unit() }
        return sum
    }
}

/// Noise that remembers itself: AR(1).
struct Wander: Sendable {
    private var value = 0.0
    let memory: Double
    let step: Double

    init(memory: Double, step: Double) {
        self.memory = memory
        self.step = step
    }

    mutating func next(_ noise: inout Noise) -> Double {
        value = memory * value + step * noise.normal()
        return value
    }
}

/// Shapes of a day.
enum Day {
    /// Water demand by the hour, relative to its mean: people sleep, wash, cook, and wash again. Our own drawing.
    private static let demand: [Double] = [
        0.52, 0.45, 0.42, 0.42, 0.48, 0.70, 1.15, 1.55, 1.45, 1.20, 1.10, 1.12, 1.20, 1.10, 1.00, 0.98, 1.05, 1.20, 1.45, 1.50, 1.30, 1.05, 0.85,
        0.65,
    ]

    /// *Range* of `day`: any; the part behind the point counts.
    static func demand(at day: Double) -> Double {
        let hour = (day - day.rounded(.down)) * 24
        let index = min(23, Int(hour))
        let part = hour - Double(index)
        return demand[index] + part * (demand[(index + 1) % 24] - demand[index])
    }
}
