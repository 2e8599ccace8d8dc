import Lifeline

/// A broker's address as the site names it.
package struct BrokerAddress: Equatable, Sendable {
    package var host: String
    /// *Range*: 1…65535.
    package var port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }
}

/// TLS for one connection: the broker is always verified, by its certificate chain and its host name.
package struct TLSConfiguration: Equatable, Sendable {
    /// Path of the PEM bundle that the broker's certificate must chain to; nil: the system's.
    package var authority: String?
    /// Paths of the client's PEM certificate and key; both or neither.
    package var certificate: String?
    package var key: String?

    package init(authority: String? = nil, certificate: String? = nil, key: String? = nil) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
    }
}

/// How one MQTT connection is made; used by sources and by the platform alike.
package struct BrokerConfiguration: Equatable, Sendable {
    /// The site's short name for it, as logs and status say it.
    package var id: String
    package var address: BrokerAddress
    /// nil: plain TCP.
    package var tls: TLSConfiguration?
    /// Fixed, because the broker keeps the session under it.
    package var clientID: String
    package var username: String?
    /// The name of a secret (`secret://name` in the file), never the secret itself.
    package var passwordSecret: String?
    /// *Units*: seconds. *Range*: 5…3600.
    package var keepalive: Int
    /// The most unacknowledged QoS 1 messages in flight. *Range*: 1…65535. For a source it is also the batch that is committed at once without
    /// waiting, so it must not exceed what the broker allows (mosquitto: `max_inflight_messages`, 20 by default).
    package var window: Int

    package init(
        id: String, address: BrokerAddress, tls: TLSConfiguration? = nil, clientID: String, username: String? = nil, passwordSecret: String? = nil,
        keepalive: Int = 30, window: Int = 20
    ) {
        self.id = id
        self.address = address
        self.tls = tls
        self.clientID = clientID
        self.username = username
        self.passwordSecret = passwordSecret
        self.keepalive = keepalive
        self.window = window
    }
}

/// What of the readings goes to the platform; alerts always do.
package enum ReadingsLane: String, CaseIterable, Sendable {
    case none, summary, all
}

/// Where alerts go.
package struct PlatformConfiguration: Equatable, Sendable {
    package var broker: BrokerConfiguration
    /// Topic of the alerts; `{gateway}` is already replaced.
    package var alertTopic: String
    /// Topic of readings and summaries.
    package var readingsTopic: String
    package var readings: ReadingsLane
    /// *Units*: seconds of one summary window. *Range*: 1…86 400.
    package var summaryInterval: Int
    /// How the platform wants alerts; nil: as CloudEvents documents.
    package var mapping: AlertMapping?

    package init(
        broker: BrokerConfiguration, alertTopic: String, readingsTopic: String, readings: ReadingsLane = .summary, summaryInterval: Int = 300,
        mapping: AlertMapping? = nil
    ) {
        self.broker = broker
        self.alertTopic = alertTopic
        self.readingsTopic = readingsTopic
        self.readings = readings
        self.summaryInterval = summaryInterval
        self.mapping = mapping
    }
}

/// How the journal is kept.
package struct JournalConfiguration: Equatable, Sendable {
    /// Path of the SQLite file.
    package var path: String
    /// The most bytes the file may hold; the page cap is derived from it. *Range*: 1 MiB…1 TiB.
    package var maxBytes: Int64
    /// How long a message may wait, unacknowledged, for company before it is committed. *Range*: 0…10 s.
    package var commitDelay: Duration
    /// The most readings in one commit. *Range*: 1…65 536.
    package var maxBatch: Int
    /// How often detectors are checkpointed. *Range*: 1 s…1 d.
    package var checkpointInterval: Duration
    /// Acknowledged readings older than this are dropped; nil: only for want of room. *Range*: 1 h…3660 d.
    package var keepReadings: Duration?
    /// The same for acknowledged alerts; nil: only beyond the number that is kept. *Range*: 1 h…3660 d.
    package var keepAlerts: Duration?

    package init(
        path: String = "/var/lib/bamai/journal.db", maxBytes: Int64 = 512 << 20, commitDelay: Duration = .milliseconds(50), maxBatch: Int = 4096,
        checkpointInterval: Duration = .seconds(300), keepReadings: Duration? = nil, keepAlerts: Duration? = nil
    ) {
        self.path = path
        self.maxBytes = maxBytes
        self.commitDelay = commitDelay
        self.maxBatch = maxBatch
        self.checkpointInterval = checkpointInterval
        self.keepReadings = keepReadings
        self.keepAlerts = keepAlerts
    }
}

/// One site, read and validated: nothing in it needs checking again.
package struct SiteConfiguration: Equatable, Sendable {
    package var plan: SitePlan
    /// What people call the site.
    package var name: String
    package var brokers: [BrokerConfiguration]
    /// nil: alerts stay in the journal.
    package var platform: PlatformConfiguration?
    package var journal: JournalConfiguration
    /// Path of the control socket.
    package var controlSocket: String
    /// A stable hash over the text of all files that the configuration was read from, as sixteen hexadecimal digits.
    package var revision: String

    package init(
        plan: SitePlan, name: String, brokers: [BrokerConfiguration], platform: PlatformConfiguration?, journal: JournalConfiguration,
        controlSocket: String, revision: String
    ) {
        self.plan = plan
        self.name = name
        self.brokers = brokers
        self.platform = platform
        self.journal = journal
        self.controlSocket = controlSocket
        self.revision = revision
    }
}

extension SiteConfiguration {
    /// The names of all secrets that the site refers to, each once, in the order of the file.
    package var secretNames: [String] {
        var all: [String] = brokers.compactMap(\.passwordSecret)
        if let name = platform?.broker.passwordSecret { all.append(name) }
        if let mapping = platform?.mapping { all += mapping.secrets }
        var names: [String] = []
        for name in all where !names.contains(name) { names.append(name) }
        return names
    }

    /// The certificate and key files of the board that the site names, each once.
    package var certificateFiles: [String] {
        var paths: [String] = []
        for connection in brokers + (platform.map { [$0.broker] } ?? []) {
            for path in [connection.tls?.authority, connection.tls?.certificate, connection.tls?.key] {
                if let path, !paths.contains(path) { paths.append(path) }
            }
        }
        return paths
    }
}
