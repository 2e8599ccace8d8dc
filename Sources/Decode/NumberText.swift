internal import CSimdJSON

/// Numbers written as texts, as many devices send them.
enum NumberText {
    /// Longer texts are no number that a sensor means. *Units*: bytes, without the blanks around.
    static let limit = 64

    /// `12.5`, ` +3 `, `1e3`; nil for `12,5`, `0x10`, `nan`, `inf`, an empty text, or what no Double holds. The same in every locale.
    static func parse(_ text: UnsafeRawBufferPointer) -> Double? {
        var start = 0
        var end = text.count
        while start < end, isSpace(text[start]) { start += 1 }
        while end > start, isSpace(text[end - 1]) { end -= 1 }
        if start < end, text[start] == UInt8(ascii: "+") {
            start += 1
            // One sign is enough.
            if start < end, text[start] == UInt8(ascii: "-") { return nil }
        }
        guard end > start, end - start <= limit, let base = text.baseAddress else { return nil }
        var number = 0.0
        // SAFETY: start..<end lies inside the text, which outlives the call.
        return bamai_decimal(base + start, end - start, &number) ? number : nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
