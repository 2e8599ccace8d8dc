import Lifeline
import Testing

@testable import Diagnosis

@Suite("A replay says the same")
struct ReplayTests {
    static let rules = [
        Fixture.rule(on: 3, off: 5), TimeTests.silent,
        Fixture.rule("any.pulse", kind: .pulse, quantity: nil, levels: [(.yellow, 4), (.orange, 8)], deadband: 0, off: 4),
        Fixture.rule("device.fault", kind: .fault, quantity: nil, levels: [(.blue, 4)], deadband: 0),
    ]

    /// A day's worth of entries with everything in it: noise, tilts, gaps, ticks, late ones.
    static func entry(_ index: Int, _ feeder: inout Feeder) {
        var hash = StableHash()
        hash.combine(UInt64(index))
        let noise = Double(hash.value >> 40) / Double(1 << 24)
        switch index % 97 {
        case 40..<50: feeder.feed(30 + noise, after: 1)
        case 60: feeder.tick(after: 60)
        case 70: feeder.feed(noise, after: 1, observedAgo: 5000, flags: .late)
        case 80: feeder.feed(999, after: 1, flags: .outOfRange)
        case 90 where index > 1500: feeder.feed(9.5 + noise, after: 1)
        default: feeder.feed(noise + Double(index % 24) / 10, after: 1)
        }
    }

    static func plan() -> SitePlan { Fixture.plan(rules: rules, interval: 1, cycle: 97) }

    @Test("The same entries give the same alerts, ids and bytes")
    func same() {
        var first = Feeder(ReplayTests.plan())
        var second = Feeder(ReplayTests.plan())
        for index in 0..<2000 { ReplayTests.entry(index, &first) }
        for index in 0..<2000 { ReplayTests.entry(index, &second) }
        #expect(first.alerts.count > 20)
        #expect(first.alerts == second.alerts)
        #expect(first.alerts.map { $0.cloudEvent(utcOffsetSeconds: 28_800) } == second.alerts.map { $0.cloudEvent(utcOffsetSeconds: 28_800) })
        #expect(Set(first.alerts.map(\.id)).count == first.alerts.count, "no two alerts share an id")
    }

    @Test("Stopping anywhere, restoring and going on is the same as never stopping", arguments: [1, 41, 44, 61, 97, 500, 1337, 1999])
    func restored(stop: Int) {
        var whole = Feeder(ReplayTests.plan())
        for index in 0..<2000 { ReplayTests.entry(index, &whole) }
        var before = Feeder(ReplayTests.plan())
        for index in 0..<stop { ReplayTests.entry(index, &before) }
        var after = Feeder(ReplayTests.plan())
        #expect(after.diagnosis.restore(from: before.diagnosis.snapshot()) == .complete)
        #expect(after.diagnosis.sequence == before.sequence)
        (after.sequence, after.now, after.alerts) = (before.sequence, before.now, before.alerts)
        for index in stop..<2000 { ReplayTests.entry(index, &after) }
        #expect(after.alerts == whole.alerts)
        #expect(after.diagnosis.snapshot() == whole.diagnosis.snapshot())
    }

    @Test("A truncated or foreign snapshot is refused with its reason")
    func refused() {
        var feeder = Feeder(ReplayTests.plan())
        for index in 0..<100 { ReplayTests.entry(index, &feeder) }
        let snapshot = feeder.diagnosis.snapshot()
        for length in stride(from: 0, to: snapshot.count, by: 61) {
            var other = Feeder(ReplayTests.plan())
            guard case .refused(let reason) = other.diagnosis.restore(from: Array(snapshot.prefix(length))) else {
                Issue.record("a snapshot cut at \(length) was taken")
                continue
            }
            #expect(!reason.isEmpty)
        }
        var future = snapshot
        future[4] = 99
        var other = Feeder(ReplayTests.plan())
        #expect(other.diagnosis.restore(from: future) == .refused("snapshot version 99, this program writes 5"))
    }

    @Test("What was told of a rule or a sensor that the site no longer has is withdrawn with the next entry, once")
    func removed() throws {
        var before = Feeder(GateFixture.plan([GateFixture.tilt], covers: 2))
        before.feed(12)
        before.feed(12, sensor: 1)
        for (plan, sensors) in [
            (GateFixture.plan([GateFixture.rule("other", quantity: "tilt", [(.red, 90)])], covers: 2), ["A0/tilt", "A1/tilt"]),
            (GateFixture.plan([GateFixture.tilt], covers: 1), ["A1/tilt"]),
        ] {
            var after = Feeder(plan)
            _ = after.diagnosis.restore(from: before.diagnosis.snapshot())
            (after.sequence, after.now) = (before.sequence, before.now)
            // A stop before the next entry does not forget it.
            var again = Feeder(plan)
            _ = again.diagnosis.restore(from: after.diagnosis.snapshot())
            (again.sequence, again.now) = (before.sequence, before.now)
            for _ in 0..<2 {
                after.tick(after: 60)
                again.tick(after: 60)
            }
            #expect(after.alerts.map(\.sensor) == sensors)
            #expect(after.alerts.allSatisfy { $0.kind == .cleared && $0.level == .yellow && $0.rule.id == "cover.tilt" })
            #expect(Set(after.alerts.map(\.episode)).isSubset(of: Set(before.alerts.map(\.episode))))
            #expect(again.alerts == after.alerts)
        }
    }

    @Test("After a change of the site, the sensors and rules that remain go on")
    func changedSite() {
        var before = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        before.feed(40)
        var after = Feeder(Fixture.plan(rules: [Fixture.rule(), TimeTests.silent], quantities: [Fixture.tilt, Fixture.pressure]))
        #expect(after.diagnosis.restore(from: before.diagnosis.snapshot()) == .partial(restored: 0, of: 2))
        (after.sequence, after.now) = (before.sequence, before.now)
        after.feed(0)
        #expect(after.alerts.map(\.kind) == [.cleared], "the raised episode was carried over")
        #expect(after.alerts.first?.episode == before.alerts.first?.episode)
    }
}
