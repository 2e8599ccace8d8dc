import Intake

/// Where messages come from: what the line needs to know of an MQTT connection, real or simulated.
///
/// *Isolation*: the intake thread.
package protocol Source: AnyObject {
    /// Hands over what has arrived, until nothing is left or `limit` messages were delivered. Returns how many were.
    func readable(limit: Int, sink: any MessageSink) -> Int
    /// Everything delivered so far is durable: acknowledge it.
    func releaseAcknowledgements()
    /// Nothing of what is unacknowledged was kept: let it be sent again.
    func abandonUnacknowledged()
    /// While the store refuses, nothing is to be received: brokers keep what comes. Cheap when nothing changes.
    func setPaused(_ isPaused: Bool)
    /// Takes over what a journal remembers of messages, oldest first, in place of what was remembered here.
    func restore(receipts: [UInt64])
    /// Messages delivered and not yet acknowledged.
    var unacknowledged: Int { get }
    /// Whether messages could arrive now. While the store refuses nobody knows, and nobody asks.
    var isConnected: Bool { get }
    /// What the board's own lines say of themselves; nil: the source is none.
    var lines: LinesReport? { get }
}

extension Source {
    /// Most that are no network connections cannot lose it.
    package var isConnected: Bool { true }
    /// A broker has none.
    package var lines: LinesReport? { nil }
}

extension MQTTSource: Source {
    /// See `Source`.
    package var isConnected: Bool { status.state == .connected || status.state == .paused }
}

extension GPIOSource: Source {}
