import GatewayTesting
import Lifeline
import Testing

@testable import Journal

@Suite("What a platform will never take, in the journal")
struct DeadLetterTests {
    let folder = TestFolder()
    private var path: String { folder.file("journal.db") }

    private func batch(_ range: Range<Int>) -> CommitBatch {
        var batch = CommitBatch()
        batch.deadLetters = range.map {
            DeadLetter(
                made: Timestamp(unixSeconds: Int64($0)), lane: $0 % 2 == 0 ? .alerts : .readings, position: UInt64($0), event: "event-\($0)",
                cause: "http-422", reason: "words")
        }
        return batch
    }

    @Test("The newest are kept, all are counted, and both survive a restart; a memory journal does the same")
    func bounded() throws {
        let journal = try SQLiteJournal.open(path: path, maxBytes: 4 << 20)
        let memory = MemoryJournal()
        for writer in [journal, memory] as [any JournalWriter] {
            _ = try writer.commit(batch(0..<100))
            _ = try writer.commit(batch(100..<1000))
            #expect(try writer.deadLetters(limit: 2) == batch(998..<1000).deadLetters.reversed())
            #expect(try writer.deadLetters(limit: 9999).count == DeadLetter.limit)
            #expect(try writer.figures().deadLetters == 1000)
        }
        journal.close()
        let again = try SQLiteJournal.open(path: path, maxBytes: 4 << 20)
        #expect(try again.deadLetters(limit: 9999).last?.event == "event-744")
        #expect(try again.figures().deadLetters == 1000)
        again.close()
    }

    @Test("A file of version 2 gets the table, and a reader of it finds nothing before")
    func upgraded() throws {
        let old = try SQLiteJournal.open(path: path, maxBytes: 4 << 20)
        _ = try old.commit(Samples.batch(3))
        old.close()
        RawDatabase.run(path, "DROP TABLE dead_letter; PRAGMA user_version = 2")
        #expect(try SQLiteJournalReader.open(path: path).deadLetters(limit: 9).isEmpty)
        let journal = try SQLiteJournal.open(path: path, maxBytes: 4 << 20)
        _ = try journal.commit(batch(0..<1))
        #expect(try journal.deadLetters(limit: 9).count == 1)
        #expect(try journal.lastSequence() == 3)
        journal.close()
        #expect(RawDatabase.integer(path, "PRAGMA user_version") == 3)
    }

    @Test("The successor of a damaged file goes on counting, and with the platform's number of decisions")
    func salvaged() throws {
        let journal = try SQLiteJournal.open(path: path, maxBytes: 4 << 20)
        var first = batch(0..<5)
        first.cursors = [.decisions: 41]
        _ = try journal.commit(first)
        journal.close()
        let next = try SQLiteJournal.open(path: path, maxBytes: 4 << 20, knownDamage: "a test says so")
        #expect(next.openingNote != nil)
        #expect(try next.figures().deadLetters == 5)
        #expect(try next.cursor(.decisions) == 41)
        next.close()
    }
}
