/// What a connection tells its owner.
///
/// *Isolation*: called inside `read`, `write` and `keepAlive`, on the caller's thread. Borrowed memory is valid during the call only. Publishing and
/// subscribing are allowed inside; `read` and `write` are not.
package protocol MQTTEvents: AnyObject {
    /// The broker accepted the connection; whether it remembers the session.
    func connected(sessionPresent: Bool)
    /// One message. `identifier` is the packet's, 0 for QoS 0. Whether it is sent again says `MQTTConnection.isDuplicate` during the call.
    func message(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, qos: Int, retained: Bool, identifier: UInt16)
    /// A message that was published with this identifier is acknowledged.
    func published(identifier: Int32)
    /// A v5 broker answered a published message with a reason not to take it.
    func refused(identifier: Int32, refusal: MQTTRefusal)
    /// The broker's answer to a subscription: one entry a filter, false where it refused.
    func subscribed(granted: [Bool])
}

extension MQTTEvents {
    /// For publishers that make no difference between taken and thrown away, as under 3.1.1.
    package func refused(identifier: Int32, refusal: MQTTRefusal) { published(identifier: identifier) }
}

/// A v5 broker's reason not to take one message.
package struct MQTTRefusal: Error, Equatable, Sendable {
    /// *Range*: 0x80…0xff.
    package var code: Int
    package var text: String

    package init(code: Int, text: String) {
        self.code = code
        self.text = text
    }

    /// The message itself is the fault (topic name invalid 0x90, packet too large 0x95, payload format invalid 0x99): sending it again cannot help.
    /// Anything else (not authorised, quota, unspecified) is a state of the broker that people mend. *Source*: MQTT 5.0, section 3.4.2.1.
    package var isPermanent: Bool { code == 0x90 || code == 0x95 || code == 0x99 }
}
