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
        let value = Array(bytes).withUnsafeBufferPointer { bytes -> JSONValue? in
            // SAFETY: the reader lives in here, and keeps nothing of the bytes: texts are copied.
            var reader = Reader(bytes: bytes)
            guard let value = reader.value(depth: 0) else { return nil }
            reader.skip()
            return reader.isAtEnd ? value : nil
        }
        guard let value else { return nil }
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
        let bytes: UnsafeBufferPointer<UInt8>
        private var at = 0

        init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        var isAtEnd: Bool { at == bytes.count }

        /// The byte that is read next; nil at the end.
        private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

        mutating func skip() { while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { at += 1 } }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            skip()
            guard next == UInt8(ascii: character) else { return false }
            at += 1
            return true
        }

        private func isNext(_ text: String.UTF8View) -> Bool {
            guard bytes.count - at >= text.count else { return false }
            var place = at
            for byte in text {
                guard bytes[place] == byte else { return false }
                place += 1
            }
            return true
        }

        private mutating func word(_ word: String, _ value: JSONValue) -> JSONValue? {
            guard isNext(word.utf8) else { return nil }
            at += word.utf8.count
            return value
        }

        mutating func value(depth: Int) -> JSONValue? {
            guard depth < JSONValue.depthLimit else { return nil }
            skip()
            switch next {
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
            let start = at
            while let byte = next, (48...57).contains(byte) || "+-.eE".utf8.contains(byte) { at += 1 }
            let digits = UnsafeBufferPointer(rebasing: bytes[start..<at])
            if let number = Reader.short(digits) { return .number(number) }
            guard let number = Double(String(decoding: digits, as: UTF8.self)), number.isFinite else { return nil }
            return .number(number)
        }

        /// Powers of ten that are exact.
        private static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15]

        /// What most numbers are: up to fifteen digits, perhaps a point among them, no exponent. The quotient of two exact numbers is the nearest to the text;
        /// nil for all others. *Source*: Clinger, "How to read floating point numbers accurately", 1990.
        private static func short(_ digits: UnsafeBufferPointer<UInt8>) -> Double? {
            let isNegative = digits.first == UInt8(ascii: "-")
            let first = isNegative ? 1 : 0
            guard digits.count > first, digits.count - first <= 16, digits[first] != UInt8(ascii: "."), digits[digits.count - 1] != UInt8(ascii: ".") else {
                return nil
            }
            var (whole, count, fraction) = (Int64(0), 0, -1)
            for byte in digits[first...] {
                if byte == UInt8(ascii: ".") {
                    guard fraction < 0 else { return nil }
                    fraction = 0
                } else if (48...57).contains(byte) {
                    whole = whole * 10 + Int64(byte - 48)
                    count += 1
                    if fraction >= 0 { fraction += 1 }
                } else {
                    return nil
                }
            }
            guard count <= 15, whole > 0 || !isNegative else { return nil }
            let value = Double(whole) / powers[max(0, fraction)]
            return isNegative ? -value : value
        }

        private mutating func string() -> String? {
            guard next == UInt8(ascii: "\"") else { return nil }
            at += 1
            let start = at
            while let byte = next {
                switch byte {
                case UInt8(ascii: "\""):
                    defer { at += 1 }
                    return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<at]), as: UTF8.self)
                case UInt8(ascii: "\\"): return escapedString(from: start)
                case 0..<0x20: return nil
                default: at += 1
                }
            }
            return nil
        }

        /// The rest of a text in which something is escaped.
        private mutating func escapedString(from start: Int) -> String? {
            var text = Array(bytes[start..<at])
            while let byte = next {
                at += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let scalar = escape() else { return nil }
                    text.append(contentsOf: String(Character(scalar)).utf8)
                case 0..<0x20: return nil
                default: text.append(byte)
                }
            }
            return nil
        }

        private mutating func escape() -> Unicode.Scalar? {
            guard let kind = next else { return nil }
            at += 1
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
                guard isNext("\\u".utf8) else { return "\u{fffd}" }
                at += 2
                guard let low = hexadecimal() else { return nil }
                guard (0xdc00..<0xe000).contains(low) else { return "\u{fffd}" }
                return Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
            default: return nil
            }
        }

        private mutating func hexadecimal() -> UInt32? {
            guard bytes.count - at >= 4, let number = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16) else { return nil }
            at += 4
            return number
        }
    }
}
