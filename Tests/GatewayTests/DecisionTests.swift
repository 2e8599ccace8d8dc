import Diagnosis
import Gateway
import GatewayTesting
import Journal
import Lifeline
import Site
import Testing

@Suite("Decisions of people in the line")
struct DecisionTests {
    static func configuration() -> SiteConfiguration {
        var configuration = LineFixture.configuration(sensors: 3, commitDelay: .zero)
        func own(_ id: String, _ kind: RuleKind, _ quantity: String, _ limit: Double) -> Rule {
            Rule(
                id: id, kind: kind, assetClass: .gateway, quantity: quantity, levels: [LevelLimit(level: .yellow, limit: limit)], offDelay: 30,
                event: BilingualText(chinese: id, english: id), advice: BilingualText(chinese: "看", english: "look"))
        }
        configuration.plan.rules.append(own("gateway.flood", .high, "alarm_rate", 4))
        configuration.plan.rules.append(own("gateway.broker", .low, "broker_connected", 0))
        configuration.plan.rules.append(
            Rule(
                id: "cover.latched", kind: .high, quantity: "tilt", levels: [LevelLimit(level: .red, limit: 45)], latched: true, repeatEvery: 60,
                event: BilingualText(chinese: "困", english: "stuck"), advice: BilingualText(chinese: "看", english: "look")))
        configuration.plan.brokers = ["b"]
        configuration.plan.alarms = AlarmPolicy(
            floodWindow: 60, floodUpdate: 60, releaseInterval: 5, chatterRaises: 3, chatterWindow: 60, slowChatterRaises: 0, slowChatterWindow: 60,
            chatterHold: 60, staleAfter: 86_400, shelveAtMost: 86_400, repeatAtMost: 5, acceptableADay: 150)
        return configuration
    }

    static func shelve(_ asset: String, _ time: ManualTimeSource, for seconds: Int) -> Decision {
        Decision(.shelve, asset: asset, until: time.now.advanced(by: .seconds(seconds)), reason: "kerb stones", by: "Li Wei")
    }

    /// A life with readings and decisions, with or without crashes; the same seed gives the same life.
    static func run(seed: UInt64, crashes: Bool) throws -> (journal: MemoryJournal, decisions: Int) {
        let (journal, time) = (MemoryJournal(), ManualTimeSource())
        let configuration = configuration()
        var gateway = try Gateway(configuration: configuration, journal: journal, time: time)
        var script = SeededGenerator(seed: seed)
        var fate = SeededGenerator(seed: seed &+ 1000)
        var decisions = 0
        for _ in 0..<500 {
            let source = ScriptedSource()
            for _ in 0..<(1 + script.below(4)) {
                let value = script.below(6) == 0 ? 20 + script.below(30) : script.below(10)
                source.add("d\(script.below(3))", "{\"v\":\(value)}")
            }
            let pause = Duration.seconds(script.below(5))
            try gateway.step(readable: [source], all: [source])
            if script.below(8) == 0 {
                let episodes = gateway.activeEpisodes()
                let episode = episodes.isEmpty ? "" : episodes[script.below(episodes.count)].episode
                let decision: Decision =
                    switch script.below(5) {
                    case 0: shelve("MH-\(script.below(3))", time, for: 5 + script.below(100))
                    case 1: Decision(.unshelve, asset: "MH-\(script.below(3))", reason: "r", by: "b")
                    case 2: Decision(.acknowledge, episode: episode, reason: "r", by: "b")
                    case 3:
                        Decision(.maintain, asset: "MH-\(script.below(3))", until: time.now.advanced(by: .seconds(20)), reason: "r", by: "b")
                    default: Decision(.end, episode: episode, reason: "r", by: "b")
                    }
                if case .taken = try gateway.decide(decision, sources: [source]) { decisions += 1 }
            }
            if script.below(40) == 0 { try gateway.writeCheckpoint() }
            time.advance(by: pause)
            if crashes && fate.below(20) == 0 { gateway = try Gateway(configuration: configuration, journal: journal, time: time) }
        }
        return (journal, decisions)
    }

    @Test("However often it crashes, the same alerts come out with the same ids and bytes", arguments: 0..<20 as Range<UInt64>)
    func sameAlerts(seed: UInt64) throws {
        let calm = try DecisionTests.run(seed: seed, crashes: false)
        let rough = try DecisionTests.run(seed: seed, crashes: true)
        #expect(calm.decisions > 10 && calm.decisions == rough.decisions, "seed \(seed)")
        let alerts = try calm.journal.alerts(after: 0, limit: 10_000)
        #expect(alerts.count > 20)
        #expect(try rough.journal.alerts(after: 0, limit: 10_000) == alerts, "seed \(seed)")
    }

