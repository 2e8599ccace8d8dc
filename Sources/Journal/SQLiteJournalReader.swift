import Lifeline

/// The reading end of a SQLite journal, on a read-only connection of its own.
///
/// It sees what was committed before each call and never blocks the writer. A segment that cannot be read is skipped and counted, once in the
/// life of this reader, in `JournalFigures.damagedSegments`. *Isolation*: one thread. *Memory*: one segment (at most 65 536 readings) and SQLite's
/// cache of 2 MB.
package final class SQLiteJournalReader: JournalReader {
    private let queries: JournalQueries

    /// How long a call waits for a lock before it throws `.busy`: the writer's locks last milliseconds.
    package static let busyMilliseconds: Int32 = 1000

    private init(_ queries: JournalQueries) { self.queries = queries }

    /// Opens a journal that a writer has made. `vfs` as at `SQLiteJournal.open`.
    ///
    /// *Throws*: `.medium` when there is no file, `.busy` while the writer is just making it (ask again later), `.tooNew`, `.damaged`.
    package static func open(path: String, vfs: String? = nil) throws(JournalError) -> SQLiteJournalReader {
        let connection = try SQLiteConnection(path: path, access: .reading, busyMilliseconds: busyMilliseconds, vfs: vfs)
        guard try JournalSchema.examine(connection) == .current else { throw .busy("\(path) is being made") }
        return SQLiteJournalReader(try JournalQueries(connection))
    }

    package func lastSequence() throws(JournalError) -> Sequence64 { try queries.lastSequence() }
    package func firstSequence() throws(JournalError) -> Sequence64 { try queries.firstSequence() }
    package func readings(from sequence: Sequence64, _ body: (Sequence64, Reading) -> Bool) throws(JournalError) {
        try queries.readings(from: sequence, body)
    }
    package func alerts(after position: UInt64, limit: Int) throws(JournalError) -> [AlertRecord] {
        try queries.alerts(after: position, limit: limit)
    }
    package func latestAlerts(limit: Int) throws(JournalError) -> [AlertRecord] { try queries.latestAlerts(limit: limit) }
    package func cursor(_ lane: Lane) throws(JournalError) -> UInt64 { try queries.cursor(lane) }
    package func clockMarks() throws(JournalError) -> [ClockMark] { try queries.clockMarks() }
    package func seriesKeys() throws(JournalError) -> [SeriesID: String] { try queries.seriesKeys() }
    package func rejected(limit: Int) throws(JournalError) -> [RejectedMessage] { try queries.rejected(limit: limit) }
    package func figures() throws(JournalError) -> JournalFigures { try queries.figures() }
}
