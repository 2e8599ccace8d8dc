import Linux
import MQTT

/// What a source needs of a connection to a broker, real or simulated. `MQTTConnection` says what each part does.
///
/// *Isolation*: one thread at a time.
package protocol BrokerConnection: AnyObject, Sendable {
    var events: (any MQTTEvents)? { get set }
    /// Why it is of no more use; nil while all is well.
    var failure: MQTTError? { get }
    /// Below 0: none.
    var socket: Int32 { get }
    var wantsWrite: Bool { get }
    /// Whether the message that is being delivered was sent before; nil: not known.
    var isDuplicate: Bool? { get }
    /// Reads and delivers what one call takes; false when nothing was there.
    func read() -> Bool
    /// Writes what waits, acknowledgements among it.
    func write()
    func keepAlive()
    func subscribe(_ filters: [String])
    /// Takes a message to be sent; nil when it could not.
    func publish(topic: String, payload: [UInt8], qos: Int, retained: Bool) -> Int32?
    func disconnect()
    func watchDuplicates(_ on: Bool)
}

extension MQTTConnection: BrokerConnection {
    package func publish(topic: String, payload: [UInt8], qos: Int, retained: Bool) -> Int32? {
        publish(topic: topic, payload: payload, qos: qos, retained: retained, properties: MQTTProperties())
    }
}

/// What makes connections, one attempt at a time, without blocking the caller.
///
/// *Isolation*: one thread.
package protocol BrokerConnector: AnyObject {
    /// Readable when `take` has something; below 0: nothing to wait for.
    var descriptor: Int32 { get }
    /// An attempt runs, or its result was not taken yet.
    var isBusy: Bool { get }
    func start(_ options: MQTTOptions) throws(SystemError)
    /// What became of the attempt; nil while it runs.
    func take() -> Result<any BrokerConnection, MQTTError>?
}

/// Connects on a thread of its own: looking a name up blocks.
package final class ThreadConnector: BrokerConnector {
    private let attempt: BackgroundCall<Result<MQTTConnection, MQTTError>>

    package init() throws(SystemError) { attempt = try BackgroundCall() }

    package var descriptor: Int32 { attempt.descriptor }
    package var isBusy: Bool { attempt.isBusy }

    package func start(_ options: MQTTOptions) throws(SystemError) {
        try attempt.start(name: "bamai-connect") { MQTTConnection.open(options) }
    }

    package func take() -> Result<any BrokerConnection, MQTTError>? { attempt.take().map { result in result.map { $0 } } }
}
