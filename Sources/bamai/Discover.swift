import ArgumentParser
import Commissioning
import Gateway
import Glibc
import Lifeline
import Linux
import MQTT
import Site

struct Discover: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Listen to a broker, list the devices that speak there, and print the lines that make them part of a site.",
        discussion: """
            Every device template is tried on every device; its score says how well it reads what the device sends. Devices that no template fits \
            get a skeleton behind # to fill in. Give a site, and its brokers are heard, its passwords used and only devices that it does not have \
            printed. The command has a session of its own and disturbs no gateway.

            examples: bamai discover --broker 192.168.1.10 --for 2min
                      bamai discover --site firmware-config/street --toml new.toml
                      bamai discover --broker 127.0.0.1:1883 --topic 'application/#' --json | jq .devices
            exit codes: 0 devices were heard, 1 nothing was heard or the broker cannot be reached, 2 the site or the templates are wrong.
            """)

    @Option(
        name: .long,
        help: ArgumentHelp("The broker: host, host:port or mqtt://host:port (default: the site's, else this machine).", valueName: "address"))
    var broker: BrokerArgument?

    @Option(
        name: .long, help: ArgumentHelp("The site's folder or its site.toml: its brokers, templates and devices.", valueName: "folder"),
        completion: .directory)
    var site: String?

    @Option(name: .customLong("for"), help: ArgumentHelp("How long to listen; Ctrl-C ends it early and shows what was heard.", valueName: "time"))
    var duration: Span = Span(60)

    @Option(
        name: .long,
        help: ArgumentHelp("The device templates (default: the site's, else firmware-config/devices or /etc/bamai/devices).", valueName: "folder"),
        completion: .directory)
    var devices: String?

    @Option(name: .long, help: ArgumentHelp("Topic filter to listen to; may be given more than once (default: #, everything).", valueName: "filter"))
    var topic: [String] = []

    @Option(name: .long, help: ArgumentHelp("Write the lines into a new file instead of showing them.", valueName: "file"), completion: .file())
    var toml: String?

    @Flag(name: .long, help: "One JSON document: the stable interface for programs.")
    var json = false

    func validate() throws {
        guard duration.seconds <= 86_400 else { throw ValidationError("--for is at most a day") }
        if site != nil, devices != nil { throw ValidationError("--site has its own device templates: leave --devices out") }
        guard topic.count <= 64 else { throw ValidationError("--topic may be given 64 times") }
        for filter in topic where !SiteText.isTopicFilter(filter) { throw ValidationError("'\(filter)' is no MQTT topic filter") }
    }

    func run() throws {
        let catalogue = try templates()
        for finding in catalogue.findings { Terminal.error("left out: \(finding.description)") }
        if let toml, access(toml, F_OK) == 0 {
            Terminal.error("\(toml) is there already; name a new file")
            throw ExitCode(1)
        }
        let (listening, end) = try listen(catalogue)
        if case .lost(let reason) = end { Terminal.error("\(reason); this is what was heard until then") }
        let discovery = Discovery(listening, catalogue: catalogue)
        let lines = ConfigurationLines(discovery)
        if let toml, !lines.text.isEmpty {
            do throws(FileFailure) { try AtomicFile.create(toml, Array(lines.text.utf8)) } catch {
                Terminal.error(error.text)
                throw ExitCode(1)
            }
        }
        if json {
            Output.line(DiscoveryJSON.text(discovery, lines))
        } else {
            let columns = Terminal.isInteractive ? max(60, Terminal.size.columns) : 140
            for line in DiscoveryView(discovery: discovery, configuration: lines, file: toml, width: columns).lines() { Output.line(line) }
        }
        if discovery.devices.isEmpty { throw ExitCode(1) }
    }

    private func templates() throws -> TemplateCatalogue {
        let file = site.map { SiteFiles.file($0) }
        let folder = devices ?? ["firmware-config/devices", "/etc/bamai/devices"].first { access($0, R_OK) == 0 }
        if file == nil, folder == nil || access(folder ?? "", R_OK) != 0 {
            Terminal.error(
                "there are no device templates in \(folder ?? "firmware-config/devices or /etc/bamai/devices"); name their folder with --devices")
            throw ExitCode(2)
        }
        switch TemplateCatalogue.load(site: file, folder: folder, from: .disk) {
        case .valid(let catalogue, _): return catalogue
        case .invalid(let findings):
            for finding in findings { Terminal.error(finding.description) }
            throw ExitCode(2)
        }
    }

    /// Where to listen: the named broker, or each of the site's.
    private func places() throws -> [MQTTOptions] {
        let name = "discover-\(getpid())"
        if let broker {
            return [MQTTOptions(host: broker.host, port: broker.port, clientID: "bamai-\(name)", cleanSession: true, window: 100)]
        }
        guard let site else { return [MQTTOptions(host: "127.0.0.1", port: 1883, clientID: "bamai-\(name)", cleanSession: true, window: 100)] }
        return try BrokerPlaces.options(try SiteOption.load(site).brokers, as: name)
    }

    private func listen(_ catalogue: TemplateCatalogue) throws -> (Listening, ListeningLoop.End) {
        let hearing = Hearing(catalogue.listening())
        var listeners: [BrokerListener] = []
        defer { for listener in listeners { listener.close() } }
        for (index, options) in try places().enumerated() {
            do throws(MQTTError) {
                listeners.append(
                    try BrokerListener.open(options, index: index, filters: topic.isEmpty ? ["#"] : topic) { listener, topic, payload, isRetained in
                        hearing.listening.take(
                            broker: listener.index, topic: topic, payload: payload, received: Timestamp(microseconds: Clocks.wallMicroseconds()),
                            isRetained: isRetained)
                    })
            } catch {
                Terminal.error(error.text)
                throw ExitCode(1)
            }
        }
        let progress = ProgressLine()
        let end = ListeningLoop.run(listeners, seconds: duration.seconds) { passed in
            let figures = hearing.listening.figures
            progress.show(
                "\(Int(passed)) of \(JSONWriter.shortest(duration.seconds)) s   \(Terminal.plural(hearing.listening.deviceCount, "device"))   "
                    + "\(Terminal.plural(figures.messages, "message"))   Ctrl-C: enough")
            return false
        }
        progress.clear()
        return (hearing.listening, end)
    }

    /// What the listeners write into.
    private final class Hearing {
        var listening: Listening
        init(_ listening: Listening) { self.listening = listening }
    }
}

/// The brokers of a site, for a visitor.
enum BrokerPlaces {
    /// Ends the program with code 1 where a password cannot be read.
    static func options(_ brokers: [BrokerConfiguration], as name: String) throws -> [MQTTOptions] {
        try brokers.map { broker in
            switch Connections.options(broker) {
            case .failure(let problem):
                Terminal.error("broker \(broker.id): \(problem.text)")
                throw ExitCode(1)
            case .success(var options):
                // The gateway's own name would throw the gateway out.
                options.clientID += "-\(name)"
                options.cleanSession = true
                options.window = 100
                return options
            }
        }
    }
}

/// One line on a person's terminal that is written over and over; nothing elsewhere.
final class ProgressLine {
    private let isShown = isatty(STDERR_FILENO) == 1

    func show(_ text: String) {
        guard isShown else { return }
        Output.raw("\r" + Terminal.cut(text, max(20, Terminal.size.columns - 1)) + "\u{1b}[K", to: STDERR_FILENO)
    }

    func clear() {
        guard isShown else { return }
        Output.raw("\r\u{1b}[K", to: STDERR_FILENO)
    }
}
