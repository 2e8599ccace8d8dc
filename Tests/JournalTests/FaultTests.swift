import GatewayTesting
import Journal
import Lifeline
import Testing

/// Storage that fails at step n, for every n: nothing of a failed commit remains, and the writer goes on.
@Suite("A journal on failing storage")
struct FaultTests {
    /// Those that a commit meets.
    static let writeFaults: [SimulatedDisk.Fault] = [.writeError, .syncError, .noSpace, .tornWrite]

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
        var next = max(1, try reader.firstSequence())
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

    @Test("fails a commit as a whole, at every write and sync", arguments: FaultTests.writeFaults)
    func everyStep(fault: SimulatedDisk.Fault) throws {
        let directory = TemporaryDirectory()
        let disk = SimulatedDisk(directory: directory.path)
        defer { disk.remove() }
        let path = directory.file("journal.db")
        var journal = try SQLiteJournal.open(path: path, maxBytes: 16 << 20, vfs: SimulatedDisk.vfsName)
        var commits: UInt64 = 0
        var step = 1
        var failures = 0
        while true {
            let note: Comment = "\(fault) at step \(step)"
            disk.fail(step: step, with: fault)
            if let error = failure(of: { _ = try journal.commit(batch(commits)) }) {
                failures += 1
                #expect(fault == .noSpace ? error.isFull : error.isMedium, "\(error): \(fault) at step \(step)")
                if commits > 0 {
                    try expectWhole(journal, commits: commits, note)
                    try expectWhole(SQLiteJournalReader.open(path: path, vfs: SimulatedDisk.vfsName), commits: commits, note)
                }
                #expect(try journal.commit(batch(commits)) == 30 * commits + 1, note)
            }
            commits += 1
            if disk.clearFaults() { break }
            step += 1
        }
        // A commit makes several writes and at least one sync.
        #expect(failures >= 5)
        try expectWhole(journal, commits: commits, "\(fault)")
        journal.close()
        journal = try SQLiteJournal.open(path: path, maxBytes: 16 << 20, vfs: SimulatedDisk.vfsName)
        #expect(journal.openingNote == nil)
        try expectWhole(journal, commits: commits, "\(fault), reopened")
    }

    @Test("loses nothing when folding in the WAL fails, at every write and sync", arguments: FaultTests.writeFaults)
    func checkpointSteps(fault: SimulatedDisk.Fault) throws {
        let directory = TemporaryDirectory()
        let disk = SimulatedDisk(directory: directory.path)
        defer { disk.remove() }
        let journal = try SQLiteJournal.open(path: directory.file("journal.db"), maxBytes: 64 << 20, vfs: SimulatedDisk.vfsName)
        var commits: UInt64 = 0
        var step = 1
        var failures = 0
        while step < 4000 {
            while disk.size("journal.db-wal") <= Int(SQLiteJournal.walBytes) || commits % 130 != 0 {
                _ = try journal.commit(batch(commits))
                commits += 1
            }
            disk.fail(step: step, with: fault)
            if failure(of: { _ = try journal.maintain() }) != nil { failures += 1 }
            let isOver = disk.clearFaults()
            try expectWhole(journal, commits: commits, "\(fault) at step \(step)")
            _ = try journal.commit(batch(commits))
            commits += 1
            if isOver { break }
            // Hundreds of pages are alike: the first, and then further ones at growing distance.
            step += step < 8 ? 1 : step
        }
        #expect(failures > 0)
        journal.close()
        let reopened = try SQLiteJournal.open(path: directory.file("journal.db"), maxBytes: 64 << 20, vfs: SimulatedDisk.vfsName)
        try expectWhole(reopened, commits: commits, "\(fault), reopened")
    }

