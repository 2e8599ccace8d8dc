import Lifeline

/// Durations and sizes as people write them: a number and a unit, never a bare number.
enum Amount {
    private static let durationUnits: [(symbol: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("min", 60), ("h", 3600), ("d", 86_400),
    ]
    private static let sizeUnits: [(symbol: String, bytes: Int64)] = [
        ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ]

    /// Why a text is no amount; ready to be shown.
    struct Refusal: Error, Equatable {
        var reason: String
    }

    /// `"250 ms"`, `"15 s"`, `"15 min"`, `"1 h"`, `"1.5 d"`. *Range*: 0…36 525 d.
    static func duration(_ text: String) throws(Refusal) -> Duration {
        let form = "a duration is written like \"15 min\" (ms, s, min, h or d)"
        let (number, symbol) = try split(text, or: form)
        guard let unit = durationUnits.first(where: { $0.symbol == symbol }) else {
            let hint = symbol == "m" || symbol == "M" ? "; minutes are \"min\"" : ""
            throw Refusal(
                reason: symbol.isEmpty ? "\(Wording.quote(text)) has no unit; \(form)" : "unknown unit in \(Wording.quote(text)); \(form)\(hint)")
        }
        let seconds = number * unit.seconds
        // A hundred years: anything longer is a slip, and far from the ends of every integer that follows.
        guard seconds <= 36_525 * 86_400 else { throw Refusal(reason: "\(Wording.quote(text)) is longer than a hundred years") }
        return .microseconds(Int64((seconds * 1e6).rounded()))
    }

    /// `"512 MiB"`, `"64 KiB"`. *Units*: bytes. *Range*: 0…8192 TiB.
    static func size(_ text: String) throws(Refusal) -> Int64 {
        let form = "a size is written like \"512 MiB\" (B, KiB, MiB, GiB or TiB)"
        let (number, symbol) = try split(text, or: form)
        guard let unit = sizeUnits.first(where: { $0.symbol == symbol }) else {
            let binary = ["KB": "KiB", "kB": "KiB", "MB": "MiB", "GB": "GiB", "TB": "TiB"][symbol]
            throw Refusal(reason: "\(Wording.quote(text)) is no size; \(form)" + (binary.map { "; \(symbol) is written \($0)" } ?? ""))
        }
        let bytes = number * Double(unit.bytes)
        guard bytes <= 9e15, bytes == bytes.rounded() else {
            throw Refusal(reason: "\(Wording.quote(text)) is no whole number of bytes below 8192 TiB")
        }
        return Int64(bytes)
    }

    /// A duration as it would be written, in the largest unit that leaves a whole number.
    static func text(_ duration: Duration) -> String {
        let micro = duration.wholeMicroseconds
        for unit in durationUnits.reversed() {
            let size = Int64(unit.seconds * 1e6)
            if micro >= size, micro % size == 0 { return "\(micro / size) \(unit.symbol)" }
        }
        return micro == 0 ? "0 s" : "\(micro) us"
    }

    /// The number and the letters of `12.5 min`; one or more spaces between them are allowed, and none.
    private static func split(_ text: String, or form: String) throws(Refusal) -> (Double, String) {
        let digits = text.prefix { ("0"..."9").contains($0) || $0 == "." }
        guard digits.utf8.count <= 15, let number = Double(String(digits)), number.isFinite else {
            throw Refusal(reason: "\(Wording.quote(text)) cannot be read; \(form)")
        }
        return (number, String(text[digits.endIndex...].drop { $0 == " " }))
    }
}
