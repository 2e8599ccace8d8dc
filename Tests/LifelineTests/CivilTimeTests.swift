import GatewayTesting
import Lifeline
import Testing

@Suite("Calendar and clock")
struct CivilTimeTests {
    static func parse(_ text: String, offset: Int = 28_800) -> Int64? {
        CivilTime.parse(Array(text.utf8), defaultOffsetSeconds: offset)?.microseconds
    }

    /// 2026-01-02T03:04:05Z
    static let moment: Int64 = 1_767_323_045_000_000

    @Test("Every day of four centuries follows its neighbour, with the leap years of the Gregorian calendar")
    func everyDay() {
        var day = CivilTime.days(year: 1800, month: 1, day: 1)
        for year in 1800..<2200 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for (index, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
                for date in 1...length {
                    let isRight = CivilTime.days(year: year, month: index + 1, day: date) == day
                    if !isRight { Issue.record("\(year)-\(index + 1)-\(date)") }
                    if date == 1 || date == length {
                        let fields = CivilTime.fields(of: Timestamp(unixSeconds: Int64(day) * 86_400), offsetSeconds: 0)
                        #expect((fields.year, fields.month, fields.day) == (year, index + 1, date))
                    }
                    day += 1
                }
            }
        }
        #expect(day == CivilTime.days(year: 2200, month: 1, day: 1))
    }

    @Test("Before 1970 the clock still runs forward")
    func before1970() {
        let fields = CivilTime.fields(of: Timestamp(microseconds: -1), offsetSeconds: 0)
        #expect((fields.year, fields.month, fields.day) == (1969, 12, 31))
        #expect((fields.hour, fields.minute, fields.second, fields.microsecond) == (23, 59, 59, 999_999))
        #expect(CivilTime.rfc3339(Timestamp(microseconds: -86_400_000_000), offsetSeconds: 0) == "1969-12-31T00:00:00+00:00")
    }

    @Test("The ends of the range have fields too, at every offset", arguments: [0, 28_800, -28_800, 64_800, .max, .min])
    func ends(offset: Int) {
        for moment in [Timestamp.distantPast, .distantFuture] {
            let fields = CivilTime.fields(of: moment, offsetSeconds: offset)
            #expect((0..<24).contains(fields.hour) && (0..<60).contains(fields.minute) && (0..<60).contains(fields.second))
            #expect((1...12).contains(fields.month) && (1...31).contains(fields.day) && (0..<1_000_000).contains(fields.microsecond))
        }
        #expect(CivilTime.fields(of: .distantPast, offsetSeconds: 0).year == -290_308)
        #expect(CivilTime.fields(of: .distantFuture, offsetSeconds: 0).year == 294_247)
        #expect(CivilTime.rfc3339(.distantPast, offsetSeconds: 0).hasPrefix("-290308-12-21T19:59:05"))
    }

    @Test("A moment's fields lead back to it", arguments: 0..<20)
    func inverse(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<200 {
            let moment = Timestamp(microseconds: Int64(bitPattern: generator.next()) / 40)
            let offset = (generator.below(145) - 72) * 900
            let fields = CivilTime.fields(of: moment, offsetSeconds: offset)
            let days = CivilTime.days(year: fields.year, month: fields.month, day: fields.day)
            let seconds = days * 86_400 + fields.hour * 3600 + fields.minute * 60 + fields.second - offset
            #expect(Int64(seconds) * 1_000_000 + Int64(fields.microsecond) == moment.microseconds, "seed \(seed)")
        }
    }

    @Test("Odd seconds of an offset are written nowhere, and change no moment")
    func oddOffset() {
        let moment = Timestamp(microseconds: CivilTimeTests.moment)
        #expect(CivilTime.rfc3339(moment, offsetSeconds: 29_143) == "2026-01-02T11:09:05+08:05")
        #expect(CivilTime.rfc3339(moment, offsetSeconds: -29_143) == "2026-01-01T18:59:05-08:05")
        #expect(CivilTimeTests.parse(CivilTime.rfc3339(moment, offsetSeconds: 29_143)) == moment.microseconds)
    }

    @Test(
        "Every form that a device may send names the same moment",
        arguments: [
            "2026-01-02T03:04:05Z", "2026-01-02t03:04:05z", "2026-01-02 03:04:05Z", "2026-01-02T11:04:05", "2026-01-02T11:04:05+08:00",
            "2026-01-02T11:04:05+0800",
            "2026-01-02T11:04:05+08", "2026-01-01T23:34:05-03:30", "2026-01-02T03:04:05-00:00", "2026-01-02T03:04:05.0Z", "2026-01-02T03:04:05,000Z",
            "2026-01-02T03:04:05.0000009Z", "2026/01/02 11:04:05", "2026/01/02T03:04:05Z", "20260102T030405Z", "20260102T110405", "20260102110405",
            "20260102 110405", "20260102110405+0800", "20260102T030405.000Z", "2026-01-01T22:04:05-05:00",
        ])
    func forms(text: String) { #expect(CivilTimeTests.parse(text) == CivilTimeTests.moment, "\(text)") }

    @Test(
        "Fractions of every length are cut at the microsecond",
        arguments: [
            ("0", 0), ("1", 100_000), ("12", 120_000), ("123", 123_000), ("1234", 123_400), ("12345", 123_450), ("123456", 123_456),
            ("1234567", 123_456),
            ("123456789", 123_456), ("999999999", 999_999), ("000001", 1), ("0000019", 1), ("123456789012345678901234567890", 123_456),
        ] as [(String, Int64)])
    func fractions(digits: String, microseconds: Int64) {
        #expect(CivilTimeTests.parse("2026-01-02T03:04:05.\(digits)Z") == CivilTimeTests.moment + microseconds)
    }

    @Test("Minutes without seconds, and leap seconds")
    func seconds() {
        #expect(CivilTimeTests.parse("2026-01-02T03:04Z") == CivilTimeTests.moment - 5_000_000)
        #expect(CivilTimeTests.parse("202601021104") == CivilTimeTests.moment - 5_000_000)
        #expect(CivilTimeTests.parse("2016-12-31T23:59:60Z") == CivilTimeTests.parse("2017-01-01T00:00:00Z"))
        #expect(CivilTimeTests.parse("0001-01-01T00:00:00Z") == -62_135_596_800_000_000)
        #expect(CivilTimeTests.parse("9999-12-31T23:59:59.999999Z") == 253_402_300_799_999_999)
        #expect(CivilTimeTests.parse("2024-02-29T00:00:00Z") != nil && CivilTimeTests.parse("2000-02-29T00:00:00Z") != nil)
    }

    @Test(
        "What is no time is none",
        arguments: [
            "2026-01-02T03:04:05Z ", " 2026-01-02T03:04:05Z", "2026-1-2T03:04:05Z", "2026-01-02T3:04:05Z", "2026-01-02TT03:04:05",
            "2026-01-02T03:04:",
            "2026-01-02T03:04:5Z", "2026-01-02T03:04:61Z", "2026-00-02T03:04:05Z", "2026-01-00T03:04:05Z", "2026-01-32T03:04:05Z",
            "2026-04-31T03:04:05Z",
            "1900-02-29T00:00:00Z", "2026-01-02T03:04:05+08:", "2026-01-02T03:04:05+08:0", "2026-01-02T03:04:05+080", "2026-01-02T03:04:05+08:60",
            "2026-01-02T03:04:05+19:00", "2026-01-02T03:04:05+18:01", "2026-01-02T03:04:05 +08:00", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+",
            "20260102", "2026010211",
            "20260102110405123", "2026-01/02 11:04:05", "2026/01-02 11:04:05", "202601-02T11:04:05", "2026-0102T11:04:05", "2026-01-0211:04:05",
            "20260102T11:04:05",
            "-2026-01-02T03:04:05Z", "+2026-01-02T03:04:05Z", "12026-01-02T03:04:05Z", "2026-01-02T03:04:05ZZ", "1767323045", "now",
            "2026.01.02 11:04:05",
            "２０２６-01-02T03:04:05Z", "2026-01-02T03:04:05\u{0}", "2026", "2026-", "2026-01", "2026-01-02T",
        ])
    func refused(text: String) { #expect(CivilTimeTests.parse(text) == nil, "\(text)") }

    @Test("Offsets alone")
    func offsets() {
        for (text, seconds) in [
            ("Z", 0), ("z", 0), ("+08:00", 28_800), ("-0330", -12_600), ("+08", 28_800), ("+18:00", 64_800), ("-18", -64_800), ("-00:00", 0),
        ] {
            #expect(CivilTime.parseOffset(text) == seconds, "\(text)")
        }
        for text in ["", "8", "08:00", "+8", "+08:00:00", "UTC", "+18:01", "+99", "Z+08:00", "+08:00 "] {
            #expect(CivilTime.parseOffset(text) == nil, "\(text)")
        }
    }

    @Test("An absurd default offset saturates and never traps")
    func absurdOffset() {
        #expect(CivilTimeTests.parse("2026-01-02T03:04:05", offset: .max) == CivilTimeTests.moment - .max)
        #expect(CivilTimeTests.parse("2026-01-02T03:04:05", offset: .min) == .max)
        #expect(CivilTimeTests.parse("2026-01-02T03:04:05Z", offset: .min) == CivilTimeTests.moment)
    }

    @Test("Texts that do not lie in one block are read like those that do")
    func anyCollection() {
        let text = Array("2026-01-02T03:04:05Z".utf8)
        #expect(CivilTime.parse(text.lazy.map { $0 }, defaultOffsetSeconds: 0)?.microseconds == CivilTimeTests.moment)
        #expect(CivilTime.parse(("x" + "2026-01-02T03:04:05Z").utf8.dropFirst(), defaultOffsetSeconds: 0)?.microseconds == CivilTimeTests.moment)
        #expect(CivilTime.parse([UInt8](), defaultOffsetSeconds: 0) == nil)
    }

    @Test("Random bytes are no time, and mutated times never crash", arguments: 0..<10)
    func fuzz(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var read = 0
        for _ in 0..<1000 {
            var text = Array("2026-01-02T03:04:05.123456+08:00".utf8.prefix(generator.below(33)))
            for _ in 0..<generator.below(3) where !text.isEmpty {
                text[generator.below(text.count)] = Array("0123456789-:TZ+. /".utf8)[generator.below(18)]
            }
            guard let moment = CivilTime.parse(text, defaultOffsetSeconds: 0) else { continue }
            read += 1
            // What was read is a time that can be written, and reads the same.
            let whole = Timestamp(microseconds: moment.microseconds - moment.microseconds % 1_000_000)
            let year = CivilTime.fields(of: whole, offsetSeconds: 0).year
            if year >= 1 && year <= 9999 {
                #expect(CivilTime.parse(Array(CivilTime.rfc3339(whole, offsetSeconds: 0).utf8), defaultOffsetSeconds: 0) == whole, "seed \(seed)")
            }
        }
        #expect(read > 50, "seed \(seed)")
    }

    @Test("Padding")
    func pad() {
        #expect(CivilTime.pad(7, 2) == "07" && CivilTime.pad(123, 2) == "123" && CivilTime.pad(0, 4) == "0000" && CivilTime.pad(-7, 2) == "-07")
        #expect(CivilTime.pad(.min, 2) == "-9223372036854775808")
    }
}
