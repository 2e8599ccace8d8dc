import Lifeline

/// The ids of an alert and of its episode, derived from the journal: a replay gives the same ones, so a consumer can drop what it has seen.
struct AlertIdentity {
    /// `gw7-000001842-5f0c2b9a`: the gateway, the sequence of the reading that caused it, and a hash that keeps apart what one reading caused.
    let alert: String
    /// `ep-gw7-000001840-a1b2c3d4`: the sequence of the reading with which it began.
    let episode: String
    /// The alert's hash by itself: with gateway and sequence it is the id again.
    let tag: UInt32

    init(gateway: String, asset: String, sensor: String, rule: String, onset: Sequence64, cause: Sequence64, transition: Transition) {
        var hash = StableHash()
        for part in [gateway, asset, sensor, rule] { hash.combine(part) }
        hash.combine(onset)
        episode = "ep-\(gateway)-\(Alert.padded(onset))-\(hash.shortText)"
        hash.combine(transition.kind.rawValue)
        hash.combine(transition.to)
        hash.combine(cause)
        tag = UInt32(hash.value >> 32)
        alert = "\(gateway)-\(Alert.padded(cause))-\(hash.shortText)"
    }
}

/// One message of a raised episode, small enough to be kept: later ones name it.
struct MessageMark: Equatable {
    /// The sequence of the reading that caused it; 0: there is no message.
    var cause: Sequence64 = 0
    var tag: UInt32 = 0
    /// *Units*: microseconds; when it was sent.
    var recorded: Int64 = 0

    func reference(gateway: String) -> AlertReference {
        let digits = String(tag, radix: 16)
        let hash = String(repeating: "0", count: 8 - digits.utf8.count) + digits
        return AlertReference(id: "\(gateway)-\(Alert.padded(cause))-\(hash)", recorded: Timestamp(microseconds: recorded))
    }
}
