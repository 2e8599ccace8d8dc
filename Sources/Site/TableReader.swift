import Lifeline

/// Reads one table of a file against its shape.
///
/// Making one reports what the shape alone can tell: unknown keys, missing keys, values of the wrong kind. The functions then give a value only
/// where it is sound, and report what its range or wording has against it; nil means "absent, or reported already".
struct TableReader {
    let table: TOMLTable
    let shape: TableShape
    let file: String
    let log: FindingLog

    /// - Parameter parent: The shape of the enclosing table, for keys that slipped below a `[[sub-table]]` header.
    init(_ table: TOMLTable, _ shape: TableShape, file: String, log: FindingLog, parent: TableShape? = nil) {
        self.table = table
        self.shape = shape
        self.file = file
        self.log = log
        for entry in table.entries {
            if let key = shape[entry.key] {
                if let complaint = TableReader.complaint(about: entry.value, as: key) {
                    log.error("\(entry.key): \(complaint)", at: spot(entry.value.position))
                }
            } else {
                log.error(unknownKey(entry.key, parent), at: spot(entry.keyPosition))
            }
        }
        for key in shape.keys where key.isRequired && table[key.name] == nil {
            let isHeader = key.example.hasPrefix("[") && key.form != .texts && key.form != .tables || key.example.hasPrefix("[[")
            let form = isHeader ? key.example : "\(key.name) = \(key.example)"
            log.error("missing key \"\(key.name)\" in \(shape.title); write for example: \(form)", at: spot(table.position))
        }
    }

    /// The table's own place.
    var here: Spot { spot(table.position) }

    func spot(_ position: TOMLPosition) -> Spot { Spot(file: file, position: position) }

    /// Where a key's value stands; the table's own place when it is absent.
    func spot(of key: String) -> Spot { spot(table[key]?.position ?? table.position) }

    func has(_ key: String) -> Bool { table[key] != nil }

    // MARK: Plain values

    /// A text without control characters, not longer than `limit` characters; empty only where that is allowed.
    func text(_ key: String, limit: Int = TextRules.longest, mayBeEmpty: Bool = false) -> Located<String>? {
        guard let value = value(key, .text), case .text(let text) = value.content else { return nil }
        if mayBeEmpty, text.isEmpty { return Located(value: text, spot: spot(value.position)) }
        return accept(text, key, value, TextRules.objection(toName: text, limit: limit))
    }

    /// A text that may stand in ids, topics and the journal.
    func identifier(_ key: String, limit: Int = 64, alphabet: String = "-_.") -> Located<String>? {
        guard let value = value(key, .text), case .text(let text) = value.content else { return nil }
        return accept(text, key, value, TextRules.objection(toID: text, limit: limit, alphabet: alphabet))
    }

    /// The text as it stands, for the register of ids only: what refers to an ill-formed id is not at fault.
    func declaredID(_ key: String) -> Located<String>? {
        guard let value = value(key, .text), case .text(let text) = value.content else { return nil }
        return Located(value: text, spot: spot(value.position))
    }

    /// One of an enumeration's names.
    func choice<Choice: CaseIterable & RawRepresentable & Equatable>(
        _ key: String, _ what: String, among choices: [Choice] = Array(Choice.allCases)
    ) -> Located<Choice>? where Choice.RawValue == String {
        guard let name = text(key) else { return nil }
        if let choice = Choice(rawValue: name.value), choices.contains(choice) { return Located(value: choice, spot: name.spot) }
        log.error(Wording.unknown(what, name.value, among: choices.map(\.rawValue)), at: name.spot)
        return nil
    }

    func whole(_ key: String, in range: ClosedRange<Int>) -> Located<Int>? {
        guard let value = value(key, .whole), case .whole(let number) = value.content else { return nil }
        if let number = Int(exactly: number), range.contains(number) { return Located(value: number, spot: spot(value.position)) }
        log.error("\(key) must be \(range.lowerBound)…\(range.upperBound), found \(number)", at: spot(value.position))
        return nil
    }

    /// A finite number. *Range*: ±1e15 unless told otherwise: no quantity of this field needs more, and products of two stay finite.
    func number(_ key: String, in range: ClosedRange<Double> = -1e15...1e15) -> Located<Double>? {
        guard let value = value(key, .number), let number = TableReader.number(in: value) else { return nil }
        if range.contains(number) { return Located(value: number, spot: spot(value.position)) }
        let bounds = "\(JSONWriter.shortest(range.lowerBound))…\(JSONWriter.shortest(range.upperBound))"
        log.error("\(key) must be \(bounds), found \(number.isFinite ? JSONWriter.shortest(number) : "\(number)")", at: spot(value.position))
        return nil
    }

