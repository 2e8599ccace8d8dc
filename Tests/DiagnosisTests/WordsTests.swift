import Lifeline
import Testing

@testable import Diagnosis

@Suite("Numbers, times and trends as people say them")
struct WordsTests {
    static func quantity(_ unit: String, states: [StateWord] = []) -> Quantity {
        Quantity(name: "q", unit: Unit.named(unit)!, range: -1e9...1e9, chinese: "量", english: "quantity", states: states)
    }

    @Test(
        "Few digits, the unit as people write it",
        arguments: [
            ("MPa", 0.13712, "0.137 MPa"), ("MPa", 1.2345, "1.23 MPa"), ("MPa", -0.0004, "-0.0004 MPa"), ("deg", 12.4321, "12.4°"), ("deg", 9, "9°"),
            ("m3/h", 1234.56, "1235 m³/h"), ("%VOL", 1.2345, "1.23 %VOL"), ("%", 17.8, "17.8%"), ("mm", 0.2712, "0.27 mm"), ("count", 3, "3"),
            ("m", 0, "0 m"), ("m", -0.0000001, "-0.0 m"), ("m", .nan, "– m"), ("degC", 61.25, "61.3 ℃"), ("1/h", 12, "12/h"), ("s", 3.26, "3.3 s"),
            ("s", 725, "12 min"), ("uE", 153.2, "153 µε"), ("m", 0.004, "0.004 m"),
        ])
    func figures(unit: String, value: Double, text: String) {
        // Nothing but zero is left of it at six decimals.
        let wanted = text == "-0.0 m" ? "0 m" : text
        #expect(Figures(quantity: WordsTests.quantity(unit)).text(value, chinese: false) == wanted)
    }

    @Test("Two values that differ are never written alike")
    func pairs() {
        let figures = Figures(quantity: WordsTests.quantity("MPa"))
        #expect(figures.pair(0.13996, 0.14, chinese: false) == ("0.13996 MPa", "0.14 MPa"))
        #expect(figures.pair(0.137, 0.14, chinese: false) == ("0.137 MPa", "0.14 MPa"))
        #expect(figures.pair(0.14, 0.14, chinese: false) == ("0.14 MPa", "0.14 MPa"))
    }

    @Test("A value with a word is said by its word")
    func states() {
        let open = WordsTests.quantity("state", states: [StateWord(value: 1, words: BilingualText(chinese: "开启", english: "open"))])
        #expect(Figures(quantity: open).text(1, chinese: true) == "开启")
        #expect(Figures(quantity: open).text(1, chinese: false) == "open")
        #expect(Figures(quantity: open).text(3, chinese: false) == "3")
    }

    @Test(
        "Lengths of time in two units at most",
        arguments: [
            (0.25, "0.25秒", "0.25 s"), (45, "45秒", "45 s"), (60, "1分钟", "1 min"), (320, "5分20秒", "5 min 20 s"), (2100, "35分钟", "35 min"),
            (7800, "2小时10分钟", "2 h 10 min"), (7200, "2小时", "2 h"), (273_600, "3天4小时", "3 d 4 h"), (259_200, "3天", "3 d"), (.nan, "–", "–"),
        ])
    func lengths(seconds: Double, chinese: String, english: String) {
        #expect(TimeWords.length(seconds, chinese: true, spaced: false) == chinese)
        #expect(TimeWords.length(seconds, chinese: false, spaced: false) == english)
    }

    @Test("The year is said only when it is not this one, the date of a clock time only when it is not today")
    func moments() {
        let times = TimeWords(now: Timestamp(unixSeconds: 1_767_323_045), utcOffsetSeconds: 28_800)
        let (today, lastYear) = (Timestamp(unixSeconds: 1_767_313_045), Timestamp(unixSeconds: 1_767_163_045))
        #expect(times.moment(today, chinese: true) == "1月2日08:17" && times.moment(today, chinese: false) == "2 Jan 08:17")
        #expect(times.moment(lastYear, chinese: true) == "2025年12月31日14:37" && times.moment(lastYear, chinese: false) == "31 Dec 2025 14:37")
        #expect(times.clock(today, chinese: true) == "08:17")
        #expect(times.clock(lastYear, chinese: false) == "31 Dec 2025 14:37")
    }

    static func trend(_ values: [Double], least: Double = 0.01) -> Trend? {
        let points = values.enumerated().map { EvidencePoint(observed: Timestamp(unixSeconds: Int64($0.offset) * 300), value: $0.element) }
        return Trend(points, within: -10...10, least: least)
    }

    @Test("A fall that goes on, one that came to rest, and one in a single step are told apart")
    func trends() throws {
        let ongoing = try #require(WordsTests.trend([0.31, 0.31, 0.30, 0.27, 0.22, 0.18]))
        #expect(ongoing == Trend(shape: .ongoing, start: Timestamp(unixSeconds: 600), seconds: 900, from: 0.30, to: 0.18))
        let settled = try #require(WordsTests.trend([0.31, 0.31, 0.25, 0.18, 0.18, 0.18]))
        #expect(settled == Trend(shape: .settled, start: Timestamp(unixSeconds: 300), seconds: 600, from: 0.31, to: 0.18))
        let sudden = try #require(WordsTests.trend([0.31, 0.30, 0.31, 0.18]))
        #expect(sudden == Trend(shape: .sudden, start: Timestamp(unixSeconds: 600), seconds: 300, from: 0.31, to: 0.18))
        let rise = try #require(WordsTests.trend([1, 2, 3, 4]))
        #expect(rise.isRise && rise.shape == .ongoing)
    }

    @Test("Noise, a swing there and back, a single reading and impossible values are no trend")
    func noTrend() {
        #expect(WordsTests.trend([0.31, 0.312, 0.309, 0.311, 0.308], least: 0.01) == nil)
        #expect(WordsTests.trend([1, 3, 1, 3, 1, 3]) == nil)
        #expect(WordsTests.trend([0.02, 0.16, 0.18, 0.29, 0.3, 0.2, 0.2]) == nil, "it rose and fell again")
        #expect(WordsTests.trend([1, 5, 3]) == nil)
        #expect(WordsTests.trend([1]) == nil)
        #expect(WordsTests.trend([]) == nil)
        #expect(WordsTests.trend([1, 500, 1]) == nil)
        #expect(WordsTests.trend([.nan, 1, .infinity]) == nil)
    }
}
