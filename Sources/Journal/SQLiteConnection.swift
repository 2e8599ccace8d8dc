internal import CSQLite

/// The one owner of a SQLite connection.
///
/// Opened without SQLite's own mutex. *Isolation*: one thread at a time. *Source*: https://www.sqlite.org/rescode.html for the sorting of errors.
final class SQLiteConnection {
    enum Access {
        case writing, reading
        /// Reading that leaves nothing behind: a reader of a journal that was closed well would make the WAL's two files anew.
        case inspecting
    }
    /// *Units*: KiB of pages that SQLite keeps in memory; its own choice would be 2000.
    private static let cacheKilobytes = 256

    private let handle: OpaquePointer
    /// Frames in the WAL after the last commit of this connection, as SQLite's WAL hook tells. Heap memory, because C holds its address.
    private let walFrameCount: UnsafeMutablePointer<Int32>

    /// Opens `path`; a writing connection creates the file.
    ///
    /// `busyMilliseconds` bounds how long one step may wait for another connection's lock. `vfs` names another file layer than SQLite's own.
    init(path: String, access: Access, busyMilliseconds: Int32, vfs: String? = nil) throws(JournalError) {
        var flags = access == .writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        if access == .inspecting { flags |= SQLITE_OPEN_URI }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(
            access == .inspecting ? Self.inspection(path) : path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs)
        guard code == SQLITE_OK, let opened else {
            let error = Self.error(code, opened, "open \(path)")
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
        walFrameCount = .allocate(capacity: 1)
        walFrameCount.initialize(to: 0)
        sqlite3_busy_timeout(handle, busyMilliseconds)
        // A journal is read from one end to the other and written at one end: pages kept in memory are hardly ever asked for again.
        sqlite3_exec(handle, "PRAGMA cache_size = -\(Self.cacheKilobytes)", nil, nil, nil)
        if access == .writing {
            // SAFETY: the hook's context is `walFrameCount`, which is freed only after the connection is closed in `deinit`.
            _ = sqlite3_wal_hook(
                handle,
                { context, _, _, frames in
                    context?.assumingMemoryBound(to: Int32.self).pointee = frames
                    return SQLITE_OK
                }, walFrameCount)
        }
    }

    // SAFETY: `close_v2` lets statements that still live finish the connection; the hook is taken off before its memory goes.
    deinit {
        _ = sqlite3_wal_hook(handle, nil, nil)
        sqlite3_close_v2(handle)
        walFrameCount.deallocate()
    }

    /// The file's name as SQLite is asked to leave it alone. Without a WAL nobody has the file open for writing, and all of it is in the one file. With one,
    /// its shared memory is only read; after a power cut SQLite makes up in its own memory what is stale there. *Source*:
    /// https://www.sqlite.org/wal.html, "Read-Only Databases", and https://www.sqlite.org/uri.html.
    private static func inspection(_ path: String) -> String {
        var name = "file:"
        for byte in path.utf8 {
            let isPlain = (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || [45, 46, 47, 95].contains(byte)
            let digits = Array("0123456789abcdef")
            name += isPlain ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }
        return name + (JournalFiles.exists(path + "-wal") ? "?mode=ro&readonly_shm=1" : "?mode=ro&immutable=1")
    }

    /// Commits and checkpoints, each of which asks the medium to make things durable: once, and twice.
    private(set) var syncs: UInt64 = 0
    func noteCommit() { syncs += 1 }

    var walFrames: Int { Int(walFrameCount.pointee) }
    /// SQLite opens a file that it may not write as read-only and says nothing.
    var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") != 0 }
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }
    /// Rows that the last statement changed.
    var changes: Int { Int(sqlite3_changes(handle)) }

    /// Lets the statement that is running end with an error soon. May be called from any thread while the connection lives.
    func interrupt() { sqlite3_interrupt(handle) }

    func setBusyTimeout(milliseconds: Int32) { sqlite3_busy_timeout(handle, milliseconds) }

    /// Lets go of the pages that are held in memory. No statement may be running.
    func forgetPages() { sqlite3_db_release_memory(handle) }

    /// Runs statements that give no rows (or whose rows do not matter).
    func run(_ sql: String) throws(JournalError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, sql) }
    }

    func prepare(_ sql: String) throws(JournalError) -> SQLiteStatement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw error(code, sql) }
        return SQLiteStatement(statement, of: self, sql: sql)
    }

    /// The first column of the first row, or nil when there is none.
    func integer(_ sql: String) throws(JournalError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer(0) : nil
    }

    func text(_ sql: String) throws(JournalError) -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.text(0) : nil
    }

    enum CheckpointMode { case passive, truncate }

    /// Moves WAL frames into the file. Returns false when a reader kept it from finishing.
    func checkpoint(_ mode: CheckpointMode) throws(JournalError) -> Bool {
        var frames: Int32 = 0
        var moved: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(
            handle, "main", mode == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE, &frames, &moved)
        if moved > 0 { syncs += 2 }
        if code & 0xff == SQLITE_BUSY { return false }
        guard code == SQLITE_OK else { throw error(code, "checkpoint") }
        // All moved: the next commit starts the WAL anew, and the hook then tells its frames.
        if frames == moved { walFrameCount.pointee = 0 }
        return frames == moved
    }

    func error(_ code: Int32, _ doing: String) -> JournalError { Self.error(code, handle, doing) }

    private static func error(_ code: Int32, _ handle: OpaquePointer?, _ doing: String) -> JournalError {
        // The message of a connection may belong to another call than this code; a mismatch is worse than no detail.
        let detail = handle != nil && sqlite3_extended_errcode(handle) == code ? sqlite3_errmsg(handle) : sqlite3_errstr(code)
        let words = detail.map { String(cString: $0) } ?? "error"
        let text = "\(words) (\(code)): \(doing.prefix(80))"
        switch code & 0xff {
        case SQLITE_FULL: return .full(text)
        case SQLITE_IOERR:
            // The shared-memory file of a WAL fails as an I/O error when the file system is full.
            return sqlite3_system_errno(handle) == noSpace ? .full(text) : .medium(text)
        case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH: return .medium(text)
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: return .damaged(text)
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: return .busy(text)
        default: return .other(text)
        }
    }

    /// `ENOSPC` on Linux, all architectures.
    private static let noSpace: Int32 = 28
}
