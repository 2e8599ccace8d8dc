import Journal
import Lifeline

/// A journal that lives in memory, passes the same suite as the SQLite one, and fails when it is told to.
package final class MemoryJournal: JournalWriter {
    private var readings: [Reading] = []
    private var firstHeld: UInt64 = 1
    private var alertRecords: [AlertRecord] = []
    private var alertIDs: Set<String> = []
    private var cursors: [Lane: UInt64] = [:]
    private var saved: Checkpoint?
    private var receipts: [UInt64] = []
    private var rejects: [RejectedMessage] = []
    private var keys: [String: SeriesID] = ["gateway/tick": .tick]
    private var commits: UInt64 = 0

    /// The failure of the next commit; it fails once.
    package var failNextCommit: JournalError?
    /// Commits that were asked for, failed ones included.
    package private(set) var attempts = 0

    package init() {}

    package func series(forKey key: String) throws(JournalError) -> SeriesID {
        if let id = keys[key] { return id }
        let id = SeriesID(UInt32(keys.count))
        keys[key] = id
        return id
    }

    package func commit(_ batch: CommitBatch) throws(JournalError) -> Sequence64 {
        attempts += 1
        if let failure = failNextCommit {
            failNextCommit = nil
            throw failure
        }
        let first = firstHeld + UInt64(readings.count)
        readings += batch.readings
        if !batch.readings.isEmpty { receipts = Array((receipts + batch.receipts).suffix(8192)) }
        for alert in batch.alerts where alertIDs.insert(alert.id).inserted {
            var record = alert
            record.position = UInt64(alertRecords.count) + 1
            alertRecords.append(record)
        }
        for (lane, position) in batch.cursors { cursors[lane] = max(position, cursors[lane] ?? 0) }
        rejects = Array((rejects + batch.rejected).suffix(256))
        if let checkpoint = batch.checkpoint { saved = checkpoint }
        commits += 1
        return first
    }

    package func checkpoint() throws(JournalError) -> Checkpoint? { saved }
    package func recentReceipts(limit: Int) throws(JournalError) -> [UInt64] { Array(receipts.suffix(limit)) }
    package func maintain() throws(JournalError) -> Bool { false }
    package func close() {}
    package func lastSequence() throws(JournalError) -> Sequence64 { firstHeld + UInt64(readings.count) - 1 }
    package func firstSequence() throws(JournalError) -> Sequence64 { readings.isEmpty ? 0 : firstHeld }

    package func readings(from sequence: Sequence64, _ body: (Sequence64, Reading) -> Bool) throws(JournalError) {
        var number = max(sequence, firstHeld)
        while number < firstHeld + UInt64(readings.count) {
            guard body(number, readings[Int(number - firstHeld)]) else { return }
            number += 1
        }
    }

    package func alerts(after position: UInt64, limit: Int) throws(JournalError) -> [AlertRecord] {
        Array(alertRecords.drop { $0.position <= position }.prefix(limit))
    }

    package func latestAlerts(limit: Int) throws(JournalError) -> [AlertRecord] { Array(alertRecords.suffix(limit).reversed()) }
    package func cursor(_ lane: Lane) throws(JournalError) -> UInt64 { cursors[lane] ?? 0 }

    package func seriesKeys() throws(JournalError) -> [SeriesID: String] {
        Dictionary(uniqueKeysWithValues: keys.map { ($0.value, $0.key) })
    }

    package func rejected(limit: Int) throws(JournalError) -> [RejectedMessage] { Array(rejects.suffix(limit).reversed()) }

    package func figures() throws(JournalError) -> JournalFigures {
        var figures = JournalFigures()
        figures.segments = Int64(commits)
        return figures
    }
}
