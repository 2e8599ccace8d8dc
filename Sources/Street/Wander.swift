/// Noise that remembers: a first-order autoregressive process of mean 0.
struct Wander: Sendable {
    /// How much of the last value stays. *Range*: 0..<1.
    let memory: Double
    private let kick: Double
    private(set) var value = 0.0

    /// - Parameter deviation: the standard deviation that it settles at.
    init(memory: Double, deviation: Double) {
        self.memory = memory
        kick = deviation * (1 - memory * memory).squareRoot()
    }

    mutating func step(_ luck: inout Luck) -> Double {
        value = memory * value + kick * luck.normal()
        return value
    }
}
