import GatewayTesting
import Testing

@testable import Pulse

@Suite("What holds for every stream")
struct PulsePropertyTests {
    @Test("Interleaving series in any order changes none of them", arguments: 0..<5 as Range<UInt64>)
    func interleaving(seed: UInt64) {
        let series = 20
        var alone: [[[UInt64]]] = []
        for slot in 0..<series {
            var generator = SeededGenerator(seed: UInt64(slot))
            var bank = PulseBank()
            _ = bank.add(SeriesSettings(interval: 900, cycle: 86_400))
            alone.append((0..<300).map { Stream.bits(bank.observe(0, time: Double($0) * 900, value: Stream.pressure($0, &generator))) })
        }
        var bank = PulseBank()
        for _ in 0..<series { _ = bank.add(SeriesSettings(interval: 900, cycle: 86_400)) }
        var generators = (0..<series).map { SeededGenerator(seed: UInt64($0)) }
        var next = [Int](repeating: 0, count: series)
        var order = SeededGenerator(seed: seed)
        for _ in 0..<(series * 250) {
            let slot = order.below(series)
            guard next[slot] < 300 else { continue }
            let index = next[slot]
            let verdict = bank.observe(slot, time: Double(index) * 900, value: Stream.pressure(index, &generators[slot]))
            #expect(Stream.bits(verdict) == alone[slot][index], "seed \(seed)")
            next[slot] += 1
        }
    }

    @Test("Scaling by a power of two changes no score; any scale and shift hardly do", arguments: 0..<10 as Range<UInt64>)
    func scaling(seed: UInt64) {
        func scores(_ scale: Double, _ shift: Double) -> [Float] {
            var generator = SeededGenerator(seed: seed)
            var bank = PulseBank()
            let slot = bank.add(SeriesSettings(interval: 900, cycle: 86_400))
            return (0..<600).map { index in
                let value = Stream.pressure(index, &generator) - (index == 400 ? 0.1 : 0)
                return bank.observe(slot, time: Double(index) * 900, value: value * scale + shift).rawScore
            }
        }
        let plain = scores(1, 0)
        #expect(scores(1024, 0) == plain, "seed \(seed)")
        #expect(scores(0.125, 0) == plain, "seed \(seed)")
        let moved = scores(3.7, 11)
        let differing = zip(plain, moved).filter { ($0 - $1).magnitude > 0.01 }.count
        #expect(differing <= 2, "seed \(seed): \(differing) of 600 differ: rounding decides which of two equal values is the record")
    }

    @Test("A million hostile samples never trap, and every number that comes out is one")
    func hostile() {
        var generator = SeededGenerator(seed: 2026)
        var bank = PulseBank()
        let settings = [(900.0, 86_400.0), (0, 0), (-1, 5), (.nan, .infinity), (1, 1e300), (1e300, 1), (3600, 3600)]
        for (interval, cycle) in settings { _ = bank.add(SeriesSettings(interval: interval, cycle: cycle)) }
        for _ in 0..<1_000_000 {
            let (time, value) = Stream.hostile(&generator)
            let verdict = bank.observe(generator.below(settings.count), time: time, value: value)
            let isFinite =
                verdict.score.isFinite && verdict.rawScore.isFinite && verdict.expected.isFinite && verdict.low.isFinite && verdict.high.isFinite
                && verdict.since.isFinite
            if !isFinite {
                Issue.record("not finite: \(verdict)")
                return
            }
        }
    }

    @Test("After a storm of nonsense a series judges again as it should")
    func recovers() {
        var generator = SeededGenerator(seed: 5)
        var bank = PulseBank()
        let slot = bank.add(SeriesSettings(interval: 900, cycle: 86_400))
        for _ in 0..<1000 { _ = bank.observe(slot, time: .nan, value: .nan) }
        var found = false
        for index in 0..<(96 * 6) {
            let value = Stream.pressure(index, &generator)
            let verdict = bank.observe(slot, time: Double(index) * 900, value: index > 400 ? value - 0.1 : value)
            if index > 400 && verdict.score > 5 { found = true }
        }
        #expect(found)
    }

