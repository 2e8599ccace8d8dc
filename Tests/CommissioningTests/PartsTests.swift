import Lifeline
import Site
import Testing

@testable import Commissioning

@Suite("Parts of commissioning")
struct PartsTests {
    @Test("Intervals: usual ones are met, few or uneven gaps are no more than a remark")
    func intervals() {
        #expect(IntervalEstimate(gaps: []) == nil)
        #expect(IntervalEstimate(gaps: [5, 6]) == nil)
        let steady = IntervalEstimate(gaps: [900_200_000, 899_900_000, 901_000_000, 899_000_000])
        #expect(steady?.seconds == 900 && steady?.isSteady == true)
        let few = IntervalEstimate(gaps: [20_000_000])
        #expect(few?.seconds == 20 && few?.isSteady == false)
        #expect(IntervalEstimate(gaps: [1_000_000, 9_000_000, 30_000_000, 2_000_000, 50_000_000])?.isSteady == false)
        #expect(IntervalEstimate(gaps: [7_310_000, 7_290_000])?.seconds == 7.3)
        #expect(IntervalEstimate(gaps: [1_234_000_000, 1_234_000_000])?.seconds == 1230 || IntervalEstimate(gaps: [1_234_000_000])?.seconds == 1200)
    }

    @Test("Classes follow the rules of the profile")
    func classes() throws {
        let suggestion = ClassSuggestion(try Fixture.shipped.get().plan)
        #expect(suggestion.classes(for: ["tilt", "battery"]).first == .manholeCover)
        #expect(suggestion.classes(for: ["door_close_time", "current"]) == [.lift])
        #expect(suggestion.classes(for: ["inlet_pressure", "outlet_pressure"]) == [.pumpStation])
        #expect(suggestion.classes(for: ["pressure"]) == [.waterPipe, .gasPipe, .heatPipe])
        #expect(suggestion.classes(for: ["ch4"]) == [.gasPipe])
        #expect(suggestion.classes(for: ["battery"]) == [.other])
        #expect(suggestion.classes(for: []) == [.other])
        #expect(suggestion.classes(for: ["pressure"], spokenOf: [.gasPipe]) == [.gasPipe])
        // A tilt on a topic of a lift is still no lift's: no rule of lifts knows it.
        #expect(suggestion.classes(for: ["tilt"], spokenOf: [.lift]).first == .manholeCover)
        #expect(suggestion.classes(for: ["open"], spokenOf: [.lift], areHints: true) == [.lift])
    }

    @Test("Words of fields and topics hint at quantities and classes")
    func words() throws {
        let words = FieldWords(try Fixture.shipped.get().plan)
        #expect(FieldWords.words(of: "devPressure_kPa.x2") == ["dev", "pressure", "k", "pa", "x"])
        #expect(words.quantity(of: ["devPressure"]) == "pressure")
        #expect(words.quantity(of: ["pump", "outlet_pressure"]) == "outlet_pressure")
        #expect(words.quantity(of: ["compressure"]) == nil)
        #expect(words.quantity(of: ["0"]) == nil)
        #expect(FieldWords.classes(in: ["lift/LF-1/trip"]) == [.lift])
        #expect(FieldWords.classes(in: ["a/b", "三号泵房"]) == [.pumpStation])
        #expect(FieldWords.classes(in: ["shoplifter/1"]) == [])
    }

    @Test("What a payload is")
    func guesses() {
        func guess(_ text: String, _ topic: String = "t") -> PayloadGuess { PayloadGuess(topic, Array(text.utf8)) }
        #expect(guess(#"{"a":1}"#) == .json)
        #expect(guess("21.5") == .number)
        #expect(guess("ON") == .text)
        #expect(guess("") == .empty)
        #expect(PayloadGuess("t", [1, 0x75, 0x64, 3]) == .binary)
        #expect(guess("x", "spBv1.0/g/NDATA/n") == .sparkplug)
    }

    @Test("A baseline is the median of readings at rest")
    func baseline() {
        var sample = BaselineSample()
        for value in [1.5, -1.2, .nan, 1.4] { sample.take(value) }
        #expect(sample.values == [1.5, -1.2, 1.4])
        #expect(sample.outcome(limit: 0.5, needed: 3) == .failure(.moving(spread: 2.7, limit: 0.5)))
        #expect(sample.outcome(limit: 5, needed: 4) == .failure(.tooFew(heard: 3, needed: 4)))
        #expect(sample.outcome(limit: 5, needed: 3) == .success(BaselineSample.Outcome(median: 1.4, spread: 2.7, readings: 3)))
        for _ in 0..<2 * BaselineSample.limit { sample.take(2) }
        #expect(sample.values.count == BaselineSample.limit)
        #expect(sample.outcome(limit: 0.5, needed: 3) == .success(BaselineSample.Outcome(median: 2, spread: 0, readings: BaselineSample.limit)))
    }

    @Test("A baseline is written in the reading's unit, as exact as it is known")
    func baselineText() throws {
        let metre = try #require(Unit.named("m"))
        let centimetre = try #require(Unit.named("cm"))
        let level = Quantity(name: "water_level", unit: metre, range: 0...10, chinese: "水位", english: "level", baselineSpread: 0.02)
        #expect(
            BaselineSample.text(0.42345, in: centimetre, of: level) == "42.34" || BaselineSample.text(0.42345, in: centimetre, of: level) == "42.35")
        #expect(BaselineSample.text(0.4, in: metre, of: level) == "0.4")
        #expect(BaselineSample.text(-2, in: metre, of: level) == "-2.0")
    }

    @Test("Which quantities have an installed baseline says the profile")
    func quantities() throws {
        let site = try #require(loadSite(at: Fixture.root + "/firmware-config/street/site.toml", from: .disk).value)
        let found = site.plan.sensorsWithBaseline { _, asset in asset.id == "MH-01" }.map { site.plan.sensors[$0].id }
        #expect(found == ["MH-01/tilt_x", "MH-01/tilt_y"])
        let plan = site.plan.withoutBaselines
        #expect(plan.devices.allSatisfy { device in device.fields.allSatisfy { $0.baseline == 0 && !$0.absolute } })
        #expect(plan.sensors == site.plan.sensors)
    }
}
