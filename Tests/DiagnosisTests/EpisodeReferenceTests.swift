import Lifeline
import Testing

@testable import Diagnosis

@Suite("The messages of one episode name one another")
struct EpisodeReferenceTests {
    @Test("An update names the episode's first message and the one before it, by id and time of sending")
    func references() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        for value in [12.0, 16, 12.5, 3, 0, 12, 3] { feeder.feed(value) }
        let alerts = feeder.alerts
        #expect(alerts.map(\.kind) == [.raised, .escalated, .eased, .cleared, .raised, .cleared])
        func reference(_ index: Int) -> AlertReference { AlertReference(id: alerts[index].id, recorded: alerts[index].recorded) }
        #expect(alerts.map(\.references) == [[], [reference(0)], [reference(0), reference(1)], [reference(0), reference(2)], [], [reference(4)]])
    }

    @Test("A restart between two messages changes nothing of that")
    func restarted() {
        var whole = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        for value in [12.0, 16, 3] { whole.feed(value) }
        var before = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        for value in [12.0, 16] { before.feed(value) }
        var after = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        #expect(after.diagnosis.restore(from: before.diagnosis.snapshot()) == .complete)
        (after.sequence, after.now) = (before.sequence, before.now)
        after.feed(3)
        #expect(after.alerts.first == whole.alerts.last)
        #expect(after.alerts.first?.references.count == 2)
    }

    @Test("What was worst is said at the end: the highest, the lowest, and nothing of the episode before")
    func worst() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        for value in [12.0, 31, 14, 3, 11, 3] { feeder.feed(value) }
        let cleared = feeder.alerts.filter { $0.kind == .cleared }
        #expect(cleared.map(\.evidence.worst) == [31, 11])
        #expect(cleared[0].sentence.english.contains("up to orange, at worst 31°"))
        #expect(cleared[0].sentence.chinese.contains("最高橙色，最严重时倾角 31°"))
        let low = Fixture.rule(kind: .low, quantity: "pressure", levels: [(.yellow, 0.14)], deadband: 0.01)
        feeder = Feeder(Fixture.plan(rules: [low], quantities: [Fixture.pressure]))
        for value in [0.3, 0.12, 0.08, 0.13, 0.2] { feeder.feed(value) }
        #expect(feeder.alerts.last?.evidence.worst == 0.08)
    }

    @Test("A held rise that came to nothing leaves no worst value behind")
    func heldInVain() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule(on: 3)]))
        for value in [45.0, 1, 12, 12, 12, 12] { feeder.feed(value) }
        #expect(feeder.alerts.map(\.evidence.worst) == [12])
    }
}
