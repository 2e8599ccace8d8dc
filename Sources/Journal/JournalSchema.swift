import Lifeline

/// The tables of a journal file, and how an opened file is told from others.
///
/// One row a commit in `segment`; a commit touches the last page of few tables, because on flash every page touched is written anew.
/// Receipts have a table of their own: they are needed for minutes, segments for days, and freed rows give whole pages back.
enum JournalSchema {
    /// `BMAI`: what `file(1)` and SQLite call the application id.
    static let applicationID: Int64 = 0x424D_4149
    /// Counts up when a table changes. A file with a greater number is refused, a lower one is brought up to this in `open`.
    static let version: Int64 = 1

    static let tables = """
        CREATE TABLE series(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE segment(first INTEGER PRIMARY KEY, count INTEGER NOT NULL, ordinal INTEGER NOT NULL, commits INTEGER NOT NULL,
            received_min INTEGER NOT NULL, received_max INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE receipt(id INTEGER PRIMARY KEY, count INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE alert(position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, episode TEXT NOT NULL, kind TEXT NOT NULL,
            level INTEGER NOT NULL, subject TEXT NOT NULL, sensor TEXT NOT NULL, rule TEXT NOT NULL, sequence INTEGER NOT NULL,
            recorded INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE clock(id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, boot TEXT NOT NULL, offset INTEGER NOT NULL,
            synchronised INTEGER) STRICT;
        CREATE TABLE cursor(lane TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE checkpoint(slot INTEGER PRIMARY KEY, ordinal INTEGER NOT NULL, sequence INTEGER NOT NULL, revision TEXT NOT NULL,
            crc INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE rejected(id INTEGER PRIMARY KEY, received INTEGER NOT NULL, broker TEXT NOT NULL, topic TEXT NOT NULL,
            cause TEXT NOT NULL, sample BLOB NOT NULL) STRICT;
        CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """

    /// Names in the table `counter`.
    enum Counter: String {
        /// A new file continues after a damaged one: no reading has a lower sequence.
        case sequenceFloor = "sequence_floor"
        /// The same for alerts.
        case positionFloor = "position_floor"
        case droppedForwarded = "dropped_readings_forwarded"
        case droppedUnforwarded = "dropped_readings_unforwarded"
        /// Among the dropped: those that no checkpoint covered.
        case droppedUnjudged = "dropped_readings_unjudged"
        /// The limit that the writer was opened with, for readers.
        case maxBytes = "max_bytes"
    }

    enum State { case empty, current }

    /// Looks at a file without changing it.
    ///
    /// *Throws*: `.tooNew`; `.damaged` when it is no database; `.other` when it is somebody else's.
    static func examine(_ connection: SQLiteConnection) throws(JournalError) -> State {
        let application = try connection.integer("PRAGMA application_id") ?? 0
        let found = try connection.integer("PRAGMA user_version") ?? 0
        let objects = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        if application == 0 && found == 0 && objects == 0 { return .empty }
        guard application == applicationID else { throw .other("not a journal of Bamai (application id \(application))") }
        guard found <= version else { throw .tooNew(found: Int(found), known: Int(version)) }
        return .current
    }

    /// Makes the tables, in one transaction.
    static func create(_ connection: SQLiteConnection) throws(JournalError) {
        try connection.run(
            "BEGIN IMMEDIATE; \(tables) PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version); COMMIT;")
    }

    /// `PRAGMA quick_check`: the first complaint, or nil. *Complexity*: reads the whole file.
    static func complaint(_ connection: SQLiteConnection) throws(JournalError) -> String? {
        do {
            let answer = try connection.text("PRAGMA quick_check(1)") ?? "no answer"
            return answer == "ok" ? nil : answer
        } catch .damaged(let words) {
            return words
        }
    }
}
