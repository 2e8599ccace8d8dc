import Lifeline
import Testing

@testable import Diagnosis

@Suite("Two tiers of evidence in fixed memory")
struct EvidenceWindowTests {
    static let start = Timestamp(unixSeconds: 1_767_312_000)  // 2026-01-02 00:00 UTC: the beginning of a stretch.
    static let hour: Int64 = 3_600_000_000

    static func windows(interval: Double? = 60, cycle: Double? = 86_400) -> EvidenceWindows {
        EvidenceWindows(sensors: [Sensor(id: "s", asset: 0, device: 0, quantity: Fixture.pressure, interval: interval, cycle: cycle)])
    }

    static func at(_ seconds: Double) -> Timestamp { start.advanced(byMicroseconds: Int64((seconds * 1000).rounded()) * 1000) }

    @Test("A sensor's evidence takes no more than half a kibibyte")
    func memory() {
        #expect(EvidenceWindows.bytesPerSensor <= 512)
    }

    @Test("The last readings come back in their order, to the millisecond, whatever their number", arguments: [0, 1, 23, 24, 25, 48, 49, 1000])
    func readings(count: Int) {
        var windows = EvidenceWindowTests.windows()
        var all: [EvidencePoint] = []
        for index in 0..<count {
            // Now and then one from before its predecessor.
            let time = Double(index) * 59.123 - (index % 7 == 3 ? 200 : 0)
            let point = EvidencePoint(observed: EvidenceWindowTests.at(time), value: Double(index) * 0.001)
            windows.append(sensor: 0, point)
            all.append(point)
        }
        let window = windows.window(sensor: 0)
        #expect(window == Array(all.suffix(24)))
    }

    @Test("A silence of more than 24 days begins a new window; a reading from longer before stays out of it")
    func distance() {
        var windows = EvidenceWindowTests.windows()
        windows.append(sensor: 0, EvidencePoint(observed: EvidenceWindowTests.at(0), value: 1))
        windows.append(sensor: 0, EvidencePoint(observed: EvidenceWindowTests.at(24 * 86_400), value: 2))
        #expect(windows.window(sensor: 0).map(\.value) == [1, 2])
        windows.append(sensor: 0, EvidencePoint(observed: EvidenceWindowTests.at(50 * 86_400), value: 3))
        #expect(windows.window(sensor: 0).map(\.value) == [3])
        windows.append(sensor: 0, EvidencePoint(observed: EvidenceWindowTests.at(0), value: 4), flags: .late)
        #expect(windows.window(sensor: 0).map(\.value) == [3])
        for value in [Timestamp.distantPast, .distantFuture, .distantPast] { windows.append(sensor: 0, EvidencePoint(observed: value, value: 5)) }
        #expect(!windows.window(sensor: 0).isEmpty)
    }

    @Test("Stretches hold the least and the most of each hour, empty ones are empty, and a day fits")
    func stretches() throws {
        var windows = EvidenceWindowTests.windows()
        #expect(windows.history(sensor: 0) { _ in nil } == nil)
        for minute in 0..<(30 * 60) where minute / 60 != 20 {
            windows.append(sensor: 0, EvidencePoint(observed: EvidenceWindowTests.at(Double(minute * 60)), value: Double(minute)))
        }
        let history = try #require(windows.history(sensor: 0) { ($0 - 1, $0 + 1) })
        #expect(history.step == EvidenceWindowTests.hour)
        #expect(history.start == EvidenceWindowTests.at(6 * 3600), "30 hours came, the last 24 are there")
        #expect(history.low.count == 24 && history.high.count == 24)
        #expect(history.low[0] == 360 && history.high[0] == 419)
        #expect(history.low[14] == nil && history.high[14] == nil)
        #expect(history.low[23] == 29 * 60 && history.high[23] == 29 * 60 + 59)
        let middle = Float(EvidenceWindowTests.at(6.5 * 3600).secondsSinceEpoch - 1)
        #expect(history.expectedLow.count == 24 && history.expectedLow[0] == middle)
    }

    @Test("Backfill fills its own stretch; impossible and infinite values fill none; a clock put back begins again")
    func backfill() throws {
        var windows = EvidenceWindowTests.windows()
        for hour in [10.0, 11, 12] { windows.append(sensor: 0, EvidencePoint(observed: EvidenceWindowTests.at(hour * 3600), value: 5)) }
        windows.append(sensor: 0, EvidencePoint(observed: EvidenceWindowTests.at(11.5 * 3600), value: 9), flags: .late)
        windows.append(sensor: 0, EvidencePoint(observed: EvidenceWindowTests.at(12.1 * 3600), value: 500), flags: .outOfRange)
        windows.append(sensor: 0, EvidencePoint(observed: EvidenceWindowTests.at(12.2 * 3600), value: 1e300))
        windows.append(sensor: 0, EvidencePoint(observed: EvidenceWindowTests.at(-40 * 3600), value: -7), flags: .late)
        var history = try #require(windows.history(sensor: 0) { _ in nil })
        #expect(history.low == [5, 5, 5] && history.high == [5, 9, 5])
        #expect(history.expectedLow.isEmpty)
        for hour in [-50.0, -49] { windows.append(sensor: 0, EvidencePoint(observed: EvidenceWindowTests.at(hour * 3600), value: 2)) }
        history = try #require(windows.history(sensor: 0) { _ in nil })
        #expect(history.low == [2, 2] && history.start == EvidenceWindowTests.at(-50 * 3600))
    }

    @Test(
        "A longer cycle or interval makes longer stretches",
        arguments: [(60, 60, 3600), (900, 604_800, 25_200), (86_400, 86_400, 86_400)] as [(Double, Double, Double)])
    func steps(interval: Double, cycle: Double, step: Double) throws {
        var windows = EvidenceWindowTests.windows(interval: interval, cycle: cycle)
        for index in 0..<3 { windows.append(sensor: 0, EvidencePoint(observed: EvidenceWindowTests.at(Double(index) * step), value: 1)) }
        let history = try #require(windows.history(sensor: 0) { _ in nil })
        #expect(history.step == Int64(step * 1e6) && history.low.count == 3)
    }

    @Test("An alert carries the band of the hours before, once Pulse knows it")
    func band() throws {
        let rule = Fixture.rule("water.low", kind: .low, quantity: "pressure", levels: [(.yellow, 0.14)], deadband: 0.01)
        var feeder = Feeder(Fixture.plan(rules: [rule], quantities: [Fixture.pressure], interval: 900, cycle: 86_400))
        // Six days of a usual day: the day's half between 0.3 and 0.4.
        for index in 0..<(6 * 96) { feeder.feed(0.35 + (index % 96 < 48 ? 0.05 : -0.05) + 0.001 * Double(index % 3), after: 900) }
        feeder.feed(0.1, after: 900)
        let history = try #require(feeder.alerts.last?.evidence.history)
        #expect(history.low.count == 24 && history.expectedLow.count == 24)
        for index in 0..<22 {
            let (low, high) = (try #require(history.low[index]), try #require(history.high[index]))
            #expect(history.expectedLow[index] <= high && history.expectedHigh[index] >= low, "hour \(index)")
        }
        #expect(try #require(history.low[23]) == Float(0.1))
        #expect(history.expectedLow[23] > 0.2, "the departure is outside what was usual")
    }
}
