import ArgumentParser
import Commissioning
import Decode
import Gateway
import Glibc
import Journal
import Lifeline
import Linux
import MQTT
import Site

struct BaselineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline",
        abstract: "Take what sensors read while all is well as their installed baseline: the seat of a cover, the zero of a level.",
        discussion: """
            Quantities with a baseline_spread in the profile have an installed baseline. The command listens to the site's brokers beside the gateway, \
            whether that runs or not, decodes without the present baselines and with the sign, and takes the median; where the readings are further \
            apart than the profile allows, or too few, nothing is taken. With --last the journal's newest readings serve instead, except where the \
            sign was dropped (absolute). A level's baseline makes the present level zero. Press a device's button if it reports once an hour.

            examples: bamai baseline MH-01 --site firmware-config/street --for 2min
                      bamai baseline 'MH-*/tilt_*' --site firmware-config/street --write
                      bamai baseline WELL-9/water_level --last 20
            exit codes: 0 every baseline was taken, 1 one could not be, 2 the site is wrong.
            """)

    @Argument(help: ArgumentHelp("Assets by id, or sensors by id, with * and ?.", valueName: "asset-or-sensor"))
    var names: [String]

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long to listen (default: 60 s); 30 readings of each sensor end it early.", valueName: "time"))
    var duration: Span?

    @Option(name: .long, help: ArgumentHelp("Take the last so many readings of the journal instead.", valueName: "count"))
    var last: Int?

    @Option(name: .long, help: ArgumentHelp("How many readings there must be.", valueName: "count"))
    var atLeast: Int = 3

    @Option(name: .long, help: ArgumentHelp("The journal's file (default: the site's).", valueName: "file"), completion: .file())
    var journal: String?

    @Flag(name: .long, help: "Write the baselines into the site's file, which is checked before; the former one stays as .bak.")
    var write = false

    @OptionGroup var site: SiteOption

    /// So many readings of each sensor are enough.
    private static let enough = 30

    func validate() throws {
        guard !names.isEmpty else { throw ValidationError("name an asset or a sensor, such as MH-17 or MH-17/tilt_x") }
        guard (1...BaselineSample.limit).contains(atLeast) else { throw ValidationError("--at-least is 1 to \(BaselineSample.limit)") }
        if let last {
            guard duration == nil else { throw ValidationError("--for listens, --last reads the journal: one of them") }
            guard (1...BaselineSample.limit).contains(last) else { throw ValidationError("--last is 1 to \(BaselineSample.limit)") }
        } else if journal != nil {
            throw ValidationError("--journal needs --last")
        }
        if let duration, duration.seconds > 86_400 { throw ValidationError("--for is at most a day") }
    }

    func run() throws {
        let configuration = try site.load()
        let sensors = try chosen(configuration.plan)
        var samples: [Int: BaselineSample]
        if let last {
            samples = try JournalSamples.last(last, of: sensors, configuration, journal)
        } else {
            samples = try listen(sensors, configuration)
        }
        var outcomes: [(sensor: Int, outcome: BaselineSample.Outcome)] = []
        var isComplete = true
        for sensor in sensors {
            let quantity = configuration.plan.sensors[sensor].quantity
            guard let sample = samples[sensor] else {
                // The reason has been said.
                isComplete = false
                continue
            }
            switch sample.outcome(limit: quantity.baselineSpread ?? 0, needed: atLeast) {
            case .success(let outcome): outcomes.append((sensor, outcome))
            case .failure(let refusal):
                Terminal.error("\(configuration.plan.sensors[sensor].id): \(BaselineView.words(refusal, quantity))")
                isComplete = false
            }
        }
        let edit = SiteEdit(SiteFiles.file(site.site), configuration)
        for (sensor, outcome) in outcomes where try !edit.take(sensor, outcome, writes: write) { isComplete = false }
        if write, edit.count > 0 { try edit.save() }
        if !isComplete { throw ExitCode(1) }
    }

    /// The sensors that the words mean; ends the program with code 1 where one means none.
    private func chosen(_ plan: SitePlan) throws -> [Int] {
        var chosen: [Int] = []
        for name in names {
            let pattern = SensorPattern(argument: name)
            let means = { (sensor: Sensor, asset: Asset) in asset.id == name || pattern?.matches(sensor.id) == true }
            let found = plan.sensorsWithBaseline(means)
            if found.isEmpty {
                let named = plan.sensors.first { $0.derived == nil && means($0, plan.assets[$0.asset]) }
                let which = Set(plan.sensors.filter { $0.quantity.baselineSpread != nil }.map(\.quantity.name)).sorted().joined(separator: ", ")
                Terminal.error(
                    named == nil
                        ? "no asset or sensor of the site is called \(Terminal.plain(name))"
                        : "\(Terminal.plain(name)): nothing of it has an installed baseline; in this site these have: \(which.isEmpty ? "none" : which)"
                )
                throw ExitCode(1)
            }
            chosen += found.filter { !chosen.contains($0) }
        }
        return chosen
    }

    // MARK: - Listening

    private final class Hearing {
        var decoder: Decoder
        var samples: [Int: BaselineSample]
        var readings: [DecodedReading] = []

        init(_ plan: SitePlan, _ sensors: [Int]) {
            decoder = Decoder(plan: plan)
            samples = Dictionary(uniqueKeysWithValues: sensors.map { ($0, BaselineSample()) })
        }

        func take(_ broker: Int, _ topic: String, _ payload: UnsafeRawBufferPointer) {
            readings.removeAll(keepingCapacity: true)
            _ = Array(topic.utf8).withUnsafeBytes { topic in
                decoder.decode(
                    broker: broker, topic: topic, payload: payload, received: Timestamp(microseconds: Clocks.wallMicroseconds()), into: &readings)
            }
            // What a device kept from before it was installed says nothing of its seat.
            for reading in readings where reading.flags.isDisjoint(with: [.late, .outOfRange]) { samples[reading.sensor]?.take(reading.value) }
        }
    }

    private func listen(_ sensors: [Int], _ configuration: SiteConfiguration) throws -> [Int: BaselineSample] {
        var plan = configuration.plan.withoutBaselines
        let owners = Set(sensors.map { plan.sensors[$0].device })
        plan.devices = plan.devices.indices.filter(owners.contains).map { plan.devices[$0] }
        let hearing = Hearing(plan, sensors)
        let options = try BrokerPlaces.options(configuration.brokers, as: "baseline-\(getpid())")
        var listeners: [BrokerListener] = []
        defer { for listener in listeners { listener.close() } }
        for (index, options) in options.enumerated() {
            let filters = hearing.decoder.topicFilters(broker: index)
            if filters.isEmpty { continue }
            do throws(MQTTError) {
                listeners.append(
                    try BrokerListener.open(options, index: index, filters: filters) { listener, topic, payload, isRetained in
                        // How old a message is that the broker had kept, nobody knows.
                        if !isRetained { hearing.take(listener.index, topic, payload) }
                    })
            } catch {
                Terminal.error(error.text)
                throw ExitCode(1)
            }
        }
        let progress = ProgressLine()
        let seconds = duration?.seconds ?? 60
        let end = ListeningLoop.run(listeners, seconds: seconds) { passed in
            let counts = sensors.map { hearing.samples[$0]?.values.count ?? 0 }
            progress.show(
                "\(Int(passed)) of \(JSONWriter.shortest(seconds)) s   "
                    + zip(sensors, counts).map { "\(plan.sensors[$0].id) \($1)" }.joined(separator: "   "))
            return counts.allSatisfy { $0 >= BaselineCommand.enough }
        }
        progress.clear()
        if case .lost(let reason) = end { Terminal.error("\(reason); this is what was heard until then") }
        return hearing.samples
    }
}

