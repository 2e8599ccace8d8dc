import Lifeline

/// A reading end of a SQLite journal, on its own read-only connection. It sees what is committed, and never holds the writer up.
///
/// *Isolation*: one thread.
package final class SQLiteJournalReader: JournalReader {
    private var reading: SQLiteReading
    private let maxBytes: Int64

    /// Opens the file that a writer made. Throws `.medium` when there is none yet, `.damaged` when it is no journal, `.tooNew` for a later format.
    package init(path: String) throws(JournalError) {
        let database = try Database(path: path, mode: .reader)
        let application = try database.number("PRAGMA application_id") ?? 0
        guard application == Schema.applicationID else { throw .damaged("\(path): not a journal of Bamai") }
        let version = try database.number("PRAGMA user_version") ?? 0
        guard version <= Schema.version else { throw .tooNew(found: Int(version), known: Int(Schema.version)) }
        reading = SQLiteReading(database)
        maxBytes = (try database.number("PRAGMA max_page_count") ?? 0) * (try database.number("PRAGMA page_size") ?? 0)
    }

    package func lastSequence() throws(JournalError) -> Sequence64 { try reading.lastSequence() }
    package func firstSequence() throws(JournalError) -> Sequence64 { try reading.firstSequence() }
    package func readings(from sequence: Sequence64, _ body: (Sequence64, Reading) -> Bool) throws(JournalError) {
        try reading.readings(from: sequence, body)
    }
    package func alerts(after position: UInt64, limit: Int) throws(JournalError) -> [AlertRecord] {
        try reading.alerts(after: position, limit: limit)
    }
    package func latestAlerts(limit: Int) throws(JournalError) -> [AlertRecord] { try reading.latestAlerts(limit: limit) }
    package func cursor(_ lane: Lane) throws(JournalError) -> UInt64 { try reading.cursor(lane) }
    package func seriesKeys() throws(JournalError) -> [SeriesID: String] { try reading.seriesKeys() }
    package func rejected(limit: Int) throws(JournalError) -> [RejectedMessage] { try reading.rejected(limit: limit) }
    package func figures() throws(JournalError) -> JournalFigures { try reading.figures() }
}
