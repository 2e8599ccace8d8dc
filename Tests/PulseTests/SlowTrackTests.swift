import GatewayTesting
import Glibc
import Testing

@testable import Pulse

@Suite("Weeks, drift and resolution")
struct SlowTrackTests {
    /// A district's inflow every half hour: quiet nights, two peaks, and weekends that begin late.
    private func flow(days: Int, seed: UInt64, change: (Int, Double) -> Double = { _, _ in 0 }) -> [Moment] {
        var random = SeededGenerator(seed)
        return (0..<days * 48).map { index in
            let day = index / 48
            let hour = Double(index % 48) / 2
            let isFree = day % 7 >= 5
            let peak = isFree ? 10.5 : 7.0
            let morning = exp(-(hour - peak) * (hour - peak) / 4)
            let evening = 0.8 * exp(-(hour - 19) * (hour - 19) / 6)
            let value = 20 + 40 * (morning + evening) + 1.0 * random.gaussian() + change(day, hour)
            return Moment(time: Scenes.start - 14_400 + Double(index) * 1800, value: value)
        }
    }

    private let settings = SeriesSettings(interval: 1800, cycle: 86_400)

    @Test("After two weeks Sundays are expected, and the band follows them")
    func week() throws {
        var misses: [Double] = []
        for seed in 1...5 as ClosedRange<UInt64> {
            let moments = flow(days: 42, seed: seed)
            let verdicts = Scenes.verdicts(moments, settings)
            // The free mornings of the last two weeks, where a daily pattern alone is 20 to 40 off.
            for (index, moment) in moments.enumerated() where index / 48 >= 28 && (index / 48) % 7 >= 5 && (12...24).contains(index % 48) {
                misses.append(abs(verdicts[index].expected - moment.value))
            }
        }
        let mean = misses.reduce(0, +) / Double(misses.count)
        #expect(mean < 6, "mean miss \(mean)")
    }

    @Test("A series without weeks does not use them")
    func noWeek() {
        var bank = PulseBank()
        let slot = bank.add(Scenes.day)
        for moment in Scenes.pressure(cycles: 40, seed: 3) { _ = bank.observe(slot, time: moment.time, value: moment.value) }
        let helps = bank.entry(slot).map { $0.state.pointee.weekHelps($0.pace) }
        #expect(helps == false)
    }

    @Test("A creeping level is said as drift, with its slope and the time to a limit", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func drift(seed: UInt64) throws {
        // A door that takes 0.5 % longer each day from day 30 on.
        let moments = Scenes.door(cycles: 80, seed: seed) { max(0, $0 - 30) * 0.005 }
        var bank = PulseBank()
        let slot = bank.add(Scenes.trips)
        var first: Double?
        var isDrifting = false
        for moment in moments {
            let verdict = bank.observe(slot, time: moment.time, value: moment.value)
            isDrifting = verdict.isDrifting
            if isDrifting, first == nil {
                first = (moment.time - Scenes.start) / 86_400
                #expect(verdict.feature == .drift)
                #expect(verdict.suspicion == .asset)
                #expect(verdict.seen > verdict.expected)
                #expect(verdict.since > Scenes.start + 25 * 86_400)
            }
        }
        let found = try #require(first)
        #expect(found > 30 && found < 60, "found on day \(found)")
        #expect(isDrifting)
        let drift = bank.drift(slot)
        let report = try #require(drift)
        #expect(report.isDrifting)
        // 0.5 % of 2.8 s a day.
        #expect(abs(report.slope - 0.014) < 0.004, "slope \(report.slope)")
        let days = try #require(report.cycles(until: 4.0))
        #expect(abs(days - (4.0 - report.level) / 0.014) < 20)
        #expect(report.cycles(until: 2.0) == nil)
    }

    @Test("A level that wanders and returns is no drift")
    func noDrift() {
        var said = 0
        for seed in 1...40 as ClosedRange<UInt64> {
            let verdicts = Scenes.verdicts(Scenes.door(cycles: 120, seed: seed), Scenes.trips)
            said += verdicts.count { $0.feature == .drift && $0.score > 0 }
        }
        // Forty series, thirteen series-years together.
        #expect(said <= 2, "\(said) drifts said")
    }

    @Test("Short of cycles there is no slope")
    func youngDrift() throws {
        var bank = PulseBank()
        let slot = bank.add(Scenes.trips)
        for moment in Scenes.door(cycles: 4, seed: 1) { _ = bank.observe(slot, time: moment.time, value: moment.value) }
        let drift = bank.drift(slot)
        let report = try #require(drift)
        #expect(!report.isDrifting)
        #expect(report.cycles(until: 1e9) == nil)
        let none = bank.drift(7)
        #expect(none == nil)
    }

    @Test("A sensor that begins to round is faulty; the asset is not", arguments: [0.005, 0.01])
    func resolution(step: Double) {
        // Pressure in thousandths for a month, then in hundredths.
        let moments = Scenes.pressure(cycles: 40, seed: 11).enumerated().map { index, moment in
            let grid = index < 30 * 96 ? 0.001 : step
            return Moment(time: moment.time, value: (moment.value / grid).rounded() * grid)
        }
        let verdicts = Scenes.verdicts(moments)
        let found = verdicts.indices.filter { verdicts[$0].feature == .resolution && verdicts[$0].score > 0 }
        // The step across the change may lie on a grid between the two: then there are two changes.
        #expect((1...2).contains(found.count))
        #expect((30 * 96...36 * 96).contains(found.first ?? 0))
        #expect(found.allSatisfy { verdicts[$0].suspicion == .sensor })
    }

    @Test("A resolution that was always coarse, or became finer, is no fault")
    func sameResolution() {
        for (before, after) in [(0.01, 0.01), (0.01, 0.001)] {
            let moments = Scenes.pressure(cycles: 40, seed: 12).enumerated().map { index, moment in
                let grid = index < 30 * 96 ? before : after
                return Moment(time: moment.time, value: (moment.value / grid).rounded() * grid)
            }
            #expect(!Scenes.verdicts(moments).contains { $0.feature == .resolution })
        }
    }
}