    func boolean(_ key: String) -> Located<Bool>? {
        guard let value = value(key, .boolean), case .boolean(let flag) = value.content else { return nil }
        return Located(value: flag, spot: spot(value.position))
    }

    /// Texts of an array, each checked like `text`; at most `limit`.
    func texts(_ key: String, limit: Int) -> [Located<String>] {
        guard let value = value(key, .texts), case .array(let items) = value.content else { return [] }
        if items.count > limit { log.error("\(key) has \(items.count) items; at most \(limit) are allowed", at: spot(value.position)) }
        return items.prefix(limit).compactMap { item in
            guard case .text(let text) = item.content else { return nil }
            return accept(text, key, item, TextRules.objection(toName: text))
        }
    }

    /// Finite numbers of an array; 1…`limit` of them.
    func numbers(_ key: String, limit: Int) -> Located<[Double]>? {
        guard let value = value(key, .numbers), case .array(let items) = value.content else { return nil }
        if items.isEmpty || items.count > limit {
            log.error("\(key) must have 1…\(limit) items, found \(items.count)", at: spot(value.position))
            return nil
        }
        return Located(value: items.compactMap { TableReader.number(in: $0) }, spot: spot(value.position))
    }

    // MARK: Amounts

    func duration(_ key: String, in range: ClosedRange<Duration>) -> Located<Duration>? {
        guard let value = value(key, .duration), case .text(let text) = value.content else { return nil }
        return duration(text, key, in: range, at: spot(value.position))
    }

    /// A duration in whole seconds.
    func seconds(_ key: String, in range: ClosedRange<Int>) -> Located<Int>? {
        guard let duration = duration(key, in: .seconds(range.lowerBound) ... .seconds(range.upperBound)) else { return nil }
        if duration.value.wholeMicroseconds % 1_000_000 != 0 {
            log.error("\(key) must be a whole number of seconds", at: duration.spot)
            return nil
        }
        return duration.map { Int($0.wholeMicroseconds / 1_000_000) }
    }

    /// *Units*: seconds. The value is nil where the file says "none".
    func period(_ key: String) -> Located<Double?>? {
        guard let value = value(key, .period), case .text(let text) = value.content else { return nil }
        let place = spot(value.position)
        if text == "none" { return Located(value: nil, spot: place) }
        // A tenth of a second is what a 10 Hz logger does; a year is the longest cycle of weather and use.
        return duration(text, key, in: .milliseconds(1) ... .seconds(366 * 86_400), at: place).map { $0.map { $0.inSeconds } }
    }

    func size(_ key: String, in range: ClosedRange<Int64>, named bounds: String) -> Located<Int64>? {
        guard let value = value(key, .size), case .text(let text) = value.content else { return nil }
        do throws(Amount.Refusal) {
            let size = try Amount.size(text)
            if range.contains(size) { return Located(value: size, spot: spot(value.position)) }
            log.error("\(key) must be \(bounds), found \(Wording.quote(text))", at: spot(value.position))
        } catch {
            log.error("\(key): \(error.reason)", at: spot(value.position))
        }
        return nil
    }

    func duration(_ text: String, _ key: String, in range: ClosedRange<Duration>, at place: Spot) -> Located<Duration>? {
        do throws(Amount.Refusal) {
            let duration = try Amount.duration(text)
            if range.contains(duration) { return Located(value: duration, spot: place) }
            let bounds = "\(Amount.text(range.lowerBound)) … \(Amount.text(range.upperBound))"
            log.error("\(key) must be \(bounds), found \(Wording.quote(text))", at: place)
        } catch {
            log.error("\(key): \(error.reason)", at: place)
        }
        return nil
    }

    // MARK: Structures

    /// Names from the payload's root; empty only where that is allowed.
    func path(_ key: String, mayBeEmpty: Bool = false) -> Located<[String]>? {
        guard let value = value(key, .path) else { return nil }
        let place = spot(value.position)
        var names: [String]
        switch value.content {
        case .text(""): names = []
        case .text(let text): names = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        case .array(let items): names = items.compactMap { if case .text(let name) = $0.content { name } else { nil } }
        default: return nil
        }
        if names.isEmpty, mayBeEmpty { return Located(value: [], spot: place) }
        // Sixteen names are deeper than any payload of this field; the decoder's walk stays short.
        if names.isEmpty || names.count > 16 {
            log.error(names.isEmpty ? "\(key) must not be empty" : "\(key) has more than 16 names", at: place)
            return nil
        }
        if let objection = names.lazy.compactMap({ TextRules.objection(toName: $0) }).first {
            log.error("\(key): a name in the path \(objection)", at: place)
            return nil
        }
        return Located(value: names, spot: place)
    }

