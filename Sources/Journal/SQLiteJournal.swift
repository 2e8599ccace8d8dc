import Lifeline

/// The writing end of a SQLite journal.
///
/// WAL with `synchronous=FULL`: what `commit` has returned survives a power cut. One segment a commit, all of a commit or nothing.
/// Never more than `maxBytes` in the file; beside it lie the WAL (about `walBytes`, at most four times as much while readers come to an end), a
/// reserve of at most 1 MiB, and up to three damaged predecessors. *Isolation*: one thread.
///
/// *Pages of 1 KiB*, because each commit writes the pages that it touches anew. Bytes that one commit of 100 readings writes, with 25 receipts and
/// without (ext4, /proc/self/io): 1 KiB 8978 and 6844, 2 KiB 10 768 and 7475, 4 KiB 14 848 and 9555. Larger pages are packed closer (5.3, 4.3 and
/// 4.5 bytes of file a reading), but a flash card wears out before it is too small.
package final class SQLiteJournal: JournalWriter {
    /// The most series of one file.
    package static let seriesLimit = 65_535
    /// *Units*: bytes of a series' key.
    package static let keyLimit = 256
    /// Receipts that are kept at least; older ones go when twice as many are there.
    package static let receiptLimit = 8192
    /// Rejected messages that are kept; the oldest fall out.
    package static let rejectedLimit = 256
    /// Alerts that are kept at least, acknowledged or not.
    package static let alertLimit: UInt64 = 100_000
    /// *Units*: bytes of one alert's document; readers hold up to 10 000.
    package static let alertBytesLimit = 65_536
    /// The most readings and receipts of one batch: what 256 messages of the greatest size can hold.
    package static let readingsPerCommitLimit = 1 << 22
    /// The most alerts of one batch.
    package static let alertsPerCommitLimit = 4096
    /// *Units*: bytes of a checkpoint's body.
    package static let checkpointBytesLimit = 64 << 20
    /// *Units*: bytes. Below this a file cannot hold its own tables and a few segments.
    package static let minimumBytes: Int64 = 128 << 10
    /// *Units*: bytes of WAL from which on it is folded into the file: some thousand pages, of which the few hot ones are then written once.
    package static let walBytes: Int64 = 1 << 20
    /// How long a commit waits for a lock. Only recovery by a reader or a foreign writer can hold one.
    package static let busyMilliseconds: Int32 = 2000

    /// What happened to the file at `open` that a person should know; nil when nothing did.
    package let openingNote: String?

    let path: String
    /// nil after `close`.
    private var opened: JournalStore?
    let encoder = SegmentEncoder()
    var receiptBytes: [UInt8] = []

    // What the file says, kept so that a commit need not ask.
    var nextSequence: Sequence64 = 1
    var nextPosition: UInt64 = 1
    var oldestPosition: UInt64 = 1
    var ordinal: UInt64 = 0
    var commits: UInt64 = 0
    var checkpointOrdinal: UInt64 = 0
    var checkpointSequence: Sequence64 = 0
    var cursors: [Lane: UInt64] = [:]
    var receiptsHeld: UInt64 = 0
    let maxPages: Int64

    private var numbers: [String: SeriesID] = [:]
    private var nextNumber: UInt32 = 1
    /// Given out, and not yet in the file: they go with the next commit that succeeds.
    var pendingSeries: [(id: SeriesID, key: String)] = []

    // For `maintain`.
    var isUnderPressure = false
    var isFileSystemFull = false
    var commitsAtMaintenance: UInt64 = .max
    var commitsAtReserve: UInt64 = 0

    /// Opens the journal at `path` for writing and makes it when there is none.
    ///
    /// A file that twice fails SQLite's `quick_check`, or is no database, is renamed to `<path>.damaged-<n>` with its WAL, and a new one is begun that
    /// continues its numbers; `openingNote` says so. `pageSize` counts for a new file only. `verify: false` leaves out the check, which reads the
    /// whole file. `vfs` names a registered SQLite file layer, for tests that let storage fail.
    ///
    /// *Range*: `maxBytes` from `minimumBytes` on.
    /// *Throws*: `.busy` naming the process that holds the writing end; `.medium`; `.tooNew`; `.other` when the file is somebody else's database.
    package static func open(path: String, maxBytes: Int64, pageSize: Int = 1024, verify: Bool = true, vfs: String? = nil) throws(JournalError)
        -> SQLiteJournal
    {
        guard maxBytes >= minimumBytes else { throw .other("a journal needs at least \(minimumBytes) bytes, not \(maxBytes)") }
        let lock = try JournalLock(path: path + ".lock")
        var note: String?
        var salvage: JournalSalvage?
        var connection: SQLiteConnection?
        do throws(JournalError) {
            connection = try connectSurely(path, maxBytes: maxBytes, pageSize: pageSize, verify: verify, vfs: vfs)
        } catch .damaged(let words) {
            salvage = JournalSalvage(path: path)
            let aside = try JournalFiles.setAside(path)
            note = "journal damaged (\(words)): set aside as \(aside), continued at sequence \(salvage?.sequenceFloor ?? 1)"
        }
        let ready: SQLiteConnection
        if let connection {
            ready = connection
        } else {
            ready = try connect(path, maxBytes: maxBytes, pageSize: pageSize, verify: false, vfs: vfs, salvage: salvage)
        }
        return try SQLiteJournal(path, JournalStore(ready, lock: lock), maxBytes: maxBytes, note: note)
    }

    /// Looks twice before a file is called damaged: `quick_check` says the same of a page that the medium did not give just this once.
    private static func connectSurely(_ path: String, maxBytes: Int64, pageSize: Int, verify: Bool, vfs: String?) throws(JournalError)
        -> SQLiteConnection
    {
        do throws(JournalError) {
            return try connect(path, maxBytes: maxBytes, pageSize: pageSize, verify: verify, vfs: vfs, salvage: nil)
        } catch .damaged {
            return try connect(path, maxBytes: maxBytes, pageSize: pageSize, verify: verify, vfs: vfs, salvage: nil)
        }
    }

    /// Opens, checks and where needed makes the file. *Throws*: `.damaged` when it must be set aside; the connection is closed then.
    private static func connect(_ path: String, maxBytes: Int64, pageSize: Int, verify: Bool, vfs: String?, salvage: JournalSalvage?)
        throws(JournalError) -> SQLiteConnection
    {
        let connection = try SQLiteConnection(path: path, access: .writing, busyMilliseconds: busyMilliseconds, vfs: vfs)
        guard !connection.isReadOnly else { throw .medium("\(path) cannot be written") }
        let state = try JournalSchema.examine(connection)
        if state == .empty { try connection.run("PRAGMA page_size = \(pageSize)") }
        guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else { throw .medium("\(path): the file system cannot hold a WAL") }
        // No `wal_autocheckpoint` here: setting it would take off the connection's WAL hook, which has already replaced it.
        // `secure_delete` (Debian's default) would write zeros over what retention deletes: twice the wear for nothing.
        try connection.run(
            """
            PRAGMA synchronous = FULL; PRAGMA journal_size_limit = \(walBytes); PRAGMA secure_delete = OFF;
            PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;
            """)
        if state == .empty {
            try JournalSchema.create(connection)
            JournalFiles.syncDirectory(of: path)
        } else if verify, let complaint = try JournalSchema.complaint(connection) {
            throw .damaged(complaint)
        }
        let actualPageSize = try connection.integer("PRAGMA page_size") ?? 1024
        // The limit belongs to the connection, not to the file. SQLite holds it at the pages there are.
        try connection.run("PRAGMA max_page_count = \(maxBytes / max(512, actualPageSize))")
        if let salvage { try begin(connection, after: salvage) }
        return connection
    }

    /// Lets a new file continue where a damaged one ended.
    private static func begin(_ connection: SQLiteConnection, after salvage: JournalSalvage) throws(JournalError) {
        try connection.run(
            """
            BEGIN IMMEDIATE;
            INSERT INTO counter(name, value) VALUES ('\(JournalSchema.Counter.sequenceFloor.rawValue)', \(salvage.sequenceFloor)),
                ('\(JournalSchema.Counter.positionFloor.rawValue)', \(salvage.positionFloor));
            INSERT INTO cursor(lane, position) VALUES ('\(Lane.readings.rawValue)', \(salvage.sequenceFloor - 1)),
                ('\(Lane.alerts.rawValue)', \(salvage.positionFloor - 1));
            """)
        let insert = try connection.prepare("INSERT INTO series(id, key) VALUES (?1, ?2)")
        for (id, key) in salvage.series {
            insert.bind(1, id)
            insert.bind(2, key)
            try insert.execute()
        }
        try connection.run("COMMIT")
    }

    private init(_ path: String, _ store: JournalStore, maxBytes: Int64, note: String?) throws(JournalError) {
        self.path = path
        openingNote = note
        maxPages = max(1, maxBytes / max(512, store.pageSize))
        let queries = store.queries
        nextSequence = try queries.lastSequence() + 1
        if let newest = try queries.newestSegment() {
            ordinal = newest.row.ordinal
            commits = newest.commits
        }
        for (id, key) in try queries.seriesKeys() {
            numbers[key] = id
            nextNumber = max(nextNumber, id.rawValue &+ 1)
        }
        for lane in Lane.allCases { cursors[lane] = try queries.cursor(lane) }
        let positionFloor = try queries.counter(.positionFloor)
        do {
            defer { store.bounds.reset() }
            _ = try store.bounds.step()
            checkpointOrdinal = store.bounds.unsigned(0)
            nextPosition = max(store.bounds.unsigned(1) + 1, positionFloor)
            oldestPosition = store.bounds.unsigned(2)
            receiptsHeld = store.bounds.unsigned(3)
        }
        if oldestPosition == 0 { oldestPosition = nextPosition }
        if try queries.counter(.maxBytes) != UInt64(maxBytes) { try store.set(.maxBytes, UInt64(maxBytes)) }
        opened = store
        checkpointSequence = try checkpoint()?.sequence ?? 0
        commitsAtReserve = commits
        _ = JournalFiles.exists(reservePath) || JournalFiles.reserve(reservePath, bytes: reserveBytes)
    }

    /// *Throws*: `.other` after `close`.
    func store() throws(JournalError) -> JournalStore {
        guard let opened else { throw .other("the journal is closed") }
        return opened
    }

    /// The number of a series, from 1 on: 0 is the tick's, which has no key.
    ///
    /// *Throws*: `.other` for an empty key, one of more than `keyLimit` bytes, or more than `seriesLimit` series.
    package func series(forKey key: String) throws(JournalError) -> SeriesID {
        if let known = numbers[key] { return known }
        guard !key.isEmpty && key.utf8.count <= Self.keyLimit else { throw .other("a series key has 1 … \(Self.keyLimit) bytes") }
        guard nextNumber <= UInt32(Self.seriesLimit) else { throw .other("more than \(Self.seriesLimit) series") }
        let number = SeriesID(nextNumber)
        nextNumber += 1
        numbers[key] = number
        pendingSeries.append((number, key))
        return number
    }

    package func close() {
        guard let store = opened else { return }
        // What a reader keeps from being folded in now is folded in by the next writer.
        _ = try? store.connection.checkpoint(.truncate)
        opened = nil
    }

    package func lastSequence() throws(JournalError) -> Sequence64 { try store().queries.lastSequence() }
    package func firstSequence() throws(JournalError) -> Sequence64 { try store().queries.firstSequence() }
    package func readings(from sequence: Sequence64, _ body: (Sequence64, Reading) -> Bool) throws(JournalError) {
        try store().queries.readings(from: sequence, body)
    }
    package func alerts(after position: UInt64, limit: Int) throws(JournalError) -> [AlertRecord] {
        try store().queries.alerts(after: position, limit: limit)
    }
    package func latestAlerts(limit: Int) throws(JournalError) -> [AlertRecord] { try store().queries.latestAlerts(limit: limit) }
    package func cursor(_ lane: Lane) throws(JournalError) -> UInt64 { try store().queries.cursor(lane) }
    package func clockMarks() throws(JournalError) -> [ClockMark] { try store().queries.clockMarks() }
    package func seriesKeys() throws(JournalError) -> [SeriesID: String] { try store().queries.seriesKeys() }
    package func rejected(limit: Int) throws(JournalError) -> [RejectedMessage] { try store().queries.rejected(limit: limit) }
    package func figures() throws(JournalError) -> JournalFigures {
        var figures = try store().queries.figures()
        figures.commits = commits
        figures.syncs = try store().connection.syncs
        return figures
    }
}
