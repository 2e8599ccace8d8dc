import Lifeline

/// How fast a pulse line is, how often it reports, and over how long its rate is taken.
struct PulseRhythm {
    let debounce: Duration
    let interval: Duration
    let window: Duration
    let maxHz: Located<Double>?
    /// *Units*: seconds; of the rate.
    let cycle: Double?

    init(_ reader: TableReader, log: FindingLog) {
        let written = reader.duration("debounce", in: LineReader.debounces)
        debounce = written?.value ?? .seconds(0)
        // What a power cut may cost, against what a commit wears.
        interval = reader.duration("interval", in: LineReader.intervals)?.value ?? .seconds(60)
        let window = reader.duration("window", in: LineReader.intervals)
        self.window = window?.value ?? max(.seconds(300), interval)
        maxHz = reader.number("max_hz", in: 0.001...100_000)
        let cycle = reader.period("cycle")
        self.cycle = cycle?.value
        if !reader.has("max_hz") {
            log.error(
                "missing key \"max_hz\" in [[line]]; write the most pulses a second that the meter gives, for example: max_hz = 5", at: reader.here)
        }
        if let maxHz, let written, debounce.inSeconds > 0.5 / maxHz.value {
            let longest = Int((0.5e6 / maxHz.value).rounded(.down))
            log.error("debounce is longer than half a period of max_hz and would swallow pulses; at most \(longest) us", at: written.spot)
        }
        if let window, window.value < interval { log.error("window must be at least the interval, \(Amount.text(interval))", at: window.spot) }
        guard let cycle, let length = cycle.value else { return }
        if !reader.has("rate") {
            log.error("cycle is about the rate, and this line has none; write for example: rate = \"flow\"", at: cycle.spot)
        } else if length < 2 * interval.inSeconds {
            log.error("cycle must be at least twice the interval, \(Amount.text(interval))", at: cycle.spot)
        }
    }
}

/// What pulses stand for.
struct PulseSizes {
    private(set) var total: Quantity?
    private(set) var rate: Quantity?
    private(set) var rateFactor = 1.0
    private(set) var meters: [PulseLine.Meter] = []
    /// A finding tells why.
    private(set) var isBroken = false

    init(_ reader: TableReader, quantities: QuantityBook, log: FindingLog) {
        let named = reader.text("quantity")
        let namedRate = reader.text("rate")
        let perPulse = reader.number("per_pulse", in: 1e-9...1e9)
        let unit = reader.text("unit")
        let wrap = reader.number("wraps_at", in: 1e-6...1e15)
        if let named, named.value == QuantityBook.pulsesName {
            log.error(
                "the count itself is always reported: leave quantity out, or name what the pulses stand for, such as \"volume\"", at: named.spot)
        } else {
            total = named.flatMap { quantities.resolve($0, log: log) }
        }
        rate = namedRate.flatMap { quantities.resolve($0, log: log) }
        isBroken = (reader.has("quantity") && total == nil) || (reader.has("rate") && rate == nil)
        if total == nil {
            for key in ["unit", "wraps_at", "meters", "rate", "per_pulse"] where reader.has(key) && !reader.has("quantity") {
                log.error("\(key) needs a quantity that the pulses stand for, for example: quantity = \"volume\"", at: reader.spot(of: key))
                isBroken = true
            }
            meters = [PulseLine.Meter(perPulse: 1)]
            return
        }
        guard let total, let named else { return }
        guard PulseSizes.isCountable(total) else {
            log.error(
                "\(total.name) is in \(total.unit.symbol), which does not add up; pulses stand for a volume, a length or a count", at: named.spot)
            isBroken = true
            return
        }
        if !reader.has("per_pulse") {
            log.error(
                "missing key \"per_pulse\" in [[line]]: how much one pulse stands for, in unit (\(total.unit.symbol) if none is named)",
                at: reader.here)
        }
        guard let written = QuantityBook.unit(unit, of: total, log: log) else {
            isBroken = true
            return
        }
        let scale = written.conversion(to: total.unit).scale
        let base = PulseLine.Meter(perPulse: (perPulse?.value ?? 1) * scale, wrapsAt: wrap.map { $0.value * scale })
        if let wrap, base.perPulse >= wrap.value * scale { log.error("wraps_at must be more than per_pulse", at: wrap.spot) }
        meters = PulseSizes.meters(reader, base, scale: scale, log: log)
        if let rate, let namedRate {
            if let factor = PulseSizes.factor(total, rate) {
                rateFactor = factor
            } else {
                log.error(
                    "\(rate.name) is in \(rate.unit.symbol), which is not how fast \(total.name) in \(total.unit.symbol) grows", at: namedRate.spot)
                isBroken = true
            }
        }
        if isBroken { self.total = nil }
    }

    private static func isCountable(_ quantity: Quantity) -> Bool {
        switch quantity.unit.dimension {
        case .volume, .length: true
        case .none: quantity.unit.symbol != "state"
        default: false
        }
    }

    /// From canonical units of the total a second to the rate's canonical unit; nil: the rate is of something else.
    private static func factor(_ total: Quantity, _ rate: Quantity) -> Double? {
        // The bases: m3 and m3/h, m and m/s, m and mm/h, counts and Hz.
        let bases: Double? =
            switch (total.unit.dimension, rate.unit.dimension) {
            case (.volume, .flow): 3600
            case (.length, .speed): 1
            case (.length, .rainRate): 3_600_000
            case (.none, .frequency): 1
            default: nil
            }
        return bases.map { $0 * total.unit.factor / rate.unit.factor }
    }

    private static func meters(_ reader: TableReader, _ base: PulseLine.Meter, scale: Double, log: FindingLog) -> [PulseLine.Meter] {
        var meters: [PulseLine.Meter] = []
        for table in reader.tables("meters", Schema.meter, limit: Limits.meters) {
            let from = table.whole("from_count", in: 0...(1 << 53))
            let reading = table.number("reading", in: 0...1e15)
            let perPulse = table.number("per_pulse", in: 1e-9...1e9)
            let wrap = table.number("wraps_at", in: 1e-6...1e15)
            guard let from, let reading else { continue }
            if let last = meters.last, from.value <= Int(last.fromCount) {
                log.error("from_count must rise from meter to meter; the one above has \(last.fromCount)", at: from.spot)
                continue
            }
            let meter = PulseLine.Meter(
                fromCount: UInt64(from.value), reading: reading.value * scale, perPulse: perPulse.map { $0.value * scale } ?? base.perPulse,
                wrapsAt: wrap.map { $0.value * scale } ?? base.wrapsAt)
            if let end = meter.wrapsAt, meter.reading >= end || meter.perPulse >= end {
                log.error("a dial that wraps must show less than wraps_at, and move by less with a pulse", at: reading.spot)
                continue
            }
            meters.append(meter)
        }
        return meters.isEmpty ? [base] : meters
    }
}