    @Test("Restored at any index, a series goes on bit for bit")
    func restore() throws {
        var whole = PulseBank()
        let slot = whole.add(SeriesSettings(interval: 900, cycle: 86_400))
        var generator = SeededGenerator(seed: 11)
        let values = (0..<500).map { Stream.pressure($0, &generator) - ($0 > 300 && $0 < 380 ? 0.1 : 0) }
        let expected = values.enumerated().map { Stream.bits(whole.observe(slot, time: Double($0) * 900, value: $1)) }
        for stop in stride(from: 0, through: 500, by: 7) {
            var first = PulseBank()
            _ = first.add(SeriesSettings(interval: 900, cycle: 86_400))
            for index in 0..<stop { _ = first.observe(0, time: Double(index) * 900, value: values[index]) }
            var bytes: [UInt8] = []
            first.snapshot(into: &bytes)
            var second = PulseBank()
            _ = second.add(SeriesSettings(interval: 900, cycle: 86_400))
            var failure: SnapshotError?
            bytes.withUnsafeBytes { buffer in
                do throws(SnapshotError) { try second.restore(from: buffer) } catch { failure = error }
            }
            #expect(failure == nil)
            for index in stop..<500 {
                #expect(Stream.bits(second.observe(0, time: Double(index) * 900, value: values[index])) == expected[index])
            }
        }
    }

    @Test("A snapshot that is cut, changed, of another version or of another series is refused, and the bank is as it was")
    func refused() throws {
        var generator = SeededGenerator(seed: 12)
        var bank = PulseBank()
        for _ in 0..<3 { _ = bank.add(SeriesSettings(interval: 900, cycle: 86_400)) }
        for index in 0..<300 { for slot in 0..<3 { _ = bank.observe(slot, time: Double(index) * 900, value: Stream.pressure(index, &generator)) } }
        var before: [UInt8] = []
        bank.snapshot(into: &before)
        func attempt(_ bytes: [UInt8]) -> SnapshotError? {
            var failure: SnapshotError?
            bytes.withUnsafeBytes { buffer in
                do throws(SnapshotError) { try bank.restore(from: buffer) } catch { failure = error }
            }
            var after: [UInt8] = []
            bank.snapshot(into: &after)
            #expect(after == before)
            return failure
        }
        for length in stride(from: 0, to: before.count, by: 13) { #expect(attempt(Array(before.prefix(length))) != nil) }
        for _ in 0..<200 {
            var bytes = before
            bytes[generator.below(bytes.count)] ^= UInt8(1 << generator.below(8))
            // The fourth word of a header is free: a change there is none of the state.
            if bytes.enumerated().allSatisfy({ $1 == before[$0] || $0 % (before.count / 3) / 4 == 3 }) { continue }
            #expect(attempt(bytes) != nil)
        }
        var future = before
        future[0] = 7
        #expect(attempt(future) == .otherVersion(found: 7, expected: PulseBank.snapshotVersion))
        var other = PulseBank()
        _ = other.add(SeriesSettings(interval: 60, cycle: 86_400))
        #expect(throws: SnapshotError.otherSeries) { try other.restoreSeries(0, from: bank.snapshotSeries(0)) }
    }

    @Test("A series takes less than a kilobyte, and its own logarithm is right to twelve digits")
    func bounds() {
        #expect(PulseBank.bytesPerSeries <= 1024)
        #expect((Mathematics.log(2) - 0.693_147_180_559_945_3).magnitude < 1e-12)
        #expect((Mathematics.log(7.15) - 1.967_112_356_705_916).magnitude < 1e-11)
        #expect((Mathematics.log(1e100) - 230.258_509_299_404_57).magnitude < 1e-9)
        #expect(Mathematics.log(.nan) == 0 && Mathematics.log(0) == 0 && Mathematics.log(.infinity) == 0)
        #expect((Mathematics.decay(0.07) - 0.932_393_819_905_948_2).magnitude < 1e-14)
    }
}