/// The newest readings of a journal, brought back to what they were before the baseline was taken off.
enum JournalSamples {
    /// *Units*: readings of all sensors that are looked through at first; eight times as many when they do not hold enough.
    private static let firstWindow: UInt64 = 65_536

    /// A sensor whose readings have lost their sign is told of and left out.
    static func last(_ count: Int, of sensors: [Int], _ configuration: SiteConfiguration, _ path: String?) throws -> [Int: BaselineSample] {
        let plan = configuration.plan
        var usable: [Int] = []
        for sensor in sensors {
            guard let binding = plan.binding(of: sensor) else { continue }
            if binding.absolute {
                Terminal.error(
                    "\(plan.sensors[sensor].id): the journal has its readings without their sign (absolute), so a baseline cannot be told from them; listen "
                        + "instead, with --for")
            } else {
                usable.append(sensor)
            }
        }
        guard !usable.isEmpty else { return [:] }
        let path = path ?? configuration.journal.path
        guard access(path, F_OK) == 0 else {
            Terminal.error("there is no journal at \(path)")
            throw ExitCode(1)
        }
        return try reading { () throws(JournalError) in
            let reader = try SQLiteJournalReader.open(path: path)
            let first = try reader.firstSequence()
            let last = try reader.lastSequence()
            let keys = try reader.seriesKeys()
            let byKey = Dictionary(usable.map { (plan.sensors[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
            var window = firstWindow
            while true {
                var values: [Int: [Double]] = [:]
                let start = last > window ? max(first, last - window) : first
                try reader.readings(from: start) { _, reading in
                    guard let key = keys[reading.series], let sensor = byKey[key], reading.flags.isDisjoint(with: [.late, .outOfRange]) else {
                        return true
                    }
                    values[sensor, default: []].append(reading.value)
                    // Twice what is wanted, so that the array is not shifted for each reading.
                    if values[sensor]!.count >= 2 * count { values[sensor]!.removeFirst(count) }
                    return true
                }
                let isEnough = usable.allSatisfy { values[$0, default: []].count >= count }
                if isEnough || start <= first { return samples(values, count, usable, plan) }
                window = window.multipliedReportingOverflow(by: 8).overflow ? .max : window * 8
            }
        }
    }

    private static func samples(_ values: [Int: [Double]], _ count: Int, _ sensors: [Int], _ plan: SitePlan) -> [Int: BaselineSample] {
        var samples: [Int: BaselineSample] = [:]
        for sensor in sensors {
            var sample = BaselineSample()
            // They were journalled with the baseline that the site has now taken off.
            let baseline = plan.binding(of: sensor)?.baseline ?? 0
            for value in values[sensor, default: []].suffix(count) { sample.take(value + baseline) }
            samples[sensor] = sample
        }
        return samples
    }
}
