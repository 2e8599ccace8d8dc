import Lifeline

/// Which messages of a session are durable already, so that a redelivery is told from news.
///
/// A broker sends again, with the same packet identifier, what it has no acknowledgement for: after a crash between COMMIT and PUBACK that is a message
/// which the journal holds. A receipt is the packet identifier and a hash of broker, topic and payload; the receipts of a batch are committed with it.
///
/// *Limit*: the newest `capacity`. A broker's window is far smaller, and packet identifiers repeat only after 65 535 messages.
struct Receipts {
    static let capacity = 8192

    /// Ring of what is committed.
    private var ring: [UInt64] = []
    private var next = 0
    /// Delivered since the last commit.
    private(set) var pending: [UInt64] = []
    /// After a reconnect: what a redelivery may still match, and how many messages it is looked for.
    private var known: Set<UInt64> = []
    private var lookups = 0

    /// Messages may still come that were delivered before.
    var expectsRedeliveries: Bool { lookups > 0 }

    /// *Complexity*: linear in topic and payload.
    static func make(broker: String, topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, identifier: UInt16) -> UInt64 {
        var hash = StableHash()
        hash.combine(broker)
        hash.combine(topic)
        hash.combine(0xff as UInt8)
        hash.combine(payload)
        return UInt64(identifier) << 48 | hash.value >> 16
    }

    /// Takes over what a journal remembers, oldest first: it has the last word.
    mutating func restore(_ receipts: [UInt64]) {
        (ring, next) = ([], 0)
        receipts.suffix(Receipts.capacity).forEach { remember($0) }
    }

    /// A connection begins: with a session that is remembered, redeliveries come first; with a new one, identifiers start anew.
    mutating func connected(sessionPresent: Bool) {
        if sessionPresent {
            known = Set(ring)
            known.formUnion(pending)
            lookups = known.isEmpty ? 0 : Receipts.capacity
        } else {
            (ring, next) = ([], 0)
            (known, lookups) = ([], 0)
        }
    }

    /// Whether the message is one that was delivered before. What is not is remembered as pending.
    ///
    /// A broker sends again first, in the old order, and flags what it sends again. So the first message without the flag ends the search: brokers that give
    /// small identifiers over and over would else lose a device's constant payload to an older one like it. Where the flag is not known, the first
    /// message that is not known ends it.
    mutating func isRedelivery(_ receipt: UInt64, isDuplicate: Bool?) -> Bool {
        if lookups > 0 {
            lookups -= 1
            let isKnown = isDuplicate != false && known.remove(receipt) != nil
            if lookups == 0 || (!isKnown && isDuplicate != true) { (known, lookups) = ([], 0) }
            if isKnown { return true }
        }
        pending.append(receipt)
        return false
    }

    /// What was pending is durable.
    mutating func committed() {
        for receipt in pending { remember(receipt) }
        pending.removeAll(keepingCapacity: true)
    }

    /// What was pending is lost and must be taken when it comes again.
    mutating func abandoned() {
        for receipt in pending { known.remove(receipt) }
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func remember(_ receipt: UInt64) {
        if ring.count < Receipts.capacity {
            ring.append(receipt)
        } else {
            ring[next] = receipt
            next = (next + 1) % Receipts.capacity
        }
    }
}
