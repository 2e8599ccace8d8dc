import Decode
import Lifeline
import Testing

@Suite("Decisions as programs write them")
struct DecisionReaderTests {
    static let now = Timestamp(unixSeconds: 1_767_323_045)

    private func read(_ text: String) -> DecisionReader.Outcome {
        Array(text.utf8).withUnsafeBytes { DecisionReader().read($0, now: DecisionReaderTests.now, utcOffsetSeconds: 28_800) }
    }

    @Test("All of it is read, the end from the gateway's clock or as a local time")
    func whole() {
        let expected = Decision(
            .shelve, asset: "MH-17", rule: "cover.tilt", sensor: "MH-17/tilt", until: DecisionReaderTests.now.advanced(by: .seconds(3600)),
            reason: "路面施工", by: "Li Wei", made: DecisionReaderTests.now)
        #expect(
            read(#"{"act":"shelve","asset":"MH-17","rule":"cover.tilt","sensor":"MH-17/tilt","for_s":3600,"reason":"路面施工","by":"Li Wei"}"#)
                == .decision(expected))
        // 2026-01-02 11:04:05 in China is now.
        #expect(
            read(
                #"{"act":"shelve","asset":"MH-17","rule":"cover.tilt","sensor":"MH-17/tilt","until":"2026-01-02 12:04:05","reason":"路面施工","by":"Li Wei"}"#
            )
                == .decision(expected))
        #expect(
            read(#"{"act":"end","episode":"ep-1","reason":"freed","by":"Zhang","more":[1]}"#)
                == .decision(Decision(.end, episode: "ep-1", reason: "freed", by: "Zhang", made: DecisionReaderTests.now)))
    }

    @Test(
        "What is no decision is refused with the reason",
        arguments: [
            ("", "the decision is no JSON document (empty)"), ("{", "the decision is no JSON document (not-json)"),
            ("[]", "unknown act \"\"; known: shelve, unshelve, acknowledge, end, maintain, resume, false_alarm"),
            (#"{"act":"sleep"}"#, "unknown act \"sleep\"; known: shelve, unshelve, acknowledge, end, maintain, resume, false_alarm"),
            (#"{"act":1}"#, "act must be a text"), (#"{"act":"end","by":["x"]}"#, "by must be a text"),
            (#"{"act":"shelve","until":"tomorrow"}"#, "until is written like 2026-01-02T18:00 or 2026-01-02T18:00:00+08:00"),
            (#"{"act":"shelve","until":"2026-01-02T18:00","for_s":1}"#, "write until or for_s, not both"),
            (#"{"act":"shelve","for_s":-1}"#, "for_s is a number of seconds above 0"),
            (#"{"act":"shelve","for_s":"1h"}"#, "for_s is a number of seconds above 0"),
            (#"{"act":"shelve","for_s":1e300}"#, "for_s is a number of seconds above 0"),
        ])
    func refused(text: String, reason: String) {
        #expect(read(text) == .refused(reason))
    }

    @Test("More bytes than a decision has are not looked at")
    func long() {
        let text = #"{"act":"end","episode":"e","by":"b","reason":""# + String(repeating: "x", count: 5000) + "\"}"
        #expect(read(text) == .refused("a decision has at most 4096 bytes"))
    }

    @Test("The journal's form gives the same decision back, and damage gives none")
    func bytes() {
        let decision = Decision(
            .maintain, asset: "泵-1", until: .distantFuture, reason: "换轴承", by: "李", made: DecisionReaderTests.now)
        #expect(Decision(bytes: decision.bytes) == decision)
        let endless = Decision(.acknowledge, episode: "e", reason: "r", by: "b")
        #expect(Decision(bytes: endless.bytes) == endless)
        for length in 0..<decision.bytes.count { #expect(Decision(bytes: Array(decision.bytes.prefix(length))) == nil) }
        #expect(Decision(bytes: [9] + decision.bytes.dropFirst()) == nil)
    }
}
