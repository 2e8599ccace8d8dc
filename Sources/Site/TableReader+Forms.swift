extension TableReader {
    /// What a value's kind has against the key's form, or nil.
    static func complaint(about value: TOMLValue, as key: KeyShape) -> String? {
        let expected: String
        switch (key.form, value.content) {
        case (.text, .text), (.whole, .whole), (.number, .whole), (.number, .number), (.boolean, .boolean), (.table, .table), (.size, .text),
            (.duration, .text), (.period, .text), (.path, .text), (.limit, .text), (.limit, .whole), (.limit, .number),
            (.seconds, .text), (.seconds, .whole), (.seconds, .number), (.moment, .text), (.moment, .whole), (.moment, .number),
            (.date, .text), (.date, .whole):
            return nil
        case (.texts, .array(let items)), (.path, .array(let items)):
            if let odd = items.first(where: { if case .text = $0.content { false } else { true } }) {
                return "expected an array of texts, found \(odd.kindName) in it"
            }
            return nil
        case (.tables, .array(let items)):
            if let odd = items.first(where: { if case .table = $0.content { false } else { true } }) {
                return "expected an array of tables, found \(odd.kindName) in it"
            }
            return nil
        case (.years, .array(let items)):
            if let odd = items.first(where: { if case .whole = $0.content { false } else { true } }) {
                return "expected an array of years, found \(odd.kindName) in it"
            }
            return nil
        case (.codes, .table(let table)):
            if let odd = table.entries.first(where: { number(in: $0.value)?.isFinite != true }) {
                return "expected a finite number for \(Wording.quote(odd.key)), found \(odd.value.kindName)"
            }
            return nil
        case (.text, _): expected = "a text such as \(key.example)"
        case (.whole, _): expected = "an integer such as \(key.example)"
        case (.number, _): expected = "a number such as \(key.example)"
        case (.boolean, _): expected = "true or false"
        case (.texts, _): expected = "an array of texts such as \(key.example)"
        case (.duration, _), (.size, _): expected = "a text with a unit such as \(key.example)"
        case (.period, _): expected = "a text such as \(key.example), or \"none\""
        case (.path, _): expected = "a path such as \(key.example)"
        case (.limit, _): expected = "a number such as \(key.example), or for a silent rule a text such as \"72 h\""
        case (.seconds, _): expected = "a number of seconds or a text such as \(key.example)"
        case (.moment, _): expected = "a number of seconds or a date and time such as \(key.example)"
        case (.date, _): expected = "a year or a text such as \(key.example)"
        case (.years, _): expected = "an array of years such as \(key.example)"
        case (.codes, _): expected = "a table such as \(key.example)"
        case (.table, _): expected = "a table such as \(key.example)"
        case (.tables, _): expected = "tables such as \(key.example)"
        }
        return "expected \(expected), found \(value.kindName)"
    }

    /// The number in a value, whole or not; NaN and the infinities too.
    static func number(in value: TOMLValue) -> Double? {
        switch value.content {
        case .whole(let whole): Double(whole)
        case .number(let number): number
        default: nil
        }
    }
}