    /// A table of the user's own names to finite numbers; at most 64.
    func codes(_ key: String) -> Located<[String: Double]>? {
        guard let value = value(key, .codes), case .table(let table) = value.content else { return nil }
        if table.entries.isEmpty || table.entries.count > 64 {
            log.error("\(key) must have 1…64 entries, found \(table.entries.count)", at: spot(value.position))
            return nil
        }
        var codes: [String: Double] = [:]
        for entry in table.entries { codes[entry.key] = TableReader.number(in: entry.value) }
        return Located(value: codes, spot: spot(value.position))
    }

    /// A text (without control characters, at most 400 characters), a finite number or a boolean.
    func constant(_ key: String) -> Located<AlertMapping.Constant>? {
        guard let value = value(key, .constant), let constant = TableReader.constant(in: value) else { return nil }
        return sound(constant, key, at: spot(value.position))
    }

    /// A table of the user's own names to constants; 1 to `limit`.
    func constants(_ key: String, limit: Int) -> Located<[String: AlertMapping.Constant]>? {
        guard let value = value(key, .constants), case .table(let table) = value.content else { return nil }
        if table.entries.isEmpty || table.entries.count > limit {
            log.error("\(key) must have 1…\(limit) entries, found \(table.entries.count)", at: spot(value.position))
            return nil
        }
        var constants: [String: AlertMapping.Constant] = [:]
        for entry in table.entries {
            guard let constant = TableReader.constant(in: entry.value) else { continue }
            constants[entry.key] = sound(constant, entry.key, at: spot(entry.value.position))?.value
        }
        return Located(value: constants, spot: spot(value.position))
    }

    private func sound(_ constant: AlertMapping.Constant, _ key: String, at spot: Spot) -> Located<AlertMapping.Constant>? {
        if case .text(let text) = constant, !text.isEmpty, let objection = TextRules.objection(toName: text, limit: 400) {
            log.error("\(key) \(objection)", at: spot)
            return nil
        }
        return Located(value: constant, spot: spot)
    }

    /// The constant that a value is, or nil.
    static func constant(in value: TOMLValue) -> AlertMapping.Constant? {
        switch value.content {
        case .text(let text): .text(text)
        case .boolean(let flag): .flag(flag)
        case .whole, .number: number(in: value).flatMap { $0.isFinite ? .number($0) : nil }
        default: nil
        }
    }

    func table(_ key: String, _ shape: TableShape) -> TableReader? {
        guard let value = value(key, .table), case .table(let table) = value.content else { return nil }
        return TableReader(table, shape, file: file, log: log, parent: self.shape)
    }

    /// The tables of an array; more than `limit` are reported and not read.
    func tables(_ key: String, _ shape: TableShape, limit: Int) -> [TableReader] {
        guard let value = value(key, .tables), case .array(let items) = value.content else { return [] }
        if items.count > limit, let first = items.dropFirst(limit).first {
            log.error("\(shape.title) stands here \(items.count) times; at most \(limit) are allowed", at: spot(first.position))
        }
        return items.prefix(limit).compactMap { item in
            guard case .table(let table) = item.content else { return nil }
            return TableReader(table, shape, file: file, log: log, parent: self.shape)
        }
    }

    private func value(_ key: String, _ form: KeyForm) -> TOMLValue? {
        guard let known = shape[key], known.form == form else { preconditionFailure("\(shape.title) has no key \(key) of this form") }
        guard let value = table[key], TableReader.complaint(about: value, as: known) == nil else { return nil }
        return value
    }

    private func accept(_ text: String, _ key: String, _ value: TOMLValue, _ objection: String?) -> Located<String>? {
        guard let objection else { return Located(value: text, spot: spot(value.position)) }
        log.error("\(key) \(objection)", at: spot(value.position))
        return nil
    }

    private func unknownKey(_ key: String, _ parent: TableShape?) -> String {
        if parent?[key] != nil, let title = parent?.title {
            return "unknown key \(Wording.quote(key)) in \(shape.title); it belongs to \(title): write it above the first \(shape.title)"
        }
        return Wording.unknown("key", key, among: shape.keys.map(\.name), place: " in \(shape.title)")
    }
}
