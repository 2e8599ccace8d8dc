import Lifeline
import Testing

@testable import Diagnosis

@Suite("Alarm hygiene: what is withheld, and what comes of it")
struct GateTests {
    @Test("What is shelved is not told; what still holds at the end is told then, with its true onset")
    func shelved() {
        var feeder = Feeder(GateFixture.plan([GateFixture.tilt]))
        #expect(feeder.decide(.shelve, asset: "A0", for: 600) == nil)
        feeder.feed(12)
        let onset = feeder.now
        #expect(feeder.said.isEmpty)
        #expect(feeder.diagnosis.activeEpisodes().map(\.withheld) == [.shelved])
        feeder.wait(590)
        #expect(feeder.said.isEmpty)
        feeder.wait(20)
        #expect(feeder.said == ["raised A0 yellow"])
        #expect(feeder.alerts.first?.onset == onset)
        #expect(feeder.alerts.first?.sentence.english.contains("Not told until now because of having been shelved.") == true)
        #expect(feeder.diagnosis.alarmReport(now: feeder.now).withheldCount == [0, 1, 0, 0])
        feeder.feed(0)
        #expect(feeder.said == ["raised A0 yellow", "cleared A0 yellow"])
        #expect(Set(feeder.alerts.map(\.episode)).count == 1)
    }

    @Test("What ended meanwhile is not told, and counted")
    func endedUnsaid() {
        var feeder = Feeder(GateFixture.plan([GateFixture.tilt]))
        #expect(feeder.decide(.shelve, rule: "cover.tilt", for: 600) == nil)
        feeder.feed(12)
        feeder.feed(0)
        feeder.wait(700)
        #expect(feeder.said.isEmpty)
        #expect(feeder.diagnosis.alarmReport(now: feeder.now).unsaidCount == [0, 1, 0, 0])
    }

    @Test("The end of what was told before is never withheld, and what is worse than told is")
    func clearingIsNeverWithheld() {
        var feeder = Feeder(GateFixture.plan([GateFixture.tilt]))
        feeder.feed(12)
        #expect(feeder.decide(.shelve, sensor: "A0/tilt", for: 600) == nil)
        feeder.feed(22)
        #expect(feeder.said == ["raised A0 yellow"], "the escalation waits")
        feeder.feed(12)
        #expect(feeder.said == ["raised A0 yellow"], "it is back where the platform is")
        feeder.feed(22)
        feeder.feed(0)
        #expect(feeder.said == ["raised A0 yellow", "cleared A0 yellow"])
    }

    @Test("Red of a rule that cannot be shelved is told all the same; its other levels wait")
    func unshelvable() {
        let rule = GateFixture.rule("gas", quantity: "tilt", [(.orange, 10), (.red, 30)], shelvable: false)
        var feeder = Feeder(GateFixture.plan([rule]))
        #expect(feeder.decide(.shelve, rule: "gas", for: 600) == "\"gas\" is a rule that cannot be shelved")
        #expect(feeder.decide(.shelve, asset: "A0", for: 600) == nil)
        feeder.feed(12)
        #expect(feeder.said.isEmpty)
        feeder.feed(40)
        #expect(feeder.said == ["raised A0 red"])
    }

    @Test("Unshelving tells at once what still holds")
    func unshelved() {
        var feeder = Feeder(GateFixture.plan([GateFixture.tilt], covers: 2))
        #expect(feeder.decide(.shelve, asset: "A0", for: 6000) == nil)
        feeder.feed(12)
        feeder.feed(12, sensor: 1)
        #expect(feeder.said == ["raised A1 yellow"], "another asset is not shelved")
        #expect(feeder.decide(.unshelve, asset: "A0", rule: "cover.tilt") == "nothing of exactly this scope is shelved")
        #expect(feeder.decide(.unshelve, asset: "A0") == nil)
        #expect(feeder.said == ["raised A1 yellow", "raised A0 yellow"])
        #expect(feeder.diagnosis.alarmReport(now: feeder.now).shelves.isEmpty)
    }

    @Test("A clock that steps back for years ends a shelf no later, and one that steps forward ends it")
    func clockSteps() {
        for step in [-10.0, 10.0] {
            var feeder = Feeder(GateFixture.plan([GateFixture.tilt]))
            #expect(feeder.decide(.shelve, asset: "A0", for: 600) == nil)
            feeder.feed(12)
            feeder.now = feeder.now.advanced(byMicroseconds: Int64(step * 365 * 86_400e6))
            feeder.wait(720)
            #expect(feeder.said == ["raised A0 yellow"], "\(step) years")
        }
    }

