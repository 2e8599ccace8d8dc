import GatewayTesting
import Lifeline
import Testing

@Suite("The sick-running index: its arithmetic")
struct IndexModelTests {
    static func close(_ left: Double?, _ right: Double, _ tolerance: Double = 0.01) -> Bool { left.map { abs($0 - right) < tolerance } ?? false }

    @Test(
        "Age: 20·clamp01((age/life − 0.5)/0.7)",
        // 2026 − built, of 20 years: 8/20 = 0.4 → 0; 14/20 = 0.7 → 20·0.2/0.7; 20/20 → 20·0.5/0.7; 24/20 = 1.2 → all.
        arguments: [(2018, 0.0), (2012, 5.714), (2006, 14.286), (2002, 20), (1950, 20)] as [(Int, Double)])
    func age(built: Int, points: Double) {
        var dossier = IndexFixture.sound
        dossier.built = PartialDate(year: built)
        #expect(IndexModelTests.close(IndexFixture.points(IndexFixture.index(dossier), "index.age"), points))
    }

    @Test("A dossier's own design life outranks the class's; a year alone is its first day")
    func designLife() {
        var dossier = IndexFixture.sound
        (dossier.built, dossier.designLife) = (PartialDate(year: 2006), 40)
        #expect(
            IndexModelTests.close(IndexFixture.points(IndexFixture.index(dossier), "index.age"), 0),
            "20 of 40 years is the half at which age begins to count")
        #expect(PartialDate(year: 2006).earliest < PartialDate(year: 2006, month: 2).earliest)
    }

    @Test("Material: all points where it is banned for the class, its own elsewhere", arguments: [("grey", 15.0), ("steel", 8), ("pe", 0)])
    func material(id: String, points: Double) {
        var dossier = IndexFixture.sound
        dossier.material = id
        #expect(IndexFixture.points(IndexFixture.index(dossier), "index.material") == points)
    }

    @Test("History: 15·min(1, breaks per km and year ÷ 0.18)")
    func history() {
        var dossier = IndexFixture.sound
        // 2 breaks on 2 km in the 10 years since 2016: 0.1 a km and year.
        (dossier.built, dossier.lengthKilometres, dossier.breaks, dossier.breaksSince) = (PartialDate(year: 1990), 2, [2019, 2021], 2016)
        #expect(IndexModelTests.close(IndexFixture.points(IndexFixture.index(dossier), "index.history"), 15 * 0.1 / 0.18))
        dossier.breaks = Array(repeating: 2020, count: 50)
        #expect(IndexFixture.points(IndexFixture.index(dossier), "index.history") == 15)
        // Without a year of records the years since it was built count: 50 breaks on 2 km in 36 years.
        (dossier.breaks, dossier.breaksSince) = (Array(repeating: 2020, count: 5), nil)
        #expect(IndexModelTests.close(IndexFixture.points(IndexFixture.index(dossier), "index.history"), 15 * (5.0 / 72) / 0.18, 0.02))
        dossier.lengthKilometres = nil
        #expect(IndexFixture.index(dossier).lines.first { $0.term == .history }?.isKnown == false, "no rate without a length")
    }

    @Test("Lifts count faults per 1000 trips; terms that mean nothing for a class give no points and need no data")
    func lift() throws {
        let dossier = Dossier(
            built: PartialDate(year: 2025), faults: 30, trips: 120_000, standardsMet: ["S"], surroundings: [])
        let lift = Asset(id: "L", assetClass: .lift, name: "L", dossier: dossier)
        let index = try #require(IndexFixture.model.index(of: lift, evidence: [IndexFixture.evidence()], now: IndexFixture.now))
        #expect(IndexFixture.points(index, "index.history") == 7.5, "0.25 of 0.5")
        #expect(index.coverage == 1 && index.highest == index.value)
        #expect(!index.lines.contains { $0.term == .material || $0.term == .builtOver })
        #expect(IndexFixture.model.index(of: Asset(id: "B", assetClass: .bridge, name: "B"), evidence: nil, now: IndexFixture.now) == nil)
    }

    @Test("Compliance 4, built over 3, surroundings 3")
    func small() {
        var dossier = IndexFixture.sound
        (dossier.standardsNotMet, dossier.isBuiltOver, dossier.surroundings) = (["X"], true, ["subsidence"])
        let index = IndexFixture.index(dossier)
        #expect(IndexFixture.points(index, "index.compliance") == 4)
        #expect(IndexFixture.points(index, "index.built_over") == 3)
        #expect(IndexFixture.points(index, "index.surroundings") == 3)
        #expect(index.value == 10)
    }

    @Test("Live evidence: 40·(1 − Π(1 − w·c·2^(−t/h)))")
    func live() {
        let methane = IndexFixture.evidence(confidence: 1, endedDaysAgo: 30)  // 0.45
        let drop = IndexFixture.evidence("gas.drop", weight: 0.7, confidence: 0.5)  // 0.35
        let one = IndexFixture.index(IndexFixture.sound, [methane])
        #expect(IndexModelTests.close(one.points, 40 * 0.45))
        let two = IndexFixture.index(IndexFixture.sound, [methane, drop])
        #expect(IndexModelTests.close(two.points, 40 * (1 - 0.55 * 0.65)), "18 and 7.7")
        let shares = two.lines.filter { $0.term == .live }.map(\.points)
        #expect(IndexModelTests.close(shares.reduce(0, +), two.points) && IndexModelTests.close(shares[0] / shares[1], 0.45 / 0.35))
        #expect(two.lines.last?.inputs.english == "w 0.7, c 0.5, it lasts")
        #expect(one.lines.last?.inputs.english == "w 0.9, c 1, over for 30 d, half-life 30 d")
    }

    @Test("Of a group only the strongest counts, and one sensor of it is enough to have data")
    func group() {
        let negative = IndexFixture.evidence("water.negative", weight: 0.7, confidence: 1, group: "burst")
        let front = IndexFixture.evidence("water.front", weight: 0.7, heard: false, confidence: 0.8, group: "burst")
        let index = IndexFixture.index(IndexFixture.sound, [front, negative])
        #expect(IndexModelTests.close(index.points, 28))
        #expect(index.lines.filter { $0.term == .live }.map(\.rule) == ["water.negative"])
        #expect(index.coverage == 1)
    }

    @Test(
        "The decay is 2^(−t/h), the same bits everywhere",
        arguments: [(0.0, 1.0), (1, 0.5), (2, 0.25), (0.5, 0.70710678118654752), (10, 0.0009765625)])
    func decay(halvings: Double, share: Double) {
        #expect(abs(LiveEvidence.decay(seconds: halvings * 86_400, halfLife: 86_400) - share) < 1e-15)
        #expect(LiveEvidence.decay(seconds: -5, halfLife: 1) == 1 && LiveEvidence.decay(seconds: 1e300, halfLife: 1) == 0)
        #expect(LiveEvidence.decay(seconds: .nan, halfLife: 1) == 1, "no time is no decay")
    }

    @Test("Nothing known is no health: no points, no coverage, up to 100, and never fit")
    func unknown() {
        let index = IndexFixture.index(nil, nil)
        #expect((index.value, index.highest, index.coverage, index.verdict) == (0, 100, 0, .unknown))
        #expect(index.lines.allSatisfy { !$0.isKnown && !$0.inputs.chinese.isEmpty && !$0.inputs.english.isEmpty })
        let watched = IndexFixture.index(IndexFixture.sound, [IndexFixture.evidence()])
        #expect((watched.value, watched.highest, watched.coverage, watched.verdict) == (0, 0, 1, .fit))
        let unwatched = IndexFixture.index(IndexFixture.sound, nil)
        #expect((unwatched.value, unwatched.highest, unwatched.coverage, unwatched.verdict) == (0, 40, 0.6, .unknown))
    }

    @Test("A silent sensor takes coverage, not health: what it saw before stays seen")
    func silent() {
        let silent = IndexFixture.index(IndexFixture.sound, [IndexFixture.evidence(heard: false)])
        #expect((silent.value, silent.coverage) == (0, 0.6))
        let seen = IndexFixture.index(IndexFixture.sound, [IndexFixture.evidence(heard: false, confidence: 1)])
        #expect((seen.value, seen.coverage) == (36, 0.6))
        let half = IndexFixture.index(
            IndexFixture.sound, [IndexFixture.evidence(weight: 0.6), IndexFixture.evidence("b", weight: 0.2, heard: false)])
        #expect(IndexModelTests.close(half.coverage, 0.9, 1e-9), "60 and three quarters of 40")
    }

    @Test("A date in the future is not believed: no points, no coverage, and said")
    func future() {
        var dossier = IndexFixture.sound
        dossier.built = PartialDate(year: 2027)
        (dossier.breaks, dossier.assessment) = ([2030], Assessment(date: PartialDate(year: 2031), result: .unfit))
        #expect(dossier.keysInTheFuture(now: IndexFixture.now) == ["built", "breaks", "assessment"])
        let index = IndexFixture.index(dossier)
        #expect(index.lines.filter { !$0.isKnown }.map(\.term) == [.age, .history, .live])
        #expect(index.lines[0].inputs.english == "built 2027 lies in the future: not believed")
        #expect(index.marks.isEmpty)
    }

    @Test(
        "Bands", arguments: [(0.0, IndexVerdict.fit), (39, .fit), (40, .control), (59, .control), (60, .limited), (79, .limited), (80, .immediate)])
    func bands(value: Double, verdict: IndexVerdict) { #expect(IndexFixture.model.band(value) == verdict) }

    @Test("The band sees what is shown: 59.5 is 60")
    func rounding() {
        // 20 + 15 + 15 + 10 = 60, less half a point of history.
        var dossier = Dossier(
            built: PartialDate(year: 1990), material: "grey", lengthKilometres: 1, breaks: [2025], breaksSince: 2020, standardsNotMet: ["X"],
            isBuiltOver: true,
            surroundings: ["h"])
        dossier.breaks = Array(repeating: 2025, count: 1)
        // 1 break on 1 km in 6 years: 0.1667 of 0.18 → 13.89; the sum is 58.89.
        let index = IndexFixture.index(dossier, [IndexFixture.evidence()])
        #expect(IndexModelTests.close(index.points, 58.89) && index.value == 59)
    }
}

