import GatewayTesting
import Testing

@testable import Pulse

@Suite("Snapshot")
struct SnapshotTests {
    private func restore(_ bank: inout PulseBank, _ bytes: [UInt8]) throws(SnapshotError) {
        var failure: SnapshotError?
        bytes.withUnsafeBytes { raw in
            do throws(SnapshotError) { try bank.restore(from: raw) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func filled(_ count: Int = 2, samples: Int = 300, tuning: Tuning = Tuning()) -> PulseBank {
        var bank = PulseBank(tuning: tuning)
        for _ in 0..<count { _ = bank.add(Scenes.day) }
        for moment in Scenes.pressure(cycles: Double(samples) / 96, seed: 8) {
            for slot in 0..<count { _ = bank.observe(slot, time: moment.time, value: moment.value + Double(slot)) }
        }
        return bank
    }

    private func bytes(_ bank: borrowing PulseBank) -> [UInt8] {
        var bytes: [UInt8] = []
        bank.snapshot(into: &bytes)
        return bytes
    }

    @Test("Stopping and restoring at any sample is the same as never stopping")
    func restoreAnywhere() throws {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed)
        // A history with everything in it: a drop, a spike, a gap, a flat stretch, missing values.
        var moments = Scenes.pressure(cycles: 5, seed: seed) { $0 >= 2.6 && $0 < 3 ? -0.1 : 0 }
        moments[330].value += 1
        moments[350].value = .nan
        for index in 400..<moments.count { moments[index].time += 86_400 * 9 }
        for index in 420..<470 { moments[index].value = moments[419].value }
        var straight = PulseBank()
        var stopped = PulseBank()
        _ = straight.add(Scenes.day)
        _ = stopped.add(Scenes.day)
        for (index, moment) in moments.enumerated() {
            let saved = bytes(stopped)
            var fresh = PulseBank()
            _ = fresh.add(Scenes.day)
            // The bank that takes over may have seen anything.
            _ = fresh.observe(0, time: random.unit(), value: random.gaussian())
            try restore(&fresh, saved)
            stopped = fresh
            let expected = straight.observe(0, time: moment.time, value: moment.value)
            let found = stopped.observe(0, time: moment.time, value: moment.value)
            #expect(found.isIdentical(to: expected), "sample \(index), replay with PULSE_SEED=\(seed)")
        }
        #expect(bytes(stopped) == bytes(straight))
    }

    @Test("A snapshot is appended, and is as long as announced")
    func appended() {
        let bank = filled()
        var bytes: [UInt8] = [1, 2, 3]
        bank.snapshot(into: &bytes)
        #expect(bytes.count == 3 + bank.snapshotByteCount)
        #expect(Array(bytes.prefix(3)) == [1, 2, 3])
    }

    @Test("A snapshot cut at any length is refused and changes nothing")
    func truncated() {
        let whole = bytes(filled())
        var bank = filled(samples: 100)
        let before = bytes(bank)
        for length in 0..<whole.count {
            #expect(throws: SnapshotError.truncated) { try restore(&bank, Array(whole.prefix(length))) }
        }
        #expect(throws: SnapshotError.damaged) { try restore(&bank, whole + [0]) }
        #expect(bytes(bank) == before)
    }

    @Test("A snapshot with any one bit flipped is refused and changes nothing")
    func flipped() {
        let whole = bytes(filled(1))
        var bank = filled(1, samples: 100)
        let before = bytes(bank)
        var accepted = 0
        for index in whole.indices {
            for bit in 0..<8 where index < 40 || bit == index % 8 {
                var damaged = whole
                damaged[index] ^= 1 << bit
                do { try restore(&bank, damaged); accepted += 1 } catch {}
            }
        }
        #expect(accepted == 0)
        #expect(bytes(bank) == before)
    }

    @Test("A snapshot of another layout or tuning is another version")
    func otherVersion() throws {
        var tuning = Tuning()
        tuning.margin += 0.5
        let whole = bytes(filled(tuning: tuning))
        var bank = filled()
        let before = bytes(bank)
        let expected = bank.version
        let found = PulseBank(tuning: tuning).version
        #expect(found != expected)
        #expect(throws: SnapshotError.otherVersion(found: found, expected: expected)) { try restore(&bank, whole) }
        #expect(bytes(bank) == before)
    }

    @Test("A sound snapshot of other series is refused and changes nothing")
    func otherSeries() {
        var bank = filled(2)
        let before = bytes(bank)
        #expect(throws: SnapshotError.otherSeries) { try restore(&bank, bytes(filled(1))) }
        #expect(throws: SnapshotError.otherSeries) { try restore(&bank, bytes(filled(3))) }
        var other = PulseBank()
        _ = other.add(Scenes.day)
        _ = other.add(Scenes.trips)
        #expect(throws: SnapshotError.otherSeries) { try restore(&bank, bytes(other)) }
        #expect(bytes(bank) == before)
    }

    @Test("An empty bank has a snapshot too")
    func empty() throws {
        var bank = PulseBank()
        try restore(&bank, bytes(PulseBank()))
        #expect(bank.count == 0)
    }

    @Test("A state of senseless words, soundly signed, still cannot trap")
    func senselessState() throws {
        // The checksum is no secret; whoever writes the file can sign anything. No stored number may lead outside memory or into a trap.
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed)
        for _ in 0..<300 {
            var bank = filled(1, samples: 120)
            guard let entry = bank.entry(0) else { continue }
            entry.withWords(MemoryLayout<SeriesState>.size / 8, Season.byteCount / 8) { words in
                for index in words.indices where random.below(3) == 0 {
                    words[index] =
                        random.below(2) == 0
                        ? random.next() : [0, UInt64.max, 0x7ff0_0000_0000_0000, 0x7fff_ffff_ffff_ffff, 1 << 63][random.below(5)]
                }
            }
            for index in 0..<200 {
                let time = index % 10 == 0 ? Double.nan : Scenes.start + Double(index) * 900
                _ = bank.observe(0, time: time, value: random.gaussian())
            }
            let saved = bytes(bank)
            try restore(&bank, saved)
            #expect(bytes(bank) == saved, "replay with PULSE_SEED=\(seed)")
        }
    }
}
