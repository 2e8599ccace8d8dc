internal import CSQLite
import Glibc

/// One SQLite connection: the only file that calls sqlite3_open.
///
/// *Isolation*: one thread at a time (opened without SQLite's own mutex).
final class Database {
    fileprivate let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    enum Mode {
        case writer, reader
    }

    init(path: String, mode: Mode) throws(JournalError) {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_NOMUTEX | (mode == .writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY)
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            let error = JournalError(code: code, text: handle.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory", path: path)
            sqlite3_close(handle)
            throw error
        }
        self.handle = handle
        sqlite3_extended_result_codes(handle, 1)
        // A reader may meet the writer's checkpoint; a writer meets nobody but a recovering reader.
        sqlite3_busy_timeout(handle, 5000)
    }

    deinit {
        statements.removeAll()
        sqlite3_close(handle)
    }

    /// Runs statements that return nothing.
    func execute(_ sql: String) throws(JournalError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// The prepared statement of a text, made once.
    func statement(_ sql: String) throws(JournalError) -> Statement {
        if let known = statements[sql] {
            known.reset()
            return known
        }
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw error(code) }
        let statement = Statement(prepared, of: self)
        statements[sql] = statement
        return statement
    }

    /// The single number that a query gives; nil for no row or NULL.
    func number(_ sql: String) throws(JournalError) -> Int64? {
        let query = try statement(sql)
        defer { query.reset() }
        guard try query.step(), !query.isNull(0) else { return nil }
        return query.integer(0)
    }

    /// Runs `body` between BEGIN IMMEDIATE and COMMIT; after a throw everything is rolled back.
    func transaction(_ body: () throws(JournalError) -> Void) throws(JournalError) {
        try execute("BEGIN IMMEDIATE")
        do throws(JournalError) {
            try body()
            try execute("COMMIT")
        } catch {
            // A failed COMMIT may leave the transaction open or may have ended it.
            if sqlite3_get_autocommit(handle) == 0 { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
            throw error
        }
    }

    /// Rows that the last statement changed.
    var changes: Int64 { sqlite3_changes64(handle) }

    /// Folds WAL frames into the file. Returns frames in the WAL and frames folded; a busy reader is no error.
    @discardableResult
    func checkpoint(truncating: Bool) throws(JournalError) -> (frames: Int32, folded: Int32) {
        var frames: Int32 = 0
        var folded: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(
            handle, nil, truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &frames, &folded)
        guard code == SQLITE_OK || code & 0xff == SQLITE_BUSY else { throw error(code) }
        return (frames, folded)
    }

    fileprivate func error(_ code: Int32) -> JournalError {
        JournalError(
            code: code, text: String(cString: sqlite3_errmsg(handle)), path: sqlite3_db_filename(handle, nil).map { String(cString: $0) } ?? "")
    }
}

extension JournalError {
    /// Sorts SQLite's extended codes into what the gateway has a behaviour for.
    init(code: Int32, text: String, path: String) {
        let words = path.isEmpty ? text : "\(path): \(text)"
        switch code & 0xff {
        case SQLITE_FULL: self = .full(words)
        case SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM: self = .medium(words)
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .damaged(words)
        case SQLITE_BUSY, SQLITE_LOCKED: self = .busy(words)
        default: self = .other("\(words) (SQLite \(code))")
        }
    }
}

/// A prepared statement; `Database` owns it and hands it out reset.
final class Statement {
    private let handle: OpaquePointer
    private unowned let database: Database

    fileprivate init(_ handle: OpaquePointer, of database: Database) {
        self.handle = handle
        self.database = database
    }

    deinit { sqlite3_finalize(handle) }

    /// Ends a query: an open one would keep the WAL from being folded.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// Takes the next row; false at the end.
    func step() throws(JournalError) -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = database.error(code)
            reset()
            throw error
        }
    }

    /// Runs a statement without rows to its end.
    func run() throws(JournalError) {
        _ = try step()
        reset()
    }

    @discardableResult
    func bind(_ index: Int32, _ number: Int64) -> Statement {
        sqlite3_bind_int64(handle, index, number)
        return self
    }

    @discardableResult
    func bind(_ index: Int32, _ text: String) -> Statement {
        // SAFETY: transient: SQLite copies the bytes before the call returns. The same holds for blobs.
        sqlite3_bind_text(handle, index, text, -1, bamai_sqlite_transient())
        return self
    }

    @discardableResult
    func bind(_ index: Int32, _ bytes: [UInt8]) -> Statement {
        bytes.withUnsafeBytes { _ = sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), bamai_sqlite_transient()) }
        return self
    }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func text(_ column: Int32) -> String { sqlite3_column_text(handle, column).map { String(cString: $0) } ?? "" }

    func bytes(_ column: Int32) -> [UInt8] { withBlob(column) { Array($0) } }

    /// SAFETY: the blob belongs to SQLite until the next step or reset; it is borrowed for the call only.
    func withBlob<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let count = Int(sqlite3_column_bytes(handle, column))
        return body(UnsafeRawBufferPointer(start: sqlite3_column_blob(handle, column), count: count))
    }
}
