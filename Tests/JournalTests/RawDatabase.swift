internal import CSQLite

/// SQL straight at a journal's file, to break it as a test needs. No journal may be open on it.
enum RawDatabase {
    static func run(_ path: String, _ sql: String) {
        var handle: OpaquePointer?
        precondition(sqlite3_open(path, &handle) == SQLITE_OK)
        defer { sqlite3_close(handle) }
        precondition(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK, String(cString: sqlite3_errmsg(handle)))
    }

    static func integer(_ path: String, _ sql: String) -> Int64 {
        var handle: OpaquePointer?
        var statement: OpaquePointer?
        precondition(sqlite3_open(path, &handle) == SQLITE_OK)
        defer { sqlite3_close(handle) }
        precondition(sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK)
        defer { sqlite3_finalize(statement) }
        precondition(sqlite3_step(statement) == SQLITE_ROW)
        return sqlite3_column_int64(statement, 0)
    }

    /// Every row, its columns as texts.
    static func rows(_ path: String, _ sql: String) -> [[String]] {
        var handle: OpaquePointer?
        var statement: OpaquePointer?
        precondition(sqlite3_open(path, &handle) == SQLITE_OK)
        defer { sqlite3_close(handle) }
        precondition(sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, String(cString: sqlite3_errmsg(handle)))
        defer { sqlite3_finalize(statement) }
        var rows: [[String]] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            rows.append((0..<sqlite3_column_count(statement)).map { sqlite3_column_text(statement, $0).map { String(cString: $0) } ?? "" })
        }
        return rows
    }
}
