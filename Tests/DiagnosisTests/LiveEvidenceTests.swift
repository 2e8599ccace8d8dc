import Lifeline
import Testing

@testable import Diagnosis

/// A gas pipe with methane and pressure sensors and an index.
enum SickFixture {
    static let methane = Quantity(name: "ch4", unit: Unit.named("%VOL")!, range: 0...100, chinese: "甲烷", english: "Methane")
    static let day: Double = 86_400

    static func text(_ text: String) -> BilingualText { BilingualText(chinese: text, english: text) }

    static func model(_ assetClass: AssetClass = .gasPipe) -> IndexModel {
        IndexModel(
            origin: "test@1",
            terms: zip(IndexTerm.allCases, [20, 15, 15, 4, 3, 3, 40]).map {
                IndexTermModel(term: $0, points: Double($1), words: text($0.rawValue), source: text("choice"))
            },
            ageFrom: 0.5, ageSpan: 0.7, confidenceObserved: 1, confidenceLikely: 0.8, confidencePossible: 0.5, immediateFrom: 80, limitedFrom: 60,
            controlFrom: 40, leastCoverage: 0.7, renewalGate: .limited, renewalRedGate: .immediate, overAgeRedGate: .immediate,
            materials: [IndexMaterial(id: "grey", words: text("grey"), points: 8, banned: [assetClass], source: text("plan"))],
            classes: [
                IndexClass(
                    assetClass: assetClass, designLife: 20, terms: IndexTerm.allCases, history: .breaks, historyFull: 0.18, source: text("plan"))
            ], triggers: [], note: text("note"))
    }

    static func gas(readings: Int = 1, off: Double = 0, red: Double = 2.5, latched: Bool = false) -> Rule {
        var rule = Fixture.rule("gas.methane", quantity: "ch4", levels: [(.orange, 1), (.red, red)], deadband: 0.2, off: off, latched: latched)
        rule.assetClass = .gasPipe
        rule.index = IndexWeight(weight: 0.9, halfLife: 30 * day, readings: readings)
        return rule
    }

    static func plan(rules: [Rule] = [gas()], interval: Double? = nil, cycle: Double? = nil, dossier: Dossier? = nil) -> SitePlan {
        var plan = Fixture.plan(rules: rules, quantities: [methane, Fixture.pressure], interval: interval, cycle: cycle)
        plan.assets[0].assetClass = .gasPipe
        plan.assets[0].dossier = dossier
        plan.indexModel = model()
        return plan.includingIndices
    }

    /// The live points.
    static func live(_ feeder: borrowing Feeder) -> Double {
        feeder.diagnosis.conditionIndex(asset: 0)!.lines.filter { $0.term == .live }.reduce(0) { $0 + $1.points }
    }

    /// Lets days pass as a gateway journals them, without readings.
    static func pass(days: Double, _ feeder: inout Feeder) { feeder.tick(after: days * day) }
}

@Suite("Live evidence for the sick-running index")
struct LiveEvidenceTests {
    static func close(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 0.01 }

    @Test("While an episode lasts nothing fades; from its end on it halves with the half-life")
    func fades() {
        var feeder = Feeder(SickFixture.plan())
        feeder.feed(0.1)
        #expect(SickFixture.live(feeder) == 0)
        feeder.feed(1.5)
        SickFixture.pass(days: 90, &feeder)
        #expect(LiveEvidenceTests.close(SickFixture.live(feeder), 36), "0.9 of 40, three months on")
        feeder.feed(0.1)
        #expect(feeder.alerts.last?.kind == .cleared && LiveEvidenceTests.close(SickFixture.live(feeder), 36))
        SickFixture.pass(days: 30, &feeder)
        #expect(LiveEvidenceTests.close(SickFixture.live(feeder), 18))
        SickFixture.pass(days: 30, &feeder)
        #expect(LiveEvidenceTests.close(SickFixture.live(feeder), 9))
    }

