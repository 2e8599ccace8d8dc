internal import CSQLite
import GatewayTesting

/// A raw SQLite connection to a file of a simulated disk. *Isolation*: one thread.
final class DiskDatabase {
    private var handle: OpaquePointer?

    /// nil when SQLite cannot open it.
    init?(_ path: String) {
        let code = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE, SimulatedDisk.vfsName)
        guard code == SQLITE_OK else {
            sqlite3_close(handle)
            return nil
        }
    }

    deinit { sqlite3_close(handle) }

    /// SQLite's code; 0 when it went well.
    @discardableResult
    func run(_ sql: String) -> Int32 { sqlite3_exec(handle, sql, nil, nil, nil) }

    /// The first column of the first row; nil when there is none, or after an error.
    func text(_ sql: String) -> String? {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, sqlite3_step(statement) == SQLITE_ROW else { return nil }
        return sqlite3_column_text(statement, 0).map { String(cString: $0) }
    }

    func integer(_ sql: String) -> Int? { text(sql).flatMap { Int($0) } }
}
