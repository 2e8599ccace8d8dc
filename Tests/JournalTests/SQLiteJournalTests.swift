import Foundation
import GatewayTesting
import Journal
import Lifeline
import Testing

@Suite("The SQLite journal")
struct SQLiteJournalTests {
    @Test("Everything is there after reopening, and sequences go on")
    func reopen() throws {
        let folder = TestFolder()
        let path = folder.file("journal.db")
        var batch = CommitBatch()
        batch.readings = Sample.readings(10)
        batch.alerts = [Sample.alert("a")]
        var journal: SQLiteJournal? = try SQLiteJournal(path: path, maxBytes: 64 << 20)
        let series = try journal?.series(forKey: "x")
        _ = try journal?.commit(batch)
        journal?.close()
        journal = nil
        let again = try SQLiteJournal(path: path, maxBytes: 64 << 20)
        #expect(again.openingNote == nil)
        #expect(try again.series(forKey: "x") == series)
        batch.alerts = [Sample.alert("a"), Sample.alert("b")]
        #expect(try again.commit(batch) == 11)
        #expect(try again.alerts(after: 0, limit: 9).map(\.position) == [1, 2])
        #expect(try Sample.all(again).count == 20)
    }

    @Test("A second writer is refused by name; a reader is not")
    func oneWriter() throws {
        let folder = TestFolder()
        let path = folder.file("journal.db")
        let journal = try SQLiteJournal(path: path, maxBytes: 64 << 20)
        let refusal = #expect(throws: JournalError.self) { try SQLiteJournal(path: path, maxBytes: 64 << 20) }
        guard case .busy(let words)? = refusal else {
            Issue.record("not busy: \(String(describing: refusal))")
            return
        }
        #expect(words.contains("journal.db.lock"))
        let reader = try SQLiteJournalReader(path: path)
        #expect(try reader.lastSequence() == 0)
        var batch = CommitBatch()
        batch.readings = Sample.readings(3)
        _ = try journal.commit(batch)
        #expect(try reader.lastSequence() == 3)
    }

    @Test("What was acknowledged is in every copy of the files taken at that moment")
    func copies() throws {
        let folder = TestFolder()
        let path = folder.file("journal.db")
        let journal = try SQLiteJournal(path: path, maxBytes: 64 << 20)
        var generator = SeededGenerator(seed: 42)
        var committed = 0
        for round in 0..<40 {
            var batch = CommitBatch()
            batch.readings = Sample.readings(1 + generator.below(50), from: committed)
            _ = try journal.commit(batch)
            committed += batch.readings.count
            if generator.below(7) == 0 { _ = try journal.maintain() }
            let copy = folder.file("copy-\(round).db")
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            if FileManager.default.fileExists(atPath: path + "-wal") {
                try FileManager.default.copyItem(atPath: path + "-wal", toPath: copy + "-wal")
            }
            let other = try SQLiteJournal(path: copy, maxBytes: 64 << 20)
            #expect(try Sample.all(other).map(\.0) == (1...UInt64(committed)).map { $0 }, "seed 42, round \(round)")
        }
    }

    @Test("At its page cap a commit is refused whole, and retention makes room")
    func pageCap() throws {
        let folder = TestFolder()
        let journal = try SQLiteJournal(path: folder.file("journal.db"), maxBytes: 1 << 20)
        var generator = SeededGenerator(seed: 7)
        var batch = CommitBatch()
        var refused = 0
        var committed: UInt64 = 0
        for round in 0..<400 {
            batch.readings = Sample.readings(500, from: round * 500)
            // Noise in every bit, so that the file fills quickly.
            for index in batch.readings.indices { batch.readings[index].value = Double(bitPattern: generator.next() >> 2) }
            do throws(JournalError) {
                _ = try journal.commit(batch)
                committed += 500
            } catch {
                guard case .full = error else { throw error }
                refused += 1
                #expect(try journal.lastSequence() == committed, "nothing of a refused commit is kept")
                // Nothing was forwarded, so the oldest readings are given up, and counted.
                while try journal.maintain() {}
            }
        }
        #expect(refused > 0)
        #expect(try journal.lastSequence() == committed)
        let held = try Sample.all(journal)
        #expect(held.last?.0 == committed)
        #expect(try journal.figures().droppedReadings == committed - UInt64(held.count))
        #expect(try journal.figures().bytes <= 1 << 20)
    }