    @Test("It fades from when the episode ended for the sensor, not from when the gateway heard of it")
    func deviceTime() {
        var feeder = Feeder(SickFixture.plan())
        feeder.feed(1.5)
        feeder.feed(0.1, after: 40 * SickFixture.day, observedAgo: 30 * SickFixture.day)
        #expect(LiveEvidenceTests.close(SickFixture.live(feeder), 18))
        var ahead = Feeder(SickFixture.plan())
        ahead.feed(1.5)
        ahead.feed(0.1, observedAgo: -60 * SickFixture.day)
        SickFixture.pass(days: 30, &ahead)
        #expect(LiveEvidenceTests.close(SickFixture.live(ahead), 18), "a device clock that runs ahead makes nothing younger than its receipt")
    }

    @Test("Two readings must say it where the rule asks for two, and a deadband's hold is no second one")
    func confirmedTwice() {
        var feeder = Feeder(SickFixture.plan(rules: [SickFixture.gas(readings: 2)]))
        for value in [1.5, 0.9, 0.1] { feeder.feed(value) }
        #expect(feeder.alerts.map(\.kind) == [.raised, .cleared] && SickFixture.live(feeder) == 0)
        for value in [1.5, 0.9, 1.2] { feeder.feed(value) }
        #expect(LiveEvidenceTests.close(SickFixture.live(feeder), 36))
    }

    @Test("Of several episodes the stronger stays")
    func stronger() {
        let open = Quantity(name: "open", unit: Unit.named("state")!, range: 0...1, chinese: "开", english: "Open")
        var rule = SickFixture.gas()
        rule.confirmedBy = "other"
        let other = Fixture.rule("other", quantity: "open", levels: [(.blue, 0.5)], deadband: 0)
        var plan = Fixture.plan(rules: [rule, other], quantities: [SickFixture.methane, open])
        plan.assets[0].assetClass = .gasPipe
        plan.indexModel = SickFixture.model()
        var feeder = Feeder(plan)
        feeder.feed(1, sensor: 1)
        feeder.feed(1.5)
        feeder.feed(0)
        #expect(LiveEvidenceTests.close(SickFixture.live(feeder), 28.8), "likely: 40·0.9·0.8")
        feeder.feed(0, sensor: 1)
        feeder.feed(1.5)
        feeder.feed(0)
        #expect(LiveEvidenceTests.close(SickFixture.live(feeder), 28.8), "a merely possible one afterwards takes nothing away")
        SickFixture.pass(days: 30, &feeder)
        #expect(LiveEvidenceTests.close(SickFixture.live(feeder), 14.4))
        feeder.feed(1.5)
        feeder.feed(0)
        #expect(LiveEvidenceTests.close(SickFixture.live(feeder), 18), "40·0.9·0.5 is stronger by now")
    }

    @Test("A confirmation that comes later raises the confidence of the running episode")
    func laterConfirmation() {
        let open = Quantity(name: "open", unit: Unit.named("state")!, range: 0...1, chinese: "开", english: "Open")
        var rule = SickFixture.gas()
        rule.confirmedBy = "other"
        var plan = Fixture.plan(
            rules: [rule, Fixture.rule("other", quantity: "open", levels: [(.blue, 0.5)], deadband: 0)], quantities: [SickFixture.methane, open])
        plan.assets[0].assetClass = .gasPipe
        plan.indexModel = SickFixture.model()
        var feeder = Feeder(plan)
        feeder.feed(1.5)
        #expect(LiveEvidenceTests.close(SickFixture.live(feeder), 18))
        feeder.feed(1, sensor: 1)
        feeder.feed(1.5)
        #expect(LiveEvidenceTests.close(SickFixture.live(feeder), 28.8))
    }

    @Test("A red that is raised now opens the gate, and its end closes it")
    func liveRed() {
        var feeder = Feeder(SickFixture.plan(dossier: Dossier(material: "grey")))
        feeder.feed(1.5)
        #expect(feeder.diagnosis.conditionIndex(asset: 0)?.verdict == .limited)
        feeder.feed(3)
        #expect(feeder.diagnosis.conditionIndex(asset: 0)?.verdict == .immediate)
        #expect(feeder.alerts.last?.index?.verdict == .immediate, "the alert that it makes says so itself")
        feeder.feed(0)
        #expect(feeder.diagnosis.conditionIndex(asset: 0)?.verdict == .limited)
    }

