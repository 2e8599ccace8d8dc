import Lifeline
import Pulse
import Testing

@testable import Diagnosis

@Suite("What a duty officer reads")
struct WordingTests {
    @Test("A raised tilt says what, where, since when, how much and what to do, in both languages")
    func raised() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        feeder.feed(31.24)
        let sentence = feeder.alerts[0].sentence
        #expect(
            sentence.english
                == "Manhole cover West Road 17 (West Road): Cover tilted (orange) since 2 Jan 11:04. Tilt is 31.2°, the limit is 15°. Observed: one reading so far. Send someone to look."
        )
        #expect(sentence.chinese == "窨井盖 West Road 17（West Road）：井盖异动（橙色），1月2日11:04起。倾角 31.2°，限值 15°。实测：目前仅 1 次读数。建议：请派人查看。")
        #expect(feeder.alerts[0].headline.chinese == "窨井盖 West Road 17：井盖异动（橙色）")
    }

    @Test("Every feature of Pulse has a Chinese name")
    func features() {
        for feature in Feature.allCases where feature != .none {
            #expect(FeatureWords.chinese(feature.name) != feature.name, "\(feature.name)")
        }
    }

    @Test("The wire form is CloudEvents around CAP, with the required members and enumerations")
    func wire() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        feeder.feed(31.2)
        feeder.feed(0)
        let raised = String(decoding: feeder.alerts[0].cloudEvent(utcOffsetSeconds: 28_800), as: UTF8.self)
        for part in [
            "\"specversion\":\"1.0\"", "\"id\":\"gw7-000000001-", "\"source\":\"urn:bamai:gw7\"", "\"type\":\"cn.bamai.alert.raised\"",
            "\"subject\":\"manhole/MH-17\"", "\"sequence\":\"000000001\"", "\"correlationid\":\"ep-gw7-000000001-", "\"severitytext\":\"ORANGE\"",
            "\"severitynumber\":17", "\"sent\":\"2026-01-02T11:04:06+08:00\"", "\"status\":\"Actual\"", "\"msgType\":\"Alert\"",
            "\"scope\":\"Restricted\"", "\"category\":[\"Infra\"]", "\"severity\":\"Severe\"", "\"certainty\":\"Observed\"",
            "\"circle\":[\"34.75,113.63 0.02\"]", "{\"valueName\":\"tilt_deg\",\"value\":\"31.2\"}",
        ] {
            #expect(raised.contains(part), "\(part)")
        }
        let cleared = String(decoding: feeder.alerts[1].cloudEvent(utcOffsetSeconds: 28_800), as: UTF8.self)
        for part in ["\"msgType\":\"Update\"", "\"responseType\":[\"AllClear\"]", "\"urgency\":\"Past\""] {
            #expect(cleared.contains(part), "\(part)")
        }
        #expect(raised.utf8.count < 16_384)
    }

    @Test("An alert with a full window stays below 16 KiB")
    func bounded() {
        var feeder = Feeder(Fixture.plan(rules: [Fixture.rule()]))
        for index in 0..<500 { feeder.feed(0.323456789 * Double(index % 60), after: 0.777) }
        for alert in feeder.alerts { #expect(alert.cloudEvent(utcOffsetSeconds: 28_800).count < 16_384) }
        #expect(feeder.alerts.last?.evidence.window.count == Evidence.windowLimit)
    }
}