    @Test("goes on after the file system was full: the reserve lets retention work")
    func fileSystemFull() throws {
        let directory = TemporaryDirectory()
        let disk = SimulatedDisk(directory: directory.path)
        defer { disk.remove() }
        let path = directory.file("journal.db")
        let journal = try SQLiteJournal.open(path: path, maxBytes: 64 << 20, vfs: SimulatedDisk.vfsName)
        #expect(directory.names.contains("journal.db.reserve"))
        var commits: UInt64 = 0
        while commits < 1200 {
            _ = try journal.commit(Samples.batch(30, from: 30 * commits + 1))
            commits += 1
            _ = try journal.maintain()
        }
        let size = disk.size("journal.db")
        disk.setFull(true)
        var refusal: JournalError?
        while refusal == nil {
            refusal = failure { _ = try journal.commit(Samples.batch(30, from: 30 * commits + 1)) }
            if refusal == nil { commits += 1 }
        }
        #expect(refusal?.isFull == true)
        // With no room at all maintenance may fail; it gives the reserve up, and that is room.
        _ = try? journal.maintain()
        #expect(!directory.names.contains("journal.db.reserve"))
        disk.setFull(false)
        while try journal.maintain() {}
        let figures = try journal.figures()
        #expect(figures.droppedReadings > 0)
        // It lets go of what it needs, not of the journal.
        #expect(figures.bytes > Int64(size) / 2)
        #expect(try journal.commit(Samples.batch(30, from: 30 * commits + 1)) == 30 * commits + 1)
    }

