import GatewayTesting
import Testing

@testable import Pulse

@Suite("Invariance")
struct InvarianceTests {
    /// Eventful days: a drop, a rise in noise, a spike, a flat stretch, a gap.
    private func eventful(_ seed: UInt64) -> [Moment] {
        var moments = Scenes.pressure(cycles: 9, seed: seed) { $0 >= 3.3 && $0 < 3.9 ? -0.08 : 0 }
        var random = SeededGenerator(seed ^ 1)
        for index in 480..<560 { moments[index].value += 0.02 * random.gaussian() }
        moments[620].value += 0.5
        for index in 660..<720 { moments[index].value = moments[659].value }
        for index in 780..<moments.count { moments[index].time += 3 * 86_400 }
        return moments
    }

    @Test("How series are interleaved, and which slot one has, changes nothing")
    func interleaving() {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed)
        let count = 7
        let series = (0..<count).map { eventful(seed &+ UInt64($0)) }
        let alone = series.map { Scenes.verdicts($0) }
        var order = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) { order.swapAt(index, random.below(index + 1)) }
        var bank = PulseBank()
        var slots = [Int](repeating: 0, count: count)
        for member in order { slots[member] = bank.add(Scenes.day) }
        var next = [Int](repeating: 0, count: count)
        var differences = 0
        var late = -1
        while true {
            let open = (0..<count).filter { next[$0] < series[$0].count }
            if open.isEmpty { break }
            let member = open[random.below(open.count)]
            let moment = series[member][next[member]]
            let verdict = bank.observe(slots[member], time: moment.time, value: moment.value)
            if !verdict.isIdentical(to: alone[member][next[member]]) { differences += 1 }
            next[member] += 1
            // Series that join later move the block; nobody may notice.
            if random.below(500) == 0 {
                late = bank.add(Scenes.trips)
                _ = bank.observe(late, time: 0, value: random.gaussian())
            }
        }
        #expect(late >= count)
        #expect(differences == 0, "replay with PULSE_SEED=\(seed)")
    }

    @Test("A unit that differs by a power of two changes no score by a single bit", arguments: [-20, -3, 1, 10, 30])
    func exactScale(exponent: Int) {
        let factor = Double(sign: .plus, exponent: exponent, significand: 1)
        let plain = eventful(21)
        let first = Scenes.verdicts(plain)
        let second = Scenes.verdicts(plain.map { Moment(time: $0.time, value: $0.value * factor) })
        #expect(first.contains { $0.score > 0 })
        for (one, other) in zip(first, second) {
            #expect(one.score.bitPattern == other.score.bitPattern)
            #expect(one.rawScore.bitPattern == other.rawScore.bitPattern)
            #expect(one.feature == other.feature && one.isOutside == other.isOutside && one.since == other.since)
            #expect(one.expected * factor == other.expected && one.low * factor == other.low)
        }
    }

    @Test(
        "Any other unit, any other zero point and upside down: the same alarms to within rounding",
        arguments: [(1000.0, 0.0), (0.145, 0.0), (1.0, 273.15), (-1.0, 0.0), (6.89, -40.0)])
    func looseScaleAndShift(factor: Double, shift: Double) {
        let plain = eventful(22)
        let first = Scenes.verdicts(plain)
        let second = Scenes.verdicts(plain.map { Moment(time: $0.time, value: $0.value * factor + shift) })
        var differences = 0
        for (one, other) in zip(first, second) {
            if (one.score > 0) != (other.score > 0) || abs(one.score - other.score) > 0.01 || one.feature != other.feature { differences += 1 }
        }
        // A comparison that stands on a knife's edge may fall either way; more than a handful may not.
        #expect(differences <= 5)
    }

    @Test("A zero point that the arithmetic holds exactly changes no score by a single bit")
    func exactShift() {
        // Multiples of 2⁻²⁰, so that adding 1024 rounds nothing.
        let plain = eventful(23).map { Moment(time: $0.time, value: ($0.value * 1_048_576).rounded() / 1_048_576) }
        let first = Scenes.verdicts(plain)
        let second = Scenes.verdicts(plain.map { Moment(time: $0.time, value: $0.value + 1024) })
        for (one, other) in zip(first, second) {
            #expect(one.score.bitPattern == other.score.bitPattern && one.feature == other.feature && one.isOutside == other.isOutside)
        }
    }

    @Test("Whole cycles earlier or later change no score by a single bit")
    func timeShift() {
        let plain = eventful(24)
        let first = Scenes.verdicts(plain)
        let second = Scenes.verdicts(plain.map { Moment(time: $0.time + 86_400 * 4096, value: $0.value) })
        for (one, other) in zip(first, second) { #expect(abs(one.score - other.score) < 1e-4 && one.feature == other.feature) }
    }

    @Test("A series that was reset is a new series")
    func reset() {
        let moments = eventful(25)
        var bank = PulseBank()
        let slot = bank.add(Scenes.day)
        for moment in eventful(26) { _ = bank.observe(slot, time: moment.time, value: 50 * moment.value) }
        bank.reset(slot)
        #expect(bank.settings(slot) == Scenes.day)
        for (moment, expected) in zip(moments, Scenes.verdicts(moments)) {
            #expect(bank.observe(slot, time: moment.time, value: moment.value).isIdentical(to: expected))
        }
    }
}
