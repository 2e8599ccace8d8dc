import ArgumentParser
import Glibc
import Lifeline
import Linux
import Street

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish a simulated street: covers, pipes, lifts and a pump room, with faults whose truth is known.",
        discussion: """
            The street of firmware-config/street: a day lasts 24 s; a cover is lifted, a lift's door wears and a pipe bursts within three days, and \
            all is mended within five. Messages are published with QoS 1 when they are due; when the broker goes away, what it had not \
            acknowledged is sent again. The same seed gives the same street.

            With --district it is a district of more than two hundred assets of all classes over years, the one that `bamai score street` judges, at \
            --speed times real time.

            examples: bamai simulate --seed 7
                      bamai simulate --broker mqtt://127.0.0.1:1883 --duration 5min --no-faults
                      bamai simulate --copies 50 --print-site > site.toml
                      bamai simulate --district --speed 3600 --truth
            exit codes: 0 ended by you or by --duration, 1 the broker cannot be reached.
            """)

    @Option(name: .long, help: ArgumentHelp("The broker: host, host:port or mqtt://host:port.", valueName: "address"))
    var broker: BrokerArgument = BrokerArgument(host: "127.0.0.1", port: 18_830)

    @Option(name: .long, help: "The same seed gives the same street.")
    var seed: UInt64 = 1

    @Option(name: .long, help: ArgumentHelp("Time in which a day of the street passes; the site's cycles must agree.", valueName: "time"))
    var day: Span = Span(24)

    @Option(name: .long, help: ArgumentHelp("End after this long, such as 150s (default: never).", valueName: "time"))
    var duration: Span?

    @Option(name: .long, help: "Streets side by side; things go wrong in the first. 1 to 1000.")
    var copies: Int = 1

    @Flag(name: .long, help: "The district of `bamai score street` in place of the street.")
    var district = false

    @Option(
        name: .long, help: ArgumentHelp("District: simulated seconds a real one; the site file must be printed with the same.", valueName: "factor"))
    var speed = 3600.0

    @Option(name: .long, help: "District: it ends after so many simulated days.")
    var days = 1096

    @Option(name: .long, help: "District: one in so many of its assets.")
    var divisor = 1

    @Flag(name: .long, help: "Nothing goes wrong.")
    var noFaults = false

    @Flag(name: .long, help: "Print what will go wrong and when, and publish nothing.")
    var truth = false

    @Flag(name: .long, help: "Print the messages instead of publishing them, topic and payload, without waiting.")
    var printMessages = false

    @Flag(name: .long, help: "Print the site file of such a street, and publish nothing.")
    var printSite = false

    @Flag(name: .shortAndLong, help: "No progress line on the terminal; what goes wrong is still said.")
    var quiet = false

    func validate() throws {
        guard day.seconds >= 1, day.seconds <= 86_400 else { throw ValidationError("--day is 1 s to 1 d") }
        guard copies >= 1, copies <= 1000 else { throw ValidationError("--copies is 1 to 1000") }
        guard speed >= 1, speed <= 100_000 else { throw ValidationError("--speed is 1 to 100000") }
        guard (1...7305).contains(days) else { throw ValidationError("--days is 1 to 7305") }
        guard (1...64).contains(divisor) else { throw ValidationError("--divisor is 1 to 64") }
        if district && (noFaults || copies != 1) { throw ValidationError("--no-faults and --copies are the street's, not the district's") }
        if printMessages && duration == nil { throw ValidationError("--print-messages needs --duration: a street has no end") }
    }

    func run() throws {
        let plan = MunicipalOptions(seed: seed, days: days, divisor: divisor)
        if truth { return district ? printTruth(of: Municipality(plan)) : printTruth() }
        if printSite {
            return Output.line(district ? MunicipalSite.file(Municipality(plan).layout, speed: speed) : StreetSite.file(copies: copies))
        }
        let start = Timestamp(microseconds: Clocks.wallMicroseconds())
        var street: any PlayedStreet =
            district
            ? MunicipalBroadcast(plan, speed: speed, start: start)
            : Street(StreetOptions(seed: seed, dayLength: day.seconds, start: start, hasFaults: !noFaults, copies: copies))
        let end = duration.map { Int64(min($0.seconds, 1e9) * 1e6) } ?? .max
        if printMessages {
            while street.nextDue < end {
                let message = street.next()
                guard Output.raw(message.topic + " " + String(decoding: message.payload, as: UTF8.self) + "\n") else { return }
            }
            return
        }
        var show = StreetShow(street: street, start: start, end: end, isQuiet: quiet || !Terminal.isInteractive)
        try show.run(at: broker)
    }

    /// What is planned; floods, ponding and low batteries come out of the weather and the days.
    private func printTruth(of municipality: Municipality) {
        for fault in municipality.truth {
            let start = municipality.options.start
            let from = CivilTime.rfc3339(start.advanced(byMicroseconds: fault.begins), offsetSeconds: 28_800)
            let to = CivilTime.rfc3339(start.advanced(byMicroseconds: fault.ends), offsetSeconds: 28_800)
            Output.line("\(Terminal.pad(municipality.layout.assets[fault.asset].id, 6)) \(from) to \(to) \(fault.kind.rawValue)")
        }
    }

    private func printTruth() {
        for fault in StreetFaults.all {
            let (from, to) = (Int64(fault.begins * day.seconds), Int64(fault.ends * day.seconds))
            Output.line(
                "\(Terminal.pad(fault.asset, 6)) \(Terminal.pad("\(from) s to \(to) s", 15)) \(Terminal.pad(fault.words.english, 30)) "
                    + fault.rules.joined(separator: ", "))
        }
    }
}

/// Where a broker is.
struct BrokerArgument: ExpressibleByArgument {
    var host: String
    var port: UInt16

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    init?(argument: String) {
        let plain = argument.hasPrefix("mqtt://") ? argument.dropFirst(7) : argument[...]
        guard !plain.contains("/") else { return nil }
        // The last colon parts the port, unless it is inside the brackets of an IPv6 address.
        let colon = plain.lastIndex(of: ":").flatMap { plain[$0...].contains("]") ? nil : $0 }
        guard let port = colon.map({ UInt16(plain[plain.index(after: $0)...]) }) ?? 1883, port > 0 else { return nil }
        host = plain[..<(colon ?? plain.endIndex)].filter { $0 != "[" && $0 != "]" }
        self.port = port
        if host.isEmpty { return nil }
    }

    var defaultValueDescription: String { "\(host):\(port)" }
}
