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
    /// Series keep their numbers where they can still be read.
    var series: [(id: Int64, key: String)] = []
    /// The first number for new series: none that a salvaged reading may carry is given to another.
    var seriesFloor: Int64 = 1
    /// Lanes go on where they were. Where that cannot be read, everything is sent again; where nothing can be read, there is nothing to send.
    var cursors: [Lane: UInt64] = [:]
    /// The newest whose checksum fits.
    var checkpoint: Checkpoint?
    /// How the clock stood, as far as it can be read.
    var marks: [ClockMark] = []
    /// What people decided, as far as it can be read.
    var decisions: [DecisionRecord] = []
    /// Those of `JournalSchema.inherited` that can be read.
    var counters: [JournalSchema.Counter: UInt64] = [:]
    /// Whether rows can be looked for at all: the schema can be read.
    var isReadable = false
    /// Where it cannot: whether single pages hold segments.
    var hasPages = false

    /// Beyond the greatest number that can still be read: what broken pages may hide. A checkpoint is never older than so many readings.
    static let margin: UInt64 = 1_000_000

    /// More series than one broken page, or one site, has.
    private static let seriesMargin: Int64 = 16_384

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
        }
        sequenceFloor = Self.floor(sequence, written)
        positionFloor = Self.floor(position, written)
        guard let connection, let source = try? SalvageSource(path: path, vfs: vfs) else {
            if let pages = SalvagePages(path: path), pages.isPromising {
                hasPages = true
                take(pages.series(), isComplete: false, floor: 0)
            }
            // Which of the readings that are found were acknowledged, nobody knows: all are sent again.
            cursors = [.readings: hasPages ? 0 : sequenceFloor - 1, .alerts: positionFloor - 1]
            return
        }
        isReadable = true
        let known = Self.ask(connection, "SELECT value FROM counter WHERE name = '\(JournalSchema.Counter.seriesFloor.rawValue)'") ?? 0
        var (found, isComplete) = Self.readSeries(source)
        if !isComplete { Self.addFromIndex(connection, &found) }
        take(found, isComplete: isComplete, floor: Int64(clamping: known))
        for (lane, floor) in [(Lane.readings, sequenceFloor), (.alerts, positionFloor)] {
            let cursor = Self.ask(connection, "SELECT position FROM cursor WHERE lane = '\(lane.rawValue)'") ?? 0
            // A cursor that is ahead of everything is damage too.
            cursors[lane] = cursor < floor ? cursor : 0
        }
        cursors[.decisions] = Self.ask(connection, "SELECT position FROM cursor WHERE lane = '\(Lane.decisions.rawValue)'") ?? 0
        for counter in JournalSchema.inherited {
            if let value = Self.ask(connection, "SELECT value FROM counter WHERE name = '\(counter.rawValue)'"), value < 1 << 53 {
                counters[counter] = value
            }
        }
        checkpoint = Self.readCheckpoint(connection, below: sequenceFloor)
        // Without them times of this board's first minutes stay as wrong as they were; nothing else depends on them.
        marks = (try? JournalQueries(connection).clockMarks()) ?? []
        let floor = sequenceFloor
        decisions = ((try? JournalQueries(connection).decisions(after: 0)) ?? []).filter { $0.sequence < floor }
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

    private static func readSeries(_ source: SalvageSource) -> (found: [(id: Int64, key: String)], isComplete: Bool) {
        var found: [(id: Int64, key: String)] = []
        var walk = SalvageWalk(from: 1, below: UInt64(SQLiteJournal.seriesLimit) + 1)
        var isComplete = true
        while let key = walk.key {
            switch (try? source.series(from: key)) ?? .unreadable {
            case .row(let row) where walk.isReading:
                found.append(row)
                walk.take(upTo: UInt64(row.id) + 1)
            case .row: walk.noteReadable()
            case .none: walk.noteReadable(isLast: true)
            case .unreadable:
                isComplete = false
                walk.noteUnreadable()
            }
        }
        return (found, isComplete)
    }

    /// The index of keys holds every number once more.
    private static func addFromIndex(_ connection: SQLiteConnection, _ found: inout [(id: Int64, key: String)]) {
        guard let statement = try? connection.prepare("SELECT id, key FROM series INDEXED BY sqlite_autoindex_series_1 ORDER BY key") else { return }
        var ids = Set(found.map(\.id))
        while (try? statement.step()) == true, found.count < SQLiteJournal.seriesLimit {
            let (id, key) = (statement.integer(0), statement.text(1))
            guard id >= 1, id <= Int64(SQLiteJournal.seriesLimit), key.utf8.count <= SQLiteJournal.keyLimit, ids.insert(id).inserted else { continue }
            found.append((id, key))
        }
        found.sort { $0.id < $1.id }
    }

    /// Numbers are handed out one by one. Where some cannot be read, new ones begin far enough above those that can.
    private mutating func take(_ found: [(id: Int64, key: String)], isComplete: Bool, floor: Int64) {
        var keys: Set<String> = []
        series = found.filter { !$0.key.isEmpty && keys.insert($0.key).inserted }
        let next = max(floor, (series.last?.id ?? 0) + 1)
        seriesFloor = isComplete ? next : min(next + Self.seriesMargin, Int64(SQLiteJournal.seriesLimit) / 4 * 3)
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
