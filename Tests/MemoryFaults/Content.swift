import Glibc
import Journal
import Lifeline

/// All that a journal says when it is asked.
struct Content: Equatable {
    var readings: [Sequence64: Double] = [:]
    var alerts: [AlertRecord] = []
    var latest: [AlertRecord] = []
    var series: [SeriesID: String] = [:]
    var cursors: [UInt64] = []
    var marks: [ClockMark] = []
    var rejected: [RejectedMessage] = []
    var first: Sequence64 = 0
    var last: Sequence64 = 0
    var damagedSegments: UInt64 = 0

    /// Asks everything that a reader can be asked. *Throws*: as the reader.
    init(_ reader: any JournalReader) throws(JournalError) {
        first = try reader.firstSequence()
        last = try reader.lastSequence()
        var readings: [Sequence64: Double] = [:]
        try reader.readings(from: 1) { sequence, reading in
            readings[sequence] = reading.value
            return true
        }
        self.readings = readings
        alerts = try reader.alerts(after: 0, limit: 100)
        latest = try reader.latestAlerts(limit: 3)
        series = try reader.seriesKeys()
        for lane in Lane.allCases { cursors.append(try reader.cursor(lane)) }
        marks = try reader.clockMarks()
        rejected = try reader.rejected(limit: 100)
        damagedSegments = try reader.figures().damagedSegments
    }
}

/// Batches whose readings say by their value which they are.
enum Batches {
    static let start: Int64 = 1_700_000_000_000_000

    /// All that a commit can hold, or readings alone.
    static func batch(_ count: Int, from first: UInt64, series: [SeriesID], isFull: Bool = true) -> CommitBatch {
        var batch = CommitBatch()
        for place in first..<(first + UInt64(count)) {
            let moment = Timestamp(microseconds: start + Int64(place) * 1_000_000 + Int64(place * 7919 % 1000))
            batch.readings.append(Reading(series: series[Int(place) % series.count], observed: moment, received: moment, value: Double(place)))
        }
        guard isFull else { return batch }
        batch.receipts = (0..<25).map { first &* 1000 &+ $0 }
        // Long texts and documents: such lie on overflow pages, for which SQLite needs memory of its own.
        for number in 0..<3 {
            batch.alerts.append(
                AlertRecord(
                    id: "alert-\(first)-\(number)", episode: "E-\(first)-" + String(repeating: "长", count: 400), kind: "raised", level: 3,
                    subject: "manhole/MH-17", sensor: "MH-17/tilt", rule: "cover.tilt", recorded: Timestamp(microseconds: start),
                    body: [UInt8](repeating: UInt8(truncatingIfNeeded: first), count: 1500)))
        }
        batch.rejected = [
            RejectedMessage(
                received: Timestamp(microseconds: start), broker: "field", topic: "a/\(first)", cause: "not-json", sample: [UInt8](repeating: 7, count: 500))
        ]
        batch.cursors = [.alerts: 1, .readings: first]
        batch.checkpoint = Checkpoint(sequence: first, revision: "r\(first)", body: [UInt8](repeating: 5, count: 5000))
        batch.clock = [ClockMark(sequence: 0, boot: "boot-\(first)", offset: 17, isSynchronised: true)]
        return batch
    }
}

/// Files by their bytes. No journal may be open on them.
enum Files {
    static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: ftell(file))
        rewind(file)
        _ = fread(&bytes, 1, bytes.count, file)
        return bytes
    }

    static func write(_ bytes: [UInt8], _ path: String) {
        guard let file = fopen(path, "w") else { fatalError("\(path) cannot be written") }
        defer { fclose(file) }
        precondition(fwrite(bytes, 1, bytes.count, file) == bytes.count, "\(path) cannot be written")
    }

    /// Removes a journal and all that lies beside it.
    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", ".lock", ".reserve", ".new", ".new-wal", ".new-shm", ".damaged-1", ".damaged-1-wal"] { unlink(path + suffix) }
    }
}
