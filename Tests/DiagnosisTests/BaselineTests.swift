import Lifeline
import Testing

@testable import Diagnosis

@Suite("Rules of kind baseline and code, guards and confirmation")
struct BaselineTests {
    private static func rule(
        _ baseline: Baseline, direction: RuleDirection = .up, levels: [(Level, Double)] = [(.yellow, 3)], confirm: Int = 1
    ) -> Rule {
        var rule = Fixture.rule("night", kind: .baseline, direction: direction, quantity: "pressure", levels: levels, deadband: 0)
        rule.baseline = baseline
        rule.confirmReadings = confirm
        return rule
    }

    private static func feeder(_ rule: Rule) -> Feeder { Feeder(Fixture.plan(rules: [rule], quantities: [Fixture.pressure])) }

    /// Nights around 1 with a median deviation of 0.02.
    private static func usual(_ night: Int) -> Double { 1 + [0, 0.02, -0.02, 0.01, -0.03, 0.03, -0.01][night % 7] }

    @Test("Three nights beyond the median and three deviations are an alarm with their baseline; two are not")
    func threeNights() throws {
        let baseline = Baseline(reference: .rolling, measure: .deviations, samples: 28, floor: 0.001)
        var feeder = Self.feeder(Self.rule(baseline, confirm: 3))
        for night in 0..<30 { feeder.feed(Self.usual(night), after: 86_400) }
        for value in [1.2, 1.2, 1.0] { feeder.feed(value, after: 86_400) }
        #expect(feeder.alerts.isEmpty)
        for _ in 0..<3 { feeder.feed(1.2, after: 86_400) }
        let alert = try #require(feeder.alerts.first)
        #expect(feeder.alerts.map(\.kind) == [.raised])
        #expect(alert.onset == feeder.now.advanced(by: .seconds(-2 * 86_400)), "it began with the first of the three")
        #expect(abs((alert.evidence.expected ?? 0) - 1) < 0.02)
        #expect((alert.evidence.expectedHigh ?? 9) < 1.15)
        feeder.feed(1.0, after: 86_400)
        #expect(feeder.alerts.map(\.kind) == [.raised, .cleared])
    }

    @Test("What is far away is not learned; after ninety days it is the new custom")
    func adopted() {
        let baseline = Baseline(reference: .rolling, measure: .deviations, samples: 28, floor: 0.001)
        var feeder = Self.feeder(Self.rule(baseline))
        for night in 0..<28 { feeder.feed(Self.usual(night), after: 86_400) }
        for _ in 0..<(Baseline.adoptAfter - 1) { feeder.feed(1.5, after: 86_400) }
        #expect(feeder.alerts.map(\.kind) == [.raised], "raised for as long as it lasts")
        feeder.feed(1.5, after: 86_400)
        #expect(feeder.alerts.map(\.kind) == [.raised, .cleared])
    }

    @Test("The first values are a reference for ever: creeping wear is seen against them, a rolling one walks along")
    func creeping() {
        func run(_ reference: Baseline.Reference) -> Int {
            let baseline = Baseline(reference: reference, measure: .ratio, samples: 28, floor: 0)
            var feeder = Self.feeder(Self.rule(baseline, levels: [(.blue, 1.25), (.yellow, 1.5)]))
            for day in 0..<700 { feeder.feed(1 + Double(day) * 0.001, after: 86_400) }
            return feeder.alerts.count
        }
        #expect(run(.first) == 2)
        #expect(run(.rolling) == 0)
    }

    @Test("Direction: up, down and any", arguments: [(RuleDirection.up, [1.0, 0]), (.down, [0, 1]), (.any, [1, 1])])
    func directions(direction: RuleDirection, expected: [Double]) {
        for measure in Baseline.Measure.allCases {
            let limit = measure == .difference ? 0.5 : measure == .ratio ? 1.5 : 3
            for (value, raised) in zip([2.0, 0.5], expected) {
                let baseline = Baseline(reference: .first, measure: measure, samples: 7, floor: 0.001)
                var feeder = Self.feeder(Self.rule(baseline, direction: direction, levels: [(.yellow, limit)]))
                for night in 0..<7 { feeder.feed(Self.usual(night), after: 86_400) }
                feeder.feed(value, after: 86_400)
                #expect(Double(feeder.alerts.count) == raised, "\(measure) \(direction) \(value)")
            }
        }
    }

