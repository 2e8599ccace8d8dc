import GatewayTesting
import Glibc
import Testing

@testable import Pulse

@Suite("Counts of events")
struct CountTests {
    /// Knuth's way, good for small means.
    private func poisson(_ mean: Double, _ random: inout SeededGenerator) -> Double {
        let limit = exp(-mean)
        var product = random.unit()
        var count = 0.0
        while product > limit {
            product *= random.unit()
            count += 1
        }
        return count
    }

    private func verdicts(hours: Int, seed: UInt64, allowed: Double = 1, mean: (Int) -> Double) -> [CountVerdict] {
        var random = SeededGenerator(seed)
        var bank = CountBank()
        let slot = bank.add(CountSettings(interval: 3600, falseAlarmsPerYear: allowed))
        return (0..<hours).map { bank.observe(slot, time: Double($0) * 3600, events: poisson(mean($0), &random)) }
    }

    @Test("The promised rate of false alarms is kept", arguments: [0.2, 1.5, 8.0])
    func promise(mean: Double) {
        var said = 0
        // Ten series-years.
        for seed in 1...10 as ClosedRange<UInt64> { said += verdicts(hours: 8766, seed: seed) { _ in mean }.count { $0.score > 0 } }
        #expect(said <= 16, "\(said) alarms in ten years at one a year")
    }

    @Test("A doubled rate is found within days, a tenfold one within hours", arguments: [(2.0, 72), (10.0, 6)])
    func rise(factor: Double, hours: Int) throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            let verdicts = verdicts(hours: 1200, seed: seed) { $0 >= 800 ? 1.5 * factor : 1.5 }
            let first = try #require(verdicts.indices.first { $0 >= 800 && verdicts[$0].score > 0 }, "seed \(seed)")
            #expect(first - 800 <= hours, "seed \(seed): after \(first - 800) h")
            #expect(verdicts[first].isUp)
            #expect(verdicts[first].isOutside)
            #expect(verdicts[first].since <= Double(first) * 3600)
        }
    }

    @Test("A rate that falls to nothing is found")
    func fall() throws {
        let verdicts = verdicts(hours: 1200, seed: 3) { $0 >= 800 ? 0 : 3 }
        let first = try #require(verdicts.indices.first { $0 >= 800 && verdicts[$0].score > 0 })
        #expect(first - 800 <= 12)
        #expect(!verdicts[first].isUp)
    }

    @Test("A departure lasts while the rate does, and ends when it is back")
    func lasting() {
        let verdicts = verdicts(hours: 1400, seed: 5) { (800..<900).contains($0) ? 8 : 1 }
        #expect((810..<900).allSatisfy { verdicts[$0].isOutside })
        #expect(!verdicts[1000].isOutside)
        #expect(verdicts[820..<900].allSatisfy { $0.score == 0 })
    }

    @Test("Counts are held against their exposure")
    func exposure() {
        var random = SeededGenerator(8)
        var bank = CountBank()
        let slot = bank.add(CountSettings(interval: 86_400))
        // One reopening in fifty trips, whether the lift runs a hundred or a thousand trips a day.
        for day in 0..<400 {
            let trips = day % 7 < 5 ? 1000.0 : 100.0
            let verdict = bank.observe(slot, time: Double(day) * 86_400, events: poisson(trips / 50, &random), exposure: trips)
            if day > 30 {
                #expect(verdict.score == 0, "day \(day)")
                #expect(abs(verdict.rate - 0.02) < 0.004)
            }
        }
        let sick = bank.observe(slot, time: 400 * 86_400, events: 12, exposure: 100)
        #expect(sick.score > 0)
    }

    @Test("Events that come in bursts widen what is expected")
    func dispersion() {
        var said = 0
        for seed in 1...10 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed)
            var bank = CountBank()
            let slot = bank.add(CountSettings(interval: 3600))
            for hour in 0..<8766 {
                // Five at a time.
                let verdict = bank.observe(slot, time: Double(hour) * 3600, events: 5 * poisson(0.6, &random))
                said += verdict.score > 0 ? 1 : 0
            }
        }
        #expect(said <= 30, "\(said) alarms in ten years at one a year")
    }

    @Test("Hostile counts never trap, and snapshots are exact or refused")
    func hostile() throws {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed)
        var bank = CountBank()
        let slot = bank.add(CountSettings(interval: .nan, falseAlarmsPerYear: -1))
        let wild: [Double] = [.nan, .infinity, -Double.infinity, 0, -1, 1e300, .leastNonzeroMagnitude, 1e14, 3]
        for step in 0..<20_000 {
            let events = random.below(2) == 0 ? wild[random.below(wild.count)] : Double(random.below(9))
            let exposure = random.below(4) == 0 ? wild[random.below(wild.count)] : 1
            let verdict = bank.observe(slot, time: Double(step), events: events, exposure: exposure)
            #expect(verdict.score.isFinite && !verdict.expected.isNaN, "replay with PULSE_SEED=\(seed)")
        }
        let saved = bank.snapshotSeries(slot)
        var other = CountBank()
        _ = other.add(CountSettings(interval: .nan, falseAlarmsPerYear: -1))
        try other.restoreSeries(0, from: saved)
        #expect(other.snapshotSeries(0) == saved)
        let (first, second) = (other.observe(0, time: 1, events: 4), bank.observe(slot, time: 1, events: 4))
        #expect(first == second)
        var different = CountBank()
        _ = different.add(CountSettings(interval: 60))
        #expect(throws: SnapshotError.otherSeries) { try different.restoreSeries(0, from: saved) }
        #expect(throws: SnapshotError.truncated) { try different.restoreSeries(0, from: Array(saved.dropLast())) }
        #expect(bank.observe(5, time: 0, events: 1) == CountVerdict())
    }
}

