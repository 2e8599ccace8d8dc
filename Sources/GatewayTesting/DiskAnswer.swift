internal import CSQLite
import Glibc

/// What SQLite is answered, as its own layer for Unix answers. *Source*: sqlite3.h and os_unix.c.
///
/// The extended codes are macros with arithmetic, which Swift does not import.
enum DiskAnswer {
    static let ok = SQLITE_OK
    /// To a handle that was open before a power cut.
    static let dead = SQLITE_IOERR
    static let readError = SQLITE_IOERR | (1 << 8)
    static let shortRead = SQLITE_IOERR | (2 << 8)
    static let writeError = SQLITE_IOERR | (3 << 8)
    static let syncError = SQLITE_IOERR | (4 << 8)
    static let truncateError = SQLITE_IOERR | (6 << 8)
    static let sizeError = SQLITE_IOERR | (7 << 8)
    static let deleteError = SQLITE_IOERR | (10 << 8)
    static let accessError = SQLITE_IOERR | (13 << 8)
    static let memoryOpenError = SQLITE_IOERR | (18 << 8)
    static let nothingToDelete = SQLITE_IOERR | (23 << 8)
    static let cannotOpen = SQLITE_CANTOPEN
    static let full = SQLITE_FULL
    static let busy = SQLITE_BUSY
    static let readOnly = SQLITE_READONLY
}

/// A failure: SQLite's code, and the kernel's number behind it (`sqlite3_system_errno`).
struct DiskFailure: Error {
    var code: Int32
    var number: Int32 = EIO
}
