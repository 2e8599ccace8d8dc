import Diagnosis
import Gateway
import GatewayTesting
import Journal
import Lifeline
import Testing
import Uplink

@Suite("Decisions from the platform in the line")
struct PlatformDecisionTests {
    let journal = MemoryJournal()
    let time = ManualTimeSource()
    let source = ScriptedSource()
    let gateway: Gateway

    init() throws { gateway = try Gateway(configuration: DecisionTests.configuration(), journal: journal, time: time) }

    private func offer(_ text: String, number: UInt64 = 0) -> DecisionOffer { DecisionOffer(bytes: Array(text.utf8), number: number) }

    private func shelve(_ id: String, number: UInt64 = 0, _ extra: String = "") -> DecisionOffer {
        offer(#"{"id":"\#(id)","act":"shelve","asset":"MH-0","for_s":600,"reason":"kerb stones","by":"Li Wei"\#(extra)}"#, number: number)
    }

    /// Lets a sensor say something for a while.
    private func say(_ value: Double, on gateway: Gateway, sensor: Int = 0, times: Int = 6) throws {
        for _ in 0..<times {
            source.add("d\(sensor)", "{\"v\":\(value)}")
            try gateway.step(readable: [source], all: [source])
            time.advance(by: .seconds(1))
        }
    }

    private func echoes(_ journal: MemoryJournal) throws -> [JSONValue] {
        try journal.alerts(after: 0, limit: 10_000).filter(\.isHandling).compactMap { JSONValue($0.body) }
    }

    @Test("A decision is durable, in force, and answered among the alerts, with an id that is always the same")
    func taken() throws {
        try gateway.take([shelve("d-1", number: 7)], sources: [source])
        #expect(gateway.alarmReport().shelves.map(\.asset) == ["MH-0"])
        #expect(try journal.cursor(.decisions) == 7)
        let kept = try journal.decisions(after: 0).compactMap { Decision(bytes: $0.body) }
        #expect(kept.map(\.id) == ["d-1"])
        let echo = try #require(try echoes(journal).first)
        #expect(echo["type"].text == "cn.bamai.handling.applied")
        #expect(echo["source"].text == "urn:bamai:gw7" && echo["subject"].text == "manhole/MH-0")
        #expect(echo["data"]["decision"]["id"].text == "d-1" && echo["data"]["decision"]["by"].text == "Li Wei")
        let (other, again) = (MemoryJournal(), ManualTimeSource())
        try Gateway(configuration: DecisionTests.configuration(), journal: other, time: again).take([shelve("d-1")], sources: [])
        #expect(try echoes(other).first?["id"] == echo["id"])
    }

    @Test("A copy is known, after a restart too, and changes nothing")
    func duplicates() throws {
        try gateway.take([shelve("d-1"), shelve("d-1")], sources: [source])
        // Between the commit and the acknowledgement the power goes: the broker sends it again.
        let next = try Gateway(configuration: DecisionTests.configuration(), journal: journal.reopened(), time: time)
        try next.take([shelve("d-1")], sources: [source])
        #expect(gateway.decisionFigures.taken == 1 && gateway.decisionFigures.duplicates == 1)
        #expect(next.decisionFigures.taken == 0 && next.decisionFigures.duplicates == 1)
        #expect(try journal.decisions(after: 0).count == 1)
        #expect(try echoes(journal).count == 1)
        // A checkpoint that covers it does not make it news either.
        try gateway.writeCheckpoint()
        let third = try Gateway(configuration: DecisionTests.configuration(), journal: journal.reopened(), time: time)
        try third.take([shelve("d-1")], sources: [source])
        #expect(third.decisionFigures.duplicates == 1)
    }

    @Test(
        "What is not taken is counted by its reason, and the platform is told why",
        arguments: [
            ("rubbish", "malformed"), (#"{"id":"x","act":"dance","reason":"r","by":"b"}"#, "malformed"),
            (#"{"act":"shelve","asset":"MH-0","for_s":60,"reason":"r","by":"b"}"#, "malformed"), ("[]", "malformed"), (#"{"id":7}"#, "malformed"),
            (#"{"id":"x","gateway":"gw8","act":"shelve","asset":"MH-0","for_s":60,"reason":"r","by":"b"}"#, "foreign"),
            (#"{"id":"x","act":"shelve","asset":"MH-0","for_s":60,"reason":"r","by":"b","expires":"2020-01-01T00:00:00Z"}"#, "expired"),
            (#"{"id":"x","act":"shelve","asset":"MH-0","for_s":60,"reason":"r","by":"b","expires":"soon"}"#, "expired"),
            (#"{"id":"x","act":"shelve","asset":"MH-0","for_s":60,"reason":"r"}"#, "incomplete"),
            (#"{"id":"x","act":"acknowledge","reason":"r","by":"b"}"#, "incomplete"),
            (#"{"id":"x","act":"shelve","asset":"MH-9","for_s":60,"reason":"r","by":"b"}"#, "unknown_alert"),
            (#"{"id":"x","act":"acknowledge","episode":"ep-gw7-000000009-00000000","reason":"r","by":"b"}"#, "unknown_alert"),
            (#"{"id":"x","act":"false_alarm","episode":"ep-gw7-000000009-00000000","reason":"r","by":"b"}"#, "unknown_alert"),
            (#"{"id":"x","act":"end","episode":"ep-gw7-000000009-00000000","reason":"r","by":"b"}"#, "not_competent"),
            (#"{"id":"x","act":"unshelve","asset":"MH-0","reason":"r","by":"b"}"#, "not_applicable"),
            (#"{"id":"x","act":"shelve","asset":"MH-0","for_s":9e9,"reason":"r","by":"b"}"#, "malformed"),
        ])
    func refused(text: String, cause: String) throws {
        try gateway.take([offer(text, number: 3)], sources: [source])
        #expect(gateway.decisionFigures.refused.map { "\($0.key.rawValue) \($0.value)" } == ["\(cause) 1"])
        #expect(try journal.decisions(after: 0).isEmpty && gateway.alarmReport().shelves.isEmpty)
        #expect(try journal.cursor(.decisions) == 3, "it is done with")
        let answers = try echoes(journal)
        if JSONValue(Array(text.utf8))?["id"].text == nil {
            #expect(answers.isEmpty)
            #expect(try journal.rejected(limit: 9).map(\.cause) == ["decision"])
        } else {
            #expect(answers.count == 1)
            #expect(answers.first?["type"].text == "cn.bamai.handling.refused")
            #expect(answers.first?["data"]["cause"].text == cause && answers.first?["data"]["decision"]["id"].text == "x")
            #expect(answers.first?["data"]["reason"].text?.isEmpty == false)
        }
    }

    @Test("While nobody has set the clock, nothing is too late")
    func unsetClock() throws {
        time.synchronise(false)
        try gateway.take([shelve("d-1", #","expires":"2020-01-01T00:00:00Z""#)], sources: [source])
        #expect(gateway.decisionFigures.taken == 1)
    }

    @Test("Acknowledged, a latched episode is repeated no more; ended by a competent person, it is over, and by nobody else")
    func latched() throws {
        try say(60, on: gateway)
        let episode = try #require(gateway.activeEpisodes().first { $0.rule == "cover.latched" }?.episode)
        func count(_ kind: String) throws -> Int { try journal.alerts(after: 0, limit: 999).count { $0.rule == "cover.latched" && $0.kind == kind } }
        try say(60, on: gateway, times: 130)
        let before = try count("repeated")
        #expect(before >= 1)
        try gateway.take([offer(#"{"id":"a","act":"acknowledge","episode":"\#(episode)","reason":"on the way","by":"Li Wei"}"#)], sources: [source])
        try say(60, on: gateway, times: 130)
        #expect(try count("repeated") == before)
        try say(1, on: gateway)
        try gateway.take([offer(#"{"id":"b","act":"end","episode":"\#(episode)","reason":"freed","by":"Li Wei"}"#)], sources: [source])
        #expect(gateway.activeEpisodes().contains { $0.episode == episode })
        try gateway.take(
            [offer(#"{"id":"c","act":"end","episode":"\#(episode)","reason":"freed","by":"Zhang Min","competent":true}"#)], sources: [source])
        #expect(!gateway.activeEpisodes().contains { $0.episode == episode })
        #expect(try count("cleared") == 1)
        #expect(try echoes(journal).map { $0["data"]["outcome"].text ?? "" } == ["applied", "refused", "applied"])
        #expect(try echoes(journal).first?["correlationid"].text == episode && echoes(journal).first?["subject"].text == "manhole/MH-0")
    }

    @Test("A false alarm changes no limit: it is remembered with a suggestion, through checkpoints and replays")
    func falseAlarm() throws {
        try say(22, on: gateway)
        let episode = try #require(gateway.activeEpisodes().first { $0.rule == "cover.tilt" }?.episode)
        try say(27, on: gateway, times: 2)
        try say(1, on: gateway)
        // It is over, and called false afterwards: the last one at its place is known.
        #expect(!gateway.activeEpisodes().contains { $0.episode == episode })
        try gateway.take([offer(#"{"id":"f","act":"false_alarm","episode":"\#(episode)","reason":"road works","by":"Li Wei"}"#)], sources: [source])
        let report = try #require(gateway.alarmReport().falseAlarms.first)
        #expect((report.asset, report.rule, report.sensor, report.count) == ("MH-0", "cover.tilt", "MH-0/tilt", 1))
        #expect(report.by == "Li Wei" && report.reason == "road works")
        #expect(report.suggestion == .limit(beyond: 27, unit: "deg", direction: "above"))
        let alerts = try journal.alerts(after: 0, limit: 999).count { $0.rule == "cover.tilt" && $0.kind == "raised" }
        try say(22, on: gateway)
        #expect(
            try journal.alerts(after: 0, limit: 999).count { $0.rule == "cover.tilt" && $0.kind == "raised" } == alerts + 1,
            "the same limit still holds")
        let replayed = try Gateway(configuration: DecisionTests.configuration(), journal: journal.reopened(), time: time)
        #expect(replayed.alarmReport().falseAlarms == gateway.alarmReport().falseAlarms)
        try gateway.writeCheckpoint()
        let restored = try Gateway(configuration: DecisionTests.configuration(), journal: journal.reopened(), time: time)
        #expect(restored.alarmReport().falseAlarms == gateway.alarmReport().falseAlarms)
    }

    @Test("A false alarm that names its place is taken long after its episode, and standing ones are repeated no more")
    func falseAlarmByName() throws {
        try gateway.take(
            [
                offer(
                    #"{"id":"f","act":"false_alarm","episode":"ep-gw7-000000001-00000000","asset":"MH-1","rule":"cover.tilt","reason":"r","by":"b"}"#)
            ], sources: [source])
        #expect(gateway.decisionFigures.taken == 1)
        #expect(gateway.alarmReport().falseAlarms.map(\.suggestion) == [.shelve])
        try say(60, on: gateway)
        let episode = try #require(gateway.activeEpisodes().first { $0.rule == "cover.latched" }?.episode)
        try gateway.take([offer(#"{"id":"g","act":"false_alarm","episode":"\#(episode)","reason":"r","by":"b"}"#)], sources: [source])
        let standing = gateway.activeEpisodes().first { $0.episode == episode }
        #expect(standing?.isAcknowledged == true, "it is over when its condition is, or when a competent person says so")
    }

    @Test("What the store refuses is neither taken nor known: it is taken when it comes again")
    func store() throws {
        journal.failCommit(with: .full("no room"))
        #expect(throws: JournalError.full("no room")) { try gateway.take([shelve("d-1")], sources: [source]) }
        #expect(throws: JournalError.self) { try gateway.take([shelve("d-1")], sources: [source]) }
        time.advance(by: .seconds(60))
        try gateway.step(readable: [], all: [source])
        try gateway.take([shelve("d-1")], sources: [source])
        #expect(gateway.decisionFigures.taken == 1)
        #expect(try journal.decisions(after: 0).count == 1)
        // Durable, and then the answer could not be written: the copy is known.
        journal.failCommit(2, with: .medium("gone"))
        let text = #"{"id":"d-2","act":"shelve","asset":"MH-1","for_s":600,"reason":"r","by":"b"}"#
        #expect(throws: JournalError.medium("gone")) { try gateway.take([offer(text)], sources: [source]) }
        time.advance(by: .seconds(60))
        try gateway.step(readable: [], all: [source])
        try gateway.take([offer(text)], sources: [source])
        #expect(gateway.decisionFigures.duplicates == 1)
        #expect(try journal.decisions(after: 0).count == 2)
        #expect(try echoes(journal).map { $0["data"]["decision"]["id"].text ?? "" } == ["d-1", "d-2"])
    }

    @Test("A flood of rubbish is counted, and answered within the limit")
    func flood() throws {
        for round in 0..<50 {
            try gateway.take((0..<20).map { offer(#"{"id":"x-\#(round)-\#($0)","act":"dance"}"#) }, sources: [source])
        }
        #expect(gateway.decisionFigures.refused[.malformed] == 1000)
        let answered = try echoes(journal).count
        #expect(answered <= 120 && answered >= 60)
        #expect(gateway.decisionFigures.unanswered == UInt64(1000 - answered))
        #expect(try journal.rejected(limit: 999).count <= 8)
    }

    @Test("A replay from the beginning gives the same shelves, episodes and answers")
    func replay() throws {
        try say(60, on: gateway)
        let episode = try #require(gateway.activeEpisodes().first { $0.rule == "cover.latched" }?.episode)
        try gateway.take(
            [
                shelve("d-1"), offer(#"{"id":"d-2","act":"acknowledge","episode":"\#(episode)","reason":"r","by":"b"}"#),
                offer(#"{"id":"d-3","act":"false_alarm","episode":"\#(episode)","reason":"r","by":"b"}"#), shelve("d-1"),
                offer(#"{"id":"d-4","act":"maintain","asset":"MH-2","for_s":60,"reason":"r","by":"b"}"#),
            ], sources: [source])
        try say(1, on: gateway)
        let replayed = try Gateway(configuration: DecisionTests.configuration(), journal: journal.reopened(), time: time)
        #expect(replayed.alarmReport() == gateway.alarmReport())
        #expect(replayed.activeEpisodes() == gateway.activeEpisodes())
        #expect(try journal.alerts(after: 0, limit: 999) == replayed.journal.alerts(after: 0, limit: 999))
        #expect(gateway.decisionFigures.taken == 4)
    }
}
