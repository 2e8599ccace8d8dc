import Decode
import Doctor
import Gateway
import Glibc
import Lifeline
import Linux
import MQTT
import Site

/// One examination: all questions are asked at once, each with its own time limit, and what has not been answered by then is unknown.
struct DoctorRun {
    var sitePath: String
    var isOffline: Bool
    var root: String

    /// *Units*: nanoseconds from start to end, all questions together; the check of the journal's structure gives up earlier.
    static let limit: Int64 = 9_000_000_000
    private static let siteLimit: Int64 = 3_000_000_000
    private static let checkLimit: Int64 = 6_000_000_000

    /// What came of it.
    struct Outcome {
        var examination: Examination
        /// nil: the site is not valid, or cannot be read in time.
        var site: SiteConfiguration?
        /// The generation that the site is of, where it was pushed.
        var generation: Int?
        /// The running gateway's own version of the report's head.
        var report: JSONValue?
        /// *Units*: seconds since 1970.
        var now: Int64
    }

    func outcome() -> Outcome {
        // What a connection does to a dead peer must not end this program.
        signal(SIGPIPE, SIG_IGN)
        let start = Clocks.monotonicNanoseconds()
        let end = start + DoctorRun.limit
        let path = sitePath
        let siteCall = Bounded("doctor-site") { LoadedSite(path) }
        let unitCall = Bounded("doctor-unit") { ConfigurationCollector.unit(until: end - 1_000_000_000) }
        let clockCollector = TimeCollector(root: root, sitePath: path)
        let timeCall = Bounded("doctor-time") { clockCollector.facts() }

        var configuration = ConfigurationFacts(path: sitePath)
        let loaded = siteCall.value(until: start + DoctorRun.siteLimit)
        var site: SiteConfiguration?
        switch loaded?.outcome {
        case nil: configuration.site = .unknown(.late)
        case .valid(let found, let warnings):
            site = found
            configuration.site = .known(
                .valid(
                    gateway: found.plan.gateway, revision: found.revision, sensors: found.plan.sensors.count, warnings: warnings.map(\.description)))
        case .invalid(let findings): configuration.site = .known(.invalid(findings.map(\.description)))
        }

        let parts = site.map { SiteQuestions($0, isOffline: isOffline, until: end) }
        let service = unitCall.value(until: end) ?? ConfigurationCollector.UnitAnswer(unit: .unknown(.late))
        configuration.unit = service.unit
        let gateway = parts?.gateway.value(until: end) ?? GatewayCollector.Facts(report: .unknown(site == nil ? .noSite : .late), process: nil)
        let account = gateway.process.flatMap { Account.of(process: $0) } ?? service.user.flatMap { Account.named($0) } ?? Account.named("bamai")

        let collector = HardwareCollector(
            root: root, boardFolders: loaded?.boardFolders ?? [], wanted: site?.board, lines: site?.lines ?? [],
            isGatewayRunning: gateway.report.value != nil, account: account)
        let hardwareCall = Bounded("doctor-hardware") { collector.facts() }
        var certificateCall: Bounded<[CertificateFacts]>?
        if let site {
            let certificates = CertificateCollector(site: site, account: account)
            certificateCall = Bounded("doctor-tls") { certificates.facts() }
        }

        var results: [CheckResult] = []
        let integrity = parts?.integrity.answer(until: start + DoctorRun.checkLimit) ?? .unknown(.noSite)
        let journal = parts?.journal.value(until: end) ?? .unknown(site == nil ? .noSite : .late)
        var time = timeCall.value(until: end) ?? TimeFacts(now: Clocks.wallMicroseconds() / 1_000_000)
        time.journal = journal.clock
        time.siteOffset = site?.plan.utcOffsetSeconds
        results += (hardwareCall.value(until: end) ?? HardwareFacts()).results()
        results += time.results()
        if let parts, let site {
            var storage = parts.storage.value(until: end) ?? StorageFacts()
            storage.path = site.journal.path
            storage.journal = journal.file
            storage.integrity = integrity
            storage.writtenADay = writtenADay(gateway.report.value)
            results += storage.results()
            results += parts.connections(gateway.report.value, until: end).flatMap { $0.results(time: time) }
            let certificates = certificateCall?.value(until: end)
            for fact in certificates ?? [] { results.append(fact.result(time: time)) }
            if certificates == nil {
                results.append(
                    CheckResult(.certificates, "files", BilingualText(chinese: "文件", english: "files"), .unknown, Ignorance.late.text))
            }
            complete(&configuration, parts, gateway, until: end)
            var facts = GatewayFacts()
            facts.report = gateway.report
            facts.socket = site.controlSocket
            facts.hasPlatform = site.platform != nil
            (facts.newestReading, facts.oldestAlert, facts.oldestReading) = (journal.newestReading, journal.oldestAlert, journal.oldestReading)
            results += configuration.results() + facts.results()
        } else {
            configuration.writers = .unknown(.noSite)
            configuration.running = .unknown(.noSite)
            results += configuration.results()
            for section in [Section.storage, .broker, .gateway] {
                results.append(CheckResult(section, "all", BilingualText(chinese: "全部", english: "all"), .unknown, Ignorance.noSite.text))
            }
        }
        return Outcome(examination: Examination(results), site: site, generation: loaded?.generation, report: gateway.report.value, now: time.now)
    }