    @Test("A decision is durable before the answer, at its own place among the readings")
    func durable() throws {
        let (journal, time) = (MemoryJournal(), ManualTimeSource())
        let gateway = try Gateway(configuration: DecisionTests.configuration(), journal: journal, time: time)
        let source = ScriptedSource()
        source.add("d0", "{\"v\":1}")
        try gateway.step(readable: [source], all: [source])
        let answer = try gateway.decide(DecisionTests.shelve("MH-0", time, for: 60), sources: [source])
        #expect(answer == .taken(2))
        let kept = try journal.decisions(after: 0)
        #expect(kept.map(\.sequence) == [2])
        let decision = try #require(kept.first.flatMap { Decision(bytes: $0.body) })
        #expect(decision.asset == "MH-0" && decision.by == "Li Wei" && decision.made == time.now)
        #expect(gateway.alarmReport().shelves == [decision])
        #expect(try gateway.decide(DecisionTests.shelve("MH-9", time, for: 60), sources: [source]) == .refused("this site has no asset \"MH-9\""))
        #expect(try journal.decisions(after: 0).count == 1 && journal.lastSequence() == 2, "what is refused leaves nothing")
        let again = try Gateway(configuration: DecisionTests.configuration(), journal: journal.reopened(), time: time)
        #expect(again.alarmReport().shelves == [decision])
    }

    @Test("What the store refuses is not in force, and what came before it is asked of its senders again")
    func refused() throws {
        let (journal, time) = (MemoryJournal(), ManualTimeSource())
        let gateway = try Gateway(configuration: DecisionTests.configuration(), journal: journal, time: time)
        let source = ScriptedSource()
        journal.failCommit(with: .full("no room"))
        #expect(throws: JournalError.full("no room")) { try gateway.decide(DecisionTests.shelve("MH-0", time, for: 60), sources: [source]) }
        #expect(gateway.alarmReport().shelves.isEmpty)
        #expect(throws: JournalError.full("no room")) { try gateway.decide(DecisionTests.shelve("MH-0", time, for: 60), sources: [source]) }
        time.advance(by: .seconds(60))
        try gateway.step(readable: [], all: [source])
        guard case .taken = try gateway.decide(DecisionTests.shelve("MH-0", time, for: 60), sources: [source]) else {
            Issue.record("it takes decisions again")
            return
        }
        #expect(try journal.decisions(after: 0).count == 1)
    }

    @Test("A checkpoint that cannot be read costs no decision")
    func refusedCheckpoint() throws {
        let (journal, time) = (MemoryJournal(), ManualTimeSource())
        let gateway = try Gateway(configuration: DecisionTests.configuration(), journal: journal, time: time)
        _ = try gateway.decide(DecisionTests.shelve("MH-1", time, for: 600), sources: [])
        try gateway.writeCheckpoint()
        var batch = CommitBatch()
        batch.checkpoint = Checkpoint(sequence: 1, revision: "r1", body: [1, 2, 3])
        _ = try journal.commit(batch)
        let again = try Gateway(configuration: DecisionTests.configuration(), journal: journal, time: time)
        #expect(again.restored == .refused("not a snapshot"))
        #expect(again.alarmReport().shelves.map(\.asset) == ["MH-1"])
    }

    @Test("A broker that is away is told of once, and a restart meanwhile does not forget it")
    func brokerAway() throws {
        let (journal, time) = (MemoryJournal(), ManualTimeSource())
        let source = ScriptedSource()
        source.isConnected = false
        var gateway = try Gateway(configuration: DecisionTests.configuration(), journal: journal, time: time)
        for _ in 0..<200 {
            try gateway.step(readable: [source], all: [source])
            time.advance(by: .seconds(5))
        }
        #expect(try journal.alerts(after: 0, limit: 9).map(\.rule) == ["gateway.broker"])
        gateway = try Gateway(configuration: DecisionTests.configuration(), journal: journal, time: time)
        source.isConnected = true
        for _ in 0..<60 {
            try gateway.step(readable: [source], all: [source])
            time.advance(by: .seconds(5))
        }
        #expect(try journal.alerts(after: 0, limit: 9).map(\.kind) == ["raised", "cleared"])
    }
}
