import Lifeline

/// The past values of one asset's index: one a day for `days`, before that the last one of each month for `months`.
///
/// *Memory*: at most `days + months` entries of 8 bytes.
package struct IndexHistory: Equatable, Sendable {
    /// One value.
    package struct Entry: Equatable, Sendable {
        /// Local days since 1970-01-01.
        package var day: Int32
        /// *Range*: 0…100.
        package var value: UInt8
    }

    /// Ascending by day.
    package private(set) var entries: [Entry] = []

    /// Two months in which a change can be seen as it happens, and the three years of a renewal plan.
    package static let days = 60
    package static let months = 36

    package init() {}

    /// A history that was written before; nil where its entries are out of order or too many.
    init?(_ entries: [Entry]) {
        guard entries.count <= IndexHistory.days + IndexHistory.months, zip(entries, entries.dropFirst()).allSatisfy({ $0.day < $1.day }),
            entries.allSatisfy({ $0.value <= 100 })
        else { return nil }
        self.entries = entries
    }

    /// The local day of a moment. *Range*: saturates at the ends of 32 bits.
    package static func day(of moment: Timestamp, utcOffsetSeconds: Int) -> Int32 {
        let local = moment.advanced(by: .seconds(utcOffsetSeconds)).microseconds
        return Int32(clamping: local / 86_400_000_000 - (local % 86_400_000_000 < 0 ? 1 : 0))
    }

    /// `2026-01-02`.
    package static func date(_ day: Int32) -> String {
        String(CivilTime.rfc3339(Timestamp(unixSeconds: Int64(day) * 86_400), offsetSeconds: 0).prefix(10))
    }

    /// Takes the value of a day; a second one of the same day takes its place, one of an earlier day is not taken (a clock went back).
    mutating func note(day: Int32, value: UInt8) {
        if let last = entries.last, day <= last.day {
            if day == last.day { entries[entries.count - 1].value = value }
            return
        }
        entries.append(Entry(day: day, value: value))
        thin(newest: day)
    }

    /// Of the months before the last days only the last value of each stays.
    private mutating func thin(newest: Int32) {
        let (border, _) = newest.subtractingReportingOverflow(Int32(IndexHistory.days))
        var kept: [Entry] = []
        for (index, entry) in entries.enumerated() {
            if entry.day <= border, index + 1 < entries.count, IndexHistory.month(entries[index + 1].day) == IndexHistory.month(entry.day),
                entries[index + 1].day <= border
            {
                continue
            }
            kept.append(entry)
        }
        let old = kept.count { $0.day <= border }
        entries = Array(kept.dropFirst(max(0, old - IndexHistory.months)))
    }

    /// Months since the year 0.
    private static func month(_ day: Int32) -> Int {
        let fields = CivilTime.fields(of: Timestamp(unixSeconds: Int64(day) * 86_400), offsetSeconds: 0)
        return fields.year * 12 + fields.month
    }
}
