import Testing

@testable import Site

@Suite struct AmountTests {
    @Test(arguments: [
        ("250 ms", Duration.milliseconds(250)), ("15 s", .seconds(15)), ("15 min", .seconds(900)), ("15min", .seconds(900)), ("1 h", .seconds(3600)),
        ("1.5 d", .seconds(129_600)), ("0 s", .zero), ("0.25 s", .milliseconds(250)), ("36525 d", .seconds(36_525 * 86_400)),
    ])
    func aDurationIsANumberAndAUnit(_ text: String, _ expected: Duration) throws {
        #expect(try Amount.duration(text) == expected)
    }

    @Test(arguments: [
        "", "15", "min", "15 m", "15 minutes", "-5 s", "1e9 s", "1.2.3 s", "36526 d", " 5 s", "5 s ", "٣ s", "9999999999999999 s", "nan s", "5 µs",
    ])
    func anythingElseIsRefused(_ text: String) {
        #expect(throws: Amount.Refusal.self) { try Amount.duration(text) }
    }

    @Test func aBareNumberIsToldToHaveAUnit() {
        #expect(throws: Amount.Refusal(reason: "\"15\" has no unit; a duration is written like \"15 min\" (ms, s, min, h or d)")) {
            try Amount.duration("15")
        }
    }

    @Test(arguments: [("1 B", 1), ("64 KiB", 65_536), ("512 MiB", 512 << 20), ("1.5 GiB", 3 << 29), ("1TiB", 1 << 40)] as [(String, Int64)])
    func aSizeIsANumberAndABinaryUnit(_ text: String, _ expected: Int64) throws {
        #expect(try Amount.size(text) == expected)
    }

    @Test(arguments: ["", "512", "512 MB", "0.3 B", "99999999 TiB", "-1 B", "1 mib"])
    func anotherSizeIsRefused(_ text: String) {
        #expect(throws: Amount.Refusal.self) { try Amount.size(text) }
    }

    @Test func aDurationIsWrittenInItsLargestWholeUnit() throws {
        for text in ["50 ms", "90 s", "5 min", "36 h", "3 d", "0 s"] { #expect(Amount.text(try Amount.duration(text)) == text) }
    }
}
