internal import CSQLite

/// A SQLite file: what the desk keeps its data in unless told otherwise. No set-up.
///
/// WAL with `synchronous=FULL`: a commit that has returned survives a power cut. *Isolation*: one thread at a time.
package final class SQLiteDatabase: SQLDatabase {
    /// A statement that stays prepared, and where its columns are.
    private struct Prepared {
        let statement: OpaquePointer
        let columns: [String: Int]
    }

    private let handle: OpaquePointer
    private let path: String
    private var statements: [String: Prepared] = [:]
    /// Statements that stay prepared; beyond, all are let go.
    private static let preparedLimit = 128

    package let kind = "SQLite"
    package let keyColumn = "INTEGER PRIMARY KEY AUTOINCREMENT"

    /// Opens or makes the file; `:memory:` is one that nobody else sees.
    ///
    /// - Parameter isReading: this connection only reads; what is read while another one writes is the state before.
    package init(path: String, isReading: Bool = false) throws(DatabaseError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let error = SQLiteDatabase.error(code, opened, "\(path) cannot be opened")
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
        self.path = path
        // Another process may write too (the command line).
        sqlite3_busy_timeout(handle, 5000)
        for pragma in ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"] {
            _ = try run("PRAGMA \(pragma)", [])
        }
        if isReading {
            // Nobody else reads in this file's cache: a few megabytes hold the top of every index.
            for pragma in ["query_only = ON", "cache_size = -8192"] { _ = try run("PRAGMA \(pragma)", []) }
        } else {
            _ = try run("PRAGMA cache_size = -\(SQLiteDatabase.cacheKibibytes)", [])
        }
    }

    /// *Units*: KiB of pages that the writing connection keeps. What comes from a thousand gateways at once touches places all over the indexes.
    private static let cacheKibibytes = 65_536

    // SAFETY: statements are finalised before the connection that they belong to is closed.
    deinit {
        for each in statements.values { sqlite3_finalize(each.statement) }
        sqlite3_close_v2(handle)
    }

    package func run(_ sql: String, _ values: [SQLValue]) throws(DatabaseError) -> [SQLRow] {
        let known = try prepared(sql)
        let (statement, columns) = (known.statement, known.columns)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() {
            let code = bind(value, statement, Int32(index + 1))
            guard code == SQLITE_OK else { throw SQLiteDatabase.error(code, handle, sql) }
        }
        let count = Int(sqlite3_column_count(statement))
        var rows: [SQLRow] = []
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return rows }
            guard code == SQLITE_ROW else { throw SQLiteDatabase.error(code, handle, sql) }
            rows.append(SQLRow(columns: columns, values: (0..<count).map { SQLiteDatabase.value(statement, Int32($0)) }))
        }
    }

    private func prepared(_ sql: String) throws(DatabaseError) -> Prepared {
        if let known = statements[sql] { return known }
        if statements.count >= SQLiteDatabase.preparedLimit {
            for each in statements.values { sqlite3_finalize(each.statement) }
            statements.removeAll()
        }
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw SQLiteDatabase.error(code, handle, sql) }
        var columns: [String: Int] = [:]
        for index in 0..<sqlite3_column_count(statement) { columns[String(cString: sqlite3_column_name(statement, index))] = Int(index) }
        let made = Prepared(statement: statement, columns: columns)
        statements[sql] = made
        return made
    }

    private func bind(_ value: SQLValue, _ statement: OpaquePointer, _ index: Int32) -> Int32 {
        switch value {
        case .null: sqlite3_bind_null(statement, index)
        case .integer(let number): sqlite3_bind_int64(statement, index, number)
        case .real(let number): sqlite3_bind_double(statement, index, number)
        case .text(let text):
            sqlite3_bind_text64(statement, index, text, UInt64(text.utf8.count), bamai_sqlite_transient(), UInt8(SQLITE_UTF8))
        }
    }

    private static func value(_ statement: OpaquePointer, _ column: Int32) -> SQLValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
        case SQLITE_NULL: return .null
        default:
            guard let text = sqlite3_column_text(statement, column) else { return .text("") }
            // SAFETY: the bytes belong to the statement until it is stepped again; they are copied here.
            return .text(String(decoding: UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, column))), as: UTF8.self))
        }
    }

    /// All of it is durable when this returns, or none of it.
    package func transaction<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        // At once a writing one: a reading one that begins to write may be refused without waiting.
        _ = try run("BEGIN IMMEDIATE", [])
        do throws(DatabaseError) {
            let result = try body()
            _ = try run("COMMIT", [])
            return result
        } catch {
            // Some failures have rolled back already.
            if sqlite3_get_autocommit(handle) == 0 { _ = try? run("ROLLBACK", []) }
            throw error
        }
    }

    /// Reads what belongs together: all of it is of one moment.
    package func snapshot<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        _ = try run("BEGIN", [])
        // Nothing was written: it does not matter how it ends, only that it does.
        defer { _ = try? run("COMMIT", []) }
        return try body()
    }

    package func reader() throws(DatabaseError) -> (any SQLDatabase)? {
        path == ":memory:" || path.isEmpty ? nil : try SQLiteDatabase(path: path, isReading: true)
    }

    package func bytes() throws(DatabaseError) -> Int64? {
        let all = try row("PRAGMA page_count")?.integer("page_count") ?? 0
        let pages = all - (try row("PRAGMA freelist_count")?.integer("freelist_count") ?? 0)
        return pages * (try row("PRAGMA page_size")?.integer("page_size") ?? 0)
    }

    private static func error(_ code: Int32, _ handle: OpaquePointer?, _ doing: String) -> DatabaseError {
        let detail = handle != nil && sqlite3_extended_errcode(handle) == code ? sqlite3_errmsg(handle) : sqlite3_errstr(code)
        let text = "SQLite: \(detail.map { String(cString: $0) } ?? "error") (\(code)): \(doing.prefix(120))"
        switch code & 0xff {
        case SQLITE_FULL, SQLITE_IOERR, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_READONLY, SQLITE_NOMEM, SQLITE_CANTOPEN, SQLITE_PROTOCOL:
            return .unavailable(text)
        default: return .failed(text)
        }
    }
}
