import GatewayTesting
import Journal
import Lifeline
import Testing

/// Storage that fails at step n, for every n: nothing of a failed commit remains, and the writer goes on.
@Suite("A journal on failing storage")
struct FaultTests {
    private func batch(_ number: UInt64) -> CommitBatch {
        var batch = Samples.batch(30, from: 30 * number + 1)
        batch.receipts = (0..<40).map { number * 100 + $0 }
        batch.alerts = [Samples.alert("a\(number)")]
        batch.rejected = [Samples.rejected(Int(number))]
        batch.cursors = [.readings: number]
        batch.checkpoint = Checkpoint(sequence: 30 * number, revision: "\(number)", body: [UInt8](repeating: 1, count: 3000))
        return batch
    }

    private func expectWhole(_ reader: any JournalReader, commits: UInt64, _ note: Comment) throws {
        #expect(try reader.lastSequence() == 30 * commits, note)
        // Where there is no room, retention has let go of the oldest, and counted them.
        var next = try reader.firstSequence()
        #expect(try reader.figures().droppedReadings == next - 1, note)
        try reader.readings(from: 1) { sequence, reading in
            if sequence == next && reading.value == Double(next) { next += 1 }
            return true
        }
        #expect(next == 30 * commits + 1, note)
        #expect(try reader.alerts(after: 0, limit: 10_000).map(\.id) == (0..<commits).map { "a\($0)" }, note)
        #expect(try reader.cursor(.readings) == commits - 1, note)
        #expect(try reader.rejected(limit: 1).first?.topic == "a/\(commits - 1)", note)
    }

    @Test("fails a commit as a whole, at every write and sync", arguments: FaultyStorage.Fault.allCases)
    func everyStep(fault: FaultyStorage.Fault) throws {
        let directory = TemporaryDirectory()
        let storage = FaultyStorage(directory: directory.path)
        defer { storage.remove() }
        let path = directory.file("journal.db")
        var journal = try SQLiteJournal.open(path: path, maxBytes: 16 << 20, vfs: FaultyStorage.vfsName)
        var commits: UInt64 = 0
        var step = 1
        var failures = 0
        while true {
            let note: Comment = "\(fault) at step \(step)"
            storage.fail(step: step, with: fault)
            if let error = failure(of: { _ = try journal.commit(batch(commits)) }) {
                failures += 1
                #expect(fault == .noSpace ? error.isFull : error.isMedium, "\(error): \(fault) at step \(step)")
                if commits > 0 {
                    try expectWhole(journal, commits: commits, note)
                    try expectWhole(SQLiteJournalReader.open(path: path), commits: commits, note)
                }
                #expect(try journal.commit(batch(commits)) == 30 * commits + 1, note)
            }
            commits += 1
            if storage.clearFaults() { break }
            step += 1
        }
        // A commit makes several writes and at least one sync.
        #expect(failures >= 5)
        try expectWhole(journal, commits: commits, "\(fault)")
        journal.close()
        journal = try SQLiteJournal.open(path: path, maxBytes: 16 << 20)
        #expect(journal.openingNote == nil)
        try expectWhole(journal, commits: commits, "\(fault), reopened")
    }

    @Test("loses nothing when folding in the WAL fails, at every write and sync", arguments: FaultyStorage.Fault.allCases)
    func checkpointSteps(fault: FaultyStorage.Fault) throws {
        let directory = TemporaryDirectory()
        let storage = FaultyStorage(directory: directory.path)
        defer { storage.remove() }
        let journal = try SQLiteJournal.open(path: directory.file("journal.db"), maxBytes: 64 << 20, vfs: FaultyStorage.vfsName)
        var commits: UInt64 = 0
        var step = 1
        var failures = 0
        while step < 4000 {
            while TemporaryDirectory.size(directory.file("journal.db-wal")) <= Int(SQLiteJournal.walBytes) || commits % 130 != 0 {
                _ = try journal.commit(batch(commits))
                commits += 1
            }
            storage.fail(step: step, with: fault)
            if failure(of: { _ = try journal.maintain() }) != nil { failures += 1 }
            let isOver = storage.clearFaults()
            try expectWhole(journal, commits: commits, "\(fault) at step \(step)")
            _ = try journal.commit(batch(commits))
            commits += 1
            if isOver { break }
            // Hundreds of pages are alike: the first, and then further ones at growing distance.
            step += step < 8 ? 1 : step
        }
        #expect(failures > 0)
        journal.close()
        try expectWhole(SQLiteJournal.open(path: directory.file("journal.db"), maxBytes: 64 << 20), commits: commits, "\(fault), reopened")
    }

    @Test("goes on after the file system was full: the reserve lets retention work")
    func fileSystemFull() throws {
        let directory = TemporaryDirectory()
        let storage = FaultyStorage(directory: directory.path)
        defer { storage.remove() }
        let path = directory.file("journal.db")
        let journal = try SQLiteJournal.open(path: path, maxBytes: 64 << 20, vfs: FaultyStorage.vfsName)
        #expect(directory.names.contains("journal.db.reserve"))
        var commits: UInt64 = 0
        while commits < 1200 {
            _ = try journal.commit(Samples.batch(30, from: 30 * commits + 1))
            commits += 1
            _ = try journal.maintain()
        }
        let size = TemporaryDirectory.size(path)
        storage.setFull(true)
        var refusal: JournalError?
        while refusal == nil {
            refusal = failure { _ = try journal.commit(Samples.batch(30, from: 30 * commits + 1)) }
            if refusal == nil { commits += 1 }
        }
        #expect(refusal?.isFull == true)
        // With no room at all maintenance may fail; it gives the reserve up, and that is room.
        _ = try? journal.maintain()
        #expect(!directory.names.contains("journal.db.reserve"))
        storage.setFull(false)
        while try journal.maintain() {}
        let figures = try journal.figures()
        #expect(figures.droppedReadings > 0)
        // It lets go of what it needs, not of the journal.
        #expect(figures.bytes > Int64(size) / 2)
        #expect(try journal.commit(Samples.batch(30, from: 30 * commits + 1)) == 30 * commits + 1)
    }
}