    @Test("Silence and sensor faults are the device's: no points, no red, no coverage, no index in their alerts")
    func deviceFaults() {
        let silent = Fixture.rule("device.silent", kind: .silent, quantity: nil, levels: [(.red, 3600)], deadband: 0)
        let range = Fixture.rule("device.range", kind: .fault, quantity: nil, levels: [(.red, 0)], deadband: 0)
        let pressure = Fixture.rule("x.pressure", kind: .low, quantity: "pressure", levels: [(.red, 0)], deadband: 0)
        func index(_ feeder: borrowing Feeder) -> ConditionIndex { feeder.diagnosis.conditionIndex(asset: 0)! }
        var feeder = Feeder(SickFixture.plan(rules: [SickFixture.gas(), silent, range, pressure], dossier: Dossier(material: "grey")))
        #expect(index(feeder).coverage == 0.15, "the material; the sensor was never heard")
        feeder.feed(0.1)
        #expect(index(feeder).coverage == 0.55)
        feeder.feed(200, flags: .outOfRange)
        #expect(feeder.alerts.map(\.rule.id) == ["device.range"] && feeder.alerts[0].index == nil)
        #expect(index(feeder).coverage == 0.15 && index(feeder).verdict == .limited && SickFixture.live(feeder) == 0)
        feeder.feed(0.1)
        #expect(index(feeder).coverage == 0.55)
        for _ in 0..<62 { feeder.tick(after: 60) }
        #expect(feeder.alerts.last?.rule.id == "device.silent" && feeder.alerts.last?.index == nil)
        #expect(index(feeder).coverage == 0.15 && index(feeder).verdict == .limited && SickFixture.live(feeder) == 0)
    }

    @Test("A detector that still warms up has no data, and a rule of the class without a sensor neither")
    func warmingUp() {
        var burst = Fixture.rule("gas.drop", kind: .pulse, quantity: "pressure", levels: [(.orange, 5)], deadband: 0)
        burst.assetClass = .gasPipe
        burst.index = IndexWeight(weight: 0.9, halfLife: SickFixture.day)
        var absent = Fixture.rule("gas.absent", quantity: "tilt", levels: [(.orange, 5)])
        absent.assetClass = .gasPipe
        absent.index = IndexWeight(weight: 0.9, halfLife: SickFixture.day)
        var feeder = Feeder(SickFixture.plan(rules: [SickFixture.gas(), burst, absent], interval: 60, cycle: 3600))
        feeder.feed(0.1)
        feeder.feed(0.3, sensor: 1)
        let lines = feeder.diagnosis.conditionIndex(asset: 0)!.lines.filter { $0.term == .live }
        #expect(lines.map(\.rule) == ["gas.methane", "gas.drop", "gas.absent"])
        #expect(lines.map(\.isKnown) == [true, false, false])
    }

    @Test("An alert about an asset carries its index; a class without one has none")
    func alerts() {
        var feeder = Feeder(SickFixture.plan())
        feeder.feed(1.5)
        #expect(feeder.alerts.first?.index?.value == 36)
        #expect(feeder.alerts.first?.index?.lines.map(\.rule) == ["gas.methane"])
        var cover = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        cover.feed(40)
        #expect(cover.alerts.count == 1 && cover.alerts[0].index == nil)
        #expect(cover.diagnosis.conditionIndex(asset: 0) == nil)
    }
}

@Suite("The sick-running index over restarts")
struct IndexSnapshotTests {
    static let fault = Fixture.rule("device.fault", kind: .fault, quantity: nil, levels: [(.blue, 4)], deadband: 0)

    static func entry(_ index: Int, _ feeder: inout Feeder) {
        switch index % 50 {
        case 7..<9: feeder.feed(1.5, after: 3600)
        case 20: feeder.feed(3, after: 600)
        case 30: feeder.tick(after: 60)
        case 40: feeder.feed(Double(index % 101), sensor: 2, after: 40_000)
        default: feeder.feed(0.1, after: 600)
        }
    }

