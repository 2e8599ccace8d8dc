import Lifeline

/// The ids of an alert and of its episode, derived from the journal: a replay gives the same ones, so a consumer can drop what it has seen.
struct AlertIdentity {
    /// `gw7-000001842-5f0c2b9a`: the gateway, the sequence of the reading that caused it, and a hash that keeps apart what one reading caused.
    let alert: String
    /// `ep-gw7-000001840-a1b2c3d4`: the sequence of the reading with which it began.
    let episode: String

    init(gateway: String, asset: String, sensor: String, rule: String, onset: Sequence64, cause: Sequence64, transition: Transition) {
        var hash = StableHash()
        for part in [gateway, asset, sensor, rule] { hash.combine(part) }
        hash.combine(onset)
        episode = "ep-\(gateway)-\(Alert.padded(onset))-\(hash.shortText)"
        hash.combine(transition.kind.rawValue)
        hash.combine(transition.to)
        hash.combine(cause)
        alert = "\(gateway)-\(Alert.padded(cause))-\(hash.shortText)"
    }
}
