import Lines
import Testing

/// Contacts and states against what they mean, whenever the loop comes round.
@Suite struct LevelPropertyTests {
    typealias F = LineFixture

    /// Levels of a line, from inactive on: when each begins.
    static func changes(_ luck: inout SeededLuck, _ count: Int, _ longest: Int64) -> [Int64] {
        var time: Int64 = 0
        return (0..<count).map { _ in
            time += Int64(luck.number(1...Double(longest)))
            return time
        }
    }

    /// Gives every edge, in batches that end anywhere, with ticks between them.
    static func play(_ line: inout InputLine, _ changes: [Int64], _ luck: inout SeededLuck, until end: Int64) -> [LineReading] {
        var out: [LineReading] = []
        line.start(isActive: false, at: 0, into: &out)
        var now: Int64 = 0
        var next = 0
        while now < end {
            now = min(end, now + Int64(luck.number(1...8e9)))
            while next < changes.count, changes[next] <= now {
                line.edge(F.edge(next % 2 == 0, changes[next]), into: &out)
                next += 1
            }
            if luck.chance(0.7) || now == end { line.tick(isActive: luck.chance(0.5) ? next % 2 == 1 : nil, at: now, into: &out) }
        }
        return out
    }

    @Test func aStateIsWhatLastedWheneverTheLoopComesRound() {
        let dwell: Int64 = 5_000_000_000
        for seed in 0..<400 {
            var luck = SeededLuck(UInt64(seed))
            let changes = LevelPropertyTests.changes(&luck, 60, 11_000_000_000)
            let end = changes[59] + 20_000_000_000
            // What lasted: the level of change i until change i + 1, unless it is the state already. A level begins with its first change.
            var expected: [(value: Double, time: Int64)] = [(0, 0)]
            var since: Int64?
            for (index, time) in changes.enumerated() {
                let level: Double = index % 2 == 0 ? 1 : 0
                if level == expected[expected.count - 1].value {
                    since = nil
                    continue
                }
                since = time
                let until = index + 1 < changes.count ? changes[index + 1] : end
                if until - time >= dwell, let begin = since { expected.append((level, begin)) }
            }
            var line = F.state(interval: .seconds(86_400))
            let told = LevelPropertyTests.play(&line, changes, &luck, until: end)
            #expect(told.map(\.value) == expected.map(\.value) && told.map(\.time) == expected.map(\.time), "seed \(seed)")
            #expect(line.figures.lost == 0 && line.figures.edges == 60)
        }
    }

    @Test func aContactTellsEveryChangeAndReportsInBetween() {
        for seed in 0..<400 {
            var luck = SeededLuck(UInt64(seed))
            let changes = LevelPropertyTests.changes(&luck, 60, 40_000_000_000)
            var line = F.contact(interval: .seconds(15))
            let told = LevelPropertyTests.play(&line, changes, &luck, until: changes[59] + 1_000_000_000)
            // Reports of an unchanged level repeat it: without them, what is left are the changes.
            var different: [LineReading] = []
            for reading in told where reading.value != different.last?.value { different.append(reading) }
            #expect(different.dropFirst().map(\.time) == changes, "seed \(seed)")
            #expect(told.count > different.count, "seed \(seed): no report in between")
            #expect(zip(told, told.dropFirst()).allSatisfy { $0.time <= $1.time }, "seed \(seed)")
        }
    }
}
