/// A cursor over the bytes of a time text.
struct TimeTextReader {
    private let text: UnsafeRawBufferPointer
    private var position = 0

    /// - Parameter text: borrowed: it must outlive the reader.
    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    var isAtEnd: Bool { position >= text.count }

    /// The byte to be read next; 0 at the end.
    var next: UInt8 { isAtEnd ? 0 : text[position] }

    var isAtDigit: Bool { (48...57).contains(next) }

    mutating func take(_ byte: UInt8) -> Bool {
        guard !isAtEnd, text[position] == byte else { return false }
        position += 1
        return true
    }

    /// Exactly `count` digits. Precondition: their number fits an Int.
    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// One digit or more, as microseconds; what is finer is cut off.
    mutating func fraction() -> Int? {
        guard var value = digit() else { return nil }
        var scale = 1
        while let digit = digit() {
            if scale < 6 {
                value = value * 10 + digit
                scale += 1
            }
        }
        while scale < 6 {
            value *= 10
            scale += 1
        }
        return value
    }

    /// `Z`, `±hh:mm`, `±hhmm` or `±hh` in seconds east of UTC; `fallback` at the end of the text. *Range*: up to 18 hours either way.
    mutating func offset(_ fallback: Int) -> Int? {
        if isAtEnd { return fallback }
        if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
        let isNegative = next == UInt8(ascii: "-")
        guard take(UInt8(ascii: "+")) || take(UInt8(ascii: "-")), let hours = digits(2) else { return nil }
        var minutes = 0
        if take(UInt8(ascii: ":")) || !isAtEnd {
            guard let value = digits(2), value < 60 else { return nil }
            minutes = value
        }
        let seconds = hours * 3600 + minutes * 60
        guard seconds <= 18 * 3600 else { return nil }
        return isNegative ? -seconds : seconds
    }

    private mutating func digit() -> Int? {
        guard isAtDigit else { return nil }
        position += 1
        return Int(text[position - 1] - 48)
    }
}
