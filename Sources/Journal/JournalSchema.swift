import Lifeline

/// The tables of a journal file, and how an opened file is told from others.
///
/// One row a commit in `segment`; a commit touches the last page of few tables, because on flash every page touched is written anew.
/// Receipts have a table of their own: they are needed for minutes, segments for days, and freed rows give whole pages back.
enum JournalSchema {
    /// `BMAI`: what `file(1)` and SQLite call the application id.
    static let applicationID: Int64 = 0x424D_4149
    /// Counts up when a table changes. A file with a greater number is refused, a lower one is brought up to this in `open`.
    static let version: Int64 = 3

    static let tables = """
        CREATE TABLE series(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE segment(first INTEGER PRIMARY KEY, count INTEGER NOT NULL, ordinal INTEGER NOT NULL, commits INTEGER NOT NULL,
            received_min INTEGER NOT NULL, received_max INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE receipt(id INTEGER PRIMARY KEY, count INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE alert(position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, episode TEXT NOT NULL, kind TEXT NOT NULL,
            level INTEGER NOT NULL, subject TEXT NOT NULL, sensor TEXT NOT NULL, rule TEXT NOT NULL, sequence INTEGER NOT NULL,
            recorded INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE clock(id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, boot TEXT NOT NULL, offset INTEGER NOT NULL,
            synchronised INTEGER) STRICT;
        \(decisionTable)
        \(deadLetterTable)
        CREATE TABLE cursor(lane TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE checkpoint(slot INTEGER PRIMARY KEY, ordinal INTEGER NOT NULL, sequence INTEGER NOT NULL, revision TEXT NOT NULL,
            crc INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE rejected(id INTEGER PRIMARY KEY, received INTEGER NOT NULL, broker TEXT NOT NULL, topic TEXT NOT NULL,
            cause TEXT NOT NULL, sample BLOB NOT NULL) STRICT;
        CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """

    /// Since version 2.
    private static let decisionTable =
        "CREATE TABLE decision(id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL) STRICT;"

    /// Since version 3.
    private static let deadLetterTable = """
        CREATE TABLE dead_letter(id INTEGER PRIMARY KEY, made INTEGER NOT NULL, lane TEXT NOT NULL, position INTEGER NOT NULL,
            event TEXT NOT NULL, cause TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
        """

    /// Names in the table `counter`.
    enum Counter: String {
        /// A new file continues after a damaged one: no reading has a lower sequence.
        case sequenceFloor = "sequence_floor"
        /// The same for alerts.
        case positionFloor = "position_floor"
        /// New series have no lower number: readings of a damaged file may carry those.
        case seriesFloor = "series_floor"
        case droppedForwarded = "dropped_readings_forwarded"
        case droppedUnforwarded = "dropped_readings_unforwarded"
        /// Among the dropped: those that no checkpoint covered.
        case droppedUnjudged = "dropped_readings_unjudged"
        /// Among the forwarded: those that were old, which are counted here alone.
        case droppedAged = "dropped_readings_aged"
        case droppedSegments = "dropped_segments"
        case alertsDroppedByCount = "dropped_alerts_count"
        case alertsDroppedByAge = "dropped_alerts_aged"
        case alertsDroppedBySpace = "dropped_alerts_space"
        /// Readings lost with damaged files, where their number is known.
        case lostToDamage = "lost_readings_damage"
        /// Segments of damaged files that were met and could not be read.
        case damagedSegments = "damaged_segments"
        /// Messages that the platform will never take.
        case deadLetters = "dead_letters"
        /// 0: nothing is to be copied; else a `SalvageStage`.
        case salvageStage = "salvage_stage"
        /// The n of `.damaged-<n>` that is copied.
        case salvageFile = "salvage_file"
        /// The key that is looked for next in the damaged file: a position, receipt or sequence, as the stage says.
        case salvageNext = "salvage_next"
        case salvagedSegments = "salvaged_segments"
        case salvagedReadings = "salvaged_readings"
        case salvageDamagedSegments = "salvage_damaged_segments"
        /// Among those lost to damage: by the file that is being copied.
        case salvageLostReadings = "salvage_lost_readings"
        /// The limit that the writer was opened with, for readers.
        case maxBytes = "max_bytes"
    }

