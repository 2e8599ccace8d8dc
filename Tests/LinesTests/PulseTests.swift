import Lines
import Site
import Testing

@Suite struct PulseTests {
    typealias F = LineFixture

    static func values(_ readings: [LineReading], of sensor: Int) -> [Double] { readings.filter { $0.sensor == sensor }.map(\.value) }

    @Test func pulsesAreCountedWhenTheLineBecomesActive() {
        var line = InputLine(.pulse(F.pulses()))!
        var out: [LineReading] = []
        line.start(isActive: true, at: 0, into: &out)
        for pulse in 1...5 {
            line.edge(F.edge(false, Int64(pulse) * F.second), into: &out)
            line.edge(F.edge(true, Int64(pulse) * F.second + F.millisecond), into: &out)
        }
        line.tick(isActive: true, at: 60 * F.second, into: &out)
        #expect(PulseTests.values(out, of: 0) == [0, 5])
        #expect(PulseTests.values(out, of: 1) == [0, 0.05])
        #expect(line.count == 5 && line.figures.edges == 10 && line.figures.lost == 0)
    }

    @Test func theCountGoesOnFromTheJournal() {
        var line = InputLine(.pulse(F.pulses()), journalled: 41)!
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        line.edge(F.edge(true, 5), into: &out)
        line.stop(at: 6, into: &out)
        #expect(PulseTests.values(out, of: 0) == [41, 42])
    }

    @Test(arguments: [Double.nan, -.infinity, .infinity, -3, 1e300])
    func aCountThatCannotBeIsNoCrash(_ journalled: Double) {
        var line = InputLine(.pulse(F.pulses()), journalled: journalled)!
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        #expect(out.allSatisfy { $0.value.isFinite && $0.value >= 0 })
    }

    @Test func lostEdgesAreCountedAsTheyMustHaveBeen() {
        // Inactive; three edges lost (up, down, up), then down: two pulses.
        var line = InputLine(.pulse(F.pulses()))!
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        line.edge(F.edge(false, 10, lost: 3), into: &out)
        #expect(line.count == 2 && line.figures.lost == 3 && line.figures.recovered == 2)
        // Inactive; four lost (up, down, up, down), then up: three pulses, two of them recovered.
        line.edge(F.edge(true, 20, lost: 4), into: &out)
        #expect(line.count == 5 && line.figures.lost == 7 && line.figures.recovered == 4)
        // Active; active again with no number from the kernel: one down was lost, and this is a pulse.
        line.edge(F.edge(true, 30), into: &out)
        #expect(line.count == 6 && line.figures.lost == 8 && line.figures.recovered == 4)
    }

    @Test func aLevelThatOvertakesItsEdgeCountsOnce() {
        var line = InputLine(.pulse(F.pulses()))!
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        // Up, down and up are still in the queue when the level is read.
        line.tick(isActive: true, at: 40, into: &out)
        line.edge(F.edge(true, 10), into: &out)
        line.edge(F.edge(false, 20), into: &out)
        line.edge(F.edge(true, 30), into: &out)
        #expect(line.count == 2 && line.figures.lost == 0 && line.figures.recovered == 0)
    }

    /// The kernel's number of lost edges comes with the next edge, and counts those that a reading of the level had found out already.
    @Test func aLossIsNotCountedByTheReadingAndByTheNumber() {
        var line = InputLine(.pulse(F.pulses()))!
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        // Up, down and up were lost; the level was read after each of them.
        line.tick(isActive: true, at: 10, into: &out)
        line.tick(isActive: false, at: 20, into: &out)
        line.tick(isActive: true, at: 30, into: &out)
        #expect(line.count == 2)
        line.edge(F.edge(false, 40, lost: 3), into: &out)
        #expect(line.count == 2 && line.figures.lost == 3 && line.figures.recovered == 2)
    }

    @Test func theDialStartsWhereItsMeterDidWrapsAndIsExchanged() {
        let first = PulseLine.Meter(fromCount: 10, reading: 99.95, perPulse: 0.01, wrapsAt: 100)
        let second = PulseLine.Meter(fromCount: 30, reading: 7, perPulse: 1)
        let line = F.pulses(meters: [first, second])
        func isNear(_ count: UInt64, _ value: Double) -> Bool { abs(line.dial(atCount: count) - value) < 1e-9 }
        #expect(isNear(10, 99.95) && isNear(14, 99.99) && isNear(15, 0) && isNear(29, 0.14))
        #expect(isNear(30, 7) && isNear(33, 10))
        #expect(isNear(0, 99.85), "before the first meter was read the dial moved as it does since")
        #expect(line.meter(atCount: 29) == first && line.meter(atCount: 30) == second)
    }

    @Test func aDialNeverShowsItsEndNorLess() {
        var generator = SeededLuck(0xd1a1)
        for _ in 0..<20_000 {
            let per = generator.number(1e-6...1)
            let wrap = per * generator.number(1.5...1e6)
            let meter = PulseLine.Meter(
                fromCount: UInt64(generator.number(0...1e6)), reading: wrap * generator.number(0...0.999), perPulse: per, wrapsAt: wrap)
            let shown = F.pulses(meters: [meter]).dial(atCount: UInt64(generator.number(0...1e12)))
            #expect(shown >= 0 && shown < wrap, "seed 0xd1a1: \(meter) shows \(shown)")
        }
    }

    @Test func theRateIsExactForFewPulsesAndFallsByItself() throws {
        var line = InputLine(.pulse(F.pulses(interval: .seconds(10), window: .seconds(120))))!
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        #expect(PulseTests.values(out, of: 2) == [], "nothing is known at the start")
        // A pulse in 25 s, ten litres each: 1.44 m3/h.
        for pulse in 0..<5 {
            line.edge(F.edge(true, Int64(pulse) * 25 * F.second), into: &out)
            line.edge(F.edge(false, Int64(pulse) * 25 * F.second + F.millisecond), into: &out)
        }
        out = []
        line.tick(isActive: false, at: 110 * F.second, into: &out)
        #expect(abs(try #require(PulseTests.values(out, of: 2).first) - 1.44) < 1e-9)
        line.tick(isActive: false, at: 150 * F.second, into: &out)
        #expect(abs(try #require(PulseTests.values(out, of: 2).last) - 0.72) < 1e-9, "no pulse for 50 s: at most one in 50 s")
        line.tick(isActive: false, at: 221 * F.second, into: &out)
        #expect(PulseTests.values(out, of: 2).last == 0)
    }

    @Test func withoutAnyPulseTheRateIsZeroAfterAWindow() {
        var line = InputLine(.pulse(F.pulses(interval: .seconds(10), window: .seconds(30))))!
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        for second in stride(from: 10, through: 40, by: 10) { line.tick(isActive: false, at: Int64(second) * F.second, into: &out) }
        #expect(PulseTests.values(out, of: 2) == [0, 0])
    }

    @Test func aSteadyRateIsToldExactlyAtEveryReport() {
        var line = InputLine(.pulse(F.pulses(interval: .seconds(1), window: .seconds(10))))!
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        // 50 Hz for a minute: 0.5 m3 in a second.
        for step in 0..<3000 {
            let time = Int64(step) * 20 * F.millisecond
            line.edge(F.edge(true, time), into: &out)
            line.edge(F.edge(false, time + 5 * F.millisecond), into: &out)
        }
        let rates = PulseTests.values(out, of: 2)
        #expect(rates.count > 50)
        for rate in rates { #expect(abs(rate - 1800) < 1e-6) }
        #expect(line.count == 3000)
    }
}
