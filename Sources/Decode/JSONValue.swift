internal import CSimdJSON

/// One value of the parsed message. A text in it lives in the parser until that parses again.
struct JSONValue {
    enum Kind {
        case absent, null, bool, number, text, array, object
    }

    let raw: bamai_json_value

    /// What is not there.
    static var absent: JSONValue { JSONValue(raw: bamai_json_value()) }

    var kind: Kind {
        switch Int(raw.kind) {
        case BAMAI_JSON_NULL: .null
        case BAMAI_JSON_BOOL: .bool
        case BAMAI_JSON_NUMBER: .number
        case BAMAI_JSON_TEXT: .text
        case BAMAI_JSON_ARRAY: .array
        case BAMAI_JSON_OBJECT: .object
        default: .absent
        }
    }

    /// No such field, or null: both say that there is no value.
    var isMissing: Bool { kind == .absent || kind == .null }

    /// Missing, an empty text, or an object or array with nothing in it.
    var isEmpty: Bool {
        switch kind {
        case .absent, .null: true
        case .text, .array, .object: raw.length == 0
        case .bool, .number: false
        }
    }

    /// Of a boolean; false for everything else.
    var isTrue: Bool { raw.flag }

    /// Of a number; 0 for everything else. Always finite.
    var number: Double { raw.number }

    /// The bytes of a text; empty for everything else.
    func withText<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        // SAFETY: the door gives `length` readable bytes, or NULL when it is no text; they live until the parser parses again.
        body(UnsafeRawBufferPointer(start: raw.text, count: raw.text == nil ? 0 : raw.length))
    }

    /// The bytes of a text, or the decimal digits of a whole number: both serve as names of devices. nil for everything else.
    func withName<Result>(_ body: (UnsafeRawBufferPointer) -> Result?) -> Result? {
        if kind == .text { return withText(body) }
        guard raw.is_integer else { return nil }
        // Twenty digits hold every 64-bit magnitude, and one byte the sign.
        return withUnsafeTemporaryAllocation(byteCount: 21, alignment: 1) { digits in
            var start = digits.count
            var rest = raw.integer
            repeat {
                start -= 1
                digits[start] = UInt8(48 + rest % 10)
                rest /= 10
            } while rest > 0
            if raw.is_negative {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            return body(UnsafeRawBufferPointer(rebasing: digits[start...]))
        }
    }
}
