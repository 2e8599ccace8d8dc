import Lifeline
import Pulse

/// Reads a rule's `levels`, `unit` and `deadband`: what the numbers mean depends on the rule's kind.
struct RuleLimits {
    let reader: TableReader
    let kind: RuleKind
    let quantity: Quantity?
    let log: FindingLog

    /// The levels in the canonical unit (or seconds, or Pulse scores), mildest first; nil with findings.
    func read() -> (levels: [LevelLimit], deadband: Double)? {
        let unit = writtenUnit()
        let deadband = deadband(unit)
        let tables = reader.tables("levels", Schema.level, limit: Level.allCases.count)
        if case .array([])? = reader.table["levels"]?.content { log.error("levels must not be empty", at: reader.spot(of: "levels")) }
        if kind == .code { return codes(tables).map { ($0, 0) } }
        var levels: [(level: Level, limit: Located<Double>, spot: Spot)] = []
        var isWhole = !tables.isEmpty
        for table in tables {
            let level = level(table)
            let limit = limit(table, unit)
            if let level, let limit { levels.append((level, limit, table.here)) } else { isWhole = false }
        }
        for (milder, worse) in zip(levels, levels.dropFirst()) {
            if worse.level <= milder.level {
                log.error(
                    "levels go from the mildest to the worst (blue, yellow, orange, red): \(worse.level.name) cannot follow \(milder.level.name)",
                    at: worse.spot)
                isWhole = false
            } else if kind == .low ? worse.limit.value >= milder.limit.value : worse.limit.value <= milder.limit.value {
                log.error(
                    "the limit of \(worse.level.name) must be \(kind == .low ? "below" : "above") that of \(milder.level.name)", at: worse.limit.spot)
                isWhole = false
            }
        }
        guard isWhole, let deadband else { return nil }
        return (levels.map { LevelLimit(level: $0.level, limit: $0.limit.value) }, deadband)
    }

    /// The unit of the limits of a `high` or `low` rule; nil for other kinds, and where a finding was made.
    private func writtenUnit() -> Unit? {
        let symbol = reader.text("unit")
        guard kind == .high || kind == .low || kind == .code || kind == .baseline else {
            if let symbol { log.error("unit has a meaning for rules of kind \"high\" and \"low\" only", at: symbol.spot) }
            return nil
        }
        if let symbol, kind == .code || kind == .baseline {
            log.error("unit has a meaning for rules of kind \"high\" and \"low\" only", at: symbol.spot)
        }
        guard let quantity else {
            if !reader.has("quantity") { log.error("a rule of kind \"\(kind.rawValue)\" needs a quantity", at: reader.here) }
            return nil
        }
        return QuantityBook.unit(symbol, of: quantity, log: log)
    }

    private func deadband(_ unit: Unit?) -> Double? {
        guard reader.has("deadband") else { return 0 }
        guard let deadband = reader.number("deadband", in: 0...1e9) else { return nil }
        switch kind {
        case .silent, .code:
            log.error("deadband has no meaning for a rule of kind \(Wording.quote(kind.rawValue))", at: deadband.spot)
            return nil
        case .pulse, .fault, .baseline: return deadband.value
        case .high, .low:
            guard let unit, let quantity else { return nil }
            let canonical = deadband.value * unit.conversion(to: quantity.unit).scale
            if canonical < quantity.range.upperBound - quantity.range.lowerBound { return canonical }
            log.error("deadband is wider than all values of \(quantity.name)", at: deadband.spot)
            return nil
        }
    }

    private func level(_ table: TableReader) -> Level? {
        guard let name = table.text("level") else { return nil }
        if let level = Level(name: name.value) { return level }
        log.error(Wording.unknown("level", name.value, among: Level.allCases.map(\.name)), at: name.spot)
        return nil
    }

