import Lifeline

/// What a damaged journal still tells at once, so that its successor continues instead of beginning again.
///
/// A receiver drops what it has seen by (gateway, sequence): a sequence that is used twice is a reading lost. So the successor starts far beyond
/// anything that the damaged file can have given out.
struct JournalSalvage {
    /// The first sequence of the successor.
    var sequenceFloor: UInt64
    /// The first alert position of the successor.
    var positionFloor: UInt64
    /// Series keep their numbers where the table can still be read.
    var series: [(id: Int64, key: String)] = []
    /// Lanes go on where they were. Where that cannot be read, everything is sent again; where nothing can be read, there is nothing to send.
    var cursors: [Lane: UInt64] = [:]
    /// The newest whose checksum fits.
    var checkpoint: Checkpoint?
    /// Those of `JournalSchema.inherited` that can be read.
    var counters: [JournalSchema.Counter: UInt64] = [:]
    /// Whether rows can be looked for at all: the schema can be read.
    var isReadable = false
    /// Where it cannot: whether single pages hold segments.
    var hasPages = false

    /// Beyond the greatest number that can still be read: what broken pages may hide. A checkpoint is never older than so many readings.
    static let margin: UInt64 = 1_000_000

    /// Reads what can be read. The file must have no other connection.
    init(path: String, vfs: String?) {
        // Where nothing can be read: no journal gives out a sequence for each microsecond since 1970, so the time of its last write is beyond all.
        let written = max(JournalFiles.modified(path), JournalFiles.modified(path + "-wal"))
        var sequence: UInt64 = 0
        var position: UInt64 = 0
        let connection = try? SalvageSource.connect(path, vfs)
        if let connection {
            let sequences = [
                "SELECT max(first) + 65536 FROM segment", "SELECT max(sequence) FROM checkpoint",
                "SELECT position FROM cursor WHERE lane = 'readings'", "SELECT value FROM counter WHERE name = 'sequence_floor'",
            ]
            for question in sequences { sequence = max(sequence, Self.ask(connection, question) ?? 0) }
            let positions = [
                "SELECT max(position) FROM alert", "SELECT position FROM cursor WHERE lane = 'alerts'",
                "SELECT value FROM counter WHERE name = 'position_floor'",
            ]
            for question in positions { position = max(position, Self.ask(connection, question) ?? 0) }
            series = Self.readSeries(connection)
        }
        sequenceFloor = Self.floor(sequence, written)
        positionFloor = Self.floor(position, written)
        guard let connection, (try? SalvageSource(path: path, vfs: vfs)) != nil else {
            hasPages = SalvagePages(path: path)?.isPromising == true
            // Which of the readings that are found were acknowledged, nobody knows: all are sent again.
            cursors = [.readings: hasPages ? 0 : sequenceFloor - 1, .alerts: positionFloor - 1]
            return
        }
        isReadable = true
        for (lane, floor) in [(Lane.readings, sequenceFloor), (.alerts, positionFloor)] {
            let cursor = Self.ask(connection, "SELECT position FROM cursor WHERE lane = '\(lane.rawValue)'") ?? 0
            // A cursor that is ahead of everything is damage too.
            cursors[lane] = cursor < floor ? cursor : 0
        }
        for counter in JournalSchema.inherited {
            if let value = Self.ask(connection, "SELECT value FROM counter WHERE name = '\(counter.rawValue)'"), value < 1 << 53 {
                counters[counter] = value
            }
        }
        checkpoint = Self.readCheckpoint(connection, below: sequenceFloor)
    }

    /// nil when it cannot be read, or there is no such row.
    private static func ask(_ connection: SQLiteConnection, _ question: String) -> UInt64? {
        guard let answer = try? connection.integer(question) else { return nil }
        return UInt64(clamping: answer)
    }

    private static func floor(_ known: UInt64, _ written: UInt64) -> UInt64 {
        // A greater number than this is itself damage: 2^53 is what JSON readers can hold.
        guard known > 0 && known < 1 << 53 else { return max(written, margin) + 1 }
        return known + margin + 1
    }

    private static func readSeries(_ connection: SQLiteConnection) -> [(id: Int64, key: String)] {
        guard let statement = try? connection.prepare("SELECT id, key FROM series ORDER BY id LIMIT \(SQLiteJournal.seriesLimit)") else { return [] }
        var found: [(id: Int64, key: String)] = []
        var keys: Set<String> = []
        while (try? statement.step()) == true {
            let id = statement.integer(0)
            let key = statement.text(1)
            guard id > 0, id <= Int64(SQLiteJournal.seriesLimit), !key.isEmpty, keys.insert(key).inserted else { continue }
            if let last = found.last, last.id >= id { continue }
            found.append((id, key))
        }
        return found
    }

    /// The slots are asked one by one: a broken one does not hide the other.
    private static func readCheckpoint(_ connection: SQLiteConnection, below floor: UInt64) -> Checkpoint? {
        var newest: (ordinal: UInt64, checkpoint: Checkpoint)?
        for slot in 0...1 {
            let question = "SELECT ordinal, sequence, revision, crc, body FROM checkpoint WHERE slot = \(slot)"
            guard let statement = try? connection.prepare(question), (try? statement.step()) == true else { continue }
            let body = statement.bytes(4)
            let isWhole = Int64(body.withUnsafeBytes { CRC32C.shared.checksum($0) }) == statement.integer(3)
            guard isWhole, statement.unsigned(1) < floor, statement.unsigned(0) > newest?.ordinal ?? 0 else { continue }
            newest = (statement.unsigned(0), Checkpoint(sequence: statement.unsigned(1), revision: statement.text(2), body: body))
        }
        return newest?.checkpoint
    }
}
