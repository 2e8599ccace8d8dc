import GatewayTesting
import Glibc
import Testing

@testable import Pulse

@Suite("Channels judged together")
struct GroupTests {
    private static let channels = 5

    /// A pump set: one load behind all channels, each with its own gain and noise; a wandering temperature as the last one.
    private func rows(_ count: Int, seed: UInt64, fault: (Int, Int) -> Double = { _, _ in 0 }) -> [[Double]] {
        var random = SeededGenerator(seed)
        var load = 0.0
        var temperature = 20.0
        return (0..<count).map { row in
            load = 0.98 * load + 0.2 * random.gaussian()
            temperature += 0.02 * random.gaussian()
            return (0..<GroupTests.channels).map { channel in
                let base = channel == 4 ? temperature : Double(channel + 1) * 10 + Double(channel + 1) * load
                return base + 0.5 * random.gaussian() + fault(row, channel)
            }
        }
    }

    private func verdicts(_ rows: [[Double]], channels: Int = channels) -> [GroupVerdict] {
        var bank = GroupBank()
        let slot = bank.add(GroupSettings(channels: channels, interval: 1))
        return rows.enumerated().map { bank.observe(slot, time: Double($0), values: $1) }
    }

    @Test("Nothing is judged while it learns, and healthy rows stay quiet")
    func healthy() {
        var begun = 0
        for seed in 1...10 as ClosedRange<UInt64> {
            let verdicts = verdicts(rows(10_000, seed: seed))
            #expect(verdicts.prefix(400).allSatisfy { $0.isWarmingUp && !$0.isOutside })
            #expect(!verdicts[401].isWarmingUp)
            begun += verdicts.count(where: \.isBeginning)
        }
        #expect(begun <= 10, "\(begun) departures in a hundred thousand healthy rows")
    }

    @Test("One channel that leaves its relation to the others is found, named, and held until it returns", arguments: [0, 1, 2, 3])
    func departure(channel: Int) throws {
        // Three of its own noise's deviations: far less than the load moves it.
        let verdicts = verdicts(rows(4000, seed: UInt64(channel) + 50) { row, own in own == channel && (2000..<3000).contains(row) ? 2.0 : 0 })
        let begin = try #require(verdicts.indices.first { verdicts[$0].isBeginning && $0 >= 2000 })
        #expect(begin < 2100, "found in row \(begin)")
        #expect(verdicts[begin].channel == channel)
        #expect(verdicts[begin].isUnexplained)
        #expect(verdicts[begin].seen > verdicts[begin].expected)
        #expect(verdicts[begin].since == Double(begin))
        let held = (begin..<3000).count { verdicts[$0].isOutside }
        #expect(Double(held) > 0.9 * Double(3000 - begin))
        #expect(!verdicts[3900].isOutside)
    }

    @Test("A channel that falls silent is filled in by the others; when it is back nothing is said")
    func missing() {
        let all = rows(5000, seed: 9).enumerated().map { row, values in
            (2500..<3500).contains(row) ? [values[0], .nan, values[2], values[3], values[4]] : values
        }
        let verdicts = verdicts(all)
        #expect(!verdicts[2500..<3600].contains { $0.isBeginning })
        #expect(verdicts.allSatisfy { $0.statistic.isFinite })
    }

