import CSQLite
import Journal
import Lifeline

/// A store of readings.
protocol Keeping {
    func commit(_ readings: [Reading], _ receipts: [UInt64]) throws
    /// Folds everything into the file.
    func close()
}

/// The journal as the gateway uses it.
final class JournalKeeping: Keeping {
    private let journal: SQLiteJournal
    private var batch = CommitBatch()

    init(_ path: String, pageSize: Int) throws { journal = try SQLiteJournal.open(path: path, maxBytes: 256 << 20, pageSize: pageSize) }

    func commit(_ readings: [Reading], _ receipts: [UInt64]) throws {
        batch.readings = readings
        batch.receipts = receipts
        _ = try journal.commit(batch)
        while try journal.maintain() {}
    }

    func close() { journal.close() }
}

/// What one would write without a journal: one row a reading, WAL, as durable, all else as SQLite comes.
final class PlainKeeping: Keeping {
    struct Problem: Error { var text: String }

    private var handle: OpaquePointer?
    private var insert: OpaquePointer?

    init(_ path: String) throws {
        guard sqlite3_open(path, &handle) == SQLITE_OK else { throw Problem(text: path) }
        try run("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        try run(
            """
            CREATE TABLE reading(id INTEGER PRIMARY KEY, series INTEGER, observed INTEGER, received INTEGER, value REAL, flags INTEGER, receipt INTEGER)
            """)
        sqlite3_prepare_v2(
            handle, "INSERT INTO reading(series, observed, received, value, flags, receipt) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", -1, &insert, nil)
        try run("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private func run(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw Problem(text: String(cString: sqlite3_errmsg(handle))) }
    }

    func commit(_ readings: [Reading], _ receipts: [UInt64]) throws {
        try run("BEGIN")
        for (number, reading) in readings.enumerated() {
            sqlite3_bind_int64(insert, 1, Int64(reading.series.rawValue))
            sqlite3_bind_int64(insert, 2, reading.observed.microseconds)
            sqlite3_bind_int64(insert, 3, reading.received.microseconds)
            sqlite3_bind_double(insert, 4, reading.value)
            sqlite3_bind_int64(insert, 5, Int64(reading.flags.rawValue))
            sqlite3_bind_int64(insert, 6, Int64(number))
            guard sqlite3_step(insert) == SQLITE_DONE else { throw Problem(text: String(cString: sqlite3_errmsg(handle))) }
            sqlite3_reset(insert)
        }
        try run("COMMIT")
    }

    func close() {
        try? run("PRAGMA wal_checkpoint(TRUNCATE)")
        sqlite3_finalize(insert)
        sqlite3_close(handle)
    }
}
