/// Calendar dates and the text forms of time that devices and platforms use.
///
/// *Source*: the day-number conversions are the proleptic Gregorian calendar counted in 400-year eras that start on 1 March.
package enum CivilTime {
    /// A date and time of day with no zone.
    package struct Fields: Equatable, Sendable {
        package var year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
        /// *Range*: 0…999 999.
        package var microsecond: Int
    }

    /// Days from 1970-01-01 to a Gregorian date. *Range*: years within ±200 000.
    package static func days(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The calendar fields of a moment, at an offset from UTC.
    package static func fields(of moment: Timestamp, offsetSeconds: Int) -> Fields {
        let local = moment.advanced(byMicroseconds: Int64(offsetSeconds) * 1_000_000).microseconds
        let day = Int(floorDivide(local, 86_400_000_000))
        let within = Int(local - Int64(day) * 86_400_000_000)
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let seconds = within / 1_000_000
        return Fields(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * monthIndex + 2) / 5 + 1,
            hour: seconds / 3600, minute: seconds / 60 % 60, second: seconds % 60, microsecond: within % 1_000_000)
    }

    /// `2026-01-02T11:04:05+08:00`: RFC 3339 with an explicit offset and no fraction, as CAP's `sent` demands (never `Z`).
    package static func rfc3339(_ moment: Timestamp, offsetSeconds: Int) -> String {
        let parts = fields(of: moment, offsetSeconds: offsetSeconds)
        let offset = offsetSeconds.magnitude
        return "\(pad(parts.year, 4))-\(pad(parts.month, 2))-\(pad(parts.day, 2))T"
            + "\(pad(parts.hour, 2)):\(pad(parts.minute, 2)):\(pad(parts.second, 2))"
            + "\(offsetSeconds < 0 ? "-" : "+")\(pad(Int(offset / 3600), 2)):\(pad(Int(offset / 60 % 60), 2))"
    }

    /// Reads `YYYY-MM-DD[T| ]hh:mm[:ss[.fraction]][Z|±hh:mm|±hhmm]`, the superset of what the devices of this field send.
    ///
    /// A text without an offset is taken at `defaultOffsetSeconds`. Fractions beyond a microsecond are cut off. A leap second (`:60`) is the next
    /// minute's zero. Returns nil for anything else: a wrong month, trailing text, a year outside 1…9999.
    package static func parse(_ text: some Collection<UInt8>, defaultOffsetSeconds: Int) -> Timestamp? {
        var reader = Reader(text)
        guard let year = reader.digits(4), year > 0, reader.take(UInt8(ascii: "-")),
            let month = reader.digits(2), (1...12).contains(month), reader.take(UInt8(ascii: "-")),
            let day = reader.digits(2), day >= 1, day <= lastDay(year, month),
            reader.take(UInt8(ascii: "T")) || reader.take(UInt8(ascii: "t")) || reader.take(UInt8(ascii: " ")),
            let hour = reader.digits(2), hour < 24, reader.take(UInt8(ascii: ":")),
            let minute = reader.digits(2), minute < 60
        else { return nil }
        var second = 0
        var micro = 0
        if reader.take(UInt8(ascii: ":")) {
            guard let value = reader.digits(2), value <= 60 else { return nil }
            second = value
            if reader.take(UInt8(ascii: ".")) || reader.take(UInt8(ascii: ",")) {
                guard let fraction = reader.fraction() else { return nil }
                micro = fraction
            }
        }
        guard let offset = reader.offset(defaultOffsetSeconds), reader.isAtEnd else { return nil }
        let seconds = days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return Timestamp(microseconds: Int64(seconds) * 1_000_000 + Int64(micro))
    }

    /// Reads `+08:00`, `-0330`, `Z`: seconds east of UTC, or nil.
    package static func parseOffset(_ text: String) -> Int? {
        var reader = Reader(Array(text.utf8))
        guard !reader.isAtEnd, let offset = reader.offset(0), reader.isAtEnd else { return nil }
        return offset
    }

    private static func lastDay(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
        let quotient = value / by
        return value % by < 0 ? quotient - 1 : quotient
    }

    /// `number` with leading zeros up to `width` digits; a longer number is not cut.
    package static func pad(_ number: Int, _ width: Int) -> String {
        let digits = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// A cursor over the bytes of a time text.
    private struct Reader<Text: Collection<UInt8>> {
        var rest: Text.SubSequence
        init(_ text: Text) { rest = text[...] }
        var isAtEnd: Bool { rest.isEmpty }

        mutating func take(_ byte: UInt8) -> Bool {
            guard rest.first == byte else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func digit() -> Int? {
            guard let byte = rest.first, byte >= 48, byte <= 57 else { return nil }
            rest = rest.dropFirst()
            return Int(byte - 48)
        }

        mutating func digits(_ count: Int) -> Int? {
            var value = 0
            for _ in 0..<count {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

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

        mutating func offset(_ fallback: Int) -> Int? {
            if isAtEnd { return fallback }
            if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
            let negative = rest.first == UInt8(ascii: "-")
            guard take(UInt8(ascii: "+")) || take(UInt8(ascii: "-")), let hours = digits(2), hours <= 18 else { return nil }
            _ = take(UInt8(ascii: ":"))
            guard let minutes = digits(2), minutes < 60 else { return nil }
            return (negative ? -1 : 1) * (hours * 3600 + minutes * 60)
        }
    }
}
