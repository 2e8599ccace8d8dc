import Lifeline
import Testing

@testable import Diagnosis

@Suite("Silence, late readings and clocks that step")
struct TimeTests {
    static let silent = Fixture.rule("device.silent", kind: .silent, quantity: nil, levels: [(.blue, 3600)], deadband: 0)

    @Test("A device that says nothing for the limit is silent, and its next word clears that")
    func silence() {
        var feeder = Feeder(Fixture.plan(rules: [TimeTests.silent]))
        feeder.feed(1)
        for _ in 0..<59 { feeder.tick(after: 60) }
        #expect(feeder.alerts.isEmpty)
        for _ in 0..<2 { feeder.tick(after: 60) }
        #expect(feeder.alerts.map(\.kind) == [.raised])
        #expect(feeder.alerts[0].onset == feeder.alerts[0].recorded, "nobody observes that nothing comes")
        feeder.feed(1)
        #expect(feeder.alerts.map(\.kind) == [.raised, .cleared])
    }

    @Test("Several sensors of one silent device are one alarm")
    func oneAlarmForOneDevice() {
        var feeder = Feeder(Fixture.plan(rules: [TimeTests.silent], quantities: [Fixture.tilt, Fixture.pressure]))
        feeder.feed(1, sensor: 0)
        feeder.feed(1, sensor: 1)
        for _ in 0..<70 { feeder.tick(after: 60) }
        #expect(feeder.alerts.count == 1)
    }

    @Test("A board that was off for ten days, or a clock that leaps ten years, makes nobody silent")
    func notListening() {
        var feeder = Feeder(Fixture.plan(rules: [TimeTests.silent]))
        feeder.feed(1)
        feeder.tick(after: 864_000)
        feeder.tick(after: 315_360_000)
        feeder.tick(after: -315_360_000)
        for _ in 0..<50 { feeder.tick(after: 60) }
        #expect(feeder.alerts.isEmpty)
        for _ in 0..<10 { feeder.tick(after: 60) }
        #expect(feeder.alerts.count == 1, "listening goes on after the steps")
    }

    @Test("A clock that steps back does not stop a delay")
    func backwardStep() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule(on: 10)]))
        feeder.feed(40)
        feeder.tick(after: 5)
        feeder.tick(after: -86_400)
        feeder.tick(after: 5)
        #expect(feeder.alerts.map(\.kind) == [.raised])
    }

    @Test("A backfilled reading older than what is known says nothing about now")
    func history() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        feeder.feed(1)
        feeder.feed(40, observedAgo: 7200, flags: .late)
        #expect(feeder.alerts.isEmpty)
    }

    @Test("A backlog in order is judged, and what it raises is marked late")
    func backlog() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule(on: 600)]))
        for minute in 0..<20 { feeder.feed(40, after: 0.01, observedAgo: Double(7200 - minute * 60), flags: .late) }
        #expect(feeder.alerts.map(\.kind) == [.raised])
        #expect(feeder.alerts.first?.isLate == true)
        #expect(feeder.alerts.first?.sequence == 11, "ten minutes by the device's clock, not by ours")
    }
}
