import Lifeline

/// The reading end of a SQLite journal, on a read-only connection of its own.
///
/// It sees what was committed before each call and never blocks the writer. A segment that cannot be read is skipped and counted, once in the
/// life of this reader, in `JournalFigures.damagedSegments`. *Isolation*: one thread. *Memory*: one segment (at most 65 536 readings) and SQLite's
/// cache of 256 KiB.
package final class SQLiteJournalReader: JournalFileReader {
    private let prepared: JournalQueries

    /// How long a call waits for a lock before it throws `.busy`: the writer's locks last milliseconds.
    package static let busyMilliseconds: Int32 = 1000

    private init(_ queries: JournalQueries) { prepared = queries }

    /// Opens a journal that a writer has made. `vfs` as at `SQLiteJournal.open`.
    ///
    /// *Throws*: `.medium` when there is no file, `.busy` while the writer is just making it (ask again later), `.tooNew`, `.damaged`.
    package static func open(path: String, vfs: String? = nil) throws(JournalError) -> SQLiteJournalReader {
        let connection = try SQLiteConnection(path: path, access: .reading, busyMilliseconds: busyMilliseconds, vfs: vfs)
        guard try JournalSchema.examine(connection) == .current else { throw .busy("\(path) is being made") }
        return SQLiteJournalReader(try JournalQueries(connection))
    }

    /// The same for a look that leaves nothing behind, beside a gateway or without one: no file is made, changed or removed.
    package static func inspect(path: String) throws(JournalError) -> SQLiteJournalReader {
        let connection = try SQLiteConnection(path: path, access: .inspecting, busyMilliseconds: busyMilliseconds)
        guard try JournalSchema.examine(connection) == .current else { throw .busy("\(path) is being made") }
        return SQLiteJournalReader(try JournalQueries(connection))
    }

    /// The questions on this reader's own connection.
    package func queries() throws(JournalError) -> JournalQueries { prepared }
}
