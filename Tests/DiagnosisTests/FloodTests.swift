import Lifeline
import Testing

@testable import Diagnosis

@Suite("Floods, chattering, repeats")
struct FloodTests {
    @Test("Ten in ten minutes is a flood: one alert says so, the small ones wait, the large ones and red do not")
    func flood() throws {
        let gas = GateFixture.rule("gas", quantity: "tilt", [(.red, 90)])
        var feeder = Feeder(GateFixture.plan([GateFixture.tilt, gas, GateFixture.flood], covers: 60))
        for sensor in 0..<9 { feeder.feed(12, sensor: sensor) }
        #expect(feeder.said.count == 9)
        feeder.feed(12, sensor: 9)
        #expect(feeder.said.last == "raised gw7 yellow")
        let summary = try #require(feeder.alerts.last)
        #expect(summary.rule.id == "gateway.flood" && summary.evidence.seen == 10)
        #expect(summary.sentence.english.contains("cover.tilt ×10"))
        feeder.feed(12, sensor: 10)
        #expect(feeder.said.count == 10, "yellow waits")
        feeder.feed(22, sensor: 11)
        #expect(feeder.said.last == "raised A11 orange")
        for sensor in 12..<40 { feeder.feed(12, sensor: sensor) }
        #expect(feeder.said.last == "escalated gw7 orange")
        feeder.feed(22, sensor: 41)
        #expect(feeder.said.last == "escalated gw7 orange", "now orange waits too")
        feeder.feed(95, sensor: 42)
        #expect(feeder.said.suffix(2).contains("raised A42 red"), "red never")
        let report = feeder.diagnosis.alarmReport(now: feeder.now)
        #expect(report.heldLastDay > 25 && report.peakTenMinutes > 40)
    }

