extension TableReader {
    /// What a value's kind has against the key's form, or nil.
    static func complaint(about value: TOMLValue, as key: KeyShape) -> String? {
        switch value.content {
        case .array(let items) where isList(key.form): complaint(about: items, as: key.form)
        case .table(let table) where key.form == .codes || key.form == .constants: complaint(about: table, as: key.form)
        default: takes(key.form, value) ? nil : "expected \(expectation(key)), found \(value.kindName)"
        }
    }

    private static func isList(_ form: KeyForm) -> Bool {
        switch form {
        case .texts, .numbers, .years, .path, .tables: true
        default: false
        }
    }

    /// Whether a form takes a value that is neither a list nor a table of the user's own keys.
    private static func takes(_ form: KeyForm, _ value: TOMLValue) -> Bool {
        let (isText, isWhole) = value.isTextOrWhole
        switch form {
        case .text, .size, .duration, .period, .path: return isText
        case .whole: return isWhole
        case .number: return number(in: value) != nil
        case .limit, .seconds, .moment: return isText || number(in: value) != nil
        case .date: return isText || isWhole
        case .boolean: return value.content == .boolean(true) || value.content == .boolean(false)
        case .constant: return constant(in: value) != nil
        case .table: if case .table = value.content { return true } else { return false }
        case .texts, .numbers, .years, .tables, .codes, .constants: return false
        }
    }

    private static func complaint(about items: [TOMLValue], as form: KeyForm) -> String? {
        let odd: TOMLValue?
        let words: String
        switch form {
        case .numbers: (odd, words) = (items.first { number(in: $0)?.isFinite != true }, "finite numbers")
        case .years: (odd, words) = (items.first { !$0.isTextOrWhole.isWhole }, "years")
        case .tables: (odd, words) = (items.first { if case .table = $0.content { false } else { true } }, "tables")
        default: (odd, words) = (items.first { !$0.isTextOrWhole.isText }, "texts")
        }
        return odd.map { "expected an array of \(words), found \($0.kindName) in it" }
    }

    private static func complaint(about table: TOMLTable, as form: KeyForm) -> String? {
        let isCodes = form == .codes
        let odd = table.entries.first { isCodes ? number(in: $0.value)?.isFinite != true : constant(in: $0.value) == nil }
        let words = isCodes ? "a finite number" : "a text, a finite number or a boolean"
        return odd.map { "expected \(words) for \(Wording.quote($0.key)), found \($0.value.kindName)" }
    }

    private static func expectation(_ key: KeyShape) -> String {
        let example = key.example
        return switch key.form {
        case .text: "a text such as \(example)"
        case .whole: "an integer such as \(example)"
        case .number: "a number such as \(example)"
        case .boolean: "true or false"
        case .texts: "an array of texts such as \(example)"
        case .numbers: "an array of numbers such as \(example)"
        case .duration, .size: "a text with a unit such as \(example)"
        case .period: "a text such as \(example), or \"none\""
        case .path: "a path such as \(example)"
        case .limit: "a number such as \(example), or for a silent rule a text such as \"72 h\""
        case .seconds: "a number of seconds or a text such as \(example)"
        case .moment: "a number of seconds or a date and time such as \(example)"
        case .date: "a year or a text such as \(example)"
        case .years: "an array of years such as \(example)"
        case .constant: "a text, a finite number or a boolean such as \(example)"
        case .codes, .constants, .table: "a table such as \(example)"
        case .tables: "tables such as \(example)"
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