@Suite("Clocks of devices")
struct ClockTrackTests {
    /// Messages every ten minutes, each on its way for one to ninety seconds.
    private func verdicts(days: Int, offset: (Double) -> Double) -> [ClockVerdict] {
        var random = SeededGenerator(21)
        var track = ClockTrack(allowed: 30, window: 86_400)
        return (0..<days * 144).map { index in
            let now = Double(index) * 600
            return track.observe(own: now + offset(now), arrival: now + 1 + 89 * random.unit())
        }
    }

    @Test("A clock that keeps time is not accused for slow messages")
    func right() {
        let verdicts = verdicts(days: 30) { _ in 0 }
        #expect(!verdicts.contains { $0.isOff })
        #expect(verdicts.last?.isWarmingUp == false)
        #expect((0..<5).contains(verdicts.last?.offset ?? -1))
    }

    @Test("A clock that runs five seconds a day fast is found, with its rate")
    func drifting() throws {
        let verdicts = verdicts(days: 30) { $0 * 5 / 86_400 }
        let first = try #require(verdicts.firstIndex { $0.isBeginning })
        #expect((6 * 144...9 * 144).contains(first))
        #expect(verdicts.count(where: \.isBeginning) == 1)
        #expect(abs((verdicts.last?.rate ?? 0) + 5 / 86_400) < 2e-5)
        #expect((verdicts.last?.offset ?? 0) < -100)
    }

    @Test("A clock that was set right again is right again")
    func corrected() {
        let verdicts = verdicts(days: 20) { $0 < 5 * 86_400 ? -3600 : 0 }
        #expect(verdicts[3 * 144].isOff)
        #expect(verdicts[3 * 144].offset > 3500)
        #expect(verdicts.last?.isOff == false)
    }

    @Test("Hostile times change nothing")
    func hostile() {
        var track = ClockTrack(allowed: .nan, window: -1)
        for own in [Double.nan, .infinity, 1e300, 0, -1e14] {
            for arrival in [Double.nan, -Double.infinity, 5, 1e14, 0] {
                let verdict = track.observe(own: own, arrival: arrival)
                #expect(!verdict.offset.isNaN && !verdict.rate.isNaN)
            }
        }
    }
}
