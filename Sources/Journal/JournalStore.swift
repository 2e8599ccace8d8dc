import Lifeline

/// All that a journal's writer holds open: the lock, the connection and its prepared statements. Letting go of it closes the file.
final class JournalStore {
    let connection: SQLiteConnection
    let queries: JournalQueries
    let pageSize: Int64
    private let lock: JournalLock

    let begin: SQLiteStatement
    let commit: SQLiteStatement
    let rollback: SQLiteStatement
    let insertSeries: SQLiteStatement
    let insertSegment: SQLiteStatement
    let insertReceipts: SQLiteStatement
    let insertAlert: SQLiteStatement
    let insertSalvagedAlert: SQLiteStatement
    let insertSalvagedSegment: SQLiteStatement
    let endBefore: SQLiteStatement
    let setCursor: SQLiteStatement
    let setCheckpoint: SQLiteStatement
    let insertRejected: SQLiteStatement
    let trimRejected: SQLiteStatement
    let setCounter: SQLiteStatement
    let insertMark: SQLiteStatement
    let trimMarks: SQLiteStatement
    let insertDecision: SQLiteStatement
    let trimDecisions: SQLiteStatement
    let insertDeadLetter: SQLiteStatement
    let trimDeadLetters: SQLiteStatement
    let deleteSegment: SQLiteStatement
    let receiptsNewest: SQLiteStatement
    let trimReceipts: SQLiteStatement
    let trimAlerts: SQLiteStatement
    let trimOldAlerts: SQLiteStatement
    // Sorting rows would read the bodies of all: megabytes, one of which may be broken.
    let checkpointSlots: SQLiteStatement
    let checkpointIn: SQLiteStatement
    let bounds: SQLiteStatement

    /// The file is open, checked and of the current version.
    init(_ connection: SQLiteConnection, lock: consuming JournalLock) throws(JournalError) {
        self.connection = connection
        self.lock = lock
        queries = try JournalQueries(connection)
        pageSize = try queries.pageSize()
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        rollback = try connection.prepare("ROLLBACK")
        insertSeries = try connection.prepare("INSERT INTO series(id, key) VALUES (?1, ?2)")
        insertSegment = try connection.prepare(
            "INSERT INTO segment(first, count, ordinal, commits, received_min, received_max, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        insertReceipts = try connection.prepare("INSERT INTO receipt(count, body) VALUES (?1, ?2)")
        insertAlert = try connection.prepare(
            """
            INSERT INTO alert(\(JournalQueries.alertColumns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT(id) DO NOTHING
            """)
        // Twice is no error: a restart may copy the last ones again.
        insertSalvagedAlert = try connection.prepare(
            """
            INSERT OR IGNORE INTO alert(\(JournalQueries.alertColumns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """)
        // Ordinal and commit 0: only commits of this file are numbered.
        insertSalvagedSegment = try connection.prepare(
            """
            INSERT OR IGNORE INTO segment(first, count, ordinal, commits, received_min, received_max, body)
            VALUES (?1, ?2, 0, 0, ?3, ?4, ?5)
            """)
        endBefore = try connection.prepare("SELECT first + count FROM segment WHERE first < ?1 ORDER BY first DESC LIMIT 1")
        setCursor = try connection.prepare(
            "INSERT INTO cursor(lane, position) VALUES (?1, ?2) ON CONFLICT(lane) DO UPDATE SET position = excluded.position")
        setCheckpoint = try connection.prepare(
            "INSERT OR REPLACE INTO checkpoint(slot, ordinal, sequence, revision, crc, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        insertRejected = try connection.prepare("INSERT INTO rejected(received, broker, topic, cause, sample) VALUES (?1, ?2, ?3, ?4, ?5)")
        trimRejected = try connection.prepare("DELETE FROM rejected WHERE id <= (SELECT max(id) FROM rejected) - ?1")
        setCounter = try connection.prepare(
            "INSERT INTO counter(name, value) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value")
        insertMark = try connection.prepare("INSERT INTO clock(sequence, boot, offset, synchronised) VALUES (?1, ?2, ?3, ?4)")
        trimMarks = try connection.prepare("DELETE FROM clock WHERE id <= (SELECT max(id) FROM clock) - ?1")
        insertDecision = try connection.prepare("INSERT INTO decision(sequence, crc, body) VALUES (?1, ?2, ?3)")
        // What no checkpoint covers must be there for a replay, however many there are.
        trimDecisions = try connection.prepare(
            "DELETE FROM decision WHERE id <= (SELECT max(id) FROM decision) - ?1 AND sequence <= (SELECT min(sequence) FROM checkpoint)")
        insertDeadLetter = try connection.prepare(
            "INSERT INTO dead_letter(made, lane, position, event, cause, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        trimDeadLetters = try connection.prepare("DELETE FROM dead_letter WHERE id <= (SELECT max(id) FROM dead_letter) - ?1")
        deleteSegment = try connection.prepare("DELETE FROM segment WHERE first = ?1")
        receiptsNewest = try connection.prepare("SELECT id, count, body FROM receipt ORDER BY id DESC")
        trimReceipts = try connection.prepare("DELETE FROM receipt WHERE id < ?1")
        trimAlerts = try connection.prepare(
            "DELETE FROM alert WHERE position IN (SELECT position FROM alert WHERE position <= ?1 ORDER BY position LIMIT ?2)")
        // Only the oldest are looked at: a look costs the same, however many there are.
        trimOldAlerts = try connection.prepare(
            """
            DELETE FROM alert WHERE position IN (SELECT position FROM
                (SELECT position, recorded FROM alert WHERE position <= ?1 ORDER BY position LIMIT ?2) WHERE recorded < ?3)
            """)
        checkpointSlots = try connection.prepare("SELECT slot FROM checkpoint ORDER BY ordinal DESC")
        checkpointIn = try connection.prepare("SELECT sequence, revision, crc, body FROM checkpoint WHERE slot = ?1")
        bounds = try connection.prepare(
            """
            SELECT coalesce((SELECT max(ordinal) FROM checkpoint), 0),
                coalesce((SELECT max(position) FROM alert), 0), coalesce((SELECT min(position) FROM alert), 0),
                coalesce((SELECT sum(count) FROM receipt), 0)
            """)
    }

    /// Runs `body` as one transaction. After a throw nothing of it is in the file and the next transaction can begin.
    func transaction(_ body: () throws(JournalError) -> Void) throws(JournalError) {
        abandon()
        try begin.execute()
        do {
            try body()
            try commit.execute()
            connection.noteCommit()
        } catch {
            abandon()
            throw error
        }
    }

    /// Takes back what a failed transaction left. SQLite has done so itself after some errors, and not after others.
    private func abandon() {
        guard connection.isInTransaction else { return }
        try? rollback.execute()
    }

    func set(_ counter: JournalSchema.Counter, _ value: UInt64) throws(JournalError) {
        setCounter.bind(1, counter.rawValue)
        setCounter.bind(2, value)
        try setCounter.execute()
    }
}
