import GatewayTesting
import Testing

@testable import Pulse

@Suite("Hostile input")
struct HostileInputTests {
    @Test("A million hostile samples never trap, and every verdict is finite and in range")
    func million() {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed)
        let strange = [
            Double.nan, .infinity, -.infinity, 1e308, -1e308, .leastNonzeroMagnitude, -0.0, 0, 1, -1, 1e30, -9999, 65535, .greatestFiniteMagnitude,
            1e-200,
        ]
        let settings = [Double.nan, -1, 0, .infinity, 1e-300, 1e300, 1, 60, 900, 86_400]
        var bank = PulseBank()
        for _ in 0..<40 {
            _ = bank.add(SeriesSettings(interval: settings[random.below(settings.count)], cycle: settings[random.below(settings.count)]))
        }
        var clock = 0.0
        var failures = 0
        for index in 0..<1_000_000 {
            let slot = random.below(42) - 1
            switch random.below(40) {
            case 0: clock = strange[random.below(strange.count)]
            case 1: clock += 1e7 * random.unit()
            case 2: clock -= 1e6 * random.unit()
            default: clock += 900 * random.unit()
            }
            // Calm stretches between the storms, so that every series passes its warm-up again and again.
            let isStorm = index / 50_000 % 2 == 0
            let value = isStorm && random.below(3) == 0 ? strange[random.below(strange.count)] : random.unit()
            let verdict = bank.observe(slot, time: clock, value: value)
            if !verdict.isFinite || verdict.score < 0 || verdict.score > 40 || verdict.low > verdict.high || verdict.score > verdict.rawScore {
                failures += 1
                if failures == 1 { Issue.record("\(verdict), replay with PULSE_SEED=\(seed)") }
            }
            if random.below(100_000) == 0 { bank.reset(slot) }
        }
        #expect(failures == 0, "replay with PULSE_SEED=\(seed)")
    }

    @Test("Settings that make no sense are taken for a minute and a day")
    func settings() {
        var bank = PulseBank()
        for wrong in [Double.nan, 0, -5, .infinity] {
            let slot = bank.add(SeriesSettings(interval: wrong, cycle: wrong))
            #expect(bank.settings(slot) == SeriesSettings(interval: 60, cycle: 86_400))
        }
        let slot = bank.add(SeriesSettings(interval: 900, cycle: 604_800))
        #expect(bank.settings(slot) == SeriesSettings(interval: 900, cycle: 604_800))
        #expect(bank.settings(99) == nil)
        #expect(bank.settings(-1) == nil)
    }

    @Test("A slot that there is not gives an empty verdict")
    func noSlot() {
        var bank = PulseBank()
        #expect(bank.observe(0, time: 0, value: 1) == Verdict())
        let slot = bank.add(Scenes.day)
        #expect(slot == 0)
        #expect(bank.observe(-1, time: 0, value: 1) == Verdict())
        #expect(bank.observe(1, time: 0, value: 1) == Verdict())
        #expect(bank.observe(Int.max, time: 0, value: 1) == Verdict())
    }

    @Test("A missing value teaches nothing and says nothing")
    func missingValue() {
        let moments = Scenes.pressure(cycles: 4, seed: 3)
        var plain = PulseBank()
        var holed = PulseBank()
        _ = plain.add(Scenes.day)
        _ = holed.add(Scenes.day)
        for moment in moments {
            let nothing = holed.observe(0, time: moment.time - 1, value: .nan)
            #expect(nothing.score == 0 && nothing.isFinite)
            let first = plain.observe(0, time: moment.time, value: moment.value)
            let second = holed.observe(0, time: moment.time, value: moment.value)
            #expect(first.isIdentical(to: second))
        }
    }

    @Test("A sentinel as the very first value does not blind the series")
    func wildStart() {
        var moments = Scenes.pressure(cycles: 3.2, seed: 5) { $0 >= 3 ? -0.1 : 0 }
        moments[0].value = -9999
        let verdicts = Scenes.verdicts(moments)
        #expect(verdicts[288..<291].contains { $0.score > 0 })
    }

    @Test("A lone sentinel later on neither blinds the series nor counts as a sick asset for long")
    func wildMiddle() {
        for value in [1e30, -9999, 65_535] {
            var moments = Scenes.pressure(cycles: 5, seed: 6) { $0 >= 4.5 && $0 < 4.8 ? -0.1 : 0 }
            moments[300].value = value
            let verdicts = Scenes.verdicts(moments)
            #expect(verdicts[301].suspicion == .sensor && verdicts[301].feature == .spike)
            #expect(verdicts[301...330].allSatisfy { !$0.isOutside })
            #expect(verdicts[432..<435].contains { $0.score > 0 && $0.suspicion == .asset }, "after \(value)")
        }
    }

    @Test("A series fits into the promised memory")
    func memory() {
        #expect(PulseBank.bytesPerSeries <= 1536)
        #expect(PulseBank.bytesPerSeries % Slot.alignment == 0)
        #expect(MemoryLayout<SeriesState>.size == MemoryLayout<SeriesState>.stride)
        #expect(MemoryLayout<SeriesState>.size % 8 == 0)
        #expect(MemoryLayout<Tuning>.size % 8 == 0)
    }
}
