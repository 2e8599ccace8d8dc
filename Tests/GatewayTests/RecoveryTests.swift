import Gateway
import GatewayTesting
import Journal
import Lifeline
import Testing

@Suite("After a crash")
struct RecoveryTests {
    /// Runs a seeded day of messages through a gateway that is thrown away at random moments, and returns the journal.
    static func run(seed: UInt64, crashes: Bool) throws -> MemoryJournal {
        let (journal, time) = (MemoryJournal(), ManualTimeSource())
        let configuration = LineFixture.configuration(sensors: 3, commitDelay: .zero)
        var gateway = try Gateway(configuration: configuration, journal: journal, time: time)
        var script = SeededGenerator(seed: seed)
        var fate = SeededGenerator(seed: seed &+ 1000)
        for _ in 0..<400 {
            let source = ScriptedSource()
            for _ in 0..<(1 + script.below(4)) {
                let value = script.below(10) == 0 ? 20 + script.below(30) : script.below(10)
                source.add("d\(script.below(3))", "{\"v\":\(value)}")
            }
            let pause = Duration.seconds(script.below(5))
            try gateway.step(readable: [source], all: [source])
            if script.below(40) == 0 { try gateway.writeCheckpoint() }
            time.advance(by: pause)
            if crashes && fate.below(20) == 0 { gateway = try Gateway(configuration: configuration, journal: journal, time: time) }
        }
        return journal
    }

    @Test("However often it crashes, the same alerts come out with the same ids and bytes", arguments: 0..<20 as Range<UInt64>)
    func sameAlerts(seed: UInt64) throws {
        let calm = try RecoveryTests.run(seed: seed, crashes: false).alerts(after: 0, limit: 10_000)
        let rough = try RecoveryTests.run(seed: seed, crashes: true).alerts(after: 0, limit: 10_000)
        #expect(calm.count > 5)
        #expect(calm == rough, "seed \(seed)")
    }

    @Test("Alerts that a crash swallowed between two commits are made again")
    func swallowed() throws {
        let (journal, time) = (MemoryJournal(), ManualTimeSource())
        let configuration = LineFixture.configuration(commitDelay: .zero)
        let gateway = try Gateway(configuration: configuration, journal: journal, time: time)
        let source = ScriptedSource()
        for _ in 0..<4 {
            source.add("d0", "{\"v\":40}")
            if (try journal.lastSequence()) == 3 { source.onRelease = { journal.failCommit(with: .medium("power cut")) } }
            try? gateway.step(readable: [source], all: [source])
            time.advance(by: .seconds(1))
        }
        #expect(try journal.lastSequence() == 4)
        #expect(try journal.alerts(after: 0, limit: 9).isEmpty)
        _ = try Gateway(configuration: configuration, journal: journal, time: time)
        #expect(try journal.alerts(after: 0, limit: 9).map(\.kind) == ["raised"])
    }

    @Test("Of more sensors than a checkpoint holds there is none: that is counted, and the journal teaches instead")
    func tooLargeCheckpoint() throws {
        let (journal, time) = (MemoryJournal(), ManualTimeSource())
        let configuration = LineFixture.configuration(sensors: 44_000, commitDelay: .zero)
        let gateway = try Gateway(configuration: configuration, journal: journal, time: time)
        let source = ScriptedSource()
        source.add("d0", "{\"v\":4}")
        try gateway.step(readable: [source], all: [source])
        try gateway.writeCheckpoint()
        #expect(gateway.figures.checkpointsTooLarge == 1)
        #expect(try journal.checkpoint() == nil)
        let again = try Gateway(configuration: configuration, journal: journal, time: time)
        #expect(again.figures.replayed == 1)
        #expect(again.judgedSequence == 1)
    }

    @Test("A checkpoint that cannot be read costs time, not alerts")
    func refusedCheckpoint() throws {
        let (journal, time) = (MemoryJournal(), ManualTimeSource())
        let configuration = LineFixture.configuration(commitDelay: .zero)
        let gateway = try Gateway(configuration: configuration, journal: journal, time: time)
        let source = ScriptedSource()
        for value in [40, 40, 40, 40, 1] {
            source.add("d0", "{\"v\":\(value)}")
            try gateway.step(readable: [source], all: [source])
            time.advance(by: .seconds(1))
        }
        let before = try journal.alerts(after: 0, limit: 9)
        var batch = CommitBatch()
        batch.checkpoint = Checkpoint(sequence: 5, revision: "r1", body: [1, 2, 3])
        _ = try journal.commit(batch)
        let again = try Gateway(configuration: configuration, journal: journal, time: time)
        #expect(again.restored == .refused("not a snapshot"))
        #expect(again.figures.replayed == 5)
        #expect(try journal.alerts(after: 0, limit: 9) == before)
    }
}
