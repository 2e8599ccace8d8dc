import Lifeline

/// Reads `[[line]]` tables: each becomes a line, and an input a device with its sensors too.
struct LineReader {
    let assets: IDRegister
    let quantities: QuantityBook
    /// What `[board]` names.
    let board: BoardChoice
    /// The index that stands for "no broker" in a device: the first behind the site's.
    let noBroker: Int
    let log: FindingLog

    private(set) var lines: [LineConfiguration] = []
    private var used = IDRegister("line")
    /// *Units*: edges a second of all pulse lines so far.
    private var edges = 0.0

    init(assets: IDRegister, quantities: QuantityBook, board: BoardChoice, noBroker: Int, log: FindingLog) {
        self.assets = assets
        self.quantities = quantities
        self.board = board
        self.noBroker = noBroker
        self.log = log
    }

    /// The names of `role`, and which keys beside the common ones each takes.
    private enum RoleName: String, CaseIterable {
        case contact, pulse, state, output

        var keys: Set<String> {
            switch self {
            case .contact: ["bias", "asset", "prefix", "quantity", "debounce", "interval"]
            case .state: ["bias", "asset", "prefix", "quantity", "debounce", "interval", "dwell"]
            case .pulse:
                [
                    "bias", "asset", "prefix", "quantity", "unit", "debounce", "interval", "cycle", "per_pulse", "max_hz", "rate", "window",
                    "wraps_at", "meters",
                ]
            case .output: ["drives", "level", "at_most", "safe"]
            }
        }
    }

    private static let commonKeys: Set<String> = ["id", "role", "pin", "chip", "offset", "active_low"]

    /// Reads one line and adds it, with its device and sensors; a broken one leaves findings.
    mutating func read(_ reader: TableReader, into devices: inout DeviceReader) {
        let id = reader.identifier("id", limit: 24)
        let role: Located<RoleName>? = reader.choice("role", "role")
        let place = place(reader)
        let bias: Located<LineBias>? = reader.choice("bias", "bias")
        let isActiveLow = reader.boolean("active_low")?.value ?? false
        if let id, !devices.declare(id) { return }
        guard let role else { return }
        for key in reader.shape.keys where reader.has(key.name) {
            if LineReader.commonKeys.contains(key.name) || role.value.keys.contains(key.name) { continue }
            let owners = RoleName.allCases.filter { $0.keys.contains(key.name) }.map { Wording.quote($0.rawValue) }
            log.error("\(key.name) has a meaning for role \(Wording.list(owners)) only", at: reader.spot(of: key.name))
        }
        let parts: LineRole?
        switch role.value {
        case .output: parts = output(reader).map { .output($0) }
        case .contact, .state:
            parts = level(reader, id, isState: role.value == .state, into: &devices)
        case .pulse: parts = pulse(reader, id, into: &devices).map { .pulse($0) }
        }
        guard let id, let place, let parts else { return }
        lines.append(LineConfiguration(id: id.value, place: place, bias: bias?.value ?? .asIs, isActiveLow: isActiveLow, role: parts))
    }

    // MARK: Where

    private mutating func place(_ reader: TableReader) -> LinePlace? {
        let pin = reader.text("pin", limit: 32)
        let chip = reader.text("chip", limit: 64)
        let offset = reader.whole("offset", in: 0...1023)
        if reader.has("pin"), reader.has("chip") || reader.has("offset") {
            log.error("pin says where the line is already: leave chip and offset out, or the pin", at: reader.spot(of: "pin"))
            return nil
        }
        let found: LinePlace?
        if reader.has("pin") {
            found = pin.flatMap { place(ofPin: $0) }
        } else if reader.has("chip"), reader.has("offset") {
            found = chip.flatMap { chip in offset.flatMap { place(chip: chip, offset: $0) } }
        } else {
            let missing = reader.has("chip") ? "offset" : reader.has("offset") ? "chip" : "pin"
            log.error(
                "missing key \"\(missing)\" in [[line]]; a line is named by its pin, as in pin = \"P1-11\", or by chip = \"pinctrl-bcm2711\" and offset = 17",
                at: reader.here)
            return nil
        }
        guard let found else { return nil }
        let spot = reader.spot(of: reader.has("pin") ? "pin" : "offset")
        let name = "\(found.offset) of \(found.chip)"
        if let first = used.place(of: name) {
            log.error("line \(name) is used by the [[line]] on \(first.words(from: spot)) already", at: spot)
            return nil
        }
        used.declare(Located(value: name, spot: spot), log: log)
        return found
    }

