import Lifeline
import Testing

@testable import Doctor

@Suite("What the doctor concludes")
struct LogicTests {
    private func mark(_ sequence: UInt64, _ boot: String, _ isSynchronised: Bool?) -> ClockMark {
        ClockMark(sequence: sequence, boot: boot, offset: 0, isSynchronised: isSynchronised)
    }

    @Test("Entries that await the time are those of this boot that has not learnt it; those of earlier boots are lost")
    func marks() {
        let marks = [mark(1, "a", false), mark(11, "b", false), mark(21, "b", true), mark(31, "c", false), mark(36, "c", false)]
        let clock = TimeFacts.JournalClock(marks: marks, boot: "c", first: 1, last: 40) { Int64($0) }
        #expect(clock.awaiting == 10)
        #expect(clock.lost == 10)
        #expect(clock.unsynchronisedSince == 31)
        let other = TimeFacts.JournalClock(marks: marks, boot: "d", first: 6, last: 40) { Int64($0) }
        #expect(other.awaiting == 0)
        #expect(other.lost == 15)
        #expect(other.unsynchronisedSince == nil)
    }

    @Test("An empty journal awaits nothing, and a mark beyond its end counts nothing")
    func emptyMarks() {
        #expect(TimeFacts.JournalClock(marks: [mark(1, "a", false)], boot: "a", first: 0, last: 0) { _ in nil } == TimeFacts.JournalClock())
        let clock = TimeFacts.JournalClock(marks: [mark(1, "a", true), mark(50, "b", false)], boot: "b", first: 1, last: 49) { _ in nil }
        #expect(clock.awaiting == 0)
    }

    @Test("A certificate that has not begun is the clock's fault unless the clock is kept")
    func notYetValid() {
        let facts = Scenes.tls(.notYetValid)
        func text(_ time: TimeFacts) -> String { facts.results(time: time).first { $0.check == "tls" }?.text.english ?? "" }
        #expect(text(Scenes.behind).contains("set the clock first"))
        #expect(!text(Scenes.time()).contains("clock"))
        // Kept, it says, and yet older than the program: not believed.
        #expect(text(Scenes.time { $0.now = Scenes.now - 40 * Scenes.day }).contains("set the clock first"))
    }

    @Test("Days left are those at the rate that was measured, and none are told from too short a time")
    func daysLeft() {
        func result(_ bytes: Int64, _ span: Int64) -> CheckResult? {
            Scenes.storage { $0.journal = .known(.init(bytes: bytes, maxBytes: 1000 << 20, span: span)) }.results().first { $0.check == "journal" }
        }
        let tenDays = result(100 << 20, 10 * Scenes.day)
        #expect(abs((tenDays?.figures.first { $0.name == "days_left" }?.value ?? 0) - 90) < 1e-6)
        #expect(tenDays?.text.english.contains("about 90 d left") == true)
        #expect(result(100 << 20, 3599)?.text.english.contains("left") == false)
        #expect(result(990 << 20, 10 * Scenes.day)?.text.english.contains("the oldest goes") == true)
    }

    @Test("Sections keep their order, results theirs within them, and the sum counts every verdict")
    func examination() {
        let results = Scenes.storage().results() + Scenes.hardware { $0.temperature = .known(90) }.results()
        let examination = Examination(results)
        #expect(examination.results.first?.section == .hardware)
        #expect(examination.results.last?.section == .storage)
        #expect(examination.count(.error) == 1)
        #expect(examination.summary.english == "1 error, 0 warnings, 0 unknown")
        #expect(examination.summary.chinese == "1 项错误，0 项警告，0 项未知")
        #expect(Examination(Scenes.hardware().results()).summary.english == "all 7 checks are well")
    }

    @Test("Problems that have a line of their own are not told twice")
    func problems() {
        let results = Scenes.gateway(Scenes.json(Scenes.sickReport)).results()
        #expect(results.filter { $0.check == "problem" }.map(\.text.english) == ["no socket"])
    }
}
