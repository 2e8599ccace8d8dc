import Lifeline

/// A node that must tell its names again: publish `Node Control/Rebirth` = true to `spBv1.0/{group}/NCMD/{node}` at the broker.
package struct RebirthRequest: Equatable, Sendable {
    /// Index of the broker that the node speaks through.
    package var broker: Int
    package var group: String
    package var node: String

    /// The topic to publish to.
    package var topic: String { "spBv1.0/\(group)/NCMD/\(node)" }

    /// The command: one boolean metric, as protobuf.
    ///
    /// *Source*: Sparkplug 3.0, section 6.4.25: `Node Control/Rebirth`, data type 11 (Boolean), value true; a command has no sequence number.
    package func payload(at now: Timestamp) -> [UInt8] {
        let name = Array("Node Control/Rebirth".utf8)
        let milliseconds = UInt64(max(0, now.microseconds) / 1000)
        let metric = [0x0a, UInt8(name.count)] + name + [0x20, 11, 0x70, 1]
        return [0x08] + RebirthRequest.varint(milliseconds) + [0x12, UInt8(metric.count)] + metric
    }

    private static func varint(_ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}

/// What is known of the nodes that a site hears, from their births on.
///
/// *Limit*: `nodeLimit` nodes, `metricLimit` metrics of each, known by alias or name. What is more is refused as over-limit: a node that is too many is
/// not heard at all, a metric that is too many stays unknown.
struct SparkplugSessions {
    /// More edge nodes than one gateway has in its field.
    static let nodeLimit = 256
    /// Of a message, and of what a node's births may leave here. *Source*: a controller with some thousand tags.
    static let metricLimit = 4096
    /// A node is asked for a rebirth no more often. *Units*: microseconds.
    static let rebirthInterval: Int64 = 60_000_000

    /// What a birth has told about a metric.
    struct Told {
        /// Whose metric it is: the device's hash, 0 for the node itself.
        var owner: UInt64
        /// The name's place among those that fields read; −1: none.
        var place: Int
        var dataType: UInt32
    }

    /// One node's session.
    struct Session {
        var request: RebirthRequest
        var isBorn = false
        /// The sequence number that comes next; −1: any.
        var expected = -1
        /// The birth's number in the order of the node's connections.
        var birth: UInt64?
        var aliases: [UInt64: Told] = [:]
        /// By owner and place: for metrics that go by name and leave their type to the birth.
        var named: [NamedMetric: UInt32] = [:]
        var wantsRebirth = false
        var askedAt: Timestamp?
    }

    /// A metric that goes by name.
    struct NamedMetric: Hashable {
        var owner: UInt64
        var place: Int
    }

    /// What a message's sequence number says.
    enum Order {
        case next, gap, old
    }

    private(set) var all: [Session] = []
    private var index: [UInt64: Int] = [:]
    /// Whether any node waits to be asked.
    private(set) var wantRebirth = false

    /// The session of a node, begun where there is none; nil: there are too many.
    mutating func place(broker: Int, _ topic: SparkplugTopic) -> Int? {
        var hash = StableHash()
        hash.combine(UInt64(broker))
        hash.combine(topic.group)
        hash.combine(UInt8(ascii: "/"))
        hash.combine(topic.node)
        if let place = index[hash.value] { return place }
        guard all.count < SparkplugSessions.nodeLimit else { return nil }
        index[hash.value] = all.count
        let request = RebirthRequest(
            broker: broker, group: String(decoding: topic.group, as: UTF8.self), node: String(decoding: topic.node, as: UTF8.self))
        all.append(Session(request: request))
        return all.count - 1
    }

    /// A device's hash; 0 is the node.
    static func owner(_ device: UnsafeRawBufferPointer) -> UInt64 {
        if device.isEmpty { return 0 }
        var hash = StableHash()
        hash.combine(device)
        return hash.value
    }

    /// A node's birth: all that was known of it is gone.
    mutating func begin(_ place: Int, birth: UInt64?, sequence: UInt64?) {
        all[place].isBorn = true
        all[place].birth = birth
        all[place].aliases.removeAll(keepingCapacity: true)
        all[place].named.removeAll(keepingCapacity: true)
        all[place].expected = sequence.map { Int($0 & 255) + 1 & 255 } ?? -1
        all[place].wantsRebirth = false
    }

    /// A node's death.
    mutating func end(_ place: Int) {
        all[place].isBorn = false
        all[place].birth = nil
        all[place].expected = -1
        all[place].aliases.removeAll(keepingCapacity: true)
        all[place].named.removeAll(keepingCapacity: true)
        all[place].wantsRebirth = false
    }

    /// Takes a message's sequence number. Half the circle ahead is a gap, half behind is old.
    mutating func order(_ place: Int, sequence: UInt64?) -> Order {
        guard let sequence else { return .next }
        let number = Int(sequence & 255)
        let expected = all[place].expected
        let ahead = expected < 0 ? 0 : (number - expected + 256) & 255
        if ahead >= 128 { return .old }
        all[place].expected = (number + 1) & 255
        return ahead == 0 ? .next : .gap
    }

    /// What a birth tells about a metric; false: there is no more room.
    mutating func learn(_ place: Int, owner: UInt64, _ metric: SparkplugMetric) -> Bool {
        if metric.place >= 0 {
            let key = NamedMetric(owner: owner, place: metric.place)
            guard all[place].named.count < SparkplugSessions.metricLimit || all[place].named[key] != nil else { return false }
            all[place].named[key] = metric.dataType
        }
        guard let alias = metric.alias else { return true }
        guard all[place].aliases.count < SparkplugSessions.metricLimit || all[place].aliases[alias] != nil else { return false }
        all[place].aliases[alias] = Told(owner: owner, place: metric.place, dataType: metric.dataType)
        return true
    }

    /// Forgets a device: what it says by alias means nothing until it is born again.
    mutating func forget(_ place: Int, owner: UInt64) {
        all[place].aliases = all[place].aliases.filter { $0.value.owner != owner }
        all[place].named = all[place].named.filter { $0.key.owner != owner }
    }

    /// Who an alias is, for this owner.
    func told(_ place: Int, owner: UInt64, alias: UInt64) -> Told? {
        guard let told = all[place].aliases[alias], told.owner == owner else { return nil }
        return told
    }

    /// The type that a birth gave to a metric's name; 0: none.
    func dataType(_ place: Int, owner: UInt64, name: Int) -> UInt32 { all[place].named[NamedMetric(owner: owner, place: name)] ?? 0 }

    mutating func wantRebirth(_ place: Int) {
        all[place].wantsRebirth = true
        wantRebirth = true
    }

    /// The nodes to be asked now: each at most once in `rebirthInterval`; a clock that was set back asks again.
    mutating func takeRequests(now: Timestamp) -> [RebirthRequest] {
        guard wantRebirth else { return [] }
        var requests: [RebirthRequest] = []
        var isWaiting = false
        for place in all.indices where all[place].wantsRebirth {
            if let asked = all[place].askedAt, now >= asked, now.microseconds(since: asked) < SparkplugSessions.rebirthInterval {
                isWaiting = true
                continue
            }
            all[place].askedAt = now
            all[place].wantsRebirth = false
            requests.append(all[place].request)
        }
        wantRebirth = isWaiting
        return requests
    }
}