@Suite("The sick-running index: gates and triggers")
struct IndexGateTests {
    static let banned = Dossier(built: PartialDate(year: 2024), material: "grey")

    @Test("A banned material is at least renewal within three years; with a live red it is renewal at once")
    func bannedMaterial() {
        let calm = IndexFixture.index(IndexGateTests.banned)
        #expect(calm.value == 15 && calm.verdict == .limited)
        #expect(calm.marks.map(\.id) == ["index.banned_material"])
        let red = IndexFixture.index(IndexGateTests.banned, [], reds: ["gas.methane"])
        #expect(red.verdict == .immediate && red.marks.last?.id == "index.renewal_and_red")
        #expect(red.marks.last?.words.english == "due for renewal, and red now: gas.methane")
    }

    @Test("Over-age alone is shown; over-age with a live red is renewal at once; a red alone is none")
    func overAge() {
        var dossier = IndexFixture.sound
        dossier.built = PartialDate(year: 2005)
        let old = IndexFixture.index(dossier, [IndexFixture.evidence()])
        #expect(old.verdict == .fit && old.marks.map(\.id) == ["index.over_age"])
        #expect(IndexFixture.index(dossier, [IndexFixture.evidence()], reds: ["x"]).verdict == .immediate)
        #expect(IndexFixture.index(IndexFixture.sound, [IndexFixture.evidence()], reds: ["x"]).verdict == .fit)
    }

