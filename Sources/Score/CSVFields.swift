/// Fields of one line; quotes may hold separators, a doubled quote is one.
enum CSVFields {
    static func split(_ line: ArraySlice<UInt8>, _ separator: UInt8) -> [String] {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var previousWasQuote = false
        for byte in line {
            if byte == UInt8(ascii: "\"") {
                if !isQuoted && previousWasQuote { field.append(byte) }
                isQuoted.toggle()
                previousWasQuote = !isQuoted
                continue
            }
            previousWasQuote = false
            if byte == separator && !isQuoted {
                fields.append(trimmed(field))
                field.removeAll(keepingCapacity: true)
            } else {
                field.append(byte)
            }
        }
        fields.append(trimmed(field))
        return fields
    }

    private static func trimmed(_ field: [UInt8]) -> String {
        let body = field.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed()
        return String(decoding: body, as: UTF8.self)
    }
}