    @Test("Stopping anywhere, restoring and going on is the same as never stopping", arguments: [1, 8, 9, 21, 42, 77, 399])
    func restored(stop: Int) {
        let plan = SickFixture.plan(rules: [SickFixture.gas(readings: 2, off: 900), IndexSnapshotTests.fault])
        var whole = Feeder(plan)
        for index in 0..<400 { IndexSnapshotTests.entry(index, &whole) }
        var before = Feeder(plan)
        for index in 0..<stop { IndexSnapshotTests.entry(index, &before) }
        var after = Feeder(plan)
        #expect(after.diagnosis.restore(from: before.diagnosis.snapshot()) == .complete)
        (after.sequence, after.now, after.alerts) = (before.sequence, before.now, before.alerts)
        for index in stop..<400 { IndexSnapshotTests.entry(index, &after) }
        #expect(whole.alerts.contains { ($0.index?.value ?? 0) > 0 })
        #expect(after.alerts == whole.alerts)
        #expect(after.diagnosis.conditionIndex(asset: 0) == whole.diagnosis.conditionIndex(asset: 0))
        #expect(after.diagnosis.indexHistory(asset: 0) == whole.diagnosis.indexHistory(asset: 0))
        #expect(after.diagnosis.snapshot() == whole.diagnosis.snapshot())
    }

    @Test("What the gateway journals of an index is no sensor: it is not counted, no rule for everything speaks of it, and out of range is ignored")
    func noSensor() {
        let range = Fixture.rule("device.range", kind: .fault, quantity: nil, levels: [(.blue, 0)], deadband: 0)
        let silent = Fixture.rule("device.silent", kind: .silent, quantity: nil, levels: [(.blue, 60)], deadband: 0)
        var feeder = Feeder(SickFixture.plan(rules: [SickFixture.gas(), range, silent]))
        #expect(feeder.diagnosis.plan.sensors.map(\.id) == ["MH-17/ch4", "MH-17/pressure", "MH-17/sick_index"])
        #expect(feeder.diagnosis.presence().total == 2)
        feeder.feed(50, sensor: 2)
        feeder.feed(500, sensor: 2, flags: .outOfRange)
        for _ in 0..<5 { feeder.feed(0.1, after: 50) }
        #expect(feeder.alerts.isEmpty)
        #expect(feeder.diagnosis.indexHistory(asset: 0).entries.map(\.value) == [50])
    }

    @Test("A history keeps two months of days and three years of months, whatever comes")
    func history() {
        var history = IndexHistory()
        for day in Int32(10_000)..<12_500 { history.note(day: day, value: UInt8(day % 101)) }
        #expect(history.entries.count == IndexHistory.days + IndexHistory.months)
        #expect(history.entries.suffix(IndexHistory.days).map(\.day) == Array(12_440..<12_500))
        let old = history.entries.dropLast(IndexHistory.days)
        let dates = old.map { IndexHistory.date($0.day) }
        #expect(Set(dates.map { $0.prefix(7) }).count == old.count, "one a month: \(dates)")
        history.note(day: 12_499, value: 7)
        history.note(day: 12_000, value: 99)
        #expect(history.entries.last?.value == 7 && history.entries.count == 96, "the day's later value counts, an older day's does not")
        var sparse = IndexHistory()
        for month in 0..<100 { sparse.note(day: Int32(month * 40), value: 1) }
        #expect(sparse.entries.count <= IndexHistory.days + IndexHistory.months)
        var far = IndexHistory()
        for day in [Int32.min, 0, Int32.max] { far.note(day: day, value: 1) }
        #expect(far.entries.count == 3)
    }

    @Test("The local day begins at the site's midnight")
    func localDay() {
        let evening = Timestamp(unixSeconds: 1_767_283_199)  // 2026-01-01T15:59:59Z
        #expect(IndexHistory.date(IndexHistory.day(of: evening, utcOffsetSeconds: 28_800)) == "2026-01-01")
        #expect(IndexHistory.date(IndexHistory.day(of: evening.advanced(by: .seconds(1)), utcOffsetSeconds: 28_800)) == "2026-01-02")
        #expect(IndexHistory.day(of: Timestamp(unixSeconds: -1), utcOffsetSeconds: 0) == -1)
    }
}