    @Test(
        "Decisions that make no sense are refused with the reason",
        arguments: [
            (Decision(.shelve, asset: "A0", reason: " ", by: "x"), "reason is missing"),
            (Decision(.shelve, asset: "A0", reason: "r", by: ""), "by is missing"),
            (Decision(.shelve, asset: "A0", reason: "r", by: "x"), "it needs an end"),
            (Decision(.shelve, reason: "r", by: "x"), "name an asset, a rule or a sensor"),
            (Decision(.shelve, asset: "B", until: .distantFuture, reason: "r", by: "x"), "this site has no asset \"B\""),
            (Decision(.shelve, asset: "A0", until: .distantFuture, reason: "r", by: "x"), "its end is more than 720 h from now"),
            (Decision(.shelve, asset: "A0", until: Timestamp(unixSeconds: 1), reason: "r", by: "x"), "its end has passed"),
            (Decision(.end, episode: "ep", reason: "r", by: "x"), "no episode \"ep\" stands; see bamai status"),
            (Decision(.maintain, rule: "cover.tilt", until: .distantFuture, reason: "r", by: "x"), "maintenance is of one asset"),
            (Decision(.acknowledge, reason: "r", by: "x"), "name the episode"),
            (Decision(.unshelve, asset: "A0", until: .distantFuture, reason: "r", by: "x"), "unshelve has no end"),
            (Decision(.shelve, asset: "A0", until: .distantFuture, reason: "a\nb", by: "x"), "reason has a control character"),
            (
                Decision(.shelve, asset: "A0", until: .distantFuture, reason: String(repeating: "长", count: 201), by: "x"),
                "reason is longer than 200 characters"
            ),
        ])
    func objections(decision: Decision, expected: String) {
        let feeder = Feeder(GateFixture.plan([GateFixture.tilt]))
        #expect(feeder.diagnosis.objection(to: decision, now: feeder.now) == expected)
    }

