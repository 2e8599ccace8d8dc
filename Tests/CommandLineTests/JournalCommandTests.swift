import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import Testing

@Suite("bamai alerts, export and rejected")
struct JournalCommandTests {
    let folder = TestFolder()

    /// A journal with three commits, two series, two alerts and two refused messages.
    private func journal() throws -> String {
        let path = folder.file("journal.db")
        let journal = try SQLiteJournal.open(path: path, maxBytes: 4 << 20)
        let pressure = try journal.series(forKey: "WP-03/pressure")
        let tilt = try journal.series(forKey: "MH-02/tilt_x")
        for commit in 0..<3 {
            var batch = CommitBatch()
            for index in 0..<4 {
                let moment = Timestamp(unixSeconds: 1_767_323_045 + Int64(commit) * 60 + Int64(index)).advanced(byMicroseconds: 250_000)
                batch.readings.append(
                    Reading(
                        series: index % 2 == 0 ? pressure : tilt, observed: moment, received: moment.advanced(byMicroseconds: 1_500_000),
                        value: 0.25 + Double(index), flags: index == 3 ? [.late, .outOfRange] : []))
            }
            batch.readings.append(
                Reading(series: .tick, observed: Timestamp(unixSeconds: 1_767_323_100), received: Timestamp(unixSeconds: 1_767_323_100), value: 0))
            if commit < 2 {
                batch.alerts.append(JournalCommandTests.alert(commit))
                batch.deadLetters.append(
                    DeadLetter(
                        made: Timestamp(unixSeconds: 1_767_323_045 + Int64(commit)), lane: .alerts, position: UInt64(commit + 1),
                        event: "a-\(commit)",
                        cause: "http-422", reason: "no such \u{1b} field"))
                batch.rejected.append(
                    RejectedMessage(
                        received: Timestamp(unixSeconds: 1_767_323_045), broker: "field", topic: "water/x", cause: "not-json",
                        sample: Array("{broken\u{1b}[2J \(commit)".utf8)))
            }
            _ = try journal.commit(batch)
        }
        journal.close()
        return path
    }

    private static func alert(_ number: Int) -> AlertRecord {
        let kind = number == 0 ? "raised" : "cleared"
        let body =
            #"{"specversion":"1.0","id":"a-\#(number)","type":"cn.bamai.alert.\#(kind)","subject":"manhole/MH-02","recordedtime":"2026-01-02T11:0\#(number):05+08:00","#
            + #""severitytext":"ORANGE","data":{"info":[{"language":"zh-CN","headline":"井盖倾斜"},{"language":"en-GB","headline":"Cover tilted"}]}}"#
        return AlertRecord(
            id: "a-\(number)", episode: "e", kind: kind, level: 3, subject: "manhole/MH-02", sensor: "MH-02/tilt_x", rule: "cover.tilt",
            recorded: Timestamp(unixSeconds: 1_767_323_045), body: Array(body.utf8))
    }

