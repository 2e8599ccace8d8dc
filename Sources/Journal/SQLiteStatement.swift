internal import CSQLite

/// A prepared statement, prepared once and used for the life of its connection.
///
/// Use: bind, step until false, `reset`. Bound bytes are borrowed until then. *Isolation*: that of its connection.
final class SQLiteStatement {
    private let handle: OpaquePointer
    // Keeps the connection alive: a statement must be finalised first.
    private let connection: SQLiteConnection
    private let sql: String
    private var bindFailure: Int32 = SQLITE_OK

    /// Takes the ownership of `handle`.
    init(_ handle: OpaquePointer, of connection: SQLiteConnection, sql: String) {
        self.handle = handle
        self.connection = connection
        self.sql = sql
    }

    deinit { sqlite3_finalize(handle) }

    /// *Range*: parameters count from 1.
    func bind(_ index: Int32, _ value: Int64) { note(sqlite3_bind_int64(handle, index, value)) }

    /// A sequence or position. Those above 2^63 − 1 cannot occur in a file and are held there.
    func bind(_ index: Int32, _ value: UInt64) { bind(index, Int64(clamping: value)) }

    func bind(_ index: Int32, _ text: String) {
        note(sqlite3_bind_text64(handle, index, text, UInt64(text.utf8.count), bamai_sqlite_transient(), UInt8(SQLITE_UTF8)))
    }

    /// Binds `bytes` without a copy: they must stay valid until `reset`.
    func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        // A null pointer would bind NULL.
        guard let base = bytes.baseAddress, !bytes.isEmpty else {
            note(sqlite3_bind_zeroblob(handle, index, 0))
            return
        }
        // SAFETY: the caller keeps the memory until `reset` (see above), which takes the binding off.
        note(sqlite3_bind_blob64(handle, index, base, UInt64(bytes.count), bamai_sqlite_static()))
    }

    private func note(_ code: Int32) {
        if code != SQLITE_OK { bindFailure = code }
    }

    /// True when a row can be read; false when the statement is done. After a throw, `reset` it.
    func step() throws(JournalError) -> Bool {
        guard bindFailure == SQLITE_OK else { throw connection.error(bindFailure, sql) }
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw connection.error(code, sql)
    }

    /// Ends the statement (and with it a read transaction) and lets go of what is bound.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        bindFailure = SQLITE_OK
    }

    /// Begins again with what is bound.
    func rewind() { sqlite3_reset(handle) }

    /// Steps a statement that gives no rows, and resets it.
    func execute() throws(JournalError) {
        defer { reset() }
        while try step() {}
    }

    /// Binds a BLOB without a copy and runs the statement while it is borrowed.
    func execute(binding bytes: [UInt8], at index: Int32) throws(JournalError) {
        var failure: JournalError?
        bytes.withUnsafeBytes { lent in
            bind(index, lent)
            do throws(JournalError) { try execute() } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// *Range*: columns count from 0, here and below. NULL is 0.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// A sequence, position or counter; a negative one in a file is read as 0.
    func unsigned(_ column: Int32) -> UInt64 { UInt64(clamping: sqlite3_column_int64(handle, column)) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func text(_ column: Int32) -> String {
        guard let base = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
    }

    /// Lends the bytes of a BLOB column; they are gone after the call.
    func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        // SAFETY: SQLite keeps the bytes until the next step or reset, which `body` cannot reach through what it is given.
        let base = sqlite3_column_blob(handle, column)
        return body(UnsafeRawBufferPointer(start: base, count: base == nil ? 0 : Int(sqlite3_column_bytes(handle, column))))
    }

    func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { [UInt8]($0) } }
}