    @Test("A code has the level that its list says; another code is another level")
    func codes() {
        var rule = Fixture.rule("lift.fault", kind: .code, quantity: "tilt", levels: [], deadband: 0)
        rule.levels = [LevelLimit(level: .yellow, limit: 2), LevelLimit(level: .yellow, limit: 3), LevelLimit(level: .red, limit: 5)]
        var feeder = Feeder(Fixture.plan(rules: [rule]))
        for value in [0.0, 4, 2, 3, 5, 101, 0] { feeder.feed(value) }
        #expect(feeder.alerts.map(\.kind) == [.raised, .escalated, .cleared])
        #expect(feeder.alerts.map(\.level) == [.yellow, .red, .red])
        #expect(feeder.alerts[0].certainty == .observed)
    }

    @Test("A guarded rule speaks while the state holds, whichever of the two comes last")
    func guards() {
        var rule = Fixture.rule("dry", kind: .low, quantity: "pressure", levels: [(.orange, 0.02)], deadband: 0)
        rule.guards = [RuleGuard(quantity: "tilt", range: 0.5...9, age: nil)]
        let plan = Fixture.plan(rules: [rule], quantities: [Fixture.pressure, Fixture.tilt])
        var feeder = Feeder(plan)
        feeder.feed(0.0)
        #expect(feeder.alerts.isEmpty, "nobody knows whether it runs")
        feeder.feed(1, sensor: 1)
        #expect(feeder.alerts.map(\.kind) == [.raised], "it was started on an empty pipe")
        #expect(feeder.alerts[0].sensor == "MH-17/pressure" && feeder.alerts[0].evidence.seen == 0)
        feeder.feed(0, sensor: 1)
        #expect(feeder.alerts.map(\.kind) == [.raised, .cleared])
        feeder.feed(0.01)
        #expect(feeder.alerts.count == 2)
        // Without that sensor the rule does not exist here.
        var lone = Feeder(Fixture.plan(rules: [rule], quantities: [Fixture.pressure]))
        lone.feed(0)
        #expect(lone.alerts.isEmpty)
    }

    @Test("A state that is too old is no knowledge")
    func staleGuard() {
        var rule = Fixture.rule("dry", kind: .low, quantity: "pressure", levels: [(.orange, 0.02)], deadband: 0)
        rule.guards = [RuleGuard(quantity: "tilt", range: 0.5...9, age: 60)]
        var feeder = Feeder(Fixture.plan(rules: [rule], quantities: [Fixture.pressure, Fixture.tilt]))
        feeder.feed(1, sensor: 1)
        feeder.feed(0, after: 61)
        #expect(feeder.alerts.isEmpty)
        feeder.feed(1, sensor: 1)
        feeder.feed(0, after: 59)
        #expect(feeder.alerts.map(\.kind) == [.raised])
    }

    @Test("Two readings must agree: one that nothing follows never raises, however long it holds")
    func confirmed() {
        var rule = Fixture.rule("gas", quantity: "tilt", levels: [(.orange, 10), (.red, 25)], deadband: 0)
        rule.confirmReadings = 2
        var feeder = Feeder(Fixture.plan(rules: [rule]))
        feeder.feed(12)
        for _ in 0..<200 { feeder.tick(after: 60) }
        #expect(feeder.alerts.isEmpty)
        #expect(feeder.diagnosis.nextDue == nil, "time alone brings nothing")
        feeder.feed(1)
        feeder.feed(12)
        feeder.feed(1)
        #expect(feeder.alerts.isEmpty)
        feeder.feed(12)
        feeder.feed(30)
        #expect(feeder.alerts.map(\.level) == [.orange], "the mildest that both said")
        feeder.feed(30)
        #expect(feeder.alerts.map(\.level) == [.orange, .red])
        feeder.feed(1)
        #expect(feeder.alerts.map(\.kind) == [.raised, .escalated, .cleared], "its end needs no second word")
    }