    private func complete(_ configuration: inout ConfigurationFacts, _ parts: SiteQuestions, _ gateway: GatewayCollector.Facts, until end: Int64) {
        switch parts.files.value(until: end) {
        case nil: configuration.secrets = .unknown(.late)
        case .some(let files):
            configuration.secrets = .known(files.secrets)
            configuration.profile = files.profile
            switch files.holders {
            case .unknown(let reason): configuration.writers = .unknown(reason)
            case .known(let holders): configuration.writers = .known(ConfigurationFacts.Writers(holders: holders, gateway: gateway.process))
            }
        }
        switch gateway.report {
        case .known(let report): configuration.running = report["revision"].text.map { .known($0) } ?? .unknown(.noGateway)
        case .unknown(let reason): configuration.running = .unknown(reason)
        }
    }

    /// A rate is told from ten minutes on.
    private func writtenADay(_ report: JSONValue?) -> Double? {
        guard let report, let written = report["journal"]["written_bytes"].number else { return nil }
        let uptime = report["uptime_s"].count
        return uptime >= 600 ? written / Double(uptime) * 86_400 : nil
    }
}

/// A site as it lies on disk.
struct LoadedSite: Sendable {
    var outcome: SiteOutcome
    /// Where board files may be: beside the site's other files, in a package, in the project.
    var boardFolders: [String]
    /// `41` of `/var/lib/bamai/generations/41/files/west`; nil: it was not pushed.
    var generation: Int?

    init(_ path: String) {
        outcome = SiteFiles.load(path)
        let parts = SiteFiles.file(path).split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        let place = folder.isEmpty ? "." : folder
        boardFolders = ["\(place)/../boards", "\(place)/../../boards", "/usr/share/bamai/boards", "boards"]
        if let index = parts.lastIndex(of: "generations"), index + 1 < parts.count { generation = Int(parts[index + 1]) }
    }
}

/// All that can be asked once the site is known.
struct SiteQuestions {
    /// Files of the site and of the system.
    struct Files: Sendable {
        var secrets: [ConfigurationFacts.Secret]
        var profile: Answer<ConfigurationFacts.Profiles>?
        var holders: Answer<[Int32]>
    }

    let gateway: Bounded<GatewayCollector.Facts>
    let journal: Bounded<JournalCollector.Facts>
    let storage: Bounded<StorageFacts>
    let files: Bounded<Files>
    let integrity: IntegrityCollector
    private let probes: [(ConnectionProbe, Bounded<Bool>?)]
    private let site: SiteConfiguration

    init(_ site: SiteConfiguration, isOffline: Bool, until end: Int64) {
        self.site = site
        let gatewayCollector = GatewayCollector(socket: site.controlSocket)
        gateway = Bounded("doctor-gateway") { gatewayCollector.facts() }
        let journalCollector = JournalCollector(path: site.journal.path, hasPlatform: site.platform != nil)
        journal = Bounded("doctor-journal") { journalCollector.facts() }
        let storageCollector = StorageCollector(root: "", journal: site.journal.path)
        storage = Bounded("doctor-storage") { storageCollector.facts() }
        files = Bounded("doctor-files") {
            Files(
                secrets: ConfigurationCollector.secrets(site), profile: ConfigurationCollector.profile(site),
                holders: ConfigurationCollector.holders(journal: site.journal.path))
        }
        integrity = IntegrityCollector(path: site.journal.path)
        probes = SiteQuestions.probes(site, isOffline: isOffline).map { ($0, isOffline ? nil : SiteQuestions.start($0, until: end)) }
    }

    private static func start(_ probe: ConnectionProbe, until end: Int64) -> Bounded<Bool> {
        // It ends before the whole does, so that what it has found by then is taken along.
        Bounded("doctor-broker") {
            probe.run(until: end - 500_000_000)
            return true
        }
    }

    private static func probes(_ site: SiteConfiguration, isOffline: Bool) -> [ConnectionProbe] {
        let decoder = Decoder(plan: site.plan)
        var probes: [ConnectionProbe] = []
        for (index, broker) in site.brokers.enumerated() {
            probes.append(probe(.broker, broker.id, broker, decoder.topicFilters(broker: index), isOffline))
        }
        if let server = site.platform?.server { probes.append(probe(server, isOffline)) }
        if let broker = site.platform?.broker {
            probes.append(probe(.platform, "\(broker.address.host):\(broker.address.port)", broker, [], isOffline))
        }
        return probes
    }

