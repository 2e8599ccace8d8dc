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

    /// The calendar fields of a moment, at an offset from UTC; saturates at the ends of `Timestamp`'s range and never traps.
    package static func fields(of moment: Timestamp, offsetSeconds: Int) -> Fields {
        let local = moment.advanced(byMicroseconds: Timestamp(unixSeconds: Int64(offsetSeconds)).microseconds).microseconds
        // Rounded down, not toward zero; from the remainder, since the first day of the range begins before the range does.
        let remainder = local % 86_400_000_000
        let day = Int(local / 86_400_000_000) - (remainder < 0 ? 1 : 0)
        let within = Int(remainder < 0 ? remainder + 86_400_000_000 : remainder)
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
    ///
    /// An offset is written in whole minutes: odd seconds of it are left out of clock and offset alike, so that the text names the same moment.
    package static func rfc3339(_ moment: Timestamp, offsetSeconds: Int) -> String {
        let offsetSeconds = offsetSeconds - offsetSeconds % 60
        let parts = fields(of: moment, offsetSeconds: offsetSeconds)
        let offset = offsetSeconds.magnitude
        return "\(pad(parts.year, 4))-\(pad(parts.month, 2))-\(pad(parts.day, 2))T"
            + "\(pad(parts.hour, 2)):\(pad(parts.minute, 2)):\(pad(parts.second, 2))"
            + "\(offsetSeconds < 0 ? "-" : "+")\(pad(Int(offset / 3600), 2)):\(pad(Int(offset / 60 % 60), 2))"
    }

    /// The same as CAP wants it: where the offset is zero, `-00:00`. *Source*: CAP 1.2 section 3.3.2, `DateTime` data type.
    package static func cap(_ moment: Timestamp, offsetSeconds: Int) -> String {
        let text = rfc3339(moment, offsetSeconds: offsetSeconds)
        return text.hasSuffix("+00:00") ? text.dropLast(6) + "-00:00" : text
    }

    /// `2026-01-02 11:04:05`: the local time without its offset, as many platforms of this field store it.
    package static func local(_ moment: Timestamp, offsetSeconds: Int) -> String {
        let parts = fields(of: moment, offsetSeconds: offsetSeconds)
        return
            "\(pad(parts.year, 4))-\(pad(parts.month, 2))-\(pad(parts.day, 2)) \(pad(parts.hour, 2)):\(pad(parts.minute, 2)):\(pad(parts.second, 2))"
    }

    /// Reads a date and a time of day, in the superset of the forms that the devices and platforms of this field send:
    /// `YYYY-MM-DD[T| ]hh:mm[:ss[.fraction]][offset]`, the same with `/` in the date, and the compact `YYYYMMDD[T| ]hhmm[ss[.fraction]][offset]`;
    /// the offset is `Z`, `±hh:mm`, `±hhmm` or `±hh`.
    ///
    /// A text without an offset is taken at `defaultOffsetSeconds`. Fractions beyond a microsecond are cut off. A leap second (`:60`) is the next
    /// minute's zero. Returns nil for anything else: a wrong month, trailing text, a year outside 1…9999. Allocates nothing.
    package static func parse(_ text: UnsafeRawBufferPointer, defaultOffsetSeconds: Int) -> Timestamp? {
        var reader = TimeTextReader(text)
        guard let year = reader.digits(4), year > 0 else { return nil }
        let separator = reader.next
        let isCompact = separator != UInt8(ascii: "-") && separator != UInt8(ascii: "/")
        guard isCompact || reader.take(separator), let month = reader.digits(2), (1...12).contains(month),
            isCompact || reader.take(separator), let day = reader.digits(2), day >= 1, day <= lastDay(year, month)
        else { return nil }
        // Only the compact form does without a letter or a blank between date and time.
        guard reader.take(UInt8(ascii: "T")) || reader.take(UInt8(ascii: "t")) || reader.take(UInt8(ascii: " ")) || isCompact,
            let hour = reader.digits(2), hour < 24, isCompact || reader.take(UInt8(ascii: ":")),
            let minute = reader.digits(2), minute < 60
        else { return nil }
        var second = 0
        var micro = 0
        if isCompact ? reader.isAtDigit : reader.take(UInt8(ascii: ":")) {
            guard let value = reader.digits(2), value <= 60 else { return nil }
            second = value
            if reader.take(UInt8(ascii: ".")) || reader.take(UInt8(ascii: ",")) {
                guard let fraction = reader.fraction() else { return nil }
                micro = fraction
            }
        }
        let start = Timestamp(unixSeconds: Int64(days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second))
        guard let offset = reader.offset(defaultOffsetSeconds), reader.isAtEnd else { return nil }
        let east = Timestamp(unixSeconds: Int64(offset)).microseconds
        // The most negative number has no opposite.
        return start.advanced(byMicroseconds: Int64(micro)).advanced(byMicroseconds: east == .min ? .max : -east)
    }

    /// The same for any bytes; makes a copy where they do not lie in one block.
    package static func parse(_ text: some Collection<UInt8>, defaultOffsetSeconds: Int) -> Timestamp? {
        let result = text.withContiguousStorageIfAvailable { parse(UnsafeRawBufferPointer($0), defaultOffsetSeconds: defaultOffsetSeconds) }
        return result ?? Array(text).withUnsafeBytes { parse($0, defaultOffsetSeconds: defaultOffsetSeconds) }
    }

    /// Reads `+08:00`, `-0330`, `+08`, `Z`: seconds east of UTC, or nil.
    package static func parseOffset(_ text: String) -> Int? {
        Array(text.utf8).withUnsafeBytes { text in
            var reader = TimeTextReader(text)
            guard !reader.isAtEnd, let offset = reader.offset(0), reader.isAtEnd else { return nil }
            return offset
        }
    }

    private static func lastDay(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// `number` with leading zeros up to `width` digits; a longer number is not cut.
    package static func pad(_ number: Int, _ width: Int) -> String {
        let digits = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
