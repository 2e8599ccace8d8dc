/// Where something stands in a file; both count from 1, columns in characters.
struct TOMLPosition: Hashable, Comparable, Sendable {
    var line: Int
    var column: Int

    static func < (left: TOMLPosition, right: TOMLPosition) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

/// One value of a TOML file, with its place.
struct TOMLValue: Equatable, Sendable {
    enum Content: Equatable, Sendable {
        case text(String)
        case whole(Int64)
        case number(Double)
        case boolean(Bool)
        /// A date or time: known to be one, its content is of no use here.
        case date
        case array([TOMLValue])
        case table(TOMLTable)
    }

    var content: Content
    var position: TOMLPosition

    /// The two kinds that most keys are made of.
    var isTextOrWhole: (isText: Bool, isWhole: Bool) {
        switch content {
        case .text: (true, false)
        case .whole: (false, true)
        default: (false, false)
        }
    }

    /// What it is, as findings say it.
    var kindName: String {
        switch content {
        case .text: "a text"
        case .whole: "an integer"
        case .number: "a decimal number"
        case .boolean: "a boolean"
        case .date: "a date"
        case .array(let items):
            !items.isEmpty && items.allSatisfy { if case .table = $0.content { true } else { false } } ? "an array of tables" : "an array"
        case .table: "a table"
        }
    }
}

/// A TOML table: its entries in the order of the file.
struct TOMLTable: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        var key: String
        var keyPosition: TOMLPosition
        var value: TOMLValue
    }

    var entries: [Entry]
    /// Of its header, its opening brace or, for the root, the file's beginning.
    var position: TOMLPosition

    /// Tables of this field have a dozen keys: a walk is quicker than a hash.
    subscript(key: String) -> TOMLValue? { entries.first { $0.key == key }?.value }
}
