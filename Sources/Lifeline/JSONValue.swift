/// A JSON document, read whole: what a gateway answers and what an alert's body holds. Sensors' messages have a quicker reader of their own.
///
/// *Limits*: `depthLimit` levels; whoever reads from a socket bounds the bytes.
package enum JSONValue: Equatable, Sendable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    /// The first of two members with one name counts.
    case object([String: JSONValue])

    static let depthLimit = 64

    /// nil where the bytes are no JSON document, or one too deep.
    package init?(_ bytes: some Collection<UInt8>) {
        var reader = Reader(rest: Array(bytes)[...])
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skip()
        guard reader.rest.isEmpty else { return nil }
        self = value
    }

    /// A member of an object; `null` where there is none.
    package subscript(name: String) -> JSONValue {
        if case .object(let members) = self { return members[name] ?? .null }
        return .null
    }

    package var text: String? { if case .text(let text) = self { text } else { nil } }
    package var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
    package var number: Double? { if case .number(let number) = self { number } else { nil } }
    /// A count; 0 where there is none, clamped where it is beyond any.
    package var count: Int64 { Int64(min(max(number ?? 0, -9e18), 9e18)) }
    package var list: [JSONValue] { if case .list(let list) = self { list } else { [] } }
    /// A member of an object or, for a whole number, an item of a list, along a path of names; `null` where the path leads nowhere.
    package func find(_ path: [String]) -> JSONValue {
        var value = self
        for name in path {
            if case .list(let items) = value {
                guard let index = Int(name), items.indices.contains(index) else { return .null }
                value = items[index]
            } else {
                value = value[name]
            }
        }
        return value
    }

    package var members: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }
    package var isNull: Bool { self == .null }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func skip() { rest = rest.drop { $0 == 0x20 || $0 == 0x0a || $0 == 0x0d || $0 == 0x09 } }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            skip()
            guard rest.first == UInt8(ascii: character) else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func word(_ word: String, _ value: JSONValue) -> JSONValue? {
            guard rest.starts(with: word.utf8) else { return nil }
            rest = rest.dropFirst(word.utf8.count)
            return value
        }

        mutating func value(depth: Int) -> JSONValue? {
            guard depth < JSONValue.depthLimit else { return nil }
            skip()
            switch rest.first {
            case UInt8(ascii: "{"): return object(depth)
            case UInt8(ascii: "["): return list(depth)
            case UInt8(ascii: "\""): return string().map { .text($0) }
            case UInt8(ascii: "t"): return word("true", .flag(true))
            case UInt8(ascii: "f"): return word("false", .flag(false))
            case UInt8(ascii: "n"): return word("null", .null)
            default: return number()
            }
        }

        private mutating func object(_ depth: Int) -> JSONValue? {
            guard take("{") else { return nil }
            var members: [String: JSONValue] = [:]
            if take("}") { return .object(members) }
            repeat {
                skip()
                guard let name = string(), take(":"), let value = value(depth: depth + 1) else { return nil }
                if members[name] == nil { members[name] = value }
            } while take(",")
            return take("}") ? .object(members) : nil
        }

        private mutating func list(_ depth: Int) -> JSONValue? {
            guard take("[") else { return nil }
            var values: [JSONValue] = []
            if take("]") { return .list(values) }
            repeat {
                guard let value = value(depth: depth + 1) else { return nil }
                values.append(value)
            } while take(",")
            return take("]") ? .list(values) : nil
        }

        private mutating func number() -> JSONValue? {
            let digits = rest.prefix { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
            guard let number = Double(String(decoding: digits, as: UTF8.self)), number.isFinite else { return nil }
            rest = rest.dropFirst(digits.count)
            return .number(number)
        }

        private mutating func string() -> String? {
            guard rest.first == UInt8(ascii: "\"") else { return nil }
            rest = rest.dropFirst()
            var bytes: [UInt8] = []
            while let byte = rest.first {
                rest = rest.dropFirst()
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let scalar = escape() else { return nil }
                    bytes.append(contentsOf: String(Character(scalar)).utf8)
                case 0..<0x20: return nil
                default: bytes.append(byte)
                }
            }
            return nil
        }

        private mutating func escape() -> Unicode.Scalar? {
            guard let kind = rest.first else { return nil }
            rest = rest.dropFirst()
            switch kind {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(kind)
            case UInt8(ascii: "b"): return "\u{8}"
            case UInt8(ascii: "f"): return "\u{c}"
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "t"): return "\t"
            case UInt8(ascii: "u"):
                guard let high = hexadecimal() else { return nil }
                guard (0xd800..<0xdc00).contains(high) else { return Unicode.Scalar(high) ?? "\u{fffd}" }
                guard rest.starts(with: "\\u".utf8) else { return "\u{fffd}" }
                rest = rest.dropFirst(2)
                guard let low = hexadecimal() else { return nil }
                guard (0xdc00..<0xe000).contains(low) else { return "\u{fffd}" }
                return Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
            default: return nil
            }
        }

        private mutating func hexadecimal() -> UInt32? {
            guard rest.count >= 4, let number = UInt32(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16) else { return nil }
            rest = rest.dropFirst(4)
            return number
        }
    }
}
