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

/// How the platform is reached by HTTPS.
package struct HTTPSConfiguration: Equatable, Sendable {
    /// `https://host[:port][/prefix]`, without a slash at its end; plain `http://` to this machine only.
    package var url: String
    package var host: String
    package var port: UInt16
    package var tls: TLSConfiguration
    /// The name of the secret that is sent as bearer token, never the secret itself.
    package var tokenSecret: String?
    /// `http://host:port`; nil: no proxy.
    package var proxy: String?
    /// *Units*: seconds of silence after which a request is given up. *Range*: 2…600.
    package var timeout: Int
    /// The most events of one batch. *Range*: 1…128.
    package var window: Int

    package init(
        url: String, host: String, port: UInt16, tls: TLSConfiguration = TLSConfiguration(), tokenSecret: String? = nil, proxy: String? = nil,
        timeout: Int = 30, window: Int = 64
    ) {
        self.url = url
        self.host = host
        self.port = port
        self.tls = tls
        self.tokenSecret = tokenSecret
        self.proxy = proxy
        self.timeout = timeout
        self.window = window
    }
}

/// By which protocol the platform is reached.
package enum PlatformTransport: Equatable, Sendable {
    case mqtt(BrokerConfiguration)
    case https(HTTPSConfiguration)
}

/// Where alerts go.
package struct PlatformConfiguration: Equatable, Sendable {
    package var transport: PlatformTransport
    /// Topic of the alerts, with `{gateway}` already replaced; by HTTPS the path.
    package var alertTopic: String
    /// The same for readings and summaries.
    package var readingsTopic: String
    /// Where decisions come from; nil: the platform makes none.
    package var decisionsTopic: String?
    /// Where the gateway's own status goes; nil: nowhere.
    package var statusTopic: String?
    /// *Units*: seconds between two of them. *Range*: 10…86 400.
    package var statusInterval: Int = 300
    package var readings: ReadingsLane
    /// *Units*: seconds of one summary window. *Range*: 1…86 400.
    package var summaryInterval: Int
    /// How the platform wants alerts; nil: as CloudEvents documents.
    package var mapping: AlertMapping?

    package init(
        transport: PlatformTransport, alertTopic: String, readingsTopic: String, decisionsTopic: String? = nil, readings: ReadingsLane = .summary,
        summaryInterval: Int = 300, mapping: AlertMapping? = nil
    ) {
        self.transport = transport
        self.alertTopic = alertTopic
        self.readingsTopic = readingsTopic
        self.decisionsTopic = decisionsTopic
        self.readings = readings
        self.summaryInterval = summaryInterval
        self.mapping = mapping
    }

    package init(
        broker: BrokerConfiguration, alertTopic: String, readingsTopic: String, decisionsTopic: String? = nil, readings: ReadingsLane = .summary,
        summaryInterval: Int = 300, mapping: AlertMapping? = nil
    ) {
        self.init(
            transport: .mqtt(broker), alertTopic: alertTopic, readingsTopic: readingsTopic, decisionsTopic: decisionsTopic, readings: readings,
            summaryInterval: summaryInterval, mapping: mapping)
    }

    /// The broker, where the platform is one.
    package var broker: BrokerConfiguration? { if case .mqtt(let broker) = transport { broker } else { nil } }
    /// The server, where the platform is reached by HTTPS.
    package var server: HTTPSConfiguration? { if case .https(let server) = transport { server } else { nil } }
    /// `host:port`, for people.
    package var place: String {
        switch transport {
        case .mqtt(let broker): "\(broker.address.host):\(broker.address.port)"
        case .https(let server): "\(server.host):\(server.port) by HTTPS"
        }
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
    /// nil: the site does not say what it runs on.
    package var board: BoardConfiguration?
    /// In the order of the file; no two at one place, and none that the board's file reserves.
    package var lines: [LineConfiguration]
    /// A stable hash over the text of all files that the configuration was read from, as sixteen hexadecimal digits.
    package var revision: String

    package init(
        plan: SitePlan, name: String, brokers: [BrokerConfiguration], platform: PlatformConfiguration?, journal: JournalConfiguration,
        controlSocket: String, board: BoardConfiguration? = nil, lines: [LineConfiguration] = [], revision: String
    ) {
        self.plan = plan
        self.name = name
        self.brokers = brokers
        self.platform = platform
        self.journal = journal
        self.controlSocket = controlSocket
        self.board = board
        self.lines = lines
        self.revision = revision
    }
}

extension SiteConfiguration {
    /// The names of all secrets that the site refers to, each once, in the order of the file.
    package var secretNames: [String] {
        var all: [String] = brokers.compactMap(\.passwordSecret)
        if let name = platform?.broker?.passwordSecret ?? platform?.server?.tokenSecret { all.append(name) }
        if let mapping = platform?.mapping { all += mapping.secrets }
        var names: [String] = []
        for name in all where !names.contains(name) { names.append(name) }
        return names
    }

    /// The certificate and key files of the board that the site names, each once.
    package var certificateFiles: [String] {
        var paths: [String] = []
        let connections = brokers.map(\.tls) + [platform?.broker?.tls ?? platform?.server?.tls]
        for tls in connections {
            for path in [tls?.authority, tls?.certificate, tls?.key] {
                if let path, !paths.contains(path) { paths.append(path) }
            }
        }
        return paths
    }
}
