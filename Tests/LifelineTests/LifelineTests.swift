import GatewayTesting
import Lifeline
import Testing

@Suite("Time, numbers and texts")
struct LifelineTests {
    @Test("A day number and its date are each other's inverse over four thousand years")
    func calendar() {
        var day = CivilTime.days(year: 1, month: 1, day: 1)
        var generator = SeededGenerator(seed: 3)
        while day < 730_000 {
            let fields = CivilTime.fields(of: Timestamp(unixSeconds: Int64(day) * 86_400 + 3661), offsetSeconds: 0)
            #expect(CivilTime.days(year: fields.year, month: fields.month, day: fields.day) == day)
            #expect((fields.hour, fields.minute, fields.second) == (1, 1, 1))
            day += 1 + generator.below(40)
        }
        #expect(CivilTime.days(year: 1970, month: 1, day: 1) == 0)
        #expect(CivilTime.days(year: 2000, month: 3, day: 1) == 11_017)
    }

    @Test(
        "RFC 3339 and its relatives",
        arguments: [
            ("2026-01-02T03:04:05Z", 1_767_323_045_000_000), ("2026-01-02T11:04:05+08:00", 1_767_323_045_000_000),
            ("2026-01-02T11:04:05.5+0800", 1_767_323_045_500_000), ("2026-01-02 11:04:05", 1_767_323_045_000_000),
            ("2026-01-02T03:04:05.123456789Z", 1_767_323_045_123_456), ("1970-01-01T00:00:00-01:30", 5_400_000_000),
            ("2024-02-29T00:00Z", 1_709_164_800_000_000),
            ("2026-12-31T23:59:60Z", 1_798_761_600_000_000),
        ] as [(String, Int64)])
    func parse(text: String, microseconds: Int64) {
        #expect(CivilTime.parse(Array(text.utf8), defaultOffsetSeconds: 28_800) == Timestamp(microseconds: microseconds))
    }

    @Test(
        "What is no time is none",
        arguments: [
            "", "2026", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-02T24:00:00Z", "2026-01-02T03:04:05Zx", "2026-01-02T03:04:05.Z",
            "26-01-02T03:04:05Z", "2026-01-02T03:04:05+8", "2026-01-02", "0000-01-01T00:00:00Z", "2026-01-02T03:60:05Z",
        ])
    func noTime(text: String) { #expect(CivilTime.parse(Array(text.utf8), defaultOffsetSeconds: 0) == nil) }

    @Test("What is written is read back", arguments: 0..<200)
    func roundTrip(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let moment = Timestamp(unixSeconds: Int64(generator.next() % 8_000_000_000) - 2_000_000_000)
        let offset = (generator.below(105) - 48) * 900
        let text = CivilTime.rfc3339(moment, offsetSeconds: offset)
        #expect(CivilTime.parse(Array(text.utf8), defaultOffsetSeconds: 0) == moment, "\(text)")
        #expect(text.utf8.count == 25 && !text.contains("Z"), "CAP's form: an offset, no fraction, never Z")
    }

    @Test("Times saturate and never trap")
    func saturation() {
        #expect(Timestamp.distantFuture.advanced(by: .seconds(1)) == .distantFuture)
        #expect(Timestamp.distantPast.advanced(by: .seconds(-1)) == .distantPast)
        #expect(Timestamp.distantFuture.microseconds(since: .distantPast) == .max)
        #expect(Timestamp(unixSeconds: .max) == .distantFuture)
    }

    @Test("JSON texts are escaped, numbers are the shortest that read back")
    func json() {
        var json = JSONWriter()
        json.beginObject()
        json.member("a\"b\\c\n\u{7f}窨", "x\ty")
        json.member("n", 0.1)
        json.member("whole", 12.0)
        json.member("nan", Double.nan)
        json.key("list")
        json.beginArray()
        json.value(1)
        json.beginObject()
        json.endObject()
        json.null()
        json.endArray()
        json.member("flag", true)
        json.endObject()
        #expect(json.text == "{\"a\\\"b\\\\c\\u000a\\u007f窨\":\"x\\u0009y\",\"n\":0.1,\"whole\":12,\"nan\":null,\"list\":[1,{},null],\"flag\":true}")
    }

    @Test("Six digits are what people read")
    func sixDigits() {
        for (number, text) in [
            (0.0, "0"), (0.1, "0.1"), (1.0 / 3, "0.333333"), (31.24, "31.24"), (123_456.789, "123457"), (-0.000123456789, "-0.000123457"),
            (1e20, "1e+20"),
        ] {
            #expect(JSONWriter.sixDigits(number) == text)
        }
        #expect(JSONWriter.threeDecimals(0.30000000000000004) == "0.3")
        #expect(JSONWriter.threeDecimals(.nan) == "–")
    }

    @Test("Units convert exactly, and only into their own kind")
    func units() throws {
        func convert(_ value: Double, _ from: String, _ to: String) throws -> Double {
            let (scale, shift) = try #require(Unit.named(from)).conversion(to: try #require(Unit.named(to)))
            return value * scale + shift
        }
        #expect(try convert(310, "kPa", "MPa") == 0.31)
        #expect(try convert(20, "%LEL", "%VOL") == 1)
        #expect(abs(try convert(212, "degF", "degC") - 100) < 1e-9)
        #expect(abs(try convert(1, "bar", "kPa") - 100) < 1e-12)
        #expect(try convert(10, "l/s", "m3/h") == 36)
        #expect(try convert(5, "MPa", "MPa") == 5)
        #expect(Unit.named("kPa")?.converts(to: Unit.named("deg")!) == false)
        #expect(Set(Unit.all.map(\.symbol)).count == Unit.all.count)
    }

    @Test("A stable hash is stable, and its parts cannot run together")
    func hash() {
        var hash = StableHash()
        hash.combine("gw7")
        hash.combine(42 as UInt64)
        #expect(hash.shortText.utf8.count == 8)
        var first = StableHash()
        first.combine("a")
        first.combine("bc")
        var second = StableHash()
        second.combine("ab")
        second.combine("c")
        #expect(first.value != second.value)
        // FNV-1a of nothing, through the finaliser: pins the function for ever.
        #expect(StableHash().value == 0xefd0_1f60_ba99_2926)
    }

    @Test("Bytes are read as they were written, and past the end there is nothing")
    func bytes() {
        var writer = ByteWriter()
        writer.append(0x1234_5678_9abc_def0 as UInt64)
        writer.append(-5 as Int32)
        writer.append(Double.nan)
        writer.append("窨井")
        writer.append(true)
        for length in 0...writer.bytes.count {
            var reader = ByteReader(Array(writer.bytes.prefix(length)))
            let whole =
                reader.integer(UInt64.self) == 0x1234_5678_9abc_def0 && reader.integer(Int32.self) == -5 && reader.double()?.isNaN == true
                && reader.text() == "窨井" && reader.flag() == true
            #expect(whole == (length == writer.bytes.count))
        }
    }
}