    @Test("A trigger needs all of its conditions, and one of each list")
    func trigger() {
        var dossier = IndexFixture.sound
        dossier.built = PartialDate(year: 2005)
        func ids() -> [String] { IndexFixture.index(dossier).marks.map(\.id) }
        #expect(ids() == ["index.over_age"])
        dossier.assessment = Assessment(date: PartialDate(year: 2025), result: .hazard)
        #expect(ids() == ["gas.hazard", "index.over_age"])
        #expect(IndexFixture.index(dossier).verdict == .limited)
        dossier.traits = ["riser"]
        #expect(ids() == ["gas.hazard", "gas.riser", "index.over_age"])
        dossier.assessment?.result = .fit
        #expect(ids() == ["gas.riser", "index.over_age"])
        #expect(IndexFixture.index(dossier, [IndexFixture.evidence()]).verdict == .fit, "an assessment that is due lifts no verdict")
        dossier.built = PartialDate(year: 2015)
        dossier.assessment?.result = .unfit
        #expect(ids() == [], "too young for both")
        let lift = Asset(id: "L", assetClass: .lift, name: "L", dossier: Dossier(built: PartialDate(year: 2025), traits: ["worn"]))
        #expect(IndexFixture.model.index(of: lift, evidence: nil, reds: ["r"], now: IndexFixture.now)?.verdict == .immediate)
    }

    @Test("Gates only lift")
    func gatesLift() {
        var dossier = IndexGateTests.banned
        (dossier.built, dossier.lengthKilometres, dossier.breaks) = (PartialDate(year: 1950), 0.1, Array(repeating: 2020, count: 40))
        (dossier.standardsNotMet, dossier.isBuiltOver, dossier.surroundings) = (["X"], true, ["h"])
        let index = IndexFixture.index(dossier, [IndexFixture.evidence(confidence: 1)])
        #expect(index.value == 96 && index.verdict == .immediate, "20 + 15 + 15 + 10 + 36")
    }
}

@Suite("The sick-running index: properties")
struct IndexPropertyTests {
    static func evidence(_ generator: inout SeededGenerator) -> [LiveEvidence] {
        (0..<(1 + generator.below(5))).map {
            IndexFixture.evidence(
                "r\($0)", weight: Double(generator.below(100)) / 100, halfLifeDays: Double(1 + generator.below(90)), heard: generator.below(2) == 0,
                confidence: Double(generator.below(11)) / 10, endedDaysAgo: generator.below(2) == 0 ? nil : Double(generator.below(400)),
                group: generator.below(3) == 0 ? "g" : nil)
        }
    }