    @Test("Baselines, derived values and confirmations survive a restart at every reading")
    func restart() {
        var night = Self.rule(Baseline(reference: .rolling, measure: .deviations, samples: 14, floor: 0.01), confirm: 2)
        night.quantity = "fall"
        var dry = Fixture.rule("dry", kind: .low, quantity: "pressure", levels: [(.orange, 0.5)], deadband: 0)
        dry.guards = [RuleGuard(quantity: "tilt", range: 2...9, age: nil)]
        var plan = Fixture.plan(rules: [night, dry], quantities: [Fixture.pressure, Fixture.tilt])
        plan.derivations = [Derivation(quantity: Fixture.quantity("fall"), assetClass: nil, source: "pressure", method: .fall(window: 3600))]
        func value(_ step: Int) -> Double { step % 40 > 36 ? 0.4 : 1 + Double((step * 31) % 17) / 100 }
        var straight = Feeder(plan)
        for step in 0..<300 { straight.feed(step % 3 == 2 ? Double(step % 5) : value(step), sensor: step % 3 == 2 ? 1 : 0, after: 600) }
        #expect(straight.alerts.count > 6)
        var broken = Feeder(plan)
        for step in 0..<300 {
            broken.feed(step % 3 == 2 ? Double(step % 5) : value(step), sensor: step % 3 == 2 ? 1 : 0, after: 600)
            var next = Feeder(plan)
            let outcome = next.diagnosis.restore(from: broken.diagnosis.snapshot())
            #expect(outcome == .complete)
            (next.sequence, next.now, next.alerts) = (broken.sequence, broken.now, broken.alerts)
            broken = next
        }
        #expect(broken.alerts == straight.alerts)
    }

    @Test("A value that cannot be true is no state, and is not judged again when another state changes")
    func impossibleStates() {
        var rule = Fixture.rule("dry", kind: .low, quantity: "pressure", levels: [(.orange, 0.02)], deadband: 0)
        rule.guards = [RuleGuard(quantity: "tilt", range: 0.5...9, age: nil)]
        var feeder = Feeder(Fixture.plan(rules: [rule], quantities: [Fixture.pressure, Fixture.tilt]))
        feeder.feed(0.3)
        feeder.feed(-9999, flags: .outOfRange)
        feeder.feed(1, sensor: 1)
        #expect(feeder.alerts.isEmpty, "the last pressure that can be true was 0.3")
        feeder.feed(-9999, sensor: 1, flags: .outOfRange)
        feeder.feed(0)
        #expect(feeder.alerts.map(\.kind) == [.raised], "it still runs, as far as anybody knows")
    }

    @Test("A rule hears the features that it lists")
    func features() {
        func alerts(_ features: [String]) -> [String] {
            var rule = Fixture.rule("burst", kind: .pulse, direction: .down, quantity: "pressure", levels: [(.yellow, 5)], deadband: 1)
            rule.features = features
            var feeder = Feeder(Fixture.plan(rules: [rule], quantities: [Fixture.pressure], interval: 900, cycle: 86_400))
            for step in 0..<(96 * 15) {
                let usual = 0.4 - 0.03 * Double((step % 96) > 28 ? 1 : 0) + 0.001 * Double((step * 7919) % 13 - 6)
                feeder.feed(step >= 96 * 14 ? usual - 0.2 : usual, after: 900)
            }
            return feeder.alerts.filter { $0.kind == .raised }.compactMap(\.evidence.feature)
        }
        let all = alerts([])
        #expect(all.count == 1)
        #expect(alerts(["distance", "step", "cycle", "level", "record", "surge"]) == all)
        #expect(alerts(["drift", "calm"]).isEmpty)
    }
}