    @Test("A flood that lasts is told of every five minutes; when it is over what still holds is told one by one, the worst first")
    func released() {
        var feeder = Feeder(GateFixture.plan([GateFixture.tilt, GateFixture.flood], covers: 60))
        for sensor in 0..<40 { feeder.feed(12, sensor: sensor, after: 0.1) }
        // While it is orange, an orange one waits like the rest.
        feeder.feed(22, sensor: 50, after: 0.1)
        feeder.feed(0, sensor: 20, after: 0.1)
        let before = feeder.alerts.count
        feeder.wait(400)
        #expect(feeder.alerts.dropFirst(before).map(\.kind) == [.repeated])
        feeder.wait(240)
        // Ten minutes after the last raise the rate is nothing; a minute later the flood is over.
        feeder.wait(120)
        let after = Array(feeder.said.drop { $0 != "cleared gw7 orange" })
        #expect(after.first == "cleared gw7 orange")
        feeder.wait(3600)
        let told = feeder.said.drop { $0 != "cleared gw7 orange" }.dropFirst()
        #expect(told.first == "raised A50 orange")
        #expect(told.count == 31, "thirty of 0…39 waited, of which one ended, and A50 and the tenth")
        #expect(!told.contains("raised A20 yellow"))
        let moments = feeder.alerts.suffix(told.count).map(\.recorded)
        for (first, second) in zip(moments, moments.dropFirst()) { #expect(second.microseconds(since: first) >= 30_000_000) }
        #expect(feeder.said.filter { $0.hasPrefix("raised gw7") }.count == 1, "telling them makes no new flood")
    }

    @Test("What comes and goes three times a minute, or five times an hour, stays raised until it is quiet", arguments: [(3, 5.0), (5, 300.0)])
    func chattering(raises: Int, pause: Double) {
        var feeder = Feeder(GateFixture.plan([GateFixture.tilt]))
        for _ in 0..<raises {
            feeder.feed(12, after: pause)
            feeder.feed(0, after: pause)
        }
        #expect(feeder.alerts.count == 2 * raises - 1, "the last one did not clear")
        #expect(feeder.alerts.last?.isChattering == true)
        #expect(feeder.alerts.dropLast().allSatisfy { !$0.isChattering })
        let body = feeder.alerts.last.map { String(decoding: $0.cloudEvent(utcOffsetSeconds: 0), as: UTF8.self) }
        #expect(body?.contains("\"chattering\":true") == true)
        for _ in 0..<20 {
            feeder.feed(12, after: pause)
            feeder.feed(0, after: pause)
        }
        #expect(feeder.alerts.count == 2 * raises - 1, "all of it is one episode")
        #expect(feeder.diagnosis.alarmReport(now: feeder.now).chattering.count == 1)
        feeder.wait(1790 - pause)
        feeder.wait(60 + pause)
        #expect(feeder.said.last == "cleared A0 yellow")
        feeder.feed(12, after: 4000)
        #expect(feeder.alerts.last?.kind == .raised && feeder.alerts.last?.isChattering == false)
        #expect(feeder.diagnosis.alarmReport(now: feeder.now).chatterCount == 1)
    }

    @Test("A latched alert is said again until somebody has acknowledged it, and at most so often")
    func repeats() throws {
        let rule = GateFixture.rule("trapped", quantity: "tilt", [(.red, 10)], latched: true, repeatEvery: 600)
        var feeder = Feeder(GateFixture.plan([rule]))
        feeder.feed(12)
        feeder.feed(0)
        feeder.wait(1230)
        #expect(feeder.said == ["raised A0 red", "repeated A0 red", "repeated A0 red"])
        #expect(Set(feeder.alerts.map(\.id)).count == 3 && Set(feeder.alerts.map(\.episode)).count == 1)
        let episode = try #require(feeder.alerts.first).episode
        #expect(feeder.decide(.acknowledge, episode: episode) == nil)
        #expect(feeder.decide(.acknowledge, episode: episode) == "it is acknowledged already")
        feeder.wait(3600)
        #expect(feeder.alerts.count == 3)
        // Nobody acknowledges: three times, then no more.
        var other = Feeder(GateFixture.plan([rule]))
        other.feed(12)
        other.wait(36_000)
        #expect(other.said == ["raised A0 red"] + [String](repeating: "repeated A0 red", count: 3))
        #expect(other.alerts.last?.sentence.english.contains("it is not repeated again") == true)
    }

    @Test("Only a named person ends a latched alert; what still holds comes again")
    func ended() throws {
        let rule = GateFixture.rule("trapped", quantity: "tilt", [(.red, 10)], latched: true, repeatEvery: 600)
        var feeder = Feeder(GateFixture.plan([rule, GateFixture.tilt]))
        feeder.feed(12)
        let episode = try #require(feeder.alerts.first { $0.rule.id == "trapped" }).episode
        let other = try #require(feeder.alerts.first { $0.rule.id == "cover.tilt" }).episode
        #expect(feeder.decide(.end, episode: other) == "only a latched episode is ended by a person; this one ends by itself")
        #expect(feeder.decide(.end, episode: episode) == nil)
        let cleared = try #require(feeder.alerts.last)
        #expect(cleared.kind == .cleared && cleared.episode == episode && cleared.level == .red)
        #expect(cleared.sentence.english.contains("Ended by Li Wei: because.") && cleared.sentence.chinese.contains("由 Li Wei 解除"))
        feeder.wait(1300)
        #expect(feeder.alerts.last?.id == cleared.id, "it is not said again")
        feeder.feed(12)
        #expect(feeder.alerts.last?.kind == .raised && feeder.alerts.last?.episode != episode)
    }

    @Test("The report counts, ranks and shares")
    func report() {
        var feeder = Feeder(GateFixture.plan([GateFixture.tilt], covers: 12))
        for sensor in 0..<12 {
            for _ in 0...(sensor % 3) {
                feeder.feed(sensor == 0 ? 22 : 12, sensor: sensor, after: 1000)
                feeder.feed(0, sensor: sensor, after: 1000)
            }
        }
        let report = feeder.diagnosis.alarmReport(now: feeder.now)
        #expect(report.lastDay == 24 && report.lastHour == 2 && report.isComplete)
        #expect(report.byLevel == [0, 23, 1, 0])
        #expect(report.worst.count == 10)
        #expect(report.worst.first == AlarmReport.Point(asset: "A2", rule: "cover.tilt", count: 3, share: 3.0 / 24))
        #expect(report.worst.map(\.count) == report.worst.map(\.count).sorted(by: >))
        feeder.feed(12, after: 1)
        feeder.wait(90_000)
        let later = feeder.diagnosis.alarmReport(now: feeder.now)
        #expect(later.stale.map(\.sensor) == ["A0/tilt"] && later.lastDay == 0)
    }

    @Test("The log of raises holds its depth and then forgets the oldest")
    func ring() {
        var log = RaiseLog()
        for index in 0..<(RaiseLog.depth + 10) {
            log.append(RaiseLog.Entry(received: Int64(index), listening: Int64(index), condition: Int32(index % 7), level: 1, fate: .said))
        }
        #expect(log.isFull && log.entries.first?.received == 10 && log.entries.last?.received == Int64(RaiseLog.depth + 9))
        log.holdNewest()
        #expect(log.entries.last?.fate == .held && log.entries.dropLast().allSatisfy { $0.fate == .said })
        #expect(log.count(since: Int64(RaiseLog.depth)) == 10)
    }
}