    /// Counters that a successor takes over from a damaged file.
    static let inherited: [Counter] = [
        .droppedForwarded, .droppedUnforwarded, .droppedUnjudged, .droppedAged, .alertsDroppedByCount, .alertsDroppedByAge, .alertsDroppedBySpace,
        .lostToDamage, .damagedSegments, .deadLetters,
    ]

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

    /// Brings a file of an earlier version up to this one, in one transaction. *Throws*: what writing throws; the file is then as it was.
    static func upgrade(_ connection: SQLiteConnection) throws(JournalError) {
        let found = try connection.integer("PRAGMA user_version") ?? 0
        guard found < version else { return }
        let missing = (found < 2 ? decisionTable : "") + (found < 3 ? deadLetterTable : "")
        do throws(JournalError) {
            try connection.run("BEGIN IMMEDIATE; \(missing) PRAGMA user_version = \(version); COMMIT")
        } catch {
            try? connection.run("ROLLBACK")
            throw error
        }
    }

    /// Makes the tables, in one transaction with what is taken over from a damaged file: no file lets a sequence be used twice.
    static func create(_ connection: SQLiteConnection, after salvage: JournalSalvage? = nil, file: Int = 0) throws(JournalError) {
        try connection.run("BEGIN IMMEDIATE; \(tables) PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version);")
        if let salvage { try takeOver(salvage, file, connection) }
        try connection.run("COMMIT")
    }

    private static func takeOver(_ salvage: JournalSalvage, _ file: Int, _ connection: SQLiteConnection) throws(JournalError) {
        var counters = salvage.counters
        counters[.sequenceFloor] = salvage.sequenceFloor
        counters[.positionFloor] = salvage.positionFloor
        counters[.seriesFloor] = UInt64(clamping: salvage.seriesFloor)
        if salvage.isReadable || salvage.hasPages {
            counters[.salvageStage] = (salvage.isReadable ? SalvageStage.receipts : .pages).rawValue
            counters[.salvageFile] = UInt64(file)
        }
        let setCounter = try connection.prepare("INSERT INTO counter(name, value) VALUES (?1, ?2)")
        for (name, value) in counters {
            setCounter.bind(1, name.rawValue)
            setCounter.bind(2, value)
            try setCounter.execute()
        }
        let setCursor = try connection.prepare("INSERT INTO cursor(lane, position) VALUES (?1, ?2)")
        for (lane, position) in salvage.cursors {
            setCursor.bind(1, lane.rawValue)
            setCursor.bind(2, position)
            try setCursor.execute()
        }
        let insertSeries = try connection.prepare("INSERT INTO series(id, key) VALUES (?1, ?2)")
        for (id, key) in salvage.series {
            insertSeries.bind(1, id)
            insertSeries.bind(2, key)
            try insertSeries.execute()
        }
        let insertMark = try connection.prepare("INSERT INTO clock(sequence, boot, offset, synchronised) VALUES (?1, ?2, ?3, ?4)")
        for mark in salvage.marks {
            insertMark.bind(1, mark.sequence)
            insertMark.bind(2, mark.boot)
            insertMark.bind(3, mark.offset)
            if let isSynchronised = mark.isSynchronised { insertMark.bind(4, Int64(isSynchronised ? 1 : 0)) }
            try insertMark.execute()
        }
        let insertDecision = try connection.prepare("INSERT INTO decision(sequence, crc, body) VALUES (?1, ?2, ?3)")
        for decision in salvage.decisions {
            insertDecision.bind(1, decision.sequence)
            insertDecision.bind(2, Int64(decision.body.withUnsafeBytes { CRC32C.shared.checksum($0) }))
            try insertDecision.execute(binding: decision.body, at: 3)
        }
        guard let checkpoint = salvage.checkpoint else { return }
        let insert = try connection.prepare("INSERT INTO checkpoint(slot, ordinal, sequence, revision, crc, body) VALUES (1, 1, ?1, ?2, ?3, ?4)")
        insert.bind(1, checkpoint.sequence)
        insert.bind(2, checkpoint.revision)
        insert.bind(3, Int64(checkpoint.body.withUnsafeBytes { CRC32C.shared.checksum($0) }))
        try insert.execute(binding: checkpoint.body, at: 4)
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
