/// The memory of one feature: the greatest value of past cycles, slowly fading, and the greatest of the present one.
///
/// A value is judged against *past* cycles only. Were the bar raised at once, a slow ramp would lift it along with itself and never stand out.
struct Record {
    /// The bar.
    var past = 0.0
    /// What this cycle will add to it.
    var present = 0.0
    /// By how much cycles that broke the record have broken it, as a share of it: small where noise has thin tails, large where the series is wild.
    var excess = 0.0

    /// How fast `excess` is learnt, and the highest that one cycle counts.
    private static let pace = 0.3
    private static let most = 4.0

    /// Takes a value up: wholly (share 1), or a share of what exceeds the present maximum while an alarmed departure lasts.
    @inline(__always)
    mutating func take(_ value: Double, share: Double) {
        if value > present { present += share * (value - present) }
    }

    /// Ends a cycle. `ceiling`: the highest that one cycle may raise the bar to, 0 for no limit.
    mutating func turn(leak: Double, ceiling: Double) {
        let kept = past * leak
        excess *= leak
        if past > 0, present > kept { excess += Record.pace * (min(Record.most, present / kept - 1) - excess) }
        let offered = ceiling > 0 && present > ceiling ? ceiling : present
        past = max(kept, offered)
        present = 0
    }
}