    /// The codes of each level, one entry a code.
    private func codes(_ tables: [TableReader]) -> [LevelLimit]? {
        var entries: [LevelLimit] = []
        var isWhole = !tables.isEmpty
        for table in tables {
            if table.has("limit") {
                log.error("a rule of kind \"code\" has codes, not limits; write for example: codes = [5, 101]", at: table.spot(of: "limit"))
            }
            guard let level = level(table), let codes = table.numbers("codes", limit: RuleLimits.codeLimit) else {
                if !table.has("codes") { log.error("missing key \"codes\" in levels; write for example: codes = [5, 101]", at: table.here) }
                isWhole = false
                continue
            }
            for code in codes.value {
                if let quantity, !quantity.range.contains(code) {
                    log.error("code \(JSONWriter.shortest(code)) lies outside the range of \(quantity.name)", at: codes.spot)
                    isWhole = false
                } else if entries.contains(where: { $0.limit == code }) {
                    log.error("code \(JSONWriter.shortest(code)) stands in two places; a code has one level", at: codes.spot)
                    isWhole = false
                } else {
                    entries.append(LevelLimit(level: level, limit: code))
                }
            }
        }
        return isWhole ? entries : nil
    }

    /// More codes than any table of this field has.
    static let codeLimit = 64

    private func limit(_ table: TableReader, _ unit: Unit?) -> Located<Double>? {
        if table.has("codes") { log.error("codes have a meaning for rules of kind \"code\" only", at: table.spot(of: "codes")) }
        guard let value = table.table["limit"] else {
            log.error("missing key \"limit\" in levels; write for example: limit = 15.0", at: table.here)
            return nil
        }
        let place = table.spot(value.position)
        if kind == .silent {
            guard case .text(let text) = value.content else {
                if TableReader.number(in: value) != nil { log.error("limit: silence is a duration: write a text such as \"72 h\"", at: place) }
                return nil
            }
            return table.duration(text, "limit", in: .seconds(1) ... .seconds(366 * 86_400), at: place).map { $0.map { $0.inSeconds } }
        }
        if kind == .pulse || kind == .fault, case .text(let text) = value.content { return promise(text, at: place) }
        guard let number = TableReader.number(in: value) else {
            if case .text = value.content { log.error("limit: expected a number such as 15.0, found a text", at: place) }
            return nil
        }
        switch kind {
        case .pulse, .fault:
            // Scores end at about 40; a rule beyond that would never speak, and one at 0 always (a fault's 0 is the physical range).
            let least = kind == .pulse ? "above 0" : "0"
            if number >= 0, number <= 40, kind == .fault || number > 0 { return Located(value: number, spot: place) }
            log.error("limit: a Pulse score is \(least) … 40, found \(number.isFinite ? JSONWriter.shortest(number) : "\(number)")", at: place)
            return nil
        case .high, .low:
            guard let unit, let quantity else { return nil }
            let (scale, shift) = unit.conversion(to: quantity.unit)
            let canonical = number * scale + shift
            if quantity.range.contains(canonical) { return Located(value: canonical, spot: place) }
            let range = quantity.range
            let bounds = "\(JSONWriter.shortest(range.lowerBound))…\(JSONWriter.shortest(range.upperBound)) \(quantity.unit.symbol)"
            log.error("limit lies outside the physical range of \(quantity.name) (\(bounds)): it would never be reached", at: place)
            return nil
        case .baseline:
            if number > 0, number <= 1e9 { return Located(value: number, spot: place) }
            log.error("limit: how far from the baseline is above 0, found \(number.isFinite ? JSONWriter.shortest(number) : "\(number)")", at: place)
            return nil
        case .silent, .code: return nil
        }
    }

    /// `"1 a year"`: the score that a series which behaves reaches at most so often.
    private func promise(_ text: String, at place: Spot) -> Located<Double>? {
        let ending = " a year"
        guard text.hasSuffix(ending), let rate = Double(text.dropLast(ending.utf8.count)) else {
            log.error("limit: expected a score such as 5.0, or false alarms such as \"1 a year\", found \(Wording.quote(text))", at: place)
            return nil
        }
        guard (0.001...20).contains(rate) else {
            log.error("limit: 0.001 … 20 false alarms a year can be promised, found \(Wording.quote(text))", at: place)
            return nil
        }
        return Located(value: Double(Calibration.limit(falseAlarmsPerYear: Float(rate))), spot: place)
    }
}
