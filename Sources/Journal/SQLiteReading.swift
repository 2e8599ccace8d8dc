import Lifeline

/// The queries that both ends of a SQLite journal share.
struct SQLiteReading {
    let database: Database
    private let codec = SegmentCodec()
    /// Segments that could not be read since this end was opened.
    private(set) var damaged: UInt64 = 0

    init(_ database: Database) { self.database = database }

    func lastSequence() throws(JournalError) -> Sequence64 {
        UInt64(try database.number("SELECT first + count - 1 FROM segment ORDER BY first DESC LIMIT 1") ?? 0)
    }

    func firstSequence() throws(JournalError) -> Sequence64 {
        UInt64(try database.number("SELECT first FROM segment ORDER BY first LIMIT 1") ?? 0)
    }

    /// One segment at a time is held in memory, and no query stays open while `body` works.
    mutating func readings(from sequence: Sequence64, _ body: (Sequence64, Reading) -> Bool) throws(JournalError) {
        let query = try database.statement("SELECT first, count, body FROM segment WHERE first >= ? ORDER BY first LIMIT 1")
        let start = try database.statement("SELECT first FROM segment WHERE first <= ? ORDER BY first DESC LIMIT 1")
        start.bind(1, Int64(clamping: sequence))
        var position = Int64(clamping: sequence)
        if try start.step() { position = start.integer(0) }
        start.reset()
        var readings: [Reading] = []
        while true {
            query.reset()
            query.bind(1, position)
            guard try query.step() else {
                query.reset()
                return
            }
            let first = query.integer(0)
            let count = query.integer(1)
            let decoded: SegmentError? = query.withBlob(2) { blob in
                do throws(SegmentError) {
                    try codec.decode(blob, into: &readings)
                    return nil
                } catch {
                    return error
                }
            }
            query.reset()
            position = first + max(1, count)
            if decoded != nil || Int64(readings.count) != count {
                // What cannot be read is set aside; the sequences of the readings that follow tell of the gap.
                damaged += 1
                continue
            }
            for (offset, reading) in readings.enumerated() {
                let number = UInt64(first) + UInt64(offset)
                if number >= sequence && !body(number, reading) { return }
            }
        }
    }

    func alerts(after position: UInt64, limit: Int) throws(JournalError) -> [AlertRecord] {
        try alerts("WHERE position > ? ORDER BY position LIMIT ?", Int64(clamping: position), limit)
    }

    func latestAlerts(limit: Int) throws(JournalError) -> [AlertRecord] {
        try alerts("WHERE position > ? ORDER BY position DESC LIMIT ?", -1, limit)
    }

    private func alerts(_ clause: String, _ bound: Int64, _ limit: Int) throws(JournalError) -> [AlertRecord] {
        let query = try database.statement("SELECT position, id, episode, kind, level, subject, sensor, rule, recorded, body FROM alert " + clause)
        defer { query.reset() }
        query.bind(1, bound).bind(2, Int64(limit))
        var records: [AlertRecord] = []
        while try query.step() {
            records.append(
                AlertRecord(
                    position: UInt64(query.integer(0)), id: query.text(1), episode: query.text(2), kind: query.text(3),
                    level: UInt8(clamping: query.integer(4)), subject: query.text(5), sensor: query.text(6), rule: query.text(7),
                    recorded: Timestamp(microseconds: query.integer(8)), body: query.bytes(9)))
        }
        return records
    }

    func cursor(_ lane: Lane) throws(JournalError) -> UInt64 {
        let query = try database.statement("SELECT position FROM cursor WHERE lane = ?")
        defer { query.reset() }
        query.bind(1, lane.rawValue)
        return try query.step() ? UInt64(query.integer(0)) : 0
    }

    func seriesKeys() throws(JournalError) -> [SeriesID: String] {
        let query = try database.statement("SELECT id, key FROM series")
        defer { query.reset() }
        var keys: [SeriesID: String] = [:]
        while try query.step() { keys[SeriesID(UInt32(clamping: query.integer(0)))] = query.text(1) }
        return keys
    }

    func rejected(limit: Int) throws(JournalError) -> [RejectedMessage] {
        let query = try database.statement("SELECT received, broker, topic, cause, sample FROM rejected ORDER BY number DESC LIMIT ?")
        defer { query.reset() }
        query.bind(1, Int64(limit))
        var messages: [RejectedMessage] = []
        while try query.step() {
            messages.append(
                RejectedMessage(
                    received: Timestamp(microseconds: query.integer(0)), broker: query.text(1), topic: query.text(2), cause: query.text(3),
                    sample: query.bytes(4)))
        }
        return messages
    }

    func figures() throws(JournalError) -> JournalFigures {
        var figures = JournalFigures()
        let page = try database.number("PRAGMA page_size") ?? Schema.pageSize
        let pages = (try database.number("PRAGMA page_count") ?? 0) - (try database.number("PRAGMA freelist_count") ?? 0)
        figures.bytes = pages * page
        figures.segments = try database.number("SELECT count(*) FROM segment") ?? 0
        figures.droppedReadings = UInt64(try counter("dropped_forwarded") + counter("dropped_unforwarded"))
        figures.damagedSegments = damaged
        return figures
    }

    func counter(_ name: String) throws(JournalError) -> Int64 {
        let query = try database.statement("SELECT value FROM counter WHERE name = ?")
        defer { query.reset() }
        query.bind(1, name)
        return try query.step() ? query.integer(0) : 0
    }
}
