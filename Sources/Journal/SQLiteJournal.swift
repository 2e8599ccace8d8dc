import Glibc
import Lifeline

/// The writing end of a SQLite journal: WAL, synchronous FULL, one transaction a commit, one segment a transaction.
///
/// *Isolation*: one thread. *Limit*: the file never grows beyond `maxBytes` (SQLite's page cap), the WAL is folded at `walFrames`.
package final class SQLiteJournal: JournalWriter {
    /// The WAL is folded into the file when it holds this many pages, between commits. *Units*: pages of 1 KiB.
    static let walFrames: Int32 = 4096

    private let database: Database
    private var reading: SQLiteReading
    private let lock: FileLock
    private let maxBytes: Int64
    private let codec = SegmentCodec()
    private var known: [String: SeriesID] = [:]
    /// Numbers handed out and not yet durable.
    private var fresh: [(SeriesID, String)] = []
    private var nextSeries: UInt32 = 1
    private var nextSequence: UInt64 = 1
    private var nextAlert: UInt64 = 1
    private var commitsSinceFold = 0

    /// What opening found that a person should know: a damaged file that was set aside.
    package let openingNote: String?

    /// Opens or makes the file, checks it, and takes the writing end for this process alone.
    ///
    /// - Throws: `.busy` when another process writes, `.medium`, `.full`, `.tooNew`.
    package init(path: String, maxBytes: Int64) throws(JournalError) {
        lock = try FileLock(path: path + ".lock")
        self.maxBytes = maxBytes
        var note: String?
        do throws(JournalError) {
            database = try SQLiteJournal.open(path, maxBytes)
        } catch {
            guard case .damaged(let reason) = error else { throw error }
            let aside = try SQLiteJournal.setAside(path)
            note = "the journal was damaged (\(reason)); it was set aside as \(aside) and a new one begun"
            database = try SQLiteJournal.open(path, maxBytes)
        }
        openingNote = note
        reading = SQLiteReading(database)
        for (id, key) in try reading.seriesKeys() {
            known[key] = id
            nextSeries = max(nextSeries, id.rawValue + 1)
        }
        nextSequence = try reading.lastSequence() + 1
        nextAlert = UInt64(try database.number("SELECT max(position) FROM alert") ?? 0) + 1
    }

    private static func open(_ path: String, _ maxBytes: Int64) throws(JournalError) -> Database {
        let database = try Database(path: path, mode: .writer)
        if try database.number("PRAGMA application_id") == 0, try database.number("PRAGMA schema_version") == 0 {
            try database.execute("PRAGMA page_size = \(Schema.pageSize)")
        }
        try database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -256")
        let page = try database.number("PRAGMA page_size") ?? Schema.pageSize
        try database.execute("PRAGMA max_page_count = \(max(64, maxBytes / page)); PRAGMA journal_size_limit = 1048576")
        if try database.number("PRAGMA schema_version") == 0 {
            try database.transaction { () throws(JournalError) in
                try database.execute(Schema.tables)
                try database.execute("INSERT INTO series VALUES (0, 'gateway/tick')")
                try database.execute("PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = \(Schema.version)")
            }
            return database
        }
        guard try database.number("PRAGMA application_id") == Schema.applicationID else { throw .other("\(path) is another program's database") }
        let version = try database.number("PRAGMA user_version") ?? 0
        guard version <= Schema.version else { throw .tooNew(found: Int(version), known: Int(Schema.version)) }
        let check = try database.statement("PRAGMA quick_check(1)")
        guard try check.step(), check.text(0) == "ok" else {
            let words = check.text(0)
            check.reset()
            throw .damaged(words)
        }
        check.reset()
        return database
    }

    private static func setAside(_ path: String) throws(JournalError) -> String {
        for number in 1...999 {
            let aside = "\(path).damaged-\(number)"
            if access(aside, F_OK) == 0 { continue }
            guard rename(path, aside) == 0 else { throw .medium("\(path): cannot be set aside: \(String(cString: strerror(errno)))") }
            rename(path + "-wal", aside + "-wal")
            unlink(path + "-shm")
            return aside
        }
        throw .medium("\(path): 999 damaged files are set aside already")
    }

    // MARK: - Writing

    package func series(forKey key: String) throws(JournalError) -> SeriesID {
        if let id = known[key] { return id }
        let id = SeriesID(nextSeries)
        nextSeries += 1
        known[key] = id
        fresh.append((id, key))
        return id
    }

    package func commit(_ batch: CommitBatch) throws(JournalError) -> Sequence64 {
        let first = nextSequence
        var alerts = nextAlert
        try database.transaction { () throws(JournalError) in
            for (id, key) in fresh {
                try database.statement("INSERT INTO series (id, key) VALUES (?, ?)").bind(1, Int64(id.rawValue)).bind(2, key).run()
            }
            try insertSegments(batch, first: first)
            for alert in batch.alerts {
                try insert(alert, position: alerts)
                alerts += UInt64(database.changes)
            }
            for (lane, position) in batch.cursors { try write(lane, position) }
            for message in batch.rejected { try insert(message) }
            if let checkpoint = batch.checkpoint { try write(checkpoint) }
        }
        nextSequence += UInt64(batch.readings.count)
        nextAlert = alerts
        fresh.removeAll()
        commitsSinceFold += 1
        return first
    }

    private func insertSegments(_ batch: CommitBatch, first: UInt64) throws(JournalError) {
        guard !batch.readings.isEmpty else { return }
        let insert = try database.statement("INSERT INTO segment (first, count, received, body, receipts) VALUES (?, ?, ?, ?, ?)")
        var start = 0
        while start < batch.readings.count {
            let end = min(batch.readings.count, start + SegmentCodec.maxReadings)
            let part = start == 0 && end == batch.readings.count ? batch.readings : Array(batch.readings[start..<end])
            insert.bind(1, Int64(first) + Int64(start)).bind(2, Int64(end - start)).bind(3, part[0].received.microseconds)
            insert.bind(4, codec.encode(part))
            if start == 0 && !batch.receipts.isEmpty { insert.bind(5, batch.receipts.withUnsafeBytes { Array($0) }) }
            try insert.run()
            start = end
        }
    }

    private func insert(_ alert: AlertRecord, position: UInt64) throws(JournalError) {
        let statement = try database.statement(
            """
            INSERT INTO alert (position, id, episode, kind, level, subject, sensor, rule, recorded, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO NOTHING
            """)
        statement.bind(1, Int64(position)).bind(2, alert.id).bind(3, alert.episode).bind(4, alert.kind).bind(5, Int64(alert.level))
        statement.bind(6, alert.subject).bind(7, alert.sensor).bind(8, alert.rule).bind(9, alert.recorded.microseconds).bind(10, alert.body)
        try statement.run()
    }

    private func write(_ lane: Lane, _ position: UInt64) throws(JournalError) {
        try database.statement("INSERT INTO cursor VALUES (?, ?) ON CONFLICT (lane) DO UPDATE SET position = max(position, excluded.position)")
            .bind(1, lane.rawValue).bind(2, Int64(clamping: position)).run()
    }

    private func insert(_ message: RejectedMessage) throws(JournalError) {
        try database.statement("INSERT INTO rejected (received, broker, topic, cause, sample) VALUES (?, ?, ?, ?, ?)")
            .bind(1, message.received.microseconds).bind(2, message.broker).bind(3, message.topic).bind(4, message.cause)
            .bind(5, Array(message.sample.prefix(RejectedMessage.sampleLimit))).run()
        try database.statement("DELETE FROM rejected WHERE number <= (SELECT max(number) FROM rejected) - ?").bind(1, Schema.rejectedRows).run()
    }

    /// Two slots in turn: a checkpoint that is torn in some way that SQLite cannot see leaves the one before.
    private func write(_ checkpoint: Checkpoint) throws(JournalError) {
        let newest = try database.number("SELECT slot FROM checkpoint ORDER BY sequence DESC, slot DESC LIMIT 1") ?? 1
        try database.statement("INSERT OR REPLACE INTO checkpoint (slot, sequence, revision, crc, body) VALUES (?, ?, ?, ?, ?)")
            .bind(1, 1 - newest).bind(2, Int64(checkpoint.sequence)).bind(3, checkpoint.revision).bind(4, Int64(CRC32C.of(checkpoint.body)))
            .bind(5, checkpoint.body).run()
        // Of two with the same sequence the one just written must win.
        try database.statement("DELETE FROM checkpoint WHERE slot = ? AND sequence >= ?").bind(1, newest).bind(2, Int64(checkpoint.sequence)).run()
    }

    package func checkpoint() throws(JournalError) -> Checkpoint? {
        let query = try database.statement("SELECT sequence, revision, crc, body FROM checkpoint ORDER BY sequence DESC")
        defer { query.reset() }
        while try query.step() {
            let body = query.bytes(3)
            guard Int64(CRC32C.of(body)) == query.integer(2) else { continue }
            return Checkpoint(sequence: UInt64(query.integer(0)), revision: query.text(1), body: body)
        }
        return nil
    }

    package func recentReceipts(limit: Int) throws(JournalError) -> [UInt64] {
        let query = try database.statement("SELECT receipts FROM segment WHERE receipts IS NOT NULL ORDER BY first DESC")
        defer { query.reset() }
        var batches: [[UInt64]] = []
        var count = 0
        while count < limit, try query.step() {
            let receipts = query.withBlob(0) { blob in
                (0..<(blob.count / 8)).map { blob.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
            }
            batches.append(receipts)
            count += receipts.count
        }
        return Array(batches.reversed().joined().suffix(limit))
    }

    // MARK: - Upkeep

    package func maintain() throws(JournalError) -> Bool {
        let dropped = try Retention(database: database, reading: reading, maxBytes: maxBytes, nextAlert: nextAlert).work()
        if commitsSinceFold > 0 {
            let (frames, _) = try database.checkpoint(truncating: false)
            if frames < SQLiteJournal.walFrames { commitsSinceFold = 0 }
        }
        return dropped
    }

    package func close() {
        _ = try? database.checkpoint(truncating: true)
    }

    // MARK: - Reading

    package func lastSequence() throws(JournalError) -> Sequence64 { nextSequence - 1 }
    package func firstSequence() throws(JournalError) -> Sequence64 { try reading.firstSequence() }
    package func readings(from sequence: Sequence64, _ body: (Sequence64, Reading) -> Bool) throws(JournalError) {
        try reading.readings(from: sequence, body)
    }
    package func alerts(after position: UInt64, limit: Int) throws(JournalError) -> [AlertRecord] {
        try reading.alerts(after: position, limit: limit)
    }
    package func latestAlerts(limit: Int) throws(JournalError) -> [AlertRecord] { try reading.latestAlerts(limit: limit) }
    package func cursor(_ lane: Lane) throws(JournalError) -> UInt64 { try reading.cursor(lane) }
    package func seriesKeys() throws(JournalError) -> [SeriesID: String] {
        var keys = try reading.seriesKeys()
        for (id, key) in fresh { keys[id] = key }
        return keys
    }
    package func rejected(limit: Int) throws(JournalError) -> [RejectedMessage] { try reading.rejected(limit: limit) }
    package func figures() throws(JournalError) -> JournalFigures {
        var figures = try reading.figures()
        figures.maxBytes = maxBytes
        return figures
    }
}