    @Test("No more shelves than there is room for, and a second of the same scope takes the place of the first")
    func bounded() {
        var feeder = Feeder(GateFixture.plan([GateFixture.tilt], covers: AlarmGate.shelfLimit + 1))
        for index in 0..<AlarmGate.shelfLimit { #expect(feeder.decide(.shelve, asset: "A\(index)", for: 6000) == nil) }
        #expect(feeder.decide(.shelve, asset: "A0", for: 7000) == nil)
        #expect(feeder.decide(.shelve, asset: "A\(AlarmGate.shelfLimit)", for: 6000) == "256 shelves are the most at once; take one away first")
        #expect(feeder.diagnosis.alarmReport(now: feeder.now).shelves.count == AlarmGate.shelfLimit)
    }

    @Test("A condition stays small: most of a gateway's memory is conditions and windows")
    func memory() {
        #expect(MemoryLayout<Condition>.stride <= 128)
    }

    // MARK: - Maintenance

    @Test("Maintenance by command withholds red too, and ends by command or by its time")
    func maintained() {
        let rule = GateFixture.rule("gas", quantity: "tilt", [(.red, 30)], shelvable: false)
        var feeder = Feeder(GateFixture.plan([rule]))
        #expect(feeder.decide(.maintain, asset: "A0", for: 3600) == nil)
        feeder.feed(40)
        feeder.wait(1000)
        #expect(feeder.said.isEmpty)
        #expect(feeder.diagnosis.activeEpisodes().map(\.withheld) == [.maintenance])
        #expect(feeder.decide(.unshelve, asset: "A0") != nil, "a shelf is no maintenance")
        #expect(feeder.decide(.resume, asset: "A0") == nil)
        #expect(feeder.said == ["raised A0 red"])
    }

    @Test("A window of the site withholds its assets' alerts while it lasts")
    func window() {
        let start = Timestamp(unixSeconds: 1_767_323_045)
        let window = MaintenanceWindow(
            assets: [0], span: .once(from: start.advanced(by: .seconds(100)), to: start.advanced(by: .seconds(400))), reason: "valve", by: "Li")
        var feeder = Feeder(GateFixture.plan([GateFixture.tilt], covers: 2, maintenance: [window]))
        feeder.feed(0, after: 150)
        feeder.feed(12)
        feeder.feed(12, sensor: 1)
        #expect(feeder.said == ["raised A1 yellow"])
        #expect(feeder.diagnosis.alarmReport(now: feeder.now).windows == [window])
        feeder.wait(300)
        #expect(feeder.said == ["raised A1 yellow", "raised A0 yellow"])
    }

    @Test(
        "A weekly window holds on its day, in local time, over midnight too",
        arguments: [
            ("2026-01-04 01:59", false), ("2026-01-04 02:00", true), ("2026-01-04 03:59", true), ("2026-01-04 04:00", false),
            ("2026-01-05 02:30", false),
            ("2025-12-28 02:30", true), ("1969-12-28 02:30", true),
        ])
    func weekly(text: String, expected: Bool) throws {
        let moment = try #require(CivilTime.parse(Array(text.utf8), defaultOffsetSeconds: 28_800))
        let window = MaintenanceWindow(assets: [0], span: .weekly(day: 7, from: 7200, to: 14_400), reason: "r", by: "b")
        #expect(window.contains(moment, utcOffsetSeconds: 28_800) == expected)
        let night = MaintenanceWindow(assets: [0], span: .weekly(day: 7, from: 23 * 3600, to: 3600), reason: "r", by: "b")
        let late = try #require(CivilTime.parse(Array("2026-01-05 00:30".utf8), defaultOffsetSeconds: 28_800))
        #expect(night.contains(late, utcOffsetSeconds: 28_800))
        #expect(!night.contains(late.advanced(by: .seconds(3600)), utcOffsetSeconds: 28_800))
    }

    // MARK: - Suppression

    @Test("An alert of a parent explains those of what hangs on it, however deep, and theirs are told when it is over")
    func suppressedByParent() {
        let child = GateFixture.rule("cover.small", quantity: "tilt", [(.yellow, 10)], suppressedBy: ["cover.large"])
        let parent = GateFixture.rule("cover.large", quantity: "tilt", [(.orange, 50)])
        var feeder = Feeder(GateFixture.plan([child, parent], covers: 4, parents: [2: 1, 1: 0]))
        feeder.feed(60, sensor: 0)
        #expect(feeder.said == ["raised A0 orange"], "its own small one is explained by its large one, which comes later in the same reading")
        feeder.feed(20, sensor: 2)
        feeder.feed(20, sensor: 3)
        #expect(feeder.said == ["raised A0 orange", "raised A3 yellow"])
        feeder.feed(0, sensor: 0)
        feeder.wait(10)
        #expect(feeder.said.last == "raised A2 yellow")
    }

    @Test("A broker that is away is one alarm: its devices are neither silent nor told of, and those of another broker are")
    func brokerDown() {
        let silent = GateFixture.rule("device.silent", kind: .silent, of: nil, quantity: nil, [(.yellow, 300)], suppressedBy: ["gateway.broker"])
        let plan = GateFixture.plan([silent, GateFixture.broker], covers: 3)
        var feeder = Feeder(plan)
        for sensor in 0..<3 { feeder.feed(1, sensor: sensor) }
        feeder.feed(0, sensor: GateFixture.sensor("gw7/broker_connected.b", plan))
        feeder.wait(600)
        #expect(feeder.said == ["raised gw7 yellow", "raised A2 yellow"])
        feeder.feed(1, sensor: GateFixture.sensor("gw7/broker_connected.b", plan))
        feeder.wait(240)
        #expect(feeder.said == ["raised gw7 yellow", "raised A2 yellow", "cleared gw7 yellow"], "its time away does not count")
        feeder.wait(120)
        #expect(feeder.said.suffix(2) == ["raised A0 yellow", "raised A1 yellow"])
    }

    @Test("What was silent already when its broker went is not told while it is away")
    func silentUnderSuppression() {
        let silent = GateFixture.rule(
            "device.silent", kind: .silent, of: nil, quantity: nil, [(.yellow, 300)], on: 100, suppressedBy: ["gateway.broker"])
        let plan = GateFixture.plan([silent, GateFixture.broker])
        var feeder = Feeder(plan)
        feeder.feed(1)
        feeder.wait(360)
        feeder.feed(0, sensor: GateFixture.sensor("gw7/broker_connected.b", plan))
        feeder.wait(600)
        #expect(feeder.said == ["raised gw7 yellow"])
        #expect(feeder.diagnosis.activeEpisodes().contains { $0.withheld == .suppressed })
    }
}
