import Testing

@testable import Doctor

@Suite("Amounts as people read them")
struct AmountTests {
    @Test(
        "Durations in both languages",
        arguments: [
            (Int64(-5), "0 s", "0 秒"), (59, "59 s", "59 秒"), (3599, "59 min", "59 分钟"), (7200, "2 h", "2 小时"), (7500, "2 h 5 min", "2 小时 5 分钟"),
            (90_000, "1 d 1 h", "1 天 1 小时"), (864_000, "10 d", "10 天"),
        ])
    func durations(seconds: Int64, english: String, chinese: String) {
        #expect(Amount.duration(seconds).english == english)
        #expect(Amount.duration(seconds).chinese == chinese)
    }

    @Test("Bytes, shares and offsets")
    func others() {
        #expect(Amount.bytes(1023) == "1023 B")
        #expect(Amount.bytes(1536) == "1.5 KiB")
        #expect(Amount.bytes(512 << 20) == "512 MiB")
        #expect(Amount.percent(18.4, of: 100) == "18 %")
        #expect(Amount.percent(0.07, of: 100) == "0.1 %")
        #expect(Amount.percent(1, of: 0) == "0 %")
        #expect(Amount.offset(28_800) == "+08:00")
        #expect(Amount.offset(-12_600) == "-03:30")
        #expect(Amount.moment(unixSeconds: 0, 28_800) == "1970-01-01 08:00")
    }
}
