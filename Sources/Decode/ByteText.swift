import Lifeline

/// Bytes written as texts.
enum ByteText {
    /// Appends the bytes of a text; false when it is not of the encoding, and then nothing is said about what was appended.
    static func decode(_ text: UnsafeRawBufferPointer, _ encoding: ByteSource.Encoding, into bytes: inout [UInt8]) -> Bool {
        switch encoding {
        case .raw:
            bytes.append(contentsOf: text)
            return true
        case .hex: return hex(text, into: &bytes)
        case .base64: return base64(text, into: &bytes)
        }
    }

    /// Two digits a byte in any case; blanks between bytes are passed over.
    private static func hex(_ text: UnsafeRawBufferPointer, into bytes: inout [UInt8]) -> Bool {
        var high: UInt8?
        for character in text {
            if character == 32 || (9...13).contains(character) {
                if high != nil { return false }
                continue
            }
            guard let digit = hexDigit(character) else { return false }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil
    }

    private static func hexDigit(_ character: UInt8) -> UInt8? {
        switch character {
        case 48...57: character - 48
        case 65...70: character - 55
        case 97...102: character - 87
        default: nil
        }
    }

    /// Both alphabets of RFC 4648; the padding may be left out.
    private static func base64(_ text: UnsafeRawBufferPointer, into bytes: inout [UInt8]) -> Bool {
        var end = text.count
        while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        if end != text.count, text.count % 4 != 0 { return false }
        if end % 4 == 1 { return false }
        var word: UInt32 = 0
        var held: UInt32 = 0
        for character in text[..<end] {
            guard let digit = base64Digit(character) else { return false }
            word = word << 6 | UInt32(digit)
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> held))
            }
        }
        return true
    }

    private static func base64Digit(_ character: UInt8) -> UInt8? {
        switch character {
        case 65...90: character - 65
        case 97...122: character - 71
        case 48...57: character + 4
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
