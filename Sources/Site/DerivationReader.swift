import Lifeline

/// Reads `[[derive]]` tables: quantities that are reckoned and not measured.
struct DerivationReader {
    let quantities: QuantityBook
    let log: FindingLog

    /// The methods, as files name them, with the keys that each needs and may have beyond quantity, class, from and method.
    private static let methods: [(name: String, needs: [String], may: [String])] = [
        ("lowest_mean", ["window", "hours"], []), ("median", ["period"], ["at_least", "at_most"]), ("cycles", ["amplitude", "period"], []),
        ("share_of_hours", ["over"], ["at_least", "at_most"]), ("growth", ["per", "over"], ["scale", "least"]),
        ("onsets", ["per", "over"], ["at_least", "at_most", "scale", "least"]), ("compensated", ["by", "over"], []), ("highest", ["window"], []),
        ("lowest", ["window"], []),
        ("fall", ["window"], []),
        ("rise", ["window"], []), ("difference", ["minus"], ["max_age"]),
    ]
    /// *Units*: days. Longer than the longest window of this field, the 30 days of a lift's fault rate; learning takes at most a year.
    private static let dayRange = 1...366

    func derivations(_ readers: [TableReader]) -> [Derivation] {
        var register = IDRegister("derived quantity")
        return readers.compactMap { reader in
            let target = reader.text("quantity")
            // A class may make a quantity in a way of its own.
            let part = { (key: String) in reader.has(key) ? reader.text(key)?.value ?? "" : "" }
            if let target {
                let key = Located(value: "\(target.value) from \(part("from")) \(part("class"))", spot: target.spot)
                guard register.declare(key, log: log).isNew else { return nil }
            }
            return derivation(reader, target.flatMap { quantities.resolve($0, log: log) })
        }
    }

    private func derivation(_ reader: TableReader, _ quantity: Quantity?) -> Derivation? {
        let source = reader.text("from").flatMap { quantities.resolve($0, log: log) }
        let assetClass: Located<AssetClass>? = reader.choice("class", "asset class")
        guard let name = reader.text("method") else { return nil }
        let names = DerivationReader.methods.map(\.name)
        guard let method = DerivationReader.methods.first(where: { $0.name == name.value }) else {
            log.error(Wording.unknown("method", name.value, among: names), at: name.spot)
            return nil
        }
        for key in method.needs where !reader.has(key) { log.error("method \(Wording.quote(method.name)) needs the key \"\(key)\"", at: reader.here) }
        let general = ["quantity", "class", "from", "method"]
        for entry in reader.table.entries where reader.shape[entry.key] != nil && !(general + method.needs + method.may).contains(entry.key) {
            log.error("\(entry.key) has no meaning for method \(Wording.quote(method.name))", at: reader.spot(of: entry.key))
        }
        guard let quantity, let source, let made = self.method(method.name, reader, source) else { return nil }
        if case .onsets = made {
        } else if needsUnitOfSource(made), quantity.unit.dimension != source.unit.dimension {
            log.error(
                "\(quantity.name) is in \(quantity.unit.symbol), but \(method.name) of \(source.name) gives \(source.unit.symbol)", at: name.spot)
            return nil
        }
        return Derivation(quantity: quantity, assetClass: assetClass?.value, source: source.name, method: made)
    }

    /// Whether what comes out is in the unit of what goes in.
    private func needsUnitOfSource(_ method: Derivation.Method) -> Bool {
        switch method {
        case .lowestMean, .median, .compensated, .highest, .lowest, .fall, .rise, .difference: true
        case .cycles, .shareOfHours, .growth, .onsets: false
        }
    }

    private func method(_ name: String, _ reader: TableReader, _ source: Quantity) -> Derivation.Method? {
        let window = reader.duration("window", in: .seconds(1) ... .seconds(31 * 86_400))?.value.inSeconds
        let period = reader.duration("period", in: .seconds(1) ... .seconds(366 * 86_400))?.value.inSeconds
        let days = days(reader)
        let low = reader.number("at_least")?.value
        let high = reader.number("at_most")?.value
        let amplitude = reader.number("amplitude", in: 1e-9...1e9)?.value
        let scale = reader.number("scale", in: 1e-9...1e9)?.value ?? 1
        let least = reader.number("least", in: 0...1e12)?.value ?? 0
        let companion = ["per", "by", "minus"].lazy.compactMap { key in reader.has(key) ? reader.text(key) : nil }.first
            .flatMap { quantities.resolve($0, log: log) }?.name
        let age = reader.duration("max_age", in: .seconds(1) ... .seconds(366 * 86_400))?.value.inSeconds ?? 3600
        let (from, to) = hours(reader) ?? (0, 0)
        let (bottom, top) = (low ?? -.greatestFiniteMagnitude, high ?? .greatestFiniteMagnitude)
        switch name {
        case "lowest_mean":
            guard let window, to > from else { return nil }
            guard window <= to - from else {
                log.error("window is longer than the hours that it must fit into", at: reader.spot(of: "window"))
                return nil
            }
            return .lowestMean(window: window, from: from, to: to)
        case "median": return period.map { .median(period: $0, low: bottom, high: top) }
        case "cycles":
            guard let amplitude, let period else { return nil }
            return .cycles(amplitude: amplitude, period: period)
        case "share_of_hours":
            guard let days else { return nil }
            if low == nil && high == nil {
                log.error("share_of_hours needs a bound; write for example: at_least = 0.14", at: reader.here)
                return nil
            }
            return .shareOfHours(low: bottom, high: top, days: days)
        case "growth":
            guard let companion, let days else { return nil }
            return .growth(per: companion, scale: scale, days: days, atLeast: least)
        case "onsets":
            guard let companion, let days else { return nil }
            return .onsets(low: bottom, high: top, per: companion, scale: scale, days: days, atLeast: least)
        case "compensated":
            guard let companion, let days else { return nil }
            return .compensated(by: companion, days: days)
        case "highest": return window.map { .highest(window: $0) }
        case "lowest": return window.map { .lowest(window: $0) }
        case "fall": return window.map { .fall(window: $0) }
        case "rise": return window.map { .rise(window: $0) }
        default: return companion.map { .difference(minus: $0, age: age) }
        }
    }

    private func days(_ reader: TableReader) -> Int? {
        guard let over = reader.duration("over", in: .seconds(86_400) ... .seconds(366 * 86_400)) else { return nil }
        let days = over.value.inSeconds / 86_400
        if days == days.rounded() { return Int(days) }
        log.error("over must be a whole number of days", at: over.spot)
        return nil
    }

    /// `"02:00-04:00"`: seconds since midnight.
    private func hours(_ reader: TableReader) -> (Double, Double)? {
        guard let text = reader.text("hours") else { return nil }
        let parts = text.value.split(separator: "-", omittingEmptySubsequences: false).map { clock(String($0)) }
        if parts.count == 2, let from = parts[0], let to = parts[1], from < to { return (from, to) }
        log.error("hours are written like \"02:00-04:00\", the first before the second, found \(Wording.quote(text.value))", at: text.spot)
        return nil
    }

    private func clock(_ text: String) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), hour <= 24, minute < 60, hour * 60 + minute <= 1440
        else { return nil }
        return Double(hour * 3600 + minute * 60)
    }
}
