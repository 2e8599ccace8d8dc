import Lifeline
import Testing

@testable import Site

/// The sick-running index in files: the shipped profile says the numbers of its sources, and a site's rules and dossiers arrive whole.
@Suite struct IndexTests {
    static func shipped() throws -> Profile { try #require(loadProfile(at: ShippedFileTests.profile, from: .disk).value) }

    @Test func theProfileSaysTheWeightsOfItsSources() throws {
        let model = try #require(IndexTests.shipped().index)
        #expect(model.origin == "lifeline-cn@4")
        #expect(model.terms.map(\.points) == [20, 15, 15, 4, 3, 3, 40])
        #expect((model.ageFrom, model.ageSpan) == (0.5, 0.7))
        #expect((model.confidenceObserved, model.confidenceLikely, model.confidencePossible) == (1, 0.8, 0.5))
        #expect((model.immediateFrom, model.limitedFrom, model.controlFrom) == (80, 60, 40))
        #expect((model.renewalGate, model.renewalRedGate, model.overAgeRedGate) == (.limited, .immediate, .immediate))
        #expect(model.classes.filter { $0.history == .breaks && $0.terms.contains(.history) }.allSatisfy { $0.historyFull == 0.18 })
        #expect(model.class(.lift)?.designLife == 15 && model.class(.gasPipe)?.designLife == 20 && model.class(.waterPipe)?.designLife == 30)
        #expect(model.class(.drainagePipe)?.designLife == 50 && model.class(.heatPipe)?.designLife == 20)
    }

    @Test func theProfileBansWhatTheRenewalPlanNames() throws {
        let model = try #require(IndexTests.shipped().index)
        func banned(_ assetClass: AssetClass) -> [String] { model.materials.filter { $0.banned.contains(assetClass) }.map(\.id) }
        #expect(banned(.gasPipe) == ["grey_cast_iron", "grey_cast_iron_lined"])
        #expect(banned(.waterPipe) == ["grey_cast_iron", "cement", "asbestos_cement"])
        #expect(banned(.drainagePipe) == ["concrete_plain_ended", "concrete_unreinforced"])
        #expect(model.materials.filter { $0.points == 0 }.map(\.id).contains("pe"))
        #expect(model.triggers.map(\.id).count == 10)
    }

    @Test func theRulesThatCountAreThoseOfTheSource() throws {
        let weights = Dictionary(uniqueKeysWithValues: try IndexTests.shipped().rules.compactMap { rule in rule.index.map { (rule.id, $0) } })
        let day = 86_400.0
        #expect(weights["gas.methane"] == IndexWeight(weight: 0.9, halfLife: 30 * day, readings: 2))
        for rule in ["water.negative_pressure", "water.burst"] {
            #expect(weights[rule] == IndexWeight(weight: 0.7, halfLife: 30 * day, group: "water.burst"))
        }
        #expect(weights["lift.entrapment"] == IndexWeight(weight: 0.9, halfLife: 90 * day, group: "lift.danger"))
        #expect(weights["device.silent"] == nil && weights["device.fault"] == nil)
    }

    @Test func everyWordOfTheIndexIsWrittenInBothLanguages() throws {
        let model = try #require(IndexTests.shipped().index)
        let texts =
            model.terms.flatMap { [$0.words, $0.source] } + model.materials.flatMap { [$0.words, $0.source] } + model.classes.map(\.source)
            + model.triggers.flatMap { [$0.words, $0.source] } + [model.note]
        for text in texts {
            #expect(text.chinese.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) }, "\(text.english)")
            #expect(text.english.unicodeScalars.allSatisfy { $0.isASCII }, "\(text.english)")
        }
        #expect(model.statement.chinese.hasPrefix("筛查建议") && model.statement.english.hasPrefix("A screening suggestion."))
    }

    @Test func theSamplesDossierIsWhatItSays() throws {
        let plan = try #require(loadSite(at: SampleTests.path, from: .disk).value).plan
        let dossier = try #require(plan.assets.first { $0.id == "WP-3" }?.dossier)
        #expect(
            dossier
                == Dossier(
                    built: PartialDate(year: 1998, month: 6), designLife: 30, material: "ductile_iron", lengthKilometres: 1.2,
                    breaks: [2019, 2021, 2021], breaksSince: 2015, standardsMet: ["GB/T 13295"], standardsNotMet: [], isBuiltOver: false,
                    surroundings: ["地铁施工邻近"], traits: [], assessment: Assessment(date: PartialDate(year: 2023, month: 5, day: 10), result: .fit)))
        #expect(plan.assets.first { $0.id == "MH-17" }?.dossier == nil)
        #expect(plan.rules.last?.index == IndexWeight(weight: 0.3, halfLife: 14 * 86_400, readings: 2, group: "well"))
    }

    @Test func aSitesRuleKeepsTheWeightThatItDoesNotSpeakOf() throws {
        let plan = try #require(GoldenTests.load("index-override").value).plan
        let rule = try #require(plan.rules.first { $0.id == "water.low" })
        #expect(rule.origin == "site" && rule.levels.first?.limit == 0.2)
        #expect(rule.index == IndexWeight(weight: 0.3, halfLife: 14 * 86_400))
    }

    @Test(arguments: ["1998", "1998-06", "1998-06-15", "2024-02-29"])
    func aDateIsWrittenAsItIsRead(_ text: String) { #expect(PartialDate(text: text)?.text == text) }

    @Test(arguments: [
        "", "98", "1998-6", "1998-00", "1998-13", "2023-02-29", "1998-06-00", "1998-06-15-01", "1998-06-", "1799", "2201", "-998", "１９９８",
    ])
    func whatIsNoDateIsNone(_ text: String) { #expect(PartialDate(text: text) == nil) }
}
