/// Numbers written as texts, as many devices send them.
enum NumberText {
    /// Longer texts are no number that a sensor means.
    static let limit = 64

    /// `12.5`, ` +3 `, `1e3`; nil for `12,5`, `0x10`, `nan`, an empty text, or what no Double holds.
    static func parse(_ text: UnsafeRawBufferPointer) -> Double? {
        var start = 0
        var end = text.count
        while start < end, isSpace(text[start]) { start += 1 }
        while end > start, isSpace(text[end - 1]) { end -= 1 }
        guard end > start, end - start <= limit else { return nil }
        // Swift's own parser also takes hexadecimals, "nan" and "inf": only the letters of an exponent may pass.
        for index in start..<end {
            switch text[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                continue
            default: return nil
            }
        }
        let trimmed = UnsafeRawBufferPointer(rebasing: text[start..<end])
        if let simple = decimal(trimmed) { return simple }
        guard let number = Double(String(decoding: trimmed, as: UTF8.self)), number.isFinite else { return nil }
        return number
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    /// Up to fifteen digits with a point among them: the quotient of two exact numbers is the nearest one, so no text need be made.
    private static func decimal(_ text: UnsafeRawBufferPointer) -> Double? {
        var mantissa: Int64 = 0
        var digits = 0
        var decimals = -1
        var index = 0
        let negative = text[0] == UInt8(ascii: "-")
        if negative || text[0] == UInt8(ascii: "+") { index = 1 }
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "."), decimals < 0 {
                decimals = 0
            } else if byte >= 48, byte <= 57, digits < 15 {
                mantissa = mantissa * 10 + Int64(byte - 48)
                digits += 1
                if decimals >= 0 { decimals += 1 }
            } else {
                return nil
            }
            index += 1
        }
        guard digits > 0 else { return nil }
        let value = decimals > 0 ? Double(mantissa) / powers[decimals] : Double(mantissa)
        return negative ? -value : value
    }

    private static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15]
}
