import ArgumentParser
import Desk
import Glibc
import Lifeline
import Logging

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the pages and take what gateways send.",
        discussion: """
            examples: bamai-desk serve --store desk.db
                      bamai-desk serve --listen 0.0.0.0:8443 --certificate desk.pem --key desk.key --client-ca gateways.pem
                      bamai-desk serve --store postgres://desk@db.example/desk --mqtt mqtts://broker.example
            Behind another computer's network use TLS: without it, passwords and tokens can be read on the way.
            """)

    @OptionGroup var place: StoreOption

    @Option(help: ArgumentHelp("Where to listen, with port 0 for one that is free.", valueName: "host:port"))
    var listen = "127.0.0.1:8600"

    @Option(help: ArgumentHelp("The server's certificate and those between it and the root, as PEM.", valueName: "file"))
    var certificate: String?

    @Option(help: ArgumentHelp("The certificate's private key, as PEM.", valueName: "file"))
    var key: String?

    @Option(help: ArgumentHelp("Who signs gateways' certificates, as PEM; a gateway's common name is its id.", valueName: "file"))
    var clientCa: String?

    @Option(help: ArgumentHelp("How people reach the desk, for printed links; default: where it listens.", valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("The local time of all pages, such as +08:00.", valueName: "offset"))
    var utcOffset = "+08:00"

    @Option(help: ArgumentHelp("A broker that gateways publish to.", valueName: "mqtt[s]://host"))
    var mqtt: String?

    @Option(help: ArgumentHelp("The name to log in with at the broker.", valueName: "name"))
    var mqttUser: String?

    @Option(help: ArgumentHelp("A file with the password for the broker in its first line.", valueName: "file"))
    var mqttPasswordFile: String?

    @Option(help: ArgumentHelp("Who signed the broker's certificate, as PEM; default: the system's authorities.", valueName: "file"))
    var mqttCa: String?

    @Option(help: ArgumentHelp("Where gateways publish alerts.", valueName: "topic"))
    var alertsTopic = "bamai/{gateway}/alerts"

    @Option(help: ArgumentHelp("Where gateways publish readings, as a sign of life; empty: not listened to.", valueName: "topic"))
    var readingsTopic = "bamai/{gateway}/readings"

    @Option(help: ArgumentHelp("Where gateways publish their status; empty: not listened to.", valueName: "topic"))
    var statusTopic = "bamai/{gateway}/status"

    @Option(help: ArgumentHelp("Where decisions are published.", valueName: "topic"))
    var decisionsTopic = "bamai/{gateway}/decisions"

    @Option(help: ArgumentHelp("How long episodes stay after they are done and over.", valueName: "days"))
    var keepDays: Int64 = 1100

    @Option(
        help: ArgumentHelp(
            "At this size the oldest episodes that are done and over go, such as 500M or 20G; open ones never; 0 for no limit.", valueName: "bytes"))
    var maxStore = "20G"

    @Option(
        help: ArgumentHelp(
            "A proxy in front of the desk, as address or network: its X-Forwarded-For says who asks. May be given again.", valueName: "network"))
    var trustedProxy: [String] = []

    func run() async throws {
        var settings = DeskSettings()
        let (host, port) = try Serve.address(listen)
        (settings.host, settings.port, settings.url) = (host, port, url)
        guard (certificate == nil) == (key == nil) else { throw ValidationError("--certificate and --key belong together") }
        if let certificate, let key {
            for path in [certificate, key, clientCa].compactMap({ $0 }) where access(path, R_OK) != 0 {
                throw Failure("\(path) cannot be read: \(String(cString: strerror(errno)))")
            }
            settings.tls = DeskSettings.TLS(certificate: certificate, key: key, clientAuthority: clientCa)
        } else if clientCa != nil {
            throw ValidationError("--client-ca needs --certificate and --key")
        }
        guard let offset = CivilTime.parseOffset(utcOffset) else { throw ValidationError("--utc-offset is written like +08:00") }
        settings.utcOffsetSeconds = offset
        guard keepDays > 0 else { throw ValidationError("--keep-days is 1 or more") }
        settings.keepDays = keepDays
        settings.storeBytesLimit = try Serve.bytes(maxStore)
        settings.trustedProxies = try trustedProxy.map { text in
            guard let network = Network(text) else { throw ValidationError("--trusted-proxy \(text): write an address or a network like 10.0.0.0/8") }
            return network
        }
        let brokerSettings = try broker()
        let core = DeskCore(settings: settings, store: try place.open())
        let store = DeskStore.isServer(place.store) ? "PostgreSQL" : place.store
        let logger = Serve.logger()
        let link = try brokerSettings.map { try BrokerLink($0, core: core, logger: logger) }
        try link?.start()
        let upkeep = Task { await core.keepUp(logger: logger) }
        do {
            try await DeskServer(core).run(logger: logger, signals: true) { [settings] port in
                let base = settings.url ?? "\(settings.tls == nil ? "http" : "https")://\(settings.host):\(port)"
                print("bamai-desk listens at \(base)/ and keeps its data in \(store)")
                if let link = try? await core.setupLink() {
                    print("Nobody has an account yet. Open this link once, within three days, to make the first:\n  \(base)\(link)")
                }
                fflush(nil)
            }
        } catch {
            await stop(core, link, upkeep)
            throw Failure("\(error)")
        }
        await stop(core, link, upkeep)
    }

    private static func logger() -> Logger {
        var logger = Logger(label: "bamai-desk", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .notice
        return logger
    }

    /// The broker first: what it has read is made durable, and acknowledged.
    private func stop(_ core: DeskCore, _ link: BrokerLink?, _ upkeep: Task<Void, Never>) async {
        upkeep.cancel()
        link?.stop()
        await core.stop()
    }

    private func broker() throws -> BrokerSettings? {
        guard let mqtt else { return nil }
        var settings = try BrokerSettings(url: mqtt, clientID: "bamai-desk-\(place.id)")
        for topic in [alertsTopic, readingsTopic, statusTopic, decisionsTopic] where !topic.isEmpty {
            if let objection = BrokerSettings.objection(toTopic: topic) { throw ValidationError("\(topic): \(objection)") }
        }
        (settings.alertsTopic, settings.readingsTopic, settings.decisionsTopic) = (alertsTopic, readingsTopic, decisionsTopic)
        settings.statusTopic = statusTopic
        settings.options.username = mqttUser
        if let path = mqttPasswordFile {
            guard let file = fopen(path, "r") else { throw Failure("\(path) cannot be read: \(String(cString: strerror(errno)))") }
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 1024)
            guard fgets(&line, Int32(line.count), file) != nil else { throw Failure("\(path) is empty") }
            settings.options.password = String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        if let mqttCa {
            guard settings.options.tls != nil else { throw ValidationError("--mqtt-ca needs mqtts://") }
            settings.options.tls?.authority = mqttCa
        }
        return settings
    }

    /// nil: no limit.
    private static func bytes(_ text: String) throws -> Int64? {
        let units: [Character: Int64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let unit = text.last.flatMap { units[Character($0.uppercased())] }
        guard let number = Int64(unit == nil ? text[...] : text.dropLast()), number >= 0,
            case let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: unit ?? 1),
            !isTooLarge
        else { throw ValidationError("--max-store is written like 500M or 20G") }
        guard bytes == 0 || bytes >= 16 << 20 else { throw ValidationError("--max-store is at least 16M, or 0 for no limit") }
        return bytes == 0 ? nil : bytes
    }

    private static func address(_ text: String) throws -> (String, Int) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port) else {
            throw ValidationError("--listen is written like 127.0.0.1:8600")
        }
        let host = text[..<colon]
        return (host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host), port)
    }
}
