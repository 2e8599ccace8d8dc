import Lifeline

/// What a damaged journal still tells, so that its successor continues instead of beginning again.
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

    /// Beyond the greatest number that can still be read: what broken pages may hide. A checkpoint is never older than so many readings.
    private static let margin: UInt64 = 1_000_000

    /// Reads what can be read. The file must have no other connection.
    init(path: String) {
        // Where nothing can be read: no journal gives out a sequence for each microsecond since 1970, so the time of its last write is beyond all.
        let written = max(JournalFiles.modified(path), JournalFiles.modified(path + "-wal"))
        var sequence: UInt64 = 0
        var position: UInt64 = 0
        if let connection = try? SQLiteConnection(path: path, access: .reading, busyMilliseconds: 100) {
            let sequences = [
                "SELECT max(first) + 65536 FROM segment", "SELECT max(sequence) FROM checkpoint",
                "SELECT position FROM cursor WHERE lane = 'readings'", "SELECT value FROM counter WHERE name = 'sequence_floor'",
            ]
            for question in sequences { sequence = max(sequence, Self.ask(connection, question)) }
            let positions = [
                "SELECT max(position) FROM alert", "SELECT position FROM cursor WHERE lane = 'alerts'",
                "SELECT value FROM counter WHERE name = 'position_floor'",
            ]
            for question in positions { position = max(position, Self.ask(connection, question)) }
            series = Self.readSeries(connection)
        }
        sequenceFloor = Self.floor(sequence, written)
        positionFloor = Self.floor(position, written)
    }

    private static func ask(_ connection: SQLiteConnection, _ question: String) -> UInt64 {
        guard let answer = try? connection.integer(question) else { return 0 }
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
}
