import Lifeline

/// The writing end of a SQLite journal.
///
/// WAL with `synchronous=FULL`: what `commit` has returned survives a power cut. One segment a commit, all of a commit or nothing.
/// Never more than `maxBytes` in the file; beside it lie the WAL (about `walBytes`, at most four times as much while readers come to an end), a
/// reserve of at most 4 MiB, and up to three damaged predecessors. *Isolation*: one thread.
///
/// *Pages of 1 KiB*, because each commit writes the pages that it touches anew. Bytes that one commit of 100 readings writes, with 25 receipts and
/// without (ext4, /proc/self/io; `WEAR_PAGES=1 make wear`): 512 bytes 8530 and 6440, 1 KiB 9030 and 6290, 2 KiB 10 790 and 7280, 4 KiB 14 860 and
/// 9330. A sync costs a page of 4 KiB at least, so larger commits save most. Bytes of file a reading: 5.6, 3.9, 3.8 and 3.9 with receipts.
package final class SQLiteJournal: JournalWriter, JournalFileReader {
    /// The most series of one file: twice as many as a site may have, because those of former sites stay.
    package static let seriesLimit = 262_144
    /// *Units*: bytes of a series' key.
    package static let keyLimit = 256
    /// Receipts that are kept at least; older ones go when twice as many are there.
    package static let receiptLimit = 8192
    /// Rejected messages that are kept; the oldest fall out.
    package static let rejectedLimit = 256
    /// Alerts that are kept at least while there is room; beyond them go those that are acknowledged, and no others.
    package static let alertLimit: UInt64 = 100_000
    /// *Units*: bytes of one alert's document; readers hold up to 10 000.
    package static let alertBytesLimit = 65_536
    /// Readings of one segment that is written here: what bounds the working memory of its encoder (200 KiB) and of all that read it later (400 KiB).
    /// A commit of more has several segments.
    static let readingsPerSegment = 4096
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

    /// *Units*: bytes. Larger files are not checked in full at `open`: a card reads some 25 MiB a second.
    package static let checkedAtOpenBytes: Int64 = 32 << 20

    /// What happened to the file at `open` that a person should know; nil when nothing did.
    package internal(set) var openingNote: String?
    /// How the copying of a damaged predecessor ended, once it has in this process; nil before.
    package internal(set) var salvageNote: String?
    /// Whether `open` left the full check out, because the file is large: run a `JournalCheck`.
    package let needsCheck: Bool
    /// See `JournalWriter`.
    package var retention = RetentionPolicy()

    /// The file.
    package let path: String
    /// nil after `close`.
    private var opened: JournalStore?
    let encoder = SegmentEncoder()
    var receiptBytes: [UInt8] = []
    var receiptSteps = ColumnScratch()

    // What the file says, kept so that a commit need not ask.
    var nextSequence: Sequence64 = 1
    var nextPosition: UInt64 = 1
    /// Alerts in the file.
    var alertsHeld: UInt64 = 0
    /// When trimming by number last found nothing to drop.
    var alertsTrimmedAt: (cursor: UInt64, held: UInt64)?
    /// When ages of alerts were last looked at and nothing was old.
    var agesLookedAt: Timestamp?
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
    var salvage: SalvageWork?
    var isUnderPressure = false
    var isFileSystemFull = false
    var commitsAtMaintenance: UInt64 = .max
    var commitsAtReserve: UInt64 = 0

    init(_ path: String, _ store: JournalStore, maxBytes: Int64, needsCheck: Bool, note: String?, vfs: String?) throws(JournalError) {
        self.path = path
        self.needsCheck = needsCheck
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
        nextNumber = max(nextNumber, UInt32(clamping: try queries.counter(.seriesFloor)))
        if try queries.counter(.maxBytes) != UInt64(maxBytes) { try store.set(.maxBytes, UInt64(maxBytes)) }
        opened = store
        try resumeSalvage(store, vfs: vfs)
        for lane in Lane.allCases { cursors[lane] = try queries.cursor(lane) }
        try readBounds(store)
        checkpointSequence = try checkpoint()?.sequence ?? 0
        commitsAtReserve = commits
        _ = JournalFiles.exists(reservePath) || JournalFiles.reserve(reservePath, bytes: reserveBytes)
    }

    private func readBounds(_ store: JournalStore) throws(JournalError) {
        let positionFloor = try store.queries.counter(.positionFloor)
        let oldest: UInt64
        do {
            defer { store.bounds.reset() }
            _ = try store.bounds.step()
            checkpointOrdinal = store.bounds.unsigned(0)
            // A position that was acknowledged is never given out again, not even when retention has emptied the table.
            nextPosition = max(store.bounds.unsigned(1) + 1, positionFloor, (cursors[.alerts] ?? 0) + 1)
            oldest = store.bounds.unsigned(2)
            receiptsHeld = store.bounds.unsigned(3)
        }
        if positionFloor == 0 {
            alertsHeld = oldest == 0 ? 0 : nextPosition - oldest
        } else {
            // Positions have a hole where a damaged file ended. Only then they must be counted: at most some 100 000 index entries.
            alertsHeld = UInt64(clamping: try store.connection.integer("SELECT count(*) FROM alert") ?? 0)
        }
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
        salvage = nil
        opened = nil
    }

    /// The questions on the writer's own connection. *Throws*: `.other` after `close`.
    package func queries() throws(JournalError) -> JournalQueries { try store().queries }

    /// See `JournalReader`.
    package func figures() throws(JournalError) -> JournalFigures {
        var figures = try queries().figures()
        figures.commits = commits
        figures.syncs = try store().connection.syncs
        return figures
    }
}
