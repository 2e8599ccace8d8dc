/// How long to wait before the next attempt: exponential with full jitter, so that a thousand gateways do not come back to a broker in one wave.
///
/// *Source*: the n-th wait is uniform in 0…min(ceiling, base · 2ⁿ).
package struct Backoff: Sendable {
    /// *Units*: nanoseconds.
    private let base: Int64
    private let ceiling: Int64
    private var attempt = 0
    private var state: UInt64

    /// - Parameters:
    ///   - base: *Units*: seconds; the bound of the first wait.
    ///   - ceiling: *Units*: seconds; the bound of every wait.
    ///   - seed: different on each gateway, the same in a simulation.
    package init(base: Int64 = 1, ceiling: Int64 = 300, seed: UInt64) {
        self.base = base * 1_000_000_000
        self.ceiling = ceiling * 1_000_000_000
        state = seed
    }

    /// *Units*: nanoseconds.
    package mutating func next() -> Int64 {
        let bound = min(ceiling, base << Int64(min(attempt, 20)))
        attempt += 1
        // SplitMix64.
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        mixed ^= mixed >> 31
        return Int64(mixed % UInt64(max(1, bound)))
    }

    /// After a success the next failure is the first again.
    package mutating func reset() { attempt = 0 }
}