    private static func probe(_ section: Section, _ subject: String, _ broker: BrokerConfiguration, _ filters: [String], _ isOffline: Bool)
        -> ConnectionProbe
    {
        var facts = ConnectionFacts(
            section: section, subject: subject, host: broker.address.host, port: broker.address.port, usesTLS: broker.tls != nil,
            window: broker.window)
        if isOffline {
            (facts.addresses, facts.reach, facts.handshake) = (.unknown(.offline), .unknown(.offline), .unknown(.offline))
            (facts.login, facts.topics) = (.unknown(.offline), .unknown(.offline))
        }
        facts.keepsSessions = LocalBroker.keepsSessions(host: broker.address.host, port: broker.address.port)
        let tls = broker.tls.map { MQTTTLS(authority: $0.authority, certificate: $0.certificate, key: $0.key) }
        switch Connections.options(broker) {
        case .failure(let problem): return ConnectionProbe(facts, options: .failure(.init(text: problem.text)), filters: filters, tls: tls)
        case .success(var options):
            // The gateway's own name would throw the gateway out.
            options.clientID += "-doctor-\(getpid())"
            options.cleanSession = true
            options.window = 100
            return ConnectionProbe(facts, options: .success(options), filters: filters, tls: tls)
        }
    }

    /// The way to a platform by HTTPS: as far as TLS. What lies behind a proxy only the gateway's own connection can tell.
    private static func probe(_ server: HTTPSConfiguration, _ isOffline: Bool) -> ConnectionProbe {
        let proxy = server.proxy.flatMap(ProxyAddress.init)
        var facts = ConnectionFacts(
            section: .platform, subject: "\(server.host):\(server.port)", host: proxy?.host ?? server.host, port: proxy?.port ?? server.port,
            usesTLS: server.url.hasPrefix("https://"), window: server.window)
        facts.isHTTPS = true
        if isOffline {
            (facts.addresses, facts.reach, facts.handshake) = (.unknown(.offline), .unknown(.offline), .unknown(.offline))
        } else if proxy != nil {
            facts.handshake = .unknown(.proxy)
        }
        let tls = MQTTTLS(authority: server.tls.authority, certificate: server.tls.certificate, key: server.tls.key)
        return ConnectionProbe(facts, options: nil, filters: [], tls: tls, isDirect: proxy == nil)
    }

    /// What the tries have come to by then.
    func connections(_ report: JSONValue?, until end: Int64) -> [ConnectionFacts] {
        probes.map { probe, call in
            _ = call?.value(until: end)
            var facts = probe.facts
            guard let report else { return facts }
            let own = facts.section == .platform ? report["platform"] : report["brokers"].list.first { $0["id"].text == facts.subject } ?? .null
            facts.session = ConnectionFacts.Session(own, uptime: report["uptime_s"].count).map { .known($0) } ?? .unknown(.noGateway)
            return facts
        }
    }
}

/// What is said on this machine of a mosquitto that runs on it.
enum LocalBroker {
    /// Whether its configuration keeps sessions on disk; nil where the broker is elsewhere, or the configuration in the usual place is not that of this port.
    static func keepsSessions(host: String, port: UInt16) -> Bool? {
        guard ["127.0.0.1", "localhost", "::1"].contains(host) else { return nil }
        guard var text = SystemFile.text("/etc/mosquitto/mosquitto.conf").value else { return nil }
        for name in SystemFile.list("/etc/mosquitto/conf.d") where name.hasSuffix(".conf") {
            text += "\n" + (SystemFile.text("/etc/mosquitto/conf.d/" + name).value ?? "")
        }
        // mosquitto.conf(5): false and 1883 unless set.
        var keeps = false
        var ports: Set<UInt16> = []
        for line in text.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count >= 2 else { continue }
            if words[0] == "persistence" { keeps = words[1] == "true" }
            if words[0] == "listener" || words[0] == "port", let port = UInt16(words[1]) { ports.insert(port) }
        }
        if ports.isEmpty { ports = [1883] }
        return ports.contains(port) ? keeps : nil
    }
}

/// `http://host:port`.
struct ProxyAddress {
    var host: String
    var port: UInt16

    /// nil where it is none.
    init?(_ url: String) {
        guard let start = url.firstRange(of: "://") else { return nil }
        let place = url[start.upperBound...].prefix { $0 != "/" }
        // The last colon: an IPv6 address has more of them, in brackets.
        guard let colon = place.lastIndex(of: ":"), let number = UInt16(place[place.index(after: colon)...]) else { return nil }
        host = place[..<colon].filter { $0 != "[" && $0 != "]" }
        port = number
    }
}