    @Test("Scaling, shifting and reordering channels changes nothing but the channel's number")
    func invariance() {
        let plain = rows(3000, seed: 4) { row, channel in channel == 2 && row > 2000 ? 3 : 0 }
        // Powers of two scale exactly.
        let moved = plain.map { row in [row[4] * 4, row[2] * 0.5, row[0] * 1024, row[1], row[3] * 2] }
        let first = verdicts(plain)
        let second = verdicts(moved)
        let place = [2, 3, 1, 4, 0]
        for row in first.indices where first[row].statistic > 1 {
            #expect(abs(first[row].statistic - second[row].statistic) < 1e-2 * first[row].statistic)
            if first[row].isOutside { #expect(second[row].channel == place[first[row].channel]) }
        }
    }

    @Test("Stopping and restoring at any row is the same as never stopping")
    func restore() throws {
        let all = rows(1200, seed: 6) { row, channel in channel == 1 && row > 700 && row < 900 ? 4 : 0 }
        var straight = GroupBank()
        _ = straight.add(GroupSettings(channels: 5, interval: 1))
        var stopped = GroupBank()
        _ = stopped.add(GroupSettings(channels: 5, interval: 1))
        for (row, values) in all.enumerated() {
            if row % 7 == 0 {
                var fresh = GroupBank()
                _ = fresh.add(GroupSettings(channels: 5, interval: 1))
                _ = fresh.observe(0, time: 5, values: [1, 2, 3, 4, 5])
                try fresh.restoreGroup(0, from: stopped.snapshotGroup(0))
                stopped = fresh
            }
            #expect(stopped.observe(0, time: Double(row), values: values) == straight.observe(0, time: Double(row), values: values))
        }
        #expect(stopped.snapshotGroup(0) == straight.snapshotGroup(0))
    }

    @Test("A snapshot of another group, another tuning or damaged is refused and changes nothing")
    func refused() {
        var bank = GroupBank()
        _ = bank.add(GroupSettings(channels: 5, interval: 1))
        for (row, values) in rows(600, seed: 2).enumerated() { _ = bank.observe(0, time: Double(row), values: values) }
        let sound = bank.snapshotGroup(0)
        var other = GroupBank()
        _ = other.add(GroupSettings(channels: 4, interval: 1))
        #expect(throws: SnapshotError.otherSeries) { try other.restoreGroup(0, from: sound) }
        var tuning = GroupTuning()
        tuning.limit = 25
        var tuned = GroupBank(tuning: tuning)
        _ = tuned.add(GroupSettings(channels: 5, interval: 1))
        #expect(throws: SnapshotError.self) { try tuned.restoreGroup(0, from: sound) }
        for length in [0, 15, 100, sound.count - 1] {
            #expect(throws: SnapshotError.truncated) { try bank.restoreGroup(0, from: Array(sound.prefix(length))) }
        }
        var flipped = sound
        flipped[sound.count / 2] ^= 4
        #expect(throws: SnapshotError.damaged) { try bank.restoreGroup(0, from: flipped) }
        #expect(bank.snapshotGroup(0) == sound)
    }

    @Test("A hundred thousand hostile rows never trap, and give finite numbers")
    func hostile() {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed)
        var bank = GroupBank()
        for channels in [1, 2, 7, 48] { _ = bank.add(GroupSettings(channels: channels, interval: channels == 2 ? .nan : 60)) }
        let wild: [Double] = [.nan, .infinity, -Double.infinity, 0, -0.0, 1e300, -1e300, .leastNonzeroMagnitude, 1, -1, 1e30, 42]
        for step in 0..<25_000 {
            let slot = random.below(4)
            let count = random.below(50)
            let values = (0..<count).map { _ in random.below(3) == 0 ? wild[random.below(wild.count)] : random.gaussian() }
            let time = random.below(10) == 0 ? wild[random.below(wild.count)] : Double(step) * 60
            let verdict = bank.observe(slot, time: time, values: values)
            #expect(verdict.statistic.isFinite && !verdict.seen.isNaN && !verdict.expected.isNaN, "replay with PULSE_SEED=\(seed)")
        }
        #expect(bank.observe(9, time: 0, values: [1]) == GroupVerdict())
        #expect(bank.observe(-1, time: 0, values: []) == GroupVerdict())
    }

    @Test("A group costs what it says")
    func size() {
        #expect(GroupBank.bytes(channels: 8) < 2200)
        #expect(GroupBank.bytes(channels: 16) < 6300)
        var bank = GroupBank()
        #expect(bank.add(GroupSettings(channels: 0, interval: 1)) == 0)
        #expect(bank.add(GroupSettings(channels: 1000, interval: 1)) == 1)
        #expect(bank.count == 2)
    }
}
