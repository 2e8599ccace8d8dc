import Journal
import MQTT

/// A message for the platform, as a link gets it.
package struct PlatformMessage: Sendable {
    package var lane: Lane
    /// The MQTT topic; by HTTPS the path.
    package var topic: String
    package var payload: [UInt8]
    /// The event's id: the same for the same content, whenever it is sent.
    package var event: String
    /// `alert`, or what of the readings it is.
    package var kind: String
    /// What stands beside the message, where the link has a place for it; nil: nothing, and an alert is a CloudEvents document.
    package var properties: MQTTProperties?

    package init(lane: Lane, topic: String, payload: [UInt8], event: String, kind: String, properties: MQTTProperties? = nil) {
        self.lane = lane
        self.topic = topic
        self.payload = payload
        self.event = event
        self.kind = kind
        self.properties = properties
    }
}

/// What carries messages to the platform: a connection, real or simulated.
///
/// *Isolation*: that of its forwarder.
package protocol PlatformLink: AnyObject {
    /// Sends a message with QoS 1. Returns the identifier under which it will be acknowledged; nil when it was not taken: the link has failed, or no
    /// broker can ever take this message.
    func publish(topic: String, payload: [UInt8]) -> Int32?
    /// The same with all that is known of the message, for links that make use of it.
    func publish(_ message: PlatformMessage) -> Int32?
    /// The link takes nothing more.
    var hasFailed: Bool { get }
    /// Whether a lane may send now. Readings go only where alerts may.
    func isOpen(_ lane: Lane) -> Bool
}

extension PlatformLink {
    /// Topic and payload: most links have no place for more.
    package func publish(_ message: PlatformMessage) -> Int32? { publish(topic: message.topic, payload: message.payload) }
    /// Most links have no lanes of their own.
    package func isOpen(_ lane: Lane) -> Bool { true }
}