    private func place(ofPin pin: Located<String>) -> LinePlace? {
        guard let known = board.configuration else {
            if !board.isBroken {
                log.error(
                    "\(Wording.quote(pin.value)) is a name of a board's header, and this site names no board; write for example: [board] type = \"raspberry-pi-4\"",
                    at: pin.spot)
            }
            return nil
        }
        guard let place = known.board.place(ofPin: pin.value) else {
            log.error(Wording.unknown("pin", pin.value, among: known.board.pinNames, place: " of board \(known.type)"), at: pin.spot)
            return nil
        }
        return mayBeUsed(place, at: pin.spot) ? place : nil
    }

    private func place(chip: Located<String>, offset: Located<Int>) -> LinePlace? {
        guard let known = board.configuration, !known.board.chips.isEmpty else { return LinePlace(chip: chip.value, offset: offset.value) }
        guard let found = known.board.chip(labelled: chip.value) else {
            let labels = known.board.chips.map(\.label)
            log.error(Wording.unknown("chip", chip.value, among: labels, place: " of board \(known.type)"), at: chip.spot)
            return nil
        }
        guard offset.value < found.lines else {
            log.error("\(found.label) has the lines 0…\(found.lines - 1) on board \(known.type), found \(offset.value)", at: offset.spot)
            return nil
        }
        let pin = known.board.pin(chip: chip.value, offset: offset.value)?.names.first ?? ""
        let place = LinePlace(chip: chip.value, offset: offset.value, pin: pin)
        return mayBeUsed(place, at: offset.spot) ? place : nil
    }

    private func mayBeUsed(_ place: LinePlace, at spot: Spot) -> Bool {
        guard let known = board.configuration, let pin = known.board.pin(chip: place.chip, offset: place.offset) else { return true }
        let name = place.pin.isEmpty ? "line \(place.offset) of \(place.chip)" : "\(place.pin) (\(place.chip) line \(place.offset))"
        if let reason = pin.reserved {
            log.error("\(name) is reserved on board \(known.type): \(reason)", at: spot)
            return false
        }
        if let caution = pin.caution { log.warning("\(name): \(caution)", at: spot) }
        return true
    }

    // MARK: Roles

    private func output(_ reader: TableReader) -> OutputLine? {
        enum Drive: String, CaseIterable { case status, siren }
        enum Switch: String, CaseIterable { case on, off }
        let drives: Located<Drive>? = reader.choice("drives", "use of an output")
        if !reader.has("drives") {
            log.error("missing key \"drives\" in [[line]]: an output drives \"status\" or \"siren\"", at: reader.here)
        }
        let safe: Located<Switch>? = reader.choice("safe", "safe state")
        let level = reader.text("level")
        let from: Level? = if let level { Level(name: level.value) } else { .orange }
        if let level, from == nil { log.error(Wording.unknown("level", level.value, among: Level.allCases.map(\.name)), at: level.spot) }
        let atMost = reader.duration("at_most", in: .seconds(1) ... .seconds(86_400))?.value ?? LineReader.sirenAtMost
        if drives?.value == .status {
            for key in ["level", "at_most"] where reader.has(key) {
                log.error("\(key) has a meaning for an output that drives \"siren\" only", at: reader.spot(of: key))
            }
        }
        guard let drives, let from else { return nil }
        return OutputLine(drive: drives.value == .status ? .status : .siren(from: from, atMost: atMost), safe: safe?.value == .on)
    }

    private func level(_ reader: TableReader, _ id: Located<String>?, isState: Bool, into devices: inout DeviceReader) -> LineRole? {
        let debounce = reader.duration("debounce", in: LineReader.debounces)?.value ?? LineReader.contactDebounce
        let interval = reader.duration("interval", in: LineReader.intervals)?.value ?? LineReader.levelInterval
        let dwell = reader.duration("dwell", in: .seconds(0) ... .seconds(3600))?.value ?? LineReader.stateDwell
        guard let asset = asset(reader, into: &devices) else { return nil }
        guard let named = reader.text("quantity") else {
            if !reader.has("quantity") {
                log.error("missing key \"quantity\" in [[line]]; write for example: quantity = \"open\"", at: reader.here)
            }
            devices.sensorIDs.isIncomplete = true
            return nil
        }
        guard let quantity = quantities.resolve(named, log: log) else {
            devices.sensorIDs.isIncomplete = true
            return nil
        }
        if quantity.unit.symbol != "state" {
            let states = quantities.quantitiesInOrder.filter { $0.unit.symbol == "state" }.map(\.name)
            log.error(
                "\(quantity.name) is in \(quantity.unit.symbol), and a line is only active or not; quantities of states are \(Wording.list(states))",
                at: named.spot)
            return nil
        }
        let device = devices.addLine(id: id?.value ?? "", noBroker: noBroker)
        guard let sensor = devices.addSensor(reader, asset: asset, device: device, quantity: quantity, interval: interval.inSeconds, cycle: nil)
        else { return nil }
        return isState
            ? .state(StateLine(sensor: sensor, debounce: debounce, dwell: dwell, interval: interval))
            : .contact(ContactLine(sensor: sensor, debounce: debounce, interval: interval))
    }

