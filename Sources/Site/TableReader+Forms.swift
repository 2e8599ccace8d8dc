extension TableReader {
    /// What a value's kind has against the key's form, or nil.
    static func complaint(about value: TOMLValue, as key: KeyShape) -> String? {
        // Apart from the others: the compiler does not see the end of a switch over all of them.
        if key.form == .constant || key.form == .constants { return complaint(aboutConstant: value, as: key) }
        let expected: String
        switch (key.form, value.content) {
        case (.text, .text), (.whole, .whole), (.number, .whole), (.number, .number), (.boolean, .boolean), (.table, .table), (.size, .text),
            (.duration, .text), (.period, .text), (.path, .text), (.limit, .text), (.limit, .whole), (.limit, .number),
            (.seconds, .text), (.seconds, .whole), (.seconds, .number), (.moment, .text), (.moment, .whole), (.moment, .number):
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
        case (.numbers, .array(let items)):
            if let odd = items.first(where: { number(in: $0)?.isFinite != true }) {
                return "expected an array of finite numbers, found \(odd.kindName) in it"
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
        case (.numbers, _): expected = "an array of numbers such as \(key.example)"
        case (.duration, _), (.size, _): expected = "a text with a unit such as \(key.example)"
        case (.period, _): expected = "a text such as \(key.example), or \"none\""
        case (.path, _): expected = "a path such as \(key.example)"
        case (.limit, _): expected = "a number such as \(key.example), or for a silent rule a text such as \"72 h\""
        case (.seconds, _): expected = "a number of seconds or a text such as \(key.example)"
        case (.moment, _): expected = "a number of seconds or a date and time such as \(key.example)"
        case (.codes, _), (.constant, _), (.constants, _): expected = "a table such as \(key.example)"
        case (.table, _): expected = "a table such as \(key.example)"
        case (.tables, _): expected = "tables such as \(key.example)"
        }
        return "expected \(expected), found \(value.kindName)"
    }

    private static func complaint(aboutConstant value: TOMLValue, as key: KeyShape) -> String? {
        guard key.form == .constants else {
            return constant(in: value) == nil ? "expected a text, a finite number or a boolean such as \(key.example), found \(value.kindName)" : nil
        }
        guard case .table(let table) = value.content else { return "expected a table such as \(key.example), found \(value.kindName)" }
        return table.entries.first { constant(in: $0.value) == nil }.map {
            "expected a text, a finite number or a boolean for \(Wording.quote($0.key)), found \($0.value.kindName)"
        }
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
