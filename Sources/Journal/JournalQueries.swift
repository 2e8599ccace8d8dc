import Lifeline

/// The questions that readers and the writer ask of a journal file, each a statement prepared once.
///
/// No read transaction outlives a call into the caller's code, so that a slow reader never keeps the WAL from being folded in.
/// *Isolation*: that of its connection.
package final class JournalQueries {
    /// The most rows that one question may return; a greater `limit` is held there.
    static let rowLimit = 10_000

    private let connection: SQLiteConnection
    private let decoder = SegmentDecoder()
    /// The segment that was decoded last, and its first sequence; 0: none.
    private var scratch: [Reading] = []
    private var scratchFirst: Sequence64 = 0
    /// First sequences of segments that could not be read; at most `rowLimit` are told apart.
    private var damaged: Set<UInt64> = []

    private let newest: SQLiteStatement
    private let oldest: SQLiteStatement
    private let seek: SQLiteStatement
    private let following: SQLiteStatement
    private let alertsAfter: SQLiteStatement
    private let alertsNewest: SQLiteStatement
    private let cursorOf: SQLiteStatement
    private let allSeries: SQLiteStatement
    private let allMarks: SQLiteStatement
    private let newestMark: SQLiteStatement
    private var marks: [ClockMark] = []
    private var marksUpTo: Int64 = 0
    private let rejectedNewest: SQLiteStatement
    private let pages: SQLiteStatement
    private let free: SQLiteStatement
    private let pageSizeOf: SQLiteStatement
    private let counterOf: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(JournalError) {
        self.connection = connection
        newest = try connection.prepare("SELECT first, count, ordinal, received_max, commits FROM segment ORDER BY first DESC LIMIT 1")
        oldest = try connection.prepare("SELECT first, count, ordinal, received_max FROM segment ORDER BY first LIMIT 1")
        seek = try connection.prepare(
            """
            SELECT first, count, body FROM segment
            WHERE first >= coalesce((SELECT max(first) FROM segment WHERE first <= ?1), 0) ORDER BY first LIMIT 1
            """)
        following = try connection.prepare("SELECT first, count, body FROM segment WHERE first > ?1 ORDER BY first LIMIT 1")
        let columns = Self.alertColumns
        alertsAfter = try connection.prepare("SELECT \(columns) FROM alert WHERE position > ?1 ORDER BY position LIMIT ?2")
        alertsNewest = try connection.prepare("SELECT \(columns) FROM alert ORDER BY position DESC LIMIT ?1")
        cursorOf = try connection.prepare("SELECT position FROM cursor WHERE lane = ?1")
        allSeries = try connection.prepare("SELECT id, key FROM series")
        newestMark = try connection.prepare("SELECT max(id) FROM clock")
        allMarks = try connection.prepare("SELECT sequence, boot, offset, synchronised FROM clock ORDER BY id")
        rejectedNewest = try connection.prepare("SELECT received, broker, topic, cause, sample FROM rejected ORDER BY id DESC LIMIT ?1")
        pages = try connection.prepare("PRAGMA page_count")
        free = try connection.prepare("PRAGMA freelist_count")
        pageSizeOf = try connection.prepare("PRAGMA page_size")
        counterOf = try connection.prepare("SELECT value FROM counter WHERE name = ?1")
    }

    /// A segment's row without its body.
    struct SegmentRow {
        var first: Sequence64
        var count: UInt64
        var ordinal: UInt64
        var receivedMax: Timestamp
        var last: Sequence64 { first + count - 1 }
    }

    func newestSegment() throws(JournalError) -> (row: SegmentRow, commits: UInt64)? {
        defer { newest.reset() }
        guard try newest.step() else { return nil }
        return (row(newest), newest.unsigned(4))
    }

    func oldestSegment() throws(JournalError) -> SegmentRow? {
        defer { oldest.reset() }
        return try oldest.step() ? row(oldest) : nil
    }

    /// A count is at least 1 and small, whatever the file says: the sums in `SegmentRow` cannot overflow.
    private func row(_ statement: SQLiteStatement) -> SegmentRow {
        let count = min(max(statement.unsigned(1), 1), UInt64(SegmentCodec.countLimit))
        return SegmentRow(
            first: statement.unsigned(0), count: count, ordinal: statement.unsigned(2),
            receivedMax: Timestamp(microseconds: statement.integer(3)))
    }

    func lastSequence() throws(JournalError) -> Sequence64 {
        // While nothing new has come, the newest segment may be one that was copied from a damaged file: far below the floor.
        let floor = try counter(.sequenceFloor)
        return max(try newestSegment()?.row.last ?? 0, floor == 0 ? 0 : floor - 1)
    }

    func firstSequence() throws(JournalError) -> Sequence64 { try oldestSegment()?.first ?? 0 }

    func readings(from sequence: Sequence64, _ body: (Sequence64, Reading) -> Bool) throws(JournalError) {
        // Taken out for the time of the call: `body` may ask this reader again.
        var readings: [Reading] = []
        var known: Sequence64 = 0
        swap(&readings, &scratch)
        swap(&known, &scratchFirst)
        defer {
            swap(&readings, &scratch)
            swap(&known, &scratchFirst)
        }
        var statement = seek
        var position = sequence
        // Who goes on in the middle of a segment has it before him still: segments never change.
        if known > 0, sequence > known, sequence - known < UInt64(readings.count) {
            for index in Int(sequence - known)..<readings.count where !body(known + UInt64(index), readings[index]) { return }
            statement = following
            position = known
        }
        known = 0
        while let first = try decodeNext(statement, position, into: &readings) {
            var next = first
            for reading in readings {
                if next >= sequence && !body(next, reading) {
                    known = first
                    return
                }
                next += 1
            }
            statement = following
            position = first
        }
    }

    /// Reads the next segment; a damaged one gives no readings. Returns its first sequence, or nil at the journal's end.
    private func decodeNext(_ statement: SQLiteStatement, _ position: Sequence64, into readings: inout [Reading]) throws(JournalError)
        -> Sequence64?
    {
        defer { statement.reset() }
        statement.bind(1, position)
        guard try statement.step() else { return nil }
        let first = statement.unsigned(0)
        if !decode(statement, into: &readings) {
            // Once more from the medium: a page that was read wrong only this time must not cost a segment.
            statement.rewind()
            connection.forgetPages()
            if try statement.step(), statement.unsigned(0) == first, decode(statement, into: &readings) { return first }
            readings.removeAll(keepingCapacity: true)
            if damaged.count < Self.rowLimit { damaged.insert(first) }
        }
        return first
    }

    private func decode(_ statement: SQLiteStatement, into readings: inout [Reading]) -> Bool {
        statement.withBytes(2) { (try? decoder.decode($0, into: &readings)) != nil } && UInt64(readings.count) == statement.unsigned(1)
    }

    func alerts(after position: UInt64, limit: Int) throws(JournalError) -> [AlertRecord] {
        alertsAfter.bind(1, position)
        alertsAfter.bind(2, Self.held(limit))
        return try alerts(alertsAfter)
    }

    func latestAlerts(limit: Int) throws(JournalError) -> [AlertRecord] {
        alertsNewest.bind(1, Self.held(limit))
        return try alerts(alertsNewest)
    }

    private static func held(_ limit: Int) -> Int64 { Int64(min(max(0, limit), rowLimit)) }

    private func alerts(_ statement: SQLiteStatement) throws(JournalError) -> [AlertRecord] {
        defer { statement.reset() }
        var found: [AlertRecord] = []
        while try statement.step() { found.append(Self.alert(statement)) }
        guard found.contains(where: \.body.isEmpty) else { return found }
        // SQLite takes a page that the medium gave only in part for zeros, and keeps it: forget it and read once more. An alert that stays broken goes
        // without its document rather than not at all.
        statement.rewind()
        connection.forgetPages()
        found.removeAll()
        while try statement.step() { found.append(Self.alert(statement)) }
        return found
    }

    static let alertColumns = "position, id, episode, kind, level, subject, sensor, rule, sequence, recorded, crc, body"

    /// The alert in a row of `alertColumns`; its body is empty where its checksum does not fit.
    static func alert(_ statement: SQLiteStatement) -> AlertRecord {
        let body = statement.bytes(11)
        let isWhole = Int64(body.withUnsafeBytes { CRC32C.shared.checksum($0) }) == statement.integer(10)
        return AlertRecord(
            position: statement.unsigned(0), id: statement.text(1), episode: statement.text(2), kind: statement.text(3),
            level: UInt8(clamping: statement.integer(4)), subject: statement.text(5), sensor: statement.text(6), rule: statement.text(7),
            sequence: statement.unsigned(8), recorded: Timestamp(microseconds: statement.integer(9)), body: isWhole ? body : [])
    }

    func cursor(_ lane: Lane) throws(JournalError) -> UInt64 {
        defer { cursorOf.reset() }
        cursorOf.bind(1, lane.rawValue)
        return try cursorOf.step() ? cursorOf.unsigned(0) : 0
    }

    /// Asked for at every turn of the uplink, and changed a few times a boot: the rows are read only when there is a new one.
    func clockMarks() throws(JournalError) -> [ClockMark] {
        let newest = try single(newestMark)
        if newest == marksUpTo { return marks }
        defer { allMarks.reset() }
        var marks: [ClockMark] = []
        while try allMarks.step() {
            marks.append(
                ClockMark(
                    sequence: allMarks.unsigned(0), boot: allMarks.text(1), offset: allMarks.integer(2),
                    isSynchronised: allMarks.isNull(3) ? nil : allMarks.integer(3) != 0))
        }
        (self.marks, marksUpTo) = (marks, newest)
        return marks
    }

    /// Asked for at a start only: prepared then, because a file of version 1 that nobody has opened for writing has no such table.
    func decisions(after sequence: Sequence64) throws(JournalError) -> [DecisionRecord] {
        guard try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'decision'") == 1 else { return [] }
        let statement = try connection.prepare("SELECT sequence, crc, body FROM decision WHERE sequence > ?1 ORDER BY id")
        statement.bind(1, sequence)
        var found: [DecisionRecord] = []
        while try statement.step() {
            let body = statement.bytes(2)
            guard Int64(body.withUnsafeBytes { CRC32C.shared.checksum($0) }) == statement.integer(1) else { continue }
            found.append(DecisionRecord(sequence: statement.unsigned(0), body: body))
        }
        return found
    }

    func seriesKeys() throws(JournalError) -> [SeriesID: String] {
        defer { allSeries.reset() }
        var keys: [SeriesID: String] = [:]
        while try allSeries.step() { keys[SeriesID(UInt32(clamping: allSeries.integer(0)))] = allSeries.text(1) }
        return keys
    }

    func rejected(limit: Int) throws(JournalError) -> [RejectedMessage] {
        defer { rejectedNewest.reset() }
        rejectedNewest.bind(1, Self.held(limit))
        var found: [RejectedMessage] = []
        while try rejectedNewest.step() {
            found.append(
                RejectedMessage(
                    received: Timestamp(microseconds: rejectedNewest.integer(0)), broker: rejectedNewest.text(1),
                    topic: rejectedNewest.text(2), cause: rejectedNewest.text(3), sample: rejectedNewest.bytes(4)))
        }
        return found
    }

    /// Prepared when asked, as `decisions` is.
    func deadLetters(limit: Int) throws(JournalError) -> [DeadLetter] {
        guard try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'dead_letter'") == 1 else { return [] }
        let statement = try connection.prepare(
            "SELECT made, lane, position, event, cause, reason FROM dead_letter ORDER BY id DESC LIMIT ?1")
        statement.bind(1, Self.held(limit))
        var found: [DeadLetter] = []
        while try statement.step() {
            found.append(
                DeadLetter(
                    made: Timestamp(microseconds: statement.integer(0)), lane: Lane(rawValue: statement.text(1)) ?? .alerts,
                    position: statement.unsigned(2), event: statement.text(3), cause: statement.text(4), reason: statement.text(5)))
        }
        return found
    }

    /// 0 when the counter was never written.
    func counter(_ name: JournalSchema.Counter) throws(JournalError) -> UInt64 { try counterIfWritten(name) ?? 0 }

    /// nil when the counter was never written.
    func counterIfWritten(_ name: JournalSchema.Counter) throws(JournalError) -> UInt64? {
        defer { counterOf.reset() }
        counterOf.bind(1, name.rawValue)
        return try counterOf.step() ? counterOf.unsigned(0) : nil
    }

    func pageCount() throws(JournalError) -> Int64 { try single(pages) }
    /// Pages that hold something: deleted rows leave free pages in the file, which are used again first.
    func usedPages() throws(JournalError) -> Int64 { try single(pages) - single(free) }
    func pageSize() throws(JournalError) -> Int64 { try single(pageSizeOf) }

    private func single(_ statement: SQLiteStatement) throws(JournalError) -> Int64 {
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : 0
    }

    /// Segments that retention deleted. A file of an earlier release did not count them: there ordinals run from 1 without a hole.
    func droppedSegments() throws(JournalError) -> UInt64 {
        if let counted = try counterIfWritten(.droppedSegments) { return counted }
        return max(1, try oldestSegment()?.ordinal ?? 1) - 1
    }

    func isSalvaging() throws(JournalError) -> Bool { try counter(.salvageStage) != 0 }

    func drops() throws(JournalError) -> JournalDrops {
        var drops = JournalDrops()
        drops.forwardedBySpace = try counter(.droppedForwarded)
        drops.unforwardedBySpace = try counter(.droppedUnforwarded)
        drops.forwardedByAge = try counter(.droppedAged)
        drops.unjudged = try counter(.droppedUnjudged)
        drops.byDamage = try counter(.lostToDamage)
        drops.alertsByCount = try counter(.alertsDroppedByCount)
        drops.alertsByAge = try counter(.alertsDroppedByAge)
        drops.alertsBySpace = try counter(.alertsDroppedBySpace)
        return drops
    }

    private func salvageProgress() throws(JournalError) -> SalvageProgress? {
        guard try isSalvaging() else { return nil }
        var progress = SalvageProgress()
        progress.segments = try counter(.salvagedSegments)
        progress.readings = try counter(.salvagedReadings)
        progress.damagedSegments = try counter(.salvageDamagedSegments)
        progress.next = try counter(.salvageNext)
        progress.end = try counter(.sequenceFloor)
        return progress
    }

    func figures() throws(JournalError) -> JournalFigures {
        var figures = JournalFigures()
        figures.bytes = try usedPages() * pageSize()
        figures.maxBytes = Int64(clamping: try counter(.maxBytes))
        if let newest = try newestSegment() {
            // Commits number their segments 1, 2, 3 …; those copied from a damaged file are counted, and numbered 0.
            let made = newest.row.ordinal &+ (try counter(.salvagedSegments))
            figures.segments = max(1, Int64(clamping: made) - Int64(clamping: try droppedSegments()))
            figures.commits = newest.commits
        }
        figures.dropped = try drops()
        figures.droppedReadings = figures.dropped.readings
        figures.damagedSegments = try counter(.damagedSegments) &+ UInt64(damaged.count)
        figures.deadLetters = try counter(.deadLetters)
        figures.salvage = try salvageProgress()
        return figures
    }
}
