import Journal
import Lifeline
import Synchronization

/// A journal in memory with the behaviour of a SQLite journal, and with faults on demand.
///
/// Every fault leaves it as it was, as the port demands. *Isolation*: any thread; it is a reader for others while one thread writes.
package final class MemoryJournal: JournalWriter, Sendable {
    struct Segment {
        var first: Sequence64
        var readings: [Reading]
    }

    struct State {
        var segments: [Segment] = []
        var nextSequence: Sequence64 = 1
        var receipts: [UInt64] = []
        var rejected: [RejectedMessage] = []
        var alerts: [AlertRecord] = []
        var nextPosition: UInt64 = 1
        var alertIDs: Set<String> = []
        var cursors: [Lane: UInt64] = [:]
        var checkpoint: Checkpoint?
        var marks: [ClockMark] = []
        var decisions: [DecisionRecord] = []
        var deadLetters: [DeadLetter] = []
        var deadLetterCount: UInt64 = 0
        var numbers: [String: SeriesID] = [:]
        var durableSeries: [SeriesID: String] = [:]
        var pendingSeries: [(SeriesID, String)] = []
        var dropped = JournalDrops()
        var retention = RetentionPolicy()
        var commits: UInt64 = 0
        var attempts = 0
        var faults: [Int: JournalError] = [:]
        var standingFault: JournalError?
        var isUnderPressure = false
        var isClosed = false
    }

    private let state: Mutex<State>
    private let maxBytes: Int64

    /// What a reading costs here. *Units*: bytes; a rough figure, so that retention has something to count.
    package static let bytesPerReading: Int64 = 16
    /// What a segment costs beside its readings. *Units*: bytes.
    package static let bytesPerSegment: Int64 = 64
    /// As in the SQLite journal.
    package static let rejectedLimit = 256
    /// As in the SQLite journal: receipts that are kept at least.
    package static let receiptLimit = 8192

    /// `maxBytes` caps the segments at the costs above; commits beyond it throw `.full`.
    package init(maxBytes: Int64 = .max) {
        self.maxBytes = maxBytes
        state = Mutex(State())
    }

    /// Lets the `number`-th commit from now on (1: the next) throw `error`. Several may be set.
    package func failCommit(_ number: Int = 1, with error: JournalError) {
        state.withLock { $0.faults[$0.attempts + number] = error }
    }

    /// Lets every commit throw `error` until nil is set: a medium that has gone.
    package func failAllCommits(with error: JournalError?) { state.withLock { $0.standingFault = error } }

    /// Commits that were asked for, with those that failed.
    package var commitAttempts: Int { state.withLock { $0.attempts } }

    /// What a new process would find: the same content, and no memory of series that no commit made durable, nor of faults.
    package func reopened() -> MemoryJournal {
        let next = MemoryJournal(maxBytes: maxBytes)
        let kept = state.withLock { old in
            var kept = old
            kept.pendingSeries = []
            kept.numbers = Dictionary(uniqueKeysWithValues: old.durableSeries.map { ($0.value, $0.key) })
            kept.faults = [:]
            kept.standingFault = nil
            kept.isClosed = false
            return kept
        }
        next.state.withLock { $0 = kept }
        return next
    }

    private func read<Result: Sendable>(_ body: (borrowing State) -> Result) throws(JournalError) -> Result {
        let result = state.withLock { $0.isClosed ? nil : body($0) }
        guard let result else { throw .other("the journal is closed") }
        return result
    }

    package func lastSequence() throws(JournalError) -> Sequence64 { try read { $0.nextSequence - 1 } }

    package func firstSequence() throws(JournalError) -> Sequence64 { try read { $0.segments.first?.first ?? 0 } }

    package func readings(from sequence: Sequence64, _ body: (Sequence64, Reading) -> Bool) throws(JournalError) {
        // A snapshot: `body` runs outside the lock and may ask again.
        let segments = try read { state in state.segments.filter { $0.first + UInt64($0.readings.count) > sequence } }
        for segment in segments {
            for (offset, reading) in segment.readings.enumerated() where segment.first + UInt64(offset) >= sequence {
                if !body(segment.first + UInt64(offset), reading) { return }
            }
        }
    }

    package func alerts(after position: UInt64, limit: Int) throws(JournalError) -> [AlertRecord] {
        try read { Array($0.alerts.lazy.filter { $0.position > position }.prefix(max(0, limit))) }
    }

    package func latestAlerts(limit: Int) throws(JournalError) -> [AlertRecord] {
        try read { $0.alerts.suffix(max(0, limit)).reversed() }
    }

    package func cursor(_ lane: Lane) throws(JournalError) -> UInt64 { try read { $0.cursors[lane] ?? 0 } }

    package func clockMarks() throws(JournalError) -> [ClockMark] { try read { $0.marks } }

    package func decisions(after sequence: Sequence64) throws(JournalError) -> [DecisionRecord] {
        try read { state in state.decisions.filter { $0.sequence > sequence } }
    }

    package func seriesKeys() throws(JournalError) -> [SeriesID: String] { try read { $0.durableSeries } }

    package func rejected(limit: Int) throws(JournalError) -> [RejectedMessage] {
        try read { $0.rejected.suffix(max(0, limit)).reversed() }
    }

    package func deadLetters(limit: Int) throws(JournalError) -> [DeadLetter] {
        try read { $0.deadLetters.suffix(max(0, limit)).reversed() }
    }

    package func figures() throws(JournalError) -> JournalFigures {
        let maxBytes = maxBytes
        return try read { state in
            var figures = JournalFigures()
            figures.bytes = Self.bytes(state)
            figures.maxBytes = maxBytes
            figures.segments = Int64(state.segments.count)
            figures.commits = state.commits
            figures.deadLetters = state.deadLetterCount
            figures.dropped = state.dropped
            figures.droppedReadings = state.dropped.readings
            return figures
        }
    }

    private static func bytes(_ state: borrowing State) -> Int64 {
        state.segments.reduce(0) { $0 + cost($1.readings.count) }
    }

    private static func cost(_ readings: Int) -> Int64 { bytesPerSegment + bytesPerReading * Int64(readings) }

    package func series(forKey key: String) throws(JournalError) -> SeriesID {
        let answer: Result<SeriesID, JournalError> = state.withLock { state in
            if state.isClosed { return .failure(.other("the journal is closed")) }
            if let known = state.numbers[key] { return .success(known) }
            guard !key.isEmpty && key.utf8.count <= SQLiteJournal.keyLimit else { return .failure(.other("a series key has 1 … 256 bytes")) }
            let greatest = state.numbers.values.max()?.rawValue ?? 0
            let number = SeriesID(greatest + 1)
            state.numbers[key] = number
            state.pendingSeries.append((number, key))
            return .success(number)
        }
        return try answer.get()
    }

    package func commit(_ batch: CommitBatch) throws(JournalError) -> Sequence64 {
        let maxBytes = maxBytes
        let answer: Result<Sequence64, JournalError> = state.withLock { state in
            if state.isClosed { return .failure(.other("the journal is closed")) }
            if batch.isEmpty && state.pendingSeries.isEmpty { return .success(state.nextSequence) }
            state.attempts += 1
            if let fault = state.faults.removeValue(forKey: state.attempts) ?? state.standingFault {
                if case .full = fault { state.isUnderPressure = true }
                return .failure(fault)
            }
            guard batch.readings.count <= SQLiteJournal.readingsPerCommitLimit else {
                return .failure(.other("a batch of \(batch.readings.count) readings"))
            }
            if batch.decisions.contains(where: { $0.sequence >= UInt64(batch.readings.count) || $0.body.count > DecisionRecord.bytesLimit }) {
                return .failure(.other("a decision without an entry, or too large"))
            }
            if !batch.readings.isEmpty && Self.bytes(state) + Self.cost(batch.readings.count) > maxBytes {
                state.isUnderPressure = true
                return .failure(.full("\(maxBytes) bytes"))
            }
            return .success(Self.accept(batch, &state))
        }
        return try answer.get()
    }

    private static func accept(_ batch: CommitBatch, _ state: inout State) -> Sequence64 {
        let first = state.nextSequence
        for (number, key) in state.pendingSeries { state.durableSeries[number] = key }
        state.pendingSeries.removeAll()
        state.commits += 1
        if !batch.readings.isEmpty {
            state.segments.append(Segment(first: first, readings: batch.readings))
            state.nextSequence += UInt64(batch.readings.count)
        }
        state.receipts.append(contentsOf: batch.receipts)
        if state.receipts.count > 2 * receiptLimit { state.receipts.removeFirst(state.receipts.count - receiptLimit) }
        for message in batch.rejected {
            var cut = message
            cut.sample = Array(message.sample.prefix(RejectedMessage.sampleLimit))
            state.rejected.append(cut)
        }
        if state.rejected.count > rejectedLimit { state.rejected.removeFirst(state.rejected.count - rejectedLimit) }
        for alert in batch.alerts where state.alertIDs.insert(alert.id).inserted {
            var placed = alert
            placed.position = state.nextPosition
            state.nextPosition += 1
            state.alerts.append(placed)
        }
        state.cursors.merge(batch.cursors) { $1 }
        state.checkpoint = batch.checkpoint ?? state.checkpoint
        for mark in batch.clock {
            var placed = mark
            placed.sequence += first
            state.marks.append(placed)
        }
        for decision in batch.decisions {
            state.decisions.append(DecisionRecord(sequence: first + decision.sequence, body: decision.body))
        }
        state.deadLetters = Array((state.deadLetters + batch.deadLetters).suffix(DeadLetter.limit))
        state.deadLetterCount += UInt64(batch.deadLetters.count)
        let covered = state.checkpoint?.sequence ?? 0
        while state.decisions.count > DecisionRecord.limit, let oldest = state.decisions.first, oldest.sequence <= covered {
            state.decisions.removeFirst()
        }
        if state.marks.count > ClockMark.limit { state.marks.removeFirst(state.marks.count - ClockMark.limit) }
        return first
    }

    package var openingNote: String? { nil }

    package func checkpoint() throws(JournalError) -> Checkpoint? { try read { $0.checkpoint } }

    package func recentReceipts(limit: Int) throws(JournalError) -> [UInt64] {
        try read { Array($0.receipts.suffix(min(max(0, limit), Self.receiptLimit))) }
    }

    /// What age may take.
    package var retention: RetentionPolicy {
        get { state.withLock { $0.retention } }
        set { state.withLock { $0.retention = newValue } }
    }

    package func maintain(now: Timestamp?) throws(JournalError) -> Bool {
        let maxBytes = maxBytes
        let answer: Result<Bool, JournalError> = state.withLock { state in
            if state.isClosed { return .failure(.other("the journal is closed")) }
            let hasDropped = Self.dropAlerts(&state, now)
            guard state.segments.count > 1, let oldest = state.segments.first else { return .success(hasDropped) }
            let rule = RetentionRule(
                used: Self.bytes(state), capacity: maxBytes, readingsCursor: state.cursors[.readings] ?? 0,
                checkpoint: state.checkpoint?.sequence ?? 0, isUnderPressure: state.isUnderPressure,
                horizon: RetentionPolicy.horizon(state.retention.maxAgeReadings, now))
            let count = UInt64(oldest.readings.count)
            if let drop = rule.drop(first: oldest.first, count: count) {
                state.dropped.forwardedBySpace += drop.forwarded
                state.dropped.unforwardedBySpace += drop.unforwarded
                state.dropped.unjudged += drop.unjudged
            } else if rule.isOutOfDate(first: oldest.first, count: count, receivedMax: oldest.readings.map(\.received).max() ?? .distantFuture) {
                state.dropped.forwardedByAge += count
            } else {
                state.isUnderPressure = false
                return .success(hasDropped)
            }
            state.segments.removeFirst()
            return .success(true)
        }
        return try answer.get()
    }

    private static func dropAlerts(_ state: inout State, _ now: Timestamp?) -> Bool {
        guard let horizon = RetentionPolicy.horizon(state.retention.maxAgeAlerts, now) else { return false }
        let acknowledged = state.cursors[.alerts] ?? 0
        let before = state.alerts.count
        state.alerts.removeAll { $0.position <= acknowledged && $0.recorded < horizon }
        state.dropped.alertsByAge += UInt64(before - state.alerts.count)
        return state.alerts.count < before
    }

    package func close() { state.withLock { $0.isClosed = true } }
}
