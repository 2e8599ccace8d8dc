import Testing

@testable import Pulse
@testable import Score

@Suite("Figures of the other scores")
struct ScoreFiguresTests {
    @Test("F1, false and missed alarm rates of a hand-counted table")
    func confusion() {
        var table = Confusion()
        for (said, wrong) in [(true, true), (true, true), (true, false), (false, true), (false, false), (false, false), (false, false)] {
            table.add(said: said, isWrong: wrong)
        }
        #expect(table.f1 == 4.0 / 6)
        #expect(table.falseAlarmRate == 0.25)
        #expect(table.missedAlarmRate == 1.0 / 3)
        #expect(Confusion().f1 == 0)
    }

    @Test("BATADAL's S of the published example: always on is 0.75, silence 0.25")
    func batadal() {
        let attacks = [10...19, 50...59]
        let on = BATADALScore.figures(Array(repeating: true, count: 100), attacks)
        #expect(abs(on.s - 0.75) < 1e-12)
        let off = BATADALScore.figures(Array(repeating: false, count: 100), attacks)
        #expect(abs(off.s - 0.25) < 1e-12)
        // One found after three of ten hours and held, one missed, two false rows of eighty.
        var said = Array(repeating: false, count: 100)
        for row in 13...19 { said[row] = true }
        said[0] = true
        said[99] = true
        let found = BATADALScore.figures(said, attacks)
        #expect(abs(found.s - (0.5 * (1 - (0.3 + 1) / 2) + 0.25 * (7.0 / 20 + 78.0 / 80))) < 1e-12)
        #expect(found.found == 1)
    }

    private func run(_ alarms: [(Double, Float)], _ events: [(Double, Double, String)], duration: Double, channels: Int = 1) -> ScenarioRun {
        ScenarioRun(
            name: "r", events: events.map { LabelledRecording.Event(from: $0.0, to: $0.1, kind: $0.2, size: nil) }, interval: 60, cycle: 86_400,
            channelNames: (0..<channels).map { "c\($0)" }, start: 0, duration: duration,
            alarms: alarms.map { SaidAlarm(time: $0.0, score: $0.1, channel: 0, feature: .raw) })
    }

    @Test("Events are found from their beginning to their end, false alarms counted per channel and year outside")
    func scenario() {
        let day = 86_400.0
        let year = 365.25 * day
        let events = [(10 * day, 10 * day + 3600, "burst"), (20 * day, 20 * day + 3600, "burst"), (30 * day, 31 * day, "leak")]
        let alarms: [(Double, Float)] = [
            (5 * day, 6), (5.5 * day, 4), (10 * day + 300, 6), (10.5 * day, 9), (20 * day + 1800, 6), (30.5 * day, 4), (40 * day, 7),
        ]
        let run = run(alarms, events, duration: 100 * day, channels: 2)
        let tally = ScenarioTally([run], limit: 5, patience: 900)
        #expect(tally.eventCount == 3)
        #expect(tally.foundCount == 2)
        #expect(abs(tally.detectionRate - 2.0 / 3) < 1e-12)
        #expect(abs(tally.inTimeRate - 1.0 / 3) < 1e-12)
        #expect(tally.medianDelay == 300)
        // The alarm half a day behind the first burst is its echo; two others are false.
        #expect(tally.falseAlarms == 2)
        let quiet = (100 - (1 + 1.0 / 24) * 2 - 2) * day * 2 / year
        #expect(abs(tally.quietYears - quiet) < 1e-9)
        // Learning: nothing before day 15 counts, neither events nor alarms.
        let later = ScenarioTally([run], limit: 5, patience: 900, learning: 15)
        #expect(later.eventCount == 2)
        #expect(later.falseAlarms == 1)
    }

    @Test("The limit in hindsight is the lowest that keeps the promise")
    func hindsight() {
        let year = 365.25 * 86_400
        let alarms = (1...20).map { (Double($0) * 10 * 86_400, Float($0)) }
        let run = run(alarms, [], duration: year)
        #expect(ScenarioTally.limit([run], falseAlarmsPerYear: 5) == 16)
        #expect(ScenarioTally.limit([run], falseAlarmsPerYear: 100) == 1)
        #expect(ScenarioTally.limit([run], falseAlarmsPerYear: 0.5) > 20)
    }

    @Test("The metronome keeps its number of false alarms")
    func metronome() {
        let year = 365.25 * 86_400
        let tally = ScenarioTally.metronome([run([], [], duration: year, channels: 3)], falseAlarmsPerYear: 4, patience: 900)
        #expect(tally.falseAlarms == 12)
    }
}