    private func asset(_ reader: TableReader, into devices: inout DeviceReader) -> Int? {
        if !reader.has("asset") {
            log.error("missing key \"asset\" in [[line]]; write for example: asset = \"MH-17\"", at: reader.here)
        }
        let asset = reader.text("asset").flatMap { assets.resolve($0, log: log) }
        if asset == nil { devices.sensorIDs.isIncomplete = true }
        return asset
    }

    private mutating func pulse(_ reader: TableReader, _ id: Located<String>?, into devices: inout DeviceReader) -> PulseLine? {
        let rhythm = PulseRhythm(reader, log: log)
        count(rhythm.maxHz)
        let sizes = PulseSizes(reader, quantities: quantities, log: log)
        guard let asset = asset(reader, into: &devices) else { return nil }
        if sizes.isBroken {
            devices.sensorIDs.isIncomplete = true
            return nil
        }
        let device = devices.addLine(id: id?.value ?? "", noBroker: noBroker)
        let seconds = rhythm.interval.inSeconds
        guard
            let counter = devices.addSensor(
                reader, asset: asset, device: device, quantity: quantities.pulses, interval: seconds, cycle: nil)
        else { return nil }
        let total = sizes.total.flatMap {
            devices.addSensor(reader, asset: asset, device: device, quantity: $0, interval: seconds, cycle: nil)
        }
        let rate = sizes.rate.flatMap {
            devices.addSensor(reader, asset: asset, device: device, quantity: $0, interval: seconds, cycle: rhythm.cycle)
        }
        guard let maxHz = rhythm.maxHz else { return nil }
        return PulseLine(
            countSensor: counter, totalSensor: total, rateSensor: rate, meters: sizes.meters, rateFactor: sizes.rateFactor, window: rhythm.window,
            debounce: rhythm.debounce, maxHz: maxHz.value, interval: rhythm.interval)
    }

    /// Both edges of a pulse are listened to: that is how a lost one is noticed.
    private mutating func count(_ maxHz: Located<Double>?) {
        guard let maxHz else { return }
        let before = edges
        edges += 2 * maxHz.value
        // One finding: the lines below the first that is too much are not at fault more than those above.
        guard let known = board.configuration, let most = known.board.maxEdgesPerSecond, edges > Double(most), before <= Double(most) else { return }
        let own = JSONWriter.shortest(2 * maxHz.value)
        let rest = before > 0 ? " and the lines above \(JSONWriter.shortest(before))" : ""
        log.error("max_hz means \(own) edges a second\(rest); board \(known.type) carries \(most) in all", at: maxHz.spot)
    }

    // MARK: Defaults

    /// A reed switch bounces for a millisecond or two, a relay for ten.
    static let contactDebounce = Duration.milliseconds(20)
    static let levelInterval = Duration.seconds(600)
    /// Short enough for a pump that must not run dry, long enough for a relay that chatters.
    static let stateDwell = Duration.seconds(5)
    /// Long enough to be heard by who is there; nobody else is served by more noise.
    static let sirenAtMost = Duration.seconds(900)
    /// The kernel takes microseconds in 32 bits; a contact that takes ten seconds to settle is broken.
    static let debounces: ClosedRange<Duration> = .seconds(0) ... .seconds(10)
    static let intervals: ClosedRange<Duration> = .seconds(1) ... .seconds(86_400)
}

/// The board that a site names.
struct BoardChoice {
    /// nil: the site names none, or it cannot be read.
    var configuration: BoardConfiguration?
    /// Its file has findings of its own: what depends on it is not blamed.
    var isBroken = false
}
