import Lifeline

/// One table of a file: hands out its values by key and type, and reports what is unknown, missing or of the wrong kind.
struct TableReader {
    /// `[site]`, `[[asset]]`: as messages name it.
    let section: String
    let file: String
    let place: Place
    let findings: Findings
    private let entries: [String: TOMLEntry]

    /// - Parameter keys: the names that the section knows; any other is a finding with the nearest of them.
    init(_ section: String, _ content: [TOMLEntry], keys: [String], file: String, place: Place, findings: Findings) {
        self.section = section
        self.file = file
        self.place = place
        self.findings = findings
        var known: [String: TOMLEntry] = [:]
        for entry in content {
            if keys.contains(entry.key) {
                known[entry.key] = entry
            } else {
                let near = Nearest.to(entry.key, in: keys).map { "; did you mean \"\($0)\"?" } ?? "; known: " + keys.joined(separator: ", ")
                findings.add(file, entry.place, "unknown key \"\(entry.key)\" in \(section)\(near)")
            }
        }
        entries = known
    }

    func has(_ key: String) -> Bool { entries[key] != nil }

    /// Where a key's value stands; the table itself when it is absent.
    func place(of key: String) -> Place { entries[key]?.value.place ?? place }

    func report(_ key: String, _ message: String) { findings.add(file, place(of: key), "\(key): \(message)") }

    private func wrong(_ key: String, _ expected: String) {
        guard let entry = entries[key] else { return }
        findings.add(file, entry.value.place, "\(key): expected \(expected), found \(entry.value.kind)")
    }

    /// Reports that a key must be there. Returns nil, so that it can end an expression.
    @discardableResult
    func missing<Value>(_ key: String, _ expected: String) -> Value? {
        findings.add(file, place, "\(section) needs \(key) = \(expected)")
        return nil
    }

    func text(_ key: String) -> String? {
        guard let entry = entries[key] else { return nil }
        guard case .text(let text) = entry.value.content else {
            wrong(key, "a text in double quotes")
            return nil
        }
        return text
    }

    func text(_ key: String, example: String) -> String? {
        guard has(key) else { return missing(key, "\"\(example)\"") }
        return text(key)
    }

    /// An identifier: letters, digits, `-`, `_`, `.`.
    func identifier(_ key: String, limit: Int = 64, example: String) -> String? {
        guard let text = text(key, example: example) else { return nil }
        guard Texts.isIdentifier(text, limit: limit) else {
            report(key, "\"\(text)\" is no name: use 1 to \(limit) letters, digits, \"-\", \"_\" or \".\"")
            return nil
        }
        return text
    }

    func number(_ key: String) -> Double? {
        guard let entry = entries[key] else { return nil }
        switch entry.value.content {
        case .integer(let number): return Double(number)
        case .real(let number) where number.isFinite: return number
        default:
            wrong(key, "a number such as 1.5")
            return nil
        }
    }

    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let entry = entries[key] else { return nil }
        guard case .integer(let number) = entry.value.content else {
            wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        guard let small = Int(exactly: number), range.contains(small) else {
            report(key, "\(number) is out of range: \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return small
    }

    func flag(_ key: String) -> Bool? {
        guard let entry = entries[key] else { return nil }
        guard case .flag(let flag) = entry.value.content else {
            wrong(key, "true or false")
            return nil
        }
        return flag
    }

    /// Seconds of a duration text within a range.
    func duration(_ key: String, in range: ClosedRange<Double> = 0...31_536_000) -> Double? {
        guard let entry = entries[key] else { return nil }
        guard case .text(let text) = entry.value.content, let seconds = Texts.duration(text) else {
            wrong(key, "a duration such as \"250 ms\", \"15 s\", \"15 min\", \"1 h\" or \"1 d\"")
            return nil
        }
        guard range.contains(seconds) else {
            report(key, "\"\(text)\" is out of range: \(JSONWriter.shortest(range.lowerBound)) s to \(JSONWriter.shortest(range.upperBound)) s")
            return nil
        }
        return seconds
    }

    func texts(_ key: String) -> [(text: String, place: Place)] {
        guard let entry = entries[key] else { return [] }
        guard case .array(let items) = entry.value.content else {
            wrong(key, "a list of texts such as [\"a\", \"b\"]")
            return []
        }
        return items.compactMap { item in
            if case .text(let text) = item.content { return (text, item.place) }
            findings.add(file, item.place, "\(key): expected a text in double quotes, found \(item.kind)")
            return nil
        }
    }

    /// One of a closed set of names.
    func choice<Value>(_ key: String, _ what: String, _ known: [String], _ make: (String) -> Value?) -> Value? {
        guard let text = text(key) else { return nil }
        if let value = make(text) { return value }
        report(key, "unknown \(what) \"\(text)\"\(Nearest.hint(text, in: known))")
        return nil
    }

    func table(_ key: String, keys: [String]) -> TableReader? {
        guard let entry = entries[key] else { return nil }
        guard case .table(let content) = entry.value.content else {
            wrong(key, "a table such as { \(keys.prefix(2).map { $0 + " = …" }.joined(separator: ", ")) }")
            return nil
        }
        return TableReader(section == "" ? "[\(key)]" : key, content, keys: keys, file: file, place: entry.place, findings: findings)
    }

    /// An array of tables: `[[key]]`, or inline tables in a list.
    func tables(_ key: String, keys: [String]) -> [TableReader] {
        guard let entry = entries[key] else { return [] }
        guard case .array(let items) = entry.value.content else {
            wrong(key, "an array of tables: write [[\(key)]]")
            return []
        }
        return items.compactMap { item in
            if case .table(let content) = item.content {
                return TableReader("[[\(key)]]", content, keys: keys, file: file, place: item.place, findings: findings)
            }
            findings.add(file, item.place, "\(key): expected a table, found \(item.kind)")
            return nil
        }
    }

    /// A table whose keys are free, with numbers as values: `{ open = 1, closed = 0 }`.
    func numbers(_ key: String) -> [String: Double] {
        guard let entry = entries[key] else { return [:] }
        guard case .table(let content) = entry.value.content else {
            wrong(key, "a table such as { open = 1, closed = 0 }")
            return [:]
        }
        var result: [String: Double] = [:]
        for item in content {
            switch item.value.content {
            case .integer(let number): result[item.key] = Double(number)
            case .real(let number) where number.isFinite: result[item.key] = number
            default: findings.add(file, item.value.place, "\(key).\(item.key): expected a number, found \(item.value.kind)")
            }
        }
        return result
    }
}
