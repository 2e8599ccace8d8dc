import GatewayTesting
import Pulse
import Testing

@Suite("What Pulse says")
struct PulseBehaviourTests {
    /// Scores, and whether outside, of a pressure stream that a change was made to.
    static func run(seed: UInt64, cycles: Int, _ change: (Int, Double) -> Double?) -> [(score: Float, verdict: Verdict)] {
        var generator = SeededGenerator(seed: seed)
        var bank = PulseBank()
        let slot = bank.add(SeriesSettings(interval: 900, cycle: 86_400))
        var result: [(Float, Verdict)] = []
        for index in 0..<(96 * cycles) {
            let value = Stream.pressure(index, &generator)
            guard let seen = change(index, value) else {
                result.append((0, Verdict()))
                continue
            }
            let verdict = bank.observe(slot, time: Double(index) * 900, value: seen)
            result.append((verdict.score, verdict))
        }
        return result
    }

    @Test("A calm pressure gives few alarms: at a score of 5, fewer than one series in ten has one outside its band in twelve days")
    func calm() {
        var alarmed = 0
        for seed in 0..<100 as Range<UInt64> {
            let result = PulseBehaviourTests.run(seed: seed, cycles: 14) { $1 }
            if result.dropFirst(192).contains(where: { $0.score >= 5 && $0.verdict.isOutside }) { alarmed += 1 }
        }
        #expect(alarmed < 10, "\(alarmed) of 100 seeds")
    }

    @Test("A burst is seen within three samples, lasts while it lasts, and is over soon after", arguments: 0..<20 as Range<UInt64>)
    func burst(seed: UInt64) throws {
        let (start, end) = (250, 394)
        let result = PulseBehaviourTests.run(seed: seed, cycles: 6) { (start..<end).contains($0) ? $1 - 0.1 : $1 }
        let found = try #require(result.indices.first { $0 >= start && result[$0].score >= 5 }, "seed \(seed)")
        #expect(found < start + 3)
        #expect(result[found].verdict.seen < result[found].verdict.expected)
        #expect(result[found].verdict.suspicion == .asset)
        #expect(result[found..<end].allSatisfy { $0.verdict.isOutside }, "the departure lasts")
        #expect(result[(end + 12)..<(end + 60)].contains { !$0.verdict.isOutside })
        let late = result[(end + 24)..<(end + 96)]
        #expect(late.filter { $0.verdict.isOutside }.count < 10, "and then it is over")
    }

    @Test("A door that wears is seen before it is half again as slow, and until it is repaired", arguments: 0..<20 as Range<UInt64>)
    func wear(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var bank = PulseBank()
        let slot = bank.add(SeriesSettings(interval: 1800, cycle: 86_400))
        var alarms: [Int] = []
        var outside: [Bool] = []
        for trip in 0..<280 {
            let wear = trip < 100 ? 0 : trip < 220 ? 0.4 * min(1, Double(trip - 100) / 72) : 0
            let verdict = bank.observe(slot, time: Double(trip) * 1800, value: 2.8 * (1 + wear) + 0.08 * generator.normal())
            if verdict.score >= 3.5 && verdict.isOutside && verdict.seen > verdict.expected { alarms.append(trip) }
            outside.append(verdict.isOutside)
        }
        let first = try #require(alarms.first { $0 >= 100 }, "seed \(seed)")
        #expect(first < 172, "seed \(seed): found at \(first)")
        #expect(outside[180..<220].allSatisfy { $0 })
        #expect(!outside[250])
    }

    @Test("A frozen sensor, a hole in the data and a lone spike are the sensor's")
    func sensorFaults() throws {
        let frozen = PulseBehaviourTests.run(seed: 1, cycles: 6) { (300..<420).contains($0) ? 0.35 : $1 }
        #expect(frozen[300..<420].contains { $0.verdict.feature == .flat && $0.verdict.suspicion == .sensor && $0.score > 0 })
        let hole = PulseBehaviourTests.run(seed: 2, cycles: 6) { (300..<340).contains($0) ? nil : $1 }
        #expect(hole[340].verdict.feature == .missing)
        #expect(hole[340].verdict.suspicion == .sensor)
        let spike = PulseBehaviourTests.run(seed: 3, cycles: 6) { $0 == 330 ? $1 + 1 : $1 }
        #expect(spike[330].score > 0)
        #expect(spike[331].verdict.rawScore > 0)
    }

    @Test("A switch that is nearly always off, and a counter that stands still at night, are no frozen sensors")
    func quantised() {
        var bank = PulseBank()
        let slot = bank.add(SeriesSettings(interval: 900, cycle: 86_400))
        for index in 0..<(96 * 20) {
            let verdict = bank.observe(slot, time: Double(index) * 900, value: index % 700 == 699 ? 1 : 0)
            #expect(verdict.feature != .flat && verdict.feature != .spreadDown, "\(index)")
        }
    }

    @Test("Nothing is said before a cycle has passed, and it says so")
    func warmUp() {
        let result = PulseBehaviourTests.run(seed: 4, cycles: 2) { $0 == 50 ? 9 : $1 }
        #expect(result[..<96].allSatisfy { $0.verdict.isWarmingUp && $0.score == 0 && !$0.verdict.isOutside })
        #expect(result[96...].allSatisfy { !$0.verdict.isWarmingUp })
    }
}