    @Test("What people decided stands among the alerts, in either language, and follows them")
    func decisions() throws {
        let path = folder.file("decided.db")
        let journal = try SQLiteJournal.open(path: path, maxBytes: 4 << 20)
        func tick(_ batch: inout CommitBatch) {
            let now = Timestamp(unixSeconds: 1_767_323_100)
            batch.readings.append(Reading(series: .tick, observed: now, received: now, value: 0))
        }
        let made = Timestamp(unixSeconds: 1_767_323_080)
        for (number, decision) in [
            (0, Decision(.acknowledge, episode: "e", reason: "on my\u{1b} way", by: "Li Wei", made: made)),
            (
                1,
                Decision(
                    .shelve, asset: "MH-02", rule: "cover.tilt", until: made.advanced(byMicroseconds: 3_600_000_000), reason: "r", by: "b", made: made
                )
            ),
        ] {
            var batch = CommitBatch()
            tick(&batch)
            var record = JournalCommandTests.alert(number)
            record.sequence = Sequence64(2 * number + 1)
            batch.alerts.append(record)
            _ = try journal.commit(batch)
            var decided = CommitBatch()
            tick(&decided)
            decided.decisions.append(DecisionRecord(sequence: 0, body: decision.bytes))
            _ = try journal.commit(decided)
        }
        let english = try CommandRun(["alerts", "--journal", path]).output
        #expect(
            english == """
                01-02 11:00:05  orange raised    manhole/MH-02   Cover tilted
                01-02 11:04:40         handled   manhole/MH-02   acknowledged by Li Wei: on my· way
                01-02 11:01:05  orange cleared   manhole/MH-02   Cover tilted
                01-02 11:04:40         handled   MH-02           shelved cover.tilt until 2026-01-02 12:04 by b: r

                """, "\(english)")
        let chinese = try CommandRun(["alerts", "--journal", path, "--lang", "zh", "--limit", "2"]).output
        #expect(chinese.contains("已确认，Li Wei：") && chinese.contains("已搁置 cover.tilt（至 2026-01-02 12:04），b：r"), "\(chinese)")
        #expect(try !CommandRun(["alerts", "--journal", path, "--json"]).output.contains("Li Wei"))
        journal.close()
    }

    @Test("Alerts: the newest last, in either language, or as they are stored")
    func alerts() throws {
        let path = try journal()
        let english = try CommandRun(["alerts", "--journal", path])
        #expect(english.code == 0)
        #expect(
            english.output == """
                01-02 11:00:05  orange raised    manhole/MH-02   Cover tilted
                01-02 11:01:05  orange cleared   manhole/MH-02   Cover tilted

                """)
        #expect(
            try CommandRun(["alerts", "--journal", path, "--lang", "zh", "--limit", "1"]).output
                == "01-02 11:01:05  orange cleared   manhole/MH-02   井盖倾斜\n")
        let json = try CommandRun(["alerts", "--journal", path, "--json"])
        try #require(json.lines.count == 3, "\(json.output)")
        #expect(json.lines[0].contains(#""id":"a-0""#) && json.lines[1].contains(#""id":"a-1""#))
    }

    @Test("One alert by its id: as a line, as CAP XML, and with a sentence where there is none or no CAP in it")
    func one() throws {
        let path = folder.file("one.db")
        let document = CommandRun.root + "/Tests/Cases/alerts/full.json"
        let journal = try SQLiteJournal.open(path: path, maxBytes: 4 << 20)
        var batch = CommitBatch()
        batch.alerts.append(JournalCommandTests.alert(0))
        batch.alerts.append(
            AlertRecord(
                id: "gw7-000001842-5f0c2b9a", episode: "e", kind: "escalated", level: 3, subject: "lift/LIFT-2", sensor: "x", rule: "r",
                recorded: Timestamp(unixSeconds: 1_767_323_045), body: Array(try Data(contentsOf: URL(fileURLWithPath: document)))))
        _ = try journal.commit(batch)
        journal.close()
        let line = try CommandRun(["alerts", "--journal", path, "--id", "gw7-000001842-5f0c2b9a"])
        #expect(line.code == 0 && line.output.contains("doors close more slowly") && line.lines.count == 2)
        let cap = try CommandRun(["alerts", "--journal", path, "--id", "gw7-000001842-5f0c2b9a", "--cap"])
        #expect(cap.code == 0)
        #expect(try cap.output == String(contentsOfFile: CommandRun.root + "/Tests/Cases/alerts/full.cap.xml", encoding: .utf8))
        let absent = try CommandRun(["alerts", "--journal", path, "--id", "gw7-1"])
        #expect(absent.code == 1 && absent.output.contains("holds no alert gw7-1"))
        let old = try CommandRun(["alerts", "--journal", path, "--id", "a-0", "--cap"])
        #expect(old.code == 1 && old.output.contains("cannot be shown in this form"))
    }

    @Test("Alerts as the site's mapping makes them; without a mapping a sentence says so")
    func mapped() throws {
        let path = try journal()
        let site = folder.file("site.toml")
        let head = "schema = 1\n[site]\nid = \"gw7\"\nprofile = \"none\"\nmappings = \"\(CommandRun.root)/firmware-config/mappings\"\n"
        let platform = "[platform]\nurl = \"mqtt://127.0.0.1\"\n"
        try (head + platform + "mapping = \"city-lifeline\"\n").write(toFile: site, atomically: true, encoding: .utf8)
        let mapped = try CommandRun(["alerts", "--site", site, "--journal", path, "--mapped"])
        #expect(mapped.code == 0 && mapped.lines.count == 3)
        #expect(mapped.lines[0].contains(#""msgId":"a-0""#) && mapped.lines[0].contains(#""sign":"secret://city-lifeline-sign""#))
        #expect(mapped.lines[1].contains(#""status":"closed""#))
        #expect(try CommandRun(["check", site]).output.contains("mapping city-lifeline@1"))
        try (head + platform).write(toFile: site, atomically: true, encoding: .utf8)
        let none = try CommandRun(["alerts", "--site", site, "--journal", path, "--mapped"])
        #expect(none.code == 2 && none.output.contains("names no mapping"))
    }

    @Test("Following from nothing shows what comes later only")
    func follow() throws {
        let path = folder.file("followed.db")
        let journal = try SQLiteJournal.open(path: path, maxBytes: 4 << 20)
        var batch = CommitBatch()
        batch.alerts.append(JournalCommandTests.alert(0))
        _ = try journal.commit(batch)
        let child = try CommandRun.start(["alerts", "--journal", path, "--limit", "0", "--follow"], output: folder.file("out"))
        // Only what is committed after its first look counts as new; a while for that look.
        usleep(1_500_000)
        batch.removeAll()
        batch.alerts.append(JournalCommandTests.alert(1))
        _ = try journal.commit(batch)
        var text = ""
        for _ in 0..<100 where !text.contains("cleared") {
            usleep(100_000)
            text = (try? String(contentsOfFile: folder.file("out"), encoding: .utf8)) ?? ""
        }
        _ = child.terminate()
        journal.close()
        #expect(text == "01-02 11:01:05  orange cleared   manhole/MH-02   Cover tilted\n")
    }

    @Test("Export: every reading once, without ticks, with its flags")
    func export() throws {
        let run = try CommandRun(["export", "--journal", try journal()])
        #expect(run.code == 0)
        try #require(run.lines.count == 1 + 12 + 1, "\(run.output)")
        #expect(run.lines[0] == "sequence,sensor,observed,received,value,unit,flags")
        #expect(run.lines[1] == "1,WP-03/pressure,2026-01-02T03:04:05.250000Z,2026-01-02T03:04:06.750000Z,0.25,,")
        #expect(run.lines[4] == "4,MH-02/tilt_x,2026-01-02T03:04:08.250000Z,2026-01-02T03:04:09.750000Z,3.25,,late range")
        #expect(run.lines[5].hasPrefix("6,WP-03/pressure,"))
    }

    @Test("Export puts times right that a clock had wrong, and says so")
    func exportCorrected() throws {
        let path = folder.file("clock.db")
        let journal = try SQLiteJournal.open(path: path, maxBytes: 4 << 20)
        var batch = CommitBatch()
        let series = try journal.series(forKey: "MH-17/tilt")
        for second in [10, 1_767_323_045] as [Int64] {
            let moment = Timestamp(unixSeconds: second)
            batch.clock.append(
                ClockMark(
                    sequence: UInt64(batch.readings.count), boot: "a", offset: (second - 5 - Int64(batch.readings.count) * 100) * 1_000_000,
                    isSynchronised: second > 10))
            batch.readings.append(
                Reading(
                    series: series, observed: moment, received: moment, value: 1,
                    flags: second > 10 ? .timeOfReceipt : [.timeOfReceipt, .boardClockUnsynchronised]))
        }
        _ = try journal.commit(batch)
        journal.close()
        let run = try CommandRun(["export", "--journal", path])
        // A hundred seconds passed between the two by the clock that does not step.
        #expect(run.lines[1] == "1,MH-17/tilt,2026-01-02T03:02:25.000000Z,2026-01-02T03:02:25.000000Z,1,,receipt board corrected")
        #expect(run.lines[2] == "2,MH-17/tilt,2026-01-02T03:04:05.000000Z,2026-01-02T03:04:05.000000Z,1,,receipt")
    }

    @Test("Export takes a pattern, sequences and times")
    func exportParts() throws {
        let path = try journal()
        func rows(_ arguments: [String]) throws -> [String] {
            try CommandRun(["export", "--journal", path] + arguments).lines.dropFirst().dropLast().map { String($0.prefix { $0 != "," }) }
        }
        #expect(try rows(["--sensor", "MH-*"]) == ["2", "4", "7", "9", "12", "14"])
        #expect(try rows(["--from", "6", "--to", "9"]) == ["6", "7", "8", "9"])
        #expect(try rows(["--from", "2026-01-02T03:05:00Z", "--to", "2026-01-02T03:05:07Z"]) == ["6", "7"])
        #expect(try rows(["--from", "2026-01-03"]) == [])
    }

    @Test("The site gives the units")
    func exportUnits() throws {
        let path = try journal()
        let site = folder.file("config/street/site.toml")
        var text = try String(contentsOfFile: CommandRun.root + "/firmware-config/street/site.toml", encoding: .utf8)
        text = text.replacingOccurrences(of: "run/street/journal.db", with: path)
        folder.write("config/street/site.toml", text)
        for name in ["devices", "profiles"] {
            try FileManager.default.copyItem(atPath: CommandRun.root + "/firmware-config/" + name, toPath: folder.file("config/" + name))
        }
        let run = try CommandRun(["export", "--site", site, "--to", "2"])
        #expect(run.lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).dropFirst(5).first } == ["MPa", "deg", nil])
    }

    @Test("Rejected: cause, topic and a sample that cannot move the cursor")
    func rejected() throws {
        let run = try CommandRun(["rejected", "--journal", try journal()])
        #expect(run.code == 0)
        try #require(run.lines.count == 5, "\(run.output)")
        #expect(run.lines[0] == "01-02 11:04:05  not-json         field  water/x")
        #expect(run.lines[1] == "  {broken·[2J 1")
    }

    @Test("What the platform refused for good, the newest first, with its words")
    func deadLetters() throws {
        let run = try CommandRun(["rejected", "--platform", "--journal", try journal()])
        #expect(
            run.lines == [
                "01-02 11:04:06  http-422   alerts    a-1", "  no such · field", "01-02 11:04:05  http-422   alerts    a-0", "  no such · field", "",
            ], "\(run.output)")
        let one = try CommandRun(["rejected", "--platform", "--limit", "1", "--journal", folder.file("journal.db")])
        #expect(one.lines.dropFirst(2) == ["2 in all", ""])
    }

    @Test("No journal, or no journal of ours: a sentence and 1", arguments: ["alerts", "export", "rejected"])
    func noJournal(command: String) throws {
        let absent = try CommandRun([command, "--journal", folder.file("nothing.db")])
        #expect(absent.code == 1)
        #expect(absent.output == "bamai: there is no journal at \(folder.file("nothing.db"))\n")
        folder.write("text.db", String(repeating: "this is no database\n", count: 100))
        let text = try CommandRun([command, "--journal", folder.file("text.db")])
        #expect(text.code == 1)
        #expect(text.output.hasPrefix("bamai: ") && text.lines.count == 2)
    }
}
