import Lifeline

/// One message, as it was heard.
package struct HeardMessage: Sendable {
    package var topic: String
    package var payload: [UInt8]
    package var received: Timestamp
    /// The broker kept it: how old it is nobody knows.
    package var isRetained: Bool
}

/// How often a topic spoke.
struct HeardTopic {
    var name: String
    var messages = 0
    /// Not those that the broker had kept.
    var live = 0
    /// *Units*: microseconds since 1970 of the last live message.
    var last: Timestamp?
    /// *Units*: microseconds between live messages; the first `gapLimit`.
    var gaps: [Int64] = []
    var kept = 0
    /// A template's own topic, or any topic of a device that no template claims; false: a further topic of a claimed device.
    var isMain = true

    static let gapLimit = 256
}

/// What was heard of one device.
struct HeardDevice {
    /// Index of the broker.
    var broker: Int
    /// As the topic or the payload writes it; "" until the topics are compared.
    var id: String
    /// A template's topic or identity names it.
    var isClaimed: Bool
    /// Where the payload names it; empty: the topic does.
    var identityPath: [String] = []
    var topics: [HeardTopic] = []
    var messages: [HeardMessage] = []
    var name: String?
    var signal: String?
    /// The maker's name for the kind of device, as a network server tells it.
    var model: String?

    var messageCount: Int { topics.reduce(0) { $0 + $1.messages } }
    var liveCount: Int { topics.reduce(0) { $0 + $1.live } }
    /// The topic that says most.
    var busiest: HeardTopic? { topics.filter(\.isMain).max { $0.messages < $1.messages } ?? topics.max { $0.messages < $1.messages } }
    var mainTopics: [String] { topics.filter(\.isMain).map(\.name) }

    /// Takes over what was heard of a device that turns out to be this one.
    mutating func absorb(_ other: HeardDevice, asMain: Bool) {
        for var topic in other.topics {
            guard !topics.contains(where: { $0.name == topic.name }) else { continue }
            topic.isMain = topic.isMain && asMain
            topics.append(topic)
        }
        messages += other.messages
        messages.sort { $0.received < $1.received }
        name = name ?? other.name
        signal = signal ?? other.signal
        model = model ?? other.model
    }
}
