import GatewayTesting
import Glibc
import Journal
import Lifeline
import Testing

@Suite("A SQLite journal")
struct SQLiteJournalTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("journal.db") }

    private func open(maxBytes: Int64 = 4 << 20) throws(JournalError) -> SQLiteJournal {
        try SQLiteJournal.open(path: path, maxBytes: maxBytes)
    }

    private func values(_ reader: any JournalReader, from sequence: Sequence64 = 1) throws -> [Double] {
        var found: [Double] = []
        try reader.readings(from: sequence) { _, reading in
            found.append(reading.value)
            return true
        }
        return found
    }

    @Test("says what it is in the file's header, and is durable")
    func header() throws {
        let journal = try open()
        #expect(journal.openingNote == nil)
        _ = try journal.commit(Samples.batch(1))
        journal.close()
        #expect(RawDatabase.integer(path, "PRAGMA application_id") == 0x424D_4149)
        #expect(RawDatabase.integer(path, "PRAGMA user_version") == 3)
        #expect(RawDatabase.integer(path, "PRAGMA page_size") == 1024)
        #expect(RawDatabase.integer(path, "SELECT count(*) FROM segment") == 1)
    }

    /// A site may have 131 072 sensors, and the series of the site before it stay in the file.
    @Test("holds the series of two of the largest sites, and says when there are more")
    func manySeries() throws {
        let journal = try open(maxBytes: 64 << 20)
        var last = SeriesID.tick
        for number in 1...SQLiteJournal.seriesLimit { last = try journal.series(forKey: "A\(number)/f") }
        #expect(SQLiteJournal.seriesLimit == 2 * 131_072)
        #expect(throws: JournalError.self) { try journal.series(forKey: "one/more") }
        var batch = CommitBatch()
        batch.readings = [Reading(series: last, observed: Timestamp(microseconds: 1), received: Timestamp(microseconds: 2), value: 0.25)]
        _ = try journal.commit(batch)
        journal.close()
        let again = try open(maxBytes: 64 << 20)
        #expect(try again.series(forKey: "A\(SQLiteJournal.seriesLimit)/f") == last)
        var found: [Reading] = []
        try again.readings(from: 1) { _, reading in
            found.append(reading)
            return true
        }
        #expect(found.map(\.series) == [last] && found.map(\.value) == [0.25])
        again.close()
    }

    @Test("has one writer: the second is refused, and told who holds it")
    func secondWriter() throws {
        let journal = try open()
        let refusal = failure { _ = try open() }
        #expect(refusal == .busy("\(path).lock is held by process \(getpid()): another bamaid writes this journal"))
        // The first is not disturbed, and its end lets the next one in.
        _ = try journal.commit(Samples.batch(1))
        journal.close()
        #expect(try open().lastSequence() == 1)
    }

    @Test("folds the WAL into the file when it is closed")
    func closing() throws {
        let journal = try open()
        for first in 1...50 { _ = try journal.commit(Samples.batch(1, from: UInt64(first))) }
        #expect(TemporaryDirectory.size(path + "-wal") > 0)
        journal.close()
        #expect(TemporaryDirectory.size(path + "-wal") == 0)
        #expect(directory.names.filter { $0.hasSuffix("-wal") || $0.hasSuffix("-shm") }.isEmpty)
    }

    @Test("holds the WAL near its limit while it is maintained, and also when nobody maintains it")
    func walBounded() throws {
        for isMaintained in [true, false] {
            let journal = try SQLiteJournal.open(path: directory.file("wal-\(isMaintained).db"), maxBytes: 64 << 20)
            var batch = CommitBatch()
            batch.checkpoint = Checkpoint(sequence: 1, revision: "", body: [UInt8](repeating: 7, count: 200_000))
            for first in 1...80 {
                batch.readings = Samples.readings(1, from: UInt64(first))
                _ = try journal.commit(batch)
                if isMaintained { _ = try journal.maintain() }
            }
            let limit = isMaintained ? 2 * SQLiteJournal.walBytes : 5 * SQLiteJournal.walBytes
            #expect(TemporaryDirectory.size(directory.file("wal-\(isMaintained).db-wal")) < limit)
        }
    }

    @Test("is full at its page cap, keeps what it has, and goes on after retention")
    func pageCap() throws {
        let journal = try open(maxBytes: 256 << 10)
        var random = SeededGenerator(seed: 21)
        var next: UInt64 = 1
        var fulls = 0
        while fulls < 3 {
            var batch = CommitBatch()
            batch.readings = Samples.realistic(200, series: 20, &random)
            batch.alerts = [Samples.alert("a\(next)")]
            var first: UInt64 = 0
            if let error = failure(of: { first = try journal.commit(batch) }) {
                #expect(error.isFull)
                fulls += 1
                #expect(try journal.lastSequence() == next - 1)
                #expect(try journal.alerts(after: 0, limit: 10_000).last?.id == "a\(next - 200)")
                #expect(try values(journal, from: next - 200).count == 200)
                while try journal.maintain() {}
                let figures = try journal.figures()
                #expect(Double(figures.bytes) <= 0.86 * Double(figures.maxBytes))
            } else {
                #expect(first == next)
                next += 200
            }
        }
        #expect(TemporaryDirectory.size(path) <= 256 << 10)
        let dropped = try journal.figures().dropped
        #expect(dropped.forwardedBySpace == 0 && dropped.unforwardedBySpace == dropped.unjudged && dropped.unforwardedBySpace > 0)
        #expect(try journal.firstSequence() == dropped.unforwardedBySpace + 1)
    }

    @Test("is refused by a medium that cannot be written")
    func medium() throws {
        func expectMedium(_ path: String) {
            let refusal = failure { _ = try SQLiteJournal.open(path: path, maxBytes: 4 << 20) }
            #expect(refusal?.isMedium == true, "\(path): \(String(describing: refusal))")
        }
        expectMedium("/proc/self/journal.db")
        expectMedium(directory.file("missing/journal.db"))
        // Root may write where it is not allowed to; for everybody else a read-only directory is one more case.
        let readOnly = directory.file("read-only")
        mkdir(readOnly, 0o555)
        if geteuid() != 0 { expectMedium(readOnly + "/journal.db") }
        let refusal = failure { _ = try SQLiteJournalReader.open(path: directory.file("nothing.db")) }
        #expect(refusal?.isMedium == true)
    }

    @Test("sets a file aside that is no database, says so, and uses no sequence twice")
    func garbage() throws {
        TemporaryDirectory.write((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }, to: path)
        let journal = try open()
        let note = try #require(journal.openingNote)
        #expect(note.contains(path + ".damaged-1"))
        #expect(TemporaryDirectory.size(path + ".damaged-1") == 5000)
        // Nothing can be read, so it starts beyond anything that the old file can have given out.
        let first = try journal.commit(Samples.batch(3))
        #expect(first > 1_000_000_000_000_000 && first < 1 << 53)
        #expect(try journal.lastSequence() == first + 2)
        #expect(try journal.firstSequence() == first)
        #expect(try journal.cursor(.readings) == first - 1)
        journal.close()
        let again = try open()
        #expect(again.openingNote == nil)
        #expect(try again.lastSequence() == first + 2)
    }

    @Test("continues the numbers of a damaged journal and keeps the names of its series")
    func continues() throws {
        var journal = try open()
        var series: [String: SeriesID] = [:]
        for number in 0..<300 { series["s\(number)"] = try journal.series(forKey: "s\(number)") }
        var batch = Samples.batch(100)
        batch.alerts = [Samples.alert("a")]
        _ = try journal.commit(batch)
        batch.alerts = []
        var random = SeededGenerator(seed: 31)
        for _ in 1..<100 {
            batch.readings = Samples.realistic(100, series: 20, &random)
            _ = try journal.commit(batch)
        }
        journal.close()
        // Pages of the segments are overwritten with noise; the first pages, with the series, stay.
        let size = TemporaryDirectory.size(path)
        let descriptor = Glibc.open(path, O_WRONLY)
        let noise = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ 5) }
        for page in stride(from: size / 2 / 1024, to: size / 1024, by: 1) {
            #expect(noise.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, 1024, off_t(page * 1024)) } == 1024)
        }
        Glibc.close(descriptor)
        journal = try open()
        #expect(journal.openingNote != nil)
        for (key, number) in series { #expect(try journal.series(forKey: key) == number) }
        #expect(try journal.lastSequence() >= 10_000)
        // Nothing was acknowledged, so nothing counts as acknowledged now.
        #expect(try journal.cursor(.readings) == 0)
        #expect(try journal.cursor(.alerts) == 0)
        let first = try journal.commit(Samples.batch(1))
        #expect(first > 10_000)
        var alerts = CommitBatch()
        alerts.alerts = [Samples.alert("b")]
        _ = try journal.commit(alerts)
        #expect(try journal.alerts(after: 0, limit: 9).map(\.id) == ["a", "b"])
        while try journal.maintain() {}
        #expect(try journal.firstSequence() == 1)
        #expect(try journal.commit(Samples.batch(1)) == first + 1)
    }

    @Test("keeps no more than three damaged predecessors")
    func damagedBounded() throws {
        for number in 1...5 {
            TemporaryDirectory.write([UInt8](repeating: UInt8(number), count: 2000 + number), to: path)
            let journal = try open()
            #expect(journal.openingNote != nil)
            journal.close()
        }
        #expect(directory.names.filter { $0.contains("damaged") }.count == 3)
        #expect(TemporaryDirectory.size(path + ".damaged-1") == 2003)
        #expect(TemporaryDirectory.size(path + ".damaged-3") == 2005)
    }

    @Test("leaves alone what is newer, and what is somebody else's")
    func foreign() throws {
        try open().close()
        RawDatabase.run(path, "PRAGMA user_version = 99")
        #expect(throws: JournalError.tooNew(found: 99, known: 3)) { try open() }
        #expect(throws: JournalError.tooNew(found: 99, known: 3)) { try SQLiteJournalReader.open(path: path) }
        let other = directory.file("other.db")
        RawDatabase.run(other, "CREATE TABLE t(x)")
        #expect(failure { _ = try SQLiteJournal.open(path: other, maxBytes: 4 << 20) }?.isOther == true)
        #expect(directory.names.filter { $0.contains("damaged") }.isEmpty)
        #expect(RawDatabase.integer(other, "SELECT count(*) FROM t") == 0)
    }

    @Test("steps over a damaged segment and counts it")
    func damagedSegment() throws {
        var journal = try open()
        for first in stride(from: 1, through: 91, by: 10) { _ = try journal.commit(Samples.batch(10, from: UInt64(first))) }
        journal.close()
        RawDatabase.run(path, "UPDATE segment SET body = CAST(x'B101' || substr(body, 3, 20) AS BLOB) WHERE first = 31")
        RawDatabase.run(path, "UPDATE segment SET count = 9 WHERE first = 61")
        journal = try open()
        let reader = try SQLiteJournalReader.open(path: path)
        for _ in 1...2 {
            #expect(try values(reader) == (Array(1...30) + Array(41...60) + Array(71...100)).map(Double.init))
        }
        #expect(try values(reader, from: 35) == (Array(41...60) + Array(71...100)).map(Double.init))
        #expect(try reader.figures().damagedSegments == 2)
        #expect(try journal.commit(Samples.batch(1)) == 101)
    }

    @Test("falls back to the checkpoint before when the newest is damaged")
    func damagedCheckpoint() throws {
        let journal = try open()
        var batch = Samples.batch(1)
        for number: UInt64 in 1...3 {
            batch.checkpoint = Checkpoint(sequence: number, revision: "r", body: [UInt8(number)])
            _ = try journal.commit(batch)
        }
        journal.close()
        RawDatabase.run(path, "UPDATE checkpoint SET body = x'00' WHERE sequence = 3")
        #expect(try open().checkpoint() == Checkpoint(sequence: 2, revision: "r", body: [2]))
    }

    @Test("lets a reader on another thread follow the writer, whole commits at a time")
    func concurrentReader() async throws {
        let journal = try open(maxBytes: 16 << 20)
        _ = try journal.commit(Samples.batch(7))
        let path = path
        let total: UInt64 = 7 * 400
        let following = Task.detached {
            let reader = try SQLiteJournalReader.open(path: path)
            var seen: UInt64 = 0
            var broken = 0
            while seen < total {
                let last = try reader.lastSequence()
                if last % 7 != 0 { broken += 1 }
                try reader.readings(from: seen + 1) { sequence, reading in
                    if sequence != seen + 1 || reading.value != Double(sequence) { broken += 1 }
                    seen = sequence
                    return true
                }
                if seen % 7 != 0 { broken += 1 }
            }
            return (seen, broken)
        }
        for number in 1..<UInt64(400) {
            _ = try journal.commit(Samples.batch(7, from: 7 * number + 1))
            if number % 10 == 0 { _ = try journal.maintain() }
        }
        let (seen, broken) = try await following.value
        #expect(seen == total)
        #expect(broken == 0)
        journal.close()
    }

    @Test("deletes acknowledged alerts beyond the newest 100 000, and no others")
    func alertsTrimmed() throws {
        let journal = try open(maxBytes: 128 << 20)
        var batch = CommitBatch()
        for start in stride(from: 0, to: 101_000, by: 4000) {
            batch.alerts = (start..<min(start + 4000, 101_000)).map {
                AlertRecord(
                    id: "\($0)", episode: "", kind: "raised", level: 1, subject: "", sensor: "", rule: "", recorded: .distantPast, body: [])
            }
            _ = try journal.commit(batch)
        }
        while try journal.maintain() {}
        #expect(try journal.alerts(after: 0, limit: 1).first?.position == 1)
        batch.removeAll()
        batch.cursors = [.alerts: 600]
        _ = try journal.commit(batch)
        while try journal.maintain() {}
        #expect(try journal.alerts(after: 0, limit: 1).first?.position == 601)
        batch.cursors = [.alerts: 50_000]
        _ = try journal.commit(batch)
        while try journal.maintain() {}
        #expect(try journal.alerts(after: 0, limit: 1).first?.position == 1001)
        #expect(try journal.latestAlerts(limit: 1).first?.position == 101_000)
    }

    @Test("refuses a cap that cannot hold its tables")
    func tooSmall() {
        #expect(throws: JournalError.self) { try open(maxBytes: 1000) }
    }
}
