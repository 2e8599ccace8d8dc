import GatewayTesting
import Intake
import Linux
import MQTT

/// A broker with one persistent session, as the gateway's sources meet it: a window, redelivery with the same identifiers, and everything that may go wrong.
final class SimulatedBroker {
    /// One message that the broker has taken from a device.
    struct Message {
        var topic: [UInt8]
        var payload: [UInt8]
        /// Its place in the world's record of what was published; nil: nobody counts on it.
        var tag: Int?
        var qos = 1
    }

    private struct InFlight {
        var identifier: UInt16
        var message: Message
        /// On which connection it was sent last.
        var connection: Int
        var wasSent: Bool
    }

    let window: Int
    /// Some brokers count identifiers up, others give the lowest that is free.
    private let reusesIdentifiers: Bool
    private var nextIdentifier: UInt16 = 1
    private var queue: [Message] = []
    private var inFlight: [InFlight] = []
    private(set) var hasSession = false
    private(set) var isUp = true
    /// Counts connections up; the one of this number is alive.
    private(set) var connection = 0
    /// Told of each message whose acknowledgement has arrived.
    var onAcknowledged: (Int) -> Void = { _ in }

    init(window: Int, reusesIdentifiers: Bool) {
        self.window = window
        self.reusesIdentifiers = reusesIdentifiers
    }

    var waiting: Int { queue.count + inFlight.count }

    /// A device publishes. Returns whether the broker keeps the message for the gateway.
    func publish(_ message: Message) -> Bool {
        guard isUp, hasSession else { return false }
        queue.append(message)
        return true
    }

    func stop() {
        isUp = false
        connection += 1
    }

    /// Starts again; what is not on its disk is lost with the session.
    func start(forgetting: Bool) {
        isUp = true
        guard forgetting else { return }
        (queue, inFlight, hasSession, nextIdentifier) = ([], [], false, 1)
    }

    // MARK: - For its connections

    func accept() -> (number: Int, sessionPresent: Bool)? {
        guard isUp else { return nil }
        connection += 1
        return (connection, hasSession)
    }

    func subscribe() { hasSession = true }

    /// The next message for a connection, whether it was sent before, and its identifier.
    func next(for number: Int) -> (message: Message, isDuplicate: Bool, identifier: UInt16)? {
        guard number == connection, isUp else { return nil }
        if let place = inFlight.firstIndex(where: { $0.connection != number }) {
            inFlight[place].connection = number
            defer { inFlight[place].wasSent = true }
            return (inFlight[place].message, inFlight[place].wasSent, inFlight[place].identifier)
        }
        guard inFlight.count < window, !queue.isEmpty else { return nil }
        let message = queue.removeFirst()
        if message.qos == 0 { return (message, false, 0) }
        let identifier = freeIdentifier()
        inFlight.append(InFlight(identifier: identifier, message: message, connection: number, wasSent: true))
        return (message, false, identifier)
    }

    private func freeIdentifier() -> UInt16 {
        if reusesIdentifiers { nextIdentifier = 1 }
        while inFlight.contains(where: { $0.identifier == nextIdentifier }) { nextIdentifier = nextIdentifier % 65_535 + 1 }
        defer { nextIdentifier = nextIdentifier % 65_535 + 1 }
        return nextIdentifier
    }

    func acknowledge(_ identifier: UInt16, from number: Int) {
        guard number == connection, isUp, let place = inFlight.firstIndex(where: { $0.identifier == identifier }) else { return }
        let message = inFlight.remove(at: place).message
        if let tag = message.tag { onAcknowledged(tag) }
    }
}

/// One connection to it. Acknowledgements wait, as libmosquitto's do, until `write`; what is not written when it breaks is gone.
///
/// SAFETY: simulations have one thread; `Sendable` is asked for because a real connection is made on another.
final class SimulatedConnection: BrokerConnection, @unchecked Sendable {
    weak var events: (any MQTTEvents)?
    private(set) var failure: MQTTError?
    private(set) var isDuplicate: Bool?
    private let broker: SimulatedBroker
    private let number: Int
    private let sessionPresent: Bool
    /// A slow socket takes only some acknowledgements at a time.
    private let bytesAtOnce: Int
    private let tellsDuplicates: Bool
    private var isGreeted = false
    private var isWatching = true
    private var acknowledgements: [UInt16] = []
    private var subscriptions: [Int] = []

    init(_ broker: SimulatedBroker, number: Int, sessionPresent: Bool, acknowledgementsAtOnce: Int, tellsDuplicates: Bool) {
        self.broker = broker
        self.number = number
        self.sessionPresent = sessionPresent
        bytesAtOnce = acknowledgementsAtOnce
        self.tellsDuplicates = tellsDuplicates
    }

    private var isAlive: Bool {
        if failure == nil && (number != broker.connection || !broker.isUp) { failure = MQTTError(code: 7, text: "the broker closed the connection") }
        return failure == nil
    }

    var socket: Int32 { 3 }
    var wantsWrite: Bool { !acknowledgements.isEmpty }
    func keepAlive() { _ = isAlive }
    func disconnect() {}
    func watchDuplicates(_ on: Bool) { isWatching = on }
    /// Nobody in this world takes commands.
    func publish(topic: String, payload: [UInt8], qos: Int, retained: Bool) -> Int32? { nil }

    func subscribe(_ filters: [String]) {
        broker.subscribe()
        subscriptions.append(filters.count)
    }

    func read() -> Bool {
        guard isAlive else { return false }
        if !isGreeted {
            isGreeted = true
            events?.connected(sessionPresent: sessionPresent)
            return true
        }
        if !subscriptions.isEmpty {
            events?.subscribed(granted: Array(repeating: true, count: subscriptions.removeFirst()))
            return true
        }
        guard let (message, wasSent, identifier) = broker.next(for: number) else { return false }
        isDuplicate = tellsDuplicates && isWatching ? wasSent : nil
        if message.qos > 0 { acknowledgements.append(identifier) }
        message.topic.withUnsafeBytes { topic in
            message.payload.withUnsafeBytes {
                events?.message(topic: topic, payload: $0, qos: message.qos, retained: false, identifier: identifier)
            }
        }
        return true
    }

    func write() {
        guard isAlive else { return }
        for identifier in acknowledgements.prefix(bytesAtOnce) { broker.acknowledge(identifier, from: number) }
        acknowledgements.removeFirst(min(bytesAtOnce, acknowledgements.count))
    }
}

/// Makes connections at once, or fails where the broker is down.
final class SimulatedConnector: BrokerConnector {
    private let broker: SimulatedBroker
    private let make: (SimulatedBroker) -> SimulatedConnection?
    private var result: Result<any BrokerConnection, MQTTError>?

    init(_ broker: SimulatedBroker, make: @escaping (SimulatedBroker) -> SimulatedConnection?) {
        self.broker = broker
        self.make = make
    }

    var descriptor: Int32 { -1 }
    var isBusy: Bool { result != nil }

    func start(_ options: MQTTOptions) throws(SystemError) {
        if let connection = make(broker) {
            result = .success(connection)
        } else {
            result = .failure(MQTTError(code: 14, text: "connection refused"))
        }
    }

    func take() -> Result<any BrokerConnection, MQTTError>? {
        defer { result = nil }
        return result
    }
}
