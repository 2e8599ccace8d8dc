/// The protocol versions that are spoken.
package enum MQTTVersion: String, Sendable {
    /// Tried first. Under it a broker keeps to our window, drops what is too large for us, and *says* when it does not take a message; under 3.1.1 a broker
    /// acknowledges an alert that its access rules made it throw away.
    case v5 = "5.0"
    /// For brokers that know nothing newer.
    case v311 = "3.1.1"
}

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
    /// The most QoS 1 messages that a v5 broker may send us unacknowledged (receive maximum). *Range*: 1…65 535. Under 3.1.1 the broker's own setting decides.
    package var window: Int
    /// Which version to speak; see `VersionChoice`.
    package var version = MQTTVersion.v5

    package init(
        host: String, port: UInt16, clientID: String, cleanSession: Bool = false, username: String? = nil, password: String? = nil,
        keepalive: Int = 30, tls: MQTTTLS? = nil, window: Int = 65_535
    ) {
        self.host = host
        self.port = port
        self.clientID = clientID
        self.cleanSession = cleanSession
        self.username = username
        self.password = password
        self.keepalive = keepalive
        self.tls = tls
        self.window = window
    }

    /// *Units*: bytes; the largest packet that we let a broker send us. A device's message has a few hundred bytes; a firmware image on the wrong topic has
    /// megabytes. A v5 broker drops what is larger. Under 3.1.1 it arrives (MQTT's own limit is 256 MB), the library holds it in memory, and the receiver
    /// throws it away. Four times what the decoder takes, so that a message which is only a little too large is counted and sampled where a maintainer looks.
    package static let packetLimit = 1 << 20

    /// *Units*: seconds for which a v5 broker keeps the session of a client that vanished: a week, more than the 72 h without network that a site must
    /// survive. Under 3.1.1 the broker's own setting decides.
    package static let sessionSeconds: UInt32 = 7 * 86_400
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
