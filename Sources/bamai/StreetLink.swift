import Glibc
import MQTT
import Street

/// The connection of the street: it remembers what the broker has not acknowledged.
final class StreetLink {
    /// Unacknowledged messages at once, and so the most that are remembered.
    private static let window = 200
    private let broker: BrokerArgument
    private var publisher: MQTTPublisher
    /// The newest messages, oldest first. Acknowledgements come in the order of publishing, so the unacknowledged ones are the last.
    private var recent: [StreetMessage] = []
    /// Handed to this connection, whatever became of them.
    private var handed: UInt64 = 0
    private(set) var reconnects = 0

    init(_ broker: BrokerArgument) throws(MQTTError) {
        self.broker = broker
        publisher = try StreetLink.connect(broker)
    }

    var inFlight: Int { publisher.inFlight }

    private static func connect(_ broker: BrokerArgument) throws(MQTTError) -> MQTTPublisher {
        // A street keeps no session: whoever it publishes for keeps one.
        let options = MQTTOptions(host: broker.host, port: broker.port, clientID: "bamai-street-\(getpid())", cleanSession: true)
        return try MQTTPublisher(options, window: window)
    }

    func publish(_ message: StreetMessage) throws(MQTTError) {
        recent.append(message)
        if recent.count > 3 * StreetLink.window { recent.removeFirst(StreetLink.window) }
        handed += 1
        try publisher.publish(message.topic, message.payload, qos: message.qos)
    }

    func turn(milliseconds: Int32) throws(MQTTError) { try publisher.turn(milliseconds: milliseconds) }

    /// A new connection, over which the unacknowledged messages go again. After a throw nothing of them is forgotten.
    func reconnect() throws(MQTTError) {
        let pending = recent.suffix(Int(min(UInt64(recent.count), handed - min(handed, publisher.acknowledged))))
        publisher = try StreetLink.connect(broker)
        reconnects += 1
        handed = UInt64(pending.count)
        for message in pending { try publisher.publish(message.topic, message.payload, qos: message.qos) }
    }

    /// Waits for the last acknowledgements, at most about two seconds, and says goodbye. Returns how many are missing.
    func finish() -> Int {
        for _ in 0..<20 where publisher.inFlight > 0 { try? publisher.turn(milliseconds: 100) }
        if publisher.inFlight == 0 { try? publisher.finish() }
        return publisher.inFlight
    }
}
