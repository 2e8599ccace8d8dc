/// How one connection to a broker is made.
package struct MQTTOptions: Sendable {
    /// Name or address; with TLS the broker's certificate must be made out to it.
    package var host: String
    package var port: UInt16
    package var clientID: String
    /// The broker forgets the client when it leaves. Never for a gateway; for visitors such as a simulation.
    package var cleanSession: Bool
    package var username: String?
    package var password: String?
    /// *Units*: seconds. *Range*: 5…65 535.
    package var keepalive: Int
    /// nil: plain TCP.
    package var tls: MQTTTLS?

    package init(
        host: String, port: UInt16, clientID: String, cleanSession: Bool = false, username: String? = nil, password: String? = nil,
        keepalive: Int = 30, tls: MQTTTLS? = nil
    ) {
        self.host = host
        self.port = port
        self.clientID = clientID
        self.cleanSession = cleanSession
        self.username = username
        self.password = password
        self.keepalive = keepalive
        self.tls = tls
    }
}

/// TLS 1.2 or newer, the broker verified by chain and host name.
package struct MQTTTLS: Sendable {
    /// Path of a PEM bundle; nil: the system's `/etc/ssl/certs`.
    package var authority: String?
    package var certificate: String?
    package var key: String?

    package init(authority: String? = nil, certificate: String? = nil, key: String? = nil) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
    }
}

/// Why a connection is no more, in words for status and logs.
package struct MQTTError: Error, Equatable, Sendable {
    /// libmosquitto's return code, or the CONNACK code.
    package var code: Int32
    package var text: String

    package init(code: Int32, text: String) {
        self.code = code
        self.text = text
    }
}

/// What a connection tells its owner.
///
/// *Isolation*: called inside `read`, `write` and `keepAlive`, on the caller's thread. Borrowed memory is valid during the call only. Publishing and
/// subscribing are allowed inside; `read` and `write` are not.
package protocol MQTTEvents: AnyObject {
    /// The broker accepted the connection; whether it remembers the session.
    func connected(sessionPresent: Bool)
    /// One message. `identifier` is the packet's, 0 for QoS 0.
    func message(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, qos: Int, retained: Bool, identifier: UInt16)
    /// A message that was published with this identifier is acknowledged.
    func published(identifier: Int32)
    /// The broker's answer to a subscription: one entry a filter, false where it refused.
    func subscribed(granted: [Bool])
}