    @Test("Forwarded readings are given up before those that are not")
    func forwardedFirst() throws {
        let folder = TestFolder()
        let journal = try SQLiteJournal(path: folder.file("journal.db"), maxBytes: 1 << 20)
        var generator = SeededGenerator(seed: 8)
        var batch = CommitBatch()
        while try journal.figures().bytes < 900 << 10 {
            batch.readings = Sample.readings(200)
            for index in batch.readings.indices { batch.readings[index].value = Double(bitPattern: generator.next() >> 2) }
            _ = try journal.commit(batch)
        }
        let last = try journal.lastSequence()
        batch = CommitBatch()
        batch.cursors = [.readings: 2000]
        _ = try journal.commit(batch)
        while try journal.maintain() {}
        #expect(try journal.firstSequence() == 2001)
        #expect(try journal.lastSequence() == last)
    }

    @Test("Rubbish is set aside and reported, and a new journal begins", arguments: [0, 100, 5000])
    func rubbish(length: Int) throws {
        let folder = TestFolder()
        let path = folder.file("journal.db")
        _ = FileManager.default.createFile(atPath: path, contents: Data((0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }))
        let journal = try SQLiteJournal(path: path, maxBytes: 64 << 20)
        var batch = CommitBatch()
        batch.readings = Sample.readings(1)
        #expect(try journal.commit(batch) == 1)
        if length > 0 {
            #expect(journal.openingNote?.contains("journal.db.damaged-1") == true)
            #expect(FileManager.default.fileExists(atPath: path + ".damaged-1"))
        }
    }

    @Test("A damaged segment is stepped over, counted, and the rest is read")
    func damagedSegment() throws {
        let folder = TestFolder()
        let path = folder.file("journal.db")
        var journal: SQLiteJournal? = try SQLiteJournal(path: path, maxBytes: 64 << 20)
        var batch = CommitBatch()
        for round in 0..<3 {
            batch.readings = Sample.readings(10, from: round * 10)
            _ = try journal?.commit(batch)
        }
        journal?.close()
        journal = nil
        // The second segment's bytes are found in the file by its magic and one of them is changed.
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let places = bytes.indices.dropLast(3).filter { bytes[$0] == 0x42 && bytes[$0 + 1] == 0x53 && bytes[$0 + 2] == 1 && bytes[$0 + 3] == 10 }
        #expect(places.count == 3)
        bytes[places.sorted()[1] + 20] ^= 0x10
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let reader = try SQLiteJournal(path: path, maxBytes: 64 << 20)
        let held = try Sample.all(reader)
        #expect(held.count == 20)
        #expect(try reader.figures().damagedSegments == 1)
    }

    @Test("A later format is refused with both numbers, and left alone")
    func later() throws {
        let folder = TestFolder()
        let path = folder.file("journal.db")
        var journal: SQLiteJournal? = try SQLiteJournal(path: path, maxBytes: 64 << 20)
        journal?.close()
        journal = nil
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[63] = 9  // user_version, big-endian at 60…63 of the header
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(throws: JournalError.tooNew(found: 9, known: 1)) { try SQLiteJournal(path: path, maxBytes: 64 << 20) }
    }

    @Test("A folder that is not there is the medium's fault, with its path")
    func missingFolder() {
        let error = #expect(throws: JournalError.self) { try SQLiteJournal(path: "/nonexistent/bamai/journal.db", maxBytes: 1 << 20) }
        guard case .medium(let words)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(words.contains("/nonexistent/bamai"))
    }
}