    @Test("More evidence never lowers, time only lowers the live part, and all stays within 0…100", arguments: 0..<200)
    func monotone(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let evidence = IndexPropertyTests.evidence(&generator)
        let base = IndexFixture.index(IndexFixture.sound, evidence)
        #expect((0...100).contains(base.points) && (0...1).contains(base.coverage) && base.highest >= base.value, "seed \(seed)")
        #expect(IndexModelTests.close(base.lines.reduce(0) { $0 + $1.points }, base.points, 1e-9), "the lines make the sum, seed \(seed)")
        var more = evidence + [IndexFixture.evidence("more", weight: 0.5, confidence: 0.3)]
        #expect(IndexFixture.index(IndexFixture.sound, more).points >= base.points - 1e-9, "seed \(seed)")
        for index in more.indices { more[index].confidence = min(1, more[index].confidence + 0.2) }
        #expect(IndexFixture.index(IndexFixture.sound, more).points >= base.points - 1e-9, "seed \(seed)")
        var before = base.points
        for day in 1...40 {
            // Young enough that age gives nothing yet.
            let later = IndexFixture.index(IndexFixture.sound, evidence, at: IndexFixture.now.advanced(by: .seconds(day * 86_400)))
            #expect(later.points <= before + 1e-9, "day \(day), seed \(seed)")
            before = later.points
        }
    }

    @Test("Worse data never lowers the value, and nothing but data raises coverage", arguments: 0..<100)
    func worse(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var dossier = Dossier()
        var last = IndexFixture.index(dossier, [])
        let steps: [(inout Dossier) -> Void] = [
            { $0.built = PartialDate(year: 1990) }, { $0.material = "grey" }, { ($0.lengthKilometres, $0.breaks) = (1, [2020]) },
            { $0.standardsNotMet = ["X"] }, { $0.isBuiltOver = true }, { $0.surroundings = ["h"] },
        ]
        for step in steps.shuffled(using: &generator) {
            step(&dossier)
            let next = IndexFixture.index(dossier, [])
            #expect(next.points >= last.points && next.coverage >= last.coverage && next.highest <= max(last.highest, next.value), "seed \(seed)")
            last = next
        }
        #expect(IndexModelTests.close(last.coverage, 0.6, 1e-9))
    }
}

@Suite("The sick-running index: in an alert")
struct IndexAlertTests {
    @Test("An alert carries what contributes, the strongest first, and no more than its bound")
    func summary() {
        let evidence = (0..<20).map { IndexFixture.evidence("r\($0)", weight: Double($0 + 1) / 40, confidence: 1) }
        let index = IndexFixture.index(IndexGateTests.banned, evidence, reds: ["r1"])
        let summary = index.summary
        #expect(summary.lines.count == IndexSummary.lineLimit && summary.lines.allSatisfy { $0.points > 0 })
        #expect(summary.lines.first?.rule == "index.material", "15 points")
        #expect(zip(summary.lines, summary.lines.dropFirst()).allSatisfy { $0.points >= $1.points })
        #expect((summary.value, summary.verdict, summary.coverage) == (index.value, index.verdict, index.coverage))
    }

    @Test("The alert's document has it as data.bamai.index, and nothing where there is none")
    func document() {
        var alert = Alert(
            id: "a", kind: .raised, episode: "e", gateway: "gw7", asset: IndexFixture.gas(IndexGateTests.banned), sensor: "s",
            quantity: Quantity(name: "ch4", unit: Unit.named("%VOL")!, range: 0...100, chinese: "甲烷", english: "methane"),
            rule: Rule(id: "gas.methane", kind: .high, levels: [], event: IndexFixture.both("e"), advice: IndexFixture.both("a")), level: .red,
            certainty: .observed, onset: IndexFixture.now, occurred: IndexFixture.now, recorded: IndexFixture.now, sequence: 1, isLate: false,
            evidence: Evidence(), sentence: IndexFixture.both("s"))
        func text() -> String { String(decoding: alert.cloudEvent(utcOffsetSeconds: 28_800), as: UTF8.self) }
        #expect(!text().contains("\"index\""))
        alert.index = IndexFixture.index(IndexGateTests.banned).summary
        #expect(
            text().contains(
                "\"index\":{\"value\":15,\"highest\":80,\"verdict\":\"limited\",\"verdict_zh\":\"限期改造\",\"verdict_en\":\"renew in 3 years\","
                    + "\"coverage\":0.35,\"profile\":\"test@1\",\"screening\":true,\"terms\":[{\"rule\":\"index.material\",\"term\":\"material\",\"points\":15,"
            ))
    }
}
