/// Writes JSON into a byte buffer, in the order of the calls. It adds commas and escapes texts; the caller balances what it opens.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init(reserving capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    /// The JSON so far, as a text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    /// `{`; the caller writes members and ends it.
    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    /// `[`; the caller writes values and ends it.
    package mutating func beginArray() { open(UInt8(ascii: "[")) }

    /// `}`
    package mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// `]`
    package mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// A member's name; the next call writes its value.
    package mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A text, escaped.
    package mutating func value(_ text: String) {
        separate()
        quote(text)
    }

    /// `true` or `false`.
    package mutating func value(_ flag: Bool) { raw(flag ? "true" : "false") }
    /// A whole number.
    package mutating func value(_ number: some BinaryInteger) { raw(String(number)) }
    /// `null`
    package mutating func null() { raw("null") }

    /// The shortest text that reads back as the same number; what is not finite becomes `null`, since JSON has no word for it.
    package mutating func value(_ number: Double) { raw(number.isFinite ? JSONWriter.shortest(number) : "null") }

    /// A number as `sixDigits` writes it, as people read evidence; what is not finite becomes `null`.
    package mutating func rounded(_ number: Double) { raw(number.isFinite ? JSONWriter.sixDigits(number) : "null") }

    /// A member with a text.
    package mutating func member(_ name: String, _ text: String) {
        key(name)
        value(text)
    }

    /// A member with a whole number.
    package mutating func member(_ name: String, _ number: some BinaryInteger) {
        key(name)
        value(number)
    }

    /// A member with the shortest form of a number; `null` where it is not finite.
    package mutating func member(_ name: String, _ number: Double) {
        key(name)
        value(number)
    }

    /// A member with `true` or `false`.
    package mutating func member(_ name: String, _ flag: Bool) {
        key(name)
        value(flag)
    }

    /// A value that is JSON already.
    package mutating func raw(_ json: String) {
        separate()
        bytes.append(contentsOf: json.utf8)
    }

    /// A value that is JSON already.
    package mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// A line feed after a finished document: one document a line.
    package mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20, 0x7f:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(JSONWriter.hexadecimal[Int(byte >> 4)])
                bytes.append(JSONWriter.hexadecimal[Int(byte & 15)])
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)

    /// `12`, `0.25`, `1e-07`: never `12.0`. Precondition: finite.
    package static func shortest(_ number: Double) -> String {
        // Below 2^54 Swift writes whole numbers out, with a useless ".0".
        if number == number.rounded(), number.magnitude < 2e16 { return String(Int64(number)) }
        return "\(number)"
    }

    /// At most six significant digits, but whole numbers are not cut (`1234567`); below 1e-9 and from 1e15 on the shortest exact text.
    /// Precondition: finite.
    package static func sixDigits(_ number: Double) -> String {
        if number == 0 { return "0" }
        let magnitude = number.magnitude
        guard magnitude >= 1e-9, magnitude < 1e15 else { return shortest(number) }
        // Powers of ten up to 10^22 are exact in a Double, so scaling by division keeps 0.1 at 0.1.
        var digitsBeforePoint = 0
        var bound = 1.0
        while magnitude >= bound, digitsBeforePoint < 16 {
            bound *= 10
            digitsBeforePoint += 1
        }
        var leading = 0
        if digitsBeforePoint == 0 {
            var probe = magnitude
            while probe < 0.1 {
                probe *= 10
                leading += 1
            }
        }
        let decimals = 6 - digitsBeforePoint + leading
        if decimals <= 0 { return shortest(number.rounded()) }
        var power = 1.0
        for _ in 0..<decimals { power *= 10 }
        return shortest((number * power).rounded() / power)
    }

    /// For people: at most three decimals, large numbers whole. Not finite: `–`.
    package static func threeDecimals(_ number: Double) -> String {
        guard number.isFinite else { return "–" }
        guard number.magnitude < 1e6 else { return sixDigits(number) }
        return shortest((number * 1000).rounded() / 1000)
    }
}
