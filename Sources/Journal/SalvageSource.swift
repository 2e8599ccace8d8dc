import Lifeline

/// A damaged journal that is read row by row, on a read-only connection of its own.
///
/// Each question seeks one row, so that a broken page spoils the rows on it and no others. *Isolation*: one thread.
final class SalvageSource {
    /// What a seek found.
    enum Find<Row> {
        case row(Row)
        /// No row has such a key or a greater one.
        case none
        /// A page on the way is broken, or the row is none of ours.
        case unreadable
    }

    /// The rest of the row is in `bytes` and `readings`.
    struct SegmentRow {
        var first: Sequence64
        var count: UInt64
        var receivedMin: Timestamp
        var receivedMax: Timestamp
    }

    /// The body of the row that was found last.
    private(set) var bytes: [UInt8] = []
    /// The segment that was found last, decoded.
    private(set) var readings: [Reading] = []

    private let connection: SQLiteConnection
    private let decoder = SegmentDecoder()
    private let segments: SQLiteStatement
    private let alerts: SQLiteStatement
    private let receipts: SQLiteStatement
    private let allSeries: SQLiteStatement

    /// *Throws*: when not even the schema can be read.
    init(path: String, vfs: String?) throws(JournalError) {
        connection = try Self.connect(path, vfs)
        segments = try connection.prepare("SELECT first, count, body FROM segment WHERE first >= ?1 ORDER BY first LIMIT 1")
        alerts = try connection.prepare("SELECT \(JournalQueries.alertColumns) FROM alert WHERE position >= ?1 ORDER BY position LIMIT 1")
        receipts = try connection.prepare("SELECT id, count, body FROM receipt WHERE id >= ?1 ORDER BY id LIMIT 1")
        allSeries = try connection.prepare("SELECT id, key FROM series WHERE id >= ?1 ORDER BY id LIMIT 1")
    }

    /// A connection that does not mind what is only wrong elsewhere.
    ///
    /// With `writable_schema`, SQLite reads a file that is shorter than its header says, and passes over tables that it cannot make out. Nothing can be
    /// written here all the same.
    static func connect(_ path: String, _ vfs: String?) throws(JournalError) -> SQLiteConnection {
        let connection = try SQLiteConnection(path: path, access: .reading, busyMilliseconds: 100, vfs: vfs)
        try connection.run("PRAGMA writable_schema = ON; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;")
        return connection
    }

    /// A segment is readable when its checksum fits and its count is the declared one.
    func segment(from key: UInt64) throws(JournalError) -> Find<SegmentRow> {
        try seek(segments, key) { statement in
            let first = statement.unsigned(0)
            guard first >= key, read(statement), UInt64(readings.count) == statement.unsigned(1), let reading = readings.first else { return nil }
            var received = reading.received...reading.received
            for reading in readings {
                received = min(received.lowerBound, reading.received)...max(received.upperBound, reading.received)
            }
            return SegmentRow(first: first, count: UInt64(readings.count), receivedMin: received.lowerBound, receivedMax: received.upperBound)
        }
    }

    /// The first sequence of the segment that a reading is in; the sequence itself where that cannot be read.
    func segmentHolding(_ sequence: Sequence64) -> Sequence64 {
        let question = "SELECT max(first) FROM segment WHERE first <= \(Int64(clamping: sequence))"
        guard let found = try? connection.integer(question), found > 0 else { return max(1, sequence) }
        return UInt64(found)
    }

    private func read(_ statement: SQLiteStatement) -> Bool {
        statement.withBytes(2) { lent in
            bytes.removeAll(keepingCapacity: true)
            bytes.append(contentsOf: lent)
            return (try? decoder.decode(lent, into: &readings)) != nil
        }
    }

    func alert(from key: UInt64) throws(JournalError) -> Find<AlertRecord> {
        try seek(alerts, key) { statement in
            let alert = JournalQueries.alert(statement)
            return alert.position >= key && !alert.id.isEmpty && !alert.body.isEmpty && alert.body.count <= SQLiteJournal.alertBytesLimit
                ? alert : nil
        }
    }

    /// Returns the row's id and the number of its receipts, which are in `bytes`.
    func receipts(from key: UInt64) throws(JournalError) -> Find<(id: UInt64, count: Int)> {
        try seek(receipts, key) { statement in
            bytes = statement.bytes(2)
            let id = statement.unsigned(0)
            let receipts = bytes.withUnsafeBytes { try? ReceiptCodec.decode($0, count: statement.unsigned(1)) }
            guard id >= key, let receipts, !receipts.isEmpty else { return nil }
            return (id, receipts.count)
        }
    }

    func series(from key: UInt64) throws(JournalError) -> Find<(id: Int64, key: String)> {
        try seek(allSeries, key) { statement in
            let id = statement.integer(0)
            let name = statement.text(1)
            return id >= Int64(clamping: key) && id <= Int64(SQLiteJournal.seriesLimit) && name.utf8.count <= SQLiteJournal.keyLimit
                ? (id, name) : nil
        }
    }

    /// *Throws*: `.busy` only: everything else is the state of the file, and so an answer.
    private func seek<Row>(_ statement: SQLiteStatement, _ key: UInt64, _ body: (SQLiteStatement) -> Row?) throws(JournalError) -> Find<Row> {
        defer { statement.reset() }
        statement.bind(1, key)
        do throws(JournalError) {
            guard try statement.step() else { return .none }
        } catch {
            if case .busy = error { throw error }
            return .unreadable
        }
        return body(statement).map { .row($0) } ?? .unreadable
    }
}
