import GatewayTesting
import Journal
import Lifeline
import Testing

@Suite("Decisions in a journal file")
struct DecisionTableTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("journal.db") }

    private func open(damage: String? = nil) throws -> SQLiteJournal { try SQLiteJournal.open(path: path, maxBytes: 4 << 20, knownDamage: damage) }

    private func batch(_ body: [UInt8]) -> CommitBatch {
        var batch = Samples.batch(2)
        batch.decisions = [DecisionRecord(sequence: 1, body: body)]
        return batch
    }

    @Test("A file of version 1 is brought up when it is opened for writing, and read as it is before")
    func upgraded() throws {
        let old = try open()
        _ = try old.commit(Samples.batch(3))
        old.close()
        RawDatabase.run(path, "DROP TABLE decision; DROP TABLE dead_letter; PRAGMA user_version = 1")
        #expect(try SQLiteJournalReader.open(path: path).decisions(after: 0).isEmpty)
        let journal = try open()
        #expect(journal.openingNote == nil)
        #expect(try journal.lastSequence() == 3)
        _ = try journal.commit(batch([1, 2, 3]))
        #expect(try SQLiteJournalReader.open(path: path).decisions(after: 0) == [DecisionRecord(sequence: 5, body: [1, 2, 3])])
        journal.close()
        #expect(RawDatabase.integer(path, "PRAGMA user_version") == 3)
        #expect(try open().decisions(after: 4).count == 1)
    }

    @Test("The successor of a damaged file has the decisions, but those whose checksum does not fit")
    func salvaged() throws {
        let journal = try open()
        for body in [[1], [2], [3]] as [[UInt8]] { _ = try journal.commit(batch(body)) }
        journal.close()
        RawDatabase.run(path, "UPDATE decision SET body = x'09' WHERE id = 2")
        let next = try open(damage: "a test says so")
        #expect(next.openingNote != nil)
        #expect(try next.decisions(after: 0) == [DecisionRecord(sequence: 2, body: [1]), DecisionRecord(sequence: 6, body: [3])])
    }
}