    @Test("opens in the end after a failure at every step of opening, and has all that was acknowledged", arguments: SimulatedDisk.Fault.allCases)
    func openingSteps(fault: SimulatedDisk.Fault) throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        let recording = try unclosed(path, directory, commits: 12)
        var failures = 0
        var step = 0
        var isOver = false
        while !isOver {
            step += 1
            // A killed process's files: the WAL has to be recovered.
            var random = SeededGenerator(seed: UInt64(step))
            let disk = SimulatedDisk(directory: directory.path, replaying: recording, upTo: recording.count, &random)
            defer { disk.remove() }
            disk.fail(step: step, with: fault)
            let error = failure {
                let journal = try SQLiteJournal.open(path: path, maxBytes: 16 << 20, vfs: SimulatedDisk.vfsName)
                try expectWhole(journal, commits: 12, "\(fault) at step \(step)")
                // Not told to close: what is left lies in the WAL.
                disk.killProcesses()
            }
            isOver = disk.clearFaults()
            if let error {
                failures += 1
                #expect(error.isMedium || fault == .noSpace && error.isFull, "\(error): \(fault) at step \(step)")
            }
            if step % 3 == 0 { disk.powerCut(&random) }
            try expectGoesOn(path, commits: 12, "\(fault) at step \(step)")
        }
        #expect(failures > 0)
    }

    @Test("opens in the end after a failure of every read, and never takes that for damage", arguments: [SimulatedDisk.Fault.readError, .shortRead])
    func reads(fault: SimulatedDisk.Fault) throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        for isClosed in [true, false] {
            let recording = try unclosed(path, directory, commits: 12, closes: isClosed)
            var failures = 0
            var step = 0
            var isOver = false
            while !isOver {
                step += 1
                var random = SeededGenerator(seed: UInt64(step))
                let disk = SimulatedDisk(directory: directory.path, replaying: recording, upTo: recording.count, &random)
                defer { disk.remove() }
                disk.fail(read: step, with: fault)
                let error = failure {
                    let journal = try SQLiteJournal.open(path: path, maxBytes: 16 << 20, vfs: SimulatedDisk.vfsName)
                    disk.killProcesses()
                    _ = journal
                }
                isOver = disk.clearFaults()
                if let error {
                    failures += 1
                    #expect(error.isMedium, "\(error): \(fault) at read \(step)")
                    #expect(!"\(error)".contains("rename"), "taken for damage: \(error): \(fault) at read \(step)")
                }
                try expectGoesOn(path, commits: 12, "\(fault) at read \(step)")
            }
            // A read that falls short just once is made good by looking twice.
            #expect(failures > 0 || fault == .shortRead)
        }
    }

    @Test("reads and does not write on a disk that has become read-only, and goes on afterwards")
    func readOnly() throws {
        let directory = TemporaryDirectory()
        let disk = SimulatedDisk(directory: directory.path)
        defer { disk.remove() }
        let path = directory.file("journal.db")
        var journal = try SQLiteJournal.open(path: path, maxBytes: 16 << 20, vfs: SimulatedDisk.vfsName)
        for number in 0..<3 as Range<UInt64> { _ = try journal.commit(batch(number)) }
        disk.isReadOnly = true
        #expect(failure { _ = try journal.commit(batch(3)) }?.isMedium == true)
        try expectWhole(journal, commits: 3, "read-only")
        try expectWhole(SQLiteJournalReader.open(path: path, vfs: SimulatedDisk.vfsName), commits: 3, "read-only")
        disk.isReadOnly = false
        _ = try journal.commit(batch(3))
        disk.failsAll = true
        #expect(failure { _ = try journal.commit(batch(4)) }?.isMedium == true)
        disk.failsAll = false
        _ = try journal.commit(batch(4))
        try expectWhole(journal, commits: 5, "writable again")
        journal.close()
        disk.isReadOnly = true
        #expect(failure { _ = try SQLiteJournal.open(path: path, maxBytes: 16 << 20, vfs: SimulatedDisk.vfsName) }?.isMedium == true)
        disk.isReadOnly = false
        journal = try SQLiteJournal.open(path: path, maxBytes: 16 << 20, vfs: SimulatedDisk.vfsName)
        try expectWhole(journal, commits: 5, "opened again")
    }

    @Test("loses nothing acknowledged when a sync failed before, at every sync")
    func failedSyncs() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        var step = 0
        var isOver = false
        var failures = 0
        while !isOver {
            step += 1
            var random = SeededGenerator(seed: UInt64(step))
            let disk = SimulatedDisk(directory: directory.path)
            defer { disk.remove() }
            let journal = try SQLiteJournal.open(path: path, maxBytes: 16 << 20, vfs: SimulatedDisk.vfsName)
            disk.fail(step: step, with: .syncError)
            var commits: UInt64 = 0
            while commits < 10 {
                if failure(of: { _ = try journal.commit(batch(commits)) }) == nil { commits += 1 } else { failures += 1 }
            }
            isOver = disk.clearFaults()
            disk.powerCut(&random)
            journal.close()
            try expectGoesOn(path, commits: commits, "failure at step \(step)")
        }
        #expect(failures > 10)
    }

    /// A journal of so many commits, as its process left it.
    private func unclosed(_ path: String, _ directory: TemporaryDirectory, commits: UInt64, closes: Bool = false) throws -> DiskRecording {
        let disk = SimulatedDisk(directory: directory.path)
        defer { disk.remove() }
        disk.startRecording()
        let journal = try SQLiteJournal.open(path: path, maxBytes: 16 << 20, vfs: SimulatedDisk.vfsName)
        for number in 0..<commits { _ = try journal.commit(batch(number)) }
        if closes { journal.close() }
        return try #require(disk.recording)
    }

    /// Opens without a fault: all is there, and the next commit follows.
    private func expectGoesOn(_ path: String, commits: UInt64, _ note: Comment) throws {
        let journal = try SQLiteJournal.open(path: path, maxBytes: 16 << 20, vfs: SimulatedDisk.vfsName)
        #expect(journal.openingNote == nil, note)
        try expectWhole(journal, commits: commits, note)
        #expect(try journal.commit(batch(commits)) == 30 * commits + 1, note)
        journal.close()
    }

    @Test("makes what it finds at open durable before it stands on it: a process was killed when a sync had failed", arguments: 0..<40 as Range<UInt64>)
    func killedAfterFailedSync(seed: UInt64) throws {
        let directory = TemporaryDirectory()
        let disk = SimulatedDisk(directory: directory.path, seed: seed)
        defer { disk.remove() }
        let path = directory.file("journal.db")
        func open() throws(JournalError) -> SQLiteJournal { try SQLiteJournal.open(path: path, maxBytes: 16 << 20, vfs: SimulatedDisk.vfsName) }
        var random = SeededGenerator(seed: seed)
        var journal: SQLiteJournal? = try open()
        _ = try journal?.commit(Samples.batch(30))
        // The kernel takes the pages for clean after a failed sync: what is read is not what the medium has, and no later sync brings it there.
        for step in 1...8 { disk.fail(step: step, with: .syncError) }
        _ = failure { _ = try journal?.commit(Samples.batch(200, from: 31)) }
        disk.clearFaults()
        disk.killProcesses()
        journal = nil
        journal = try open()
        let found = try #require(try journal?.lastSequence())
        #expect(found == 30 || found == 230)
        for _ in 0..<3 { _ = try journal?.commit(Samples.batch(10, from: (try journal?.lastSequence() ?? 0) + 1)) }
        disk.powerCut(&random)
        journal = nil
        journal = try open()
        #expect(try journal?.lastSequence() == found + 30, "seed \(seed)")
    }
}
