import Lifeline
import Testing

@testable import Diagnosis

@Suite("Limits with deadband, delays and levels")
struct LimitTests {
    @Test("A value at the limit raises at its level, and clears only below the deadband")
    func raiseAndClear() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        feeder.feed(9.9)
        #expect(feeder.alerts.isEmpty)
        feeder.feed(10)
        #expect(feeder.alerts.map(\.kind) == [.raised])
        #expect(feeder.alerts[0].level == .yellow)
        feeder.feed(8.1)
        #expect(feeder.alerts.count == 1, "8.1 is still inside the deadband of 2")
        feeder.feed(8.0)
        #expect(feeder.alerts.map(\.kind) == [.raised, .cleared])
        #expect(feeder.alerts[1].level == .yellow, "what is cleared keeps its last level")
        #expect(feeder.alerts[0].episode == feeder.alerts[1].episode)
        #expect(feeder.alerts[0].id != feeder.alerts[1].id)
    }

    @Test("Escalation and easing are messages of one episode")
    func escalate() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        for value in [12.0, 16, 12.5, 3] { feeder.feed(value) }
        #expect(feeder.alerts.map(\.kind) == [.raised, .escalated, .eased, .cleared])
        #expect(feeder.alerts.map(\.level) == [.yellow, .orange, .yellow, .yellow])
        #expect(Set(feeder.alerts.map(\.episode)).count == 1)
        #expect(Set(feeder.alerts.map(\.id)).count == 4)
    }

    @Test("A low limit looks the other way")
    func low() {
        let rule = Fixture.rule(kind: .low, quantity: "pressure", levels: [(.yellow, 0.14), (.red, 0)], deadband: 0.01)
        var feeder = Feeder(Fixture.plan(rules: [rule], quantities: [Fixture.pressure]))
        for value in [0.2, 0.14, -0.01, 0.02, 0.149, 0.151] { feeder.feed(value) }
        #expect(feeder.alerts.map(\.kind) == [.raised, .escalated, .eased, .cleared])
        #expect(feeder.alerts.map(\.level) == [.yellow, .red, .yellow, .yellow])
    }

    @Test("Traffic that shakes a cover for less than the delay is no alarm; the same tilt that stays is one")
    func onDelay() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule(on: 3)]))
        for value in [40.0, 41, 1, 45, 2] { feeder.feed(value) }
        #expect(feeder.alerts.isEmpty)
        for value in [40.0, 41, 42, 43] { feeder.feed(value) }
        #expect(feeder.alerts.map(\.kind) == [.raised])
        #expect(feeder.alerts[0].level == .orange)
        #expect(feeder.alerts[0].sequence == 9, "raised by the fourth reading of the second tilt")
        #expect(feeder.alerts[0].onset == feeder.now.advanced(by: .seconds(-3)), "the onset is where the tilt began")
    }

    @Test("A delay ends between two readings, because a value holds until the next one")
    func heldByTick() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule(on: 3)]))
        feeder.feed(40)
        #expect(feeder.diagnosis.nextDue == 3_000_000)
        feeder.tick(after: 2)
        #expect(feeder.alerts.isEmpty)
        #expect(feeder.diagnosis.nextDue == 1_000_000)
        feeder.tick(after: 1)
        #expect(feeder.alerts.map(\.kind) == [.raised])
        #expect(feeder.alerts[0].sequence == 3, "the tick's place in the journal is the cause")
        #expect(feeder.diagnosis.nextDue == nil)
    }

    @Test("While a rise is held, the mildest level that lasted is the one that is raised; the rest waits its own delay")
    func mildestHolds() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule(on: 2)]))
        for value in [20.0, 12, 20, 20, 20] { feeder.feed(value) }
        #expect(feeder.alerts.map(\.level) == [.yellow, .orange])
        #expect(feeder.alerts.map(\.sequence) == [3, 5])
    }

    @Test("The end of a condition must last for the off-delay")
    func offDelay() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule(off: 10)]))
        feeder.feed(20)
        feeder.feed(0)
        feeder.feed(20, after: 5)
        feeder.feed(0, after: 5)
        feeder.tick(after: 9)
        #expect(feeder.alerts.map(\.kind) == [.raised])
        feeder.tick(after: 1)
        #expect(feeder.alerts.map(\.kind) == [.raised, .cleared])
    }

    @Test("A latched episode is ended by no reading")
    func latched() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule(latched: true)]))
        feeder.feed(20)
        for _ in 0..<100 { feeder.feed(0, after: 60) }
        #expect(feeder.alerts.map(\.kind) == [.raised])
        #expect(feeder.diagnosis.nextDue == nil, "and nothing waits for it")
    }

    @Test("A value that cannot be true is the sensor's fault, never the asset's")
    func impossible() {
        let range = Fixture.rule("device.range", kind: .fault, quantity: nil, levels: [(.blue, 0)], deadband: 0)
        let fault = Fixture.rule("device.fault", kind: .fault, quantity: nil, levels: [(.blue, 4)], deadband: 0)
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule(), range, fault], interval: 1, cycle: 60))
        feeder.feed(500, flags: .outOfRange)
        #expect(feeder.alerts.map(\.rule.id) == ["device.range"])
        feeder.feed(1)
        #expect(feeder.alerts.map(\.kind) == [.raised, .cleared])
    }

    @Test("One signal alone is possible; confirmed by the other it is likely")
    func confirmation() {
        let open = Quantity(name: "open", unit: Unit.named("state")!, range: 0...1, chinese: "开启", english: "Open")
        let rules = [
            Fixture.rule(confirmedBy: "cover.open"),
            Fixture.rule("cover.open", quantity: "open", levels: [(.orange, 0.5)], deadband: 0, confirmedBy: "cover.tilt"),
        ]
        var feeder = Feeder(Fixture.plan(rules: rules, quantities: [Fixture.tilt, open]))
        feeder.feed(1, sensor: 1)
        feeder.feed(30, sensor: 0)
        #expect(feeder.alerts.map(\.certainty) == [.possible, .likely])
    }

    @Test("NaN and infinities never trap and never raise a limit of nothing", arguments: [Double.nan, .infinity, -.infinity, 1e308, -1e308])
    func hostile(value: Double) {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule(on: 1, off: 1)], interval: 1, cycle: 60))
        for _ in 0..<50 {
            feeder.feed(value)
            feeder.feed(1)
        }
        #expect(feeder.alerts.allSatisfy { !$0.sentence.english.isEmpty })
        #expect(value.isNaN ? feeder.alerts.isEmpty : true)
    }
}
