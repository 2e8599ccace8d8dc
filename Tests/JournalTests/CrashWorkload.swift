import GatewayTesting
import Journal
import Lifeline

/// What a journal was told on a recorded disk, and what a power cut after any operation may leave of it.
struct CrashWorkload: Sendable {
    /// What the journal must say after so many commits.
    struct Expectation: Sendable {
        /// Operations of the disk when the commit returned.
        var returned = 0
        var lastSequence: Sequence64 = 0
        var alerts = 0
        var readingsCursor: UInt64 = 0
        var checkpoint: Checkpoint?
        var receipts: UInt64 = 0
        var rejected: String?
    }

    /// How much is done.
    struct Plan: Sendable {
        var commits: Int
        var maxBytes: Int64
        /// *Units*: commits. Where the journal is closed and opened again.
        var reopensAt: Set<Int> = []
        /// *Units*: commits. Where a reading end is open beside.
        var reader: Range<Int> = 0..<0
        var largestBatch: Int
        var receiptsPerCommit: Int
        var checkpointBytes: Int
        var mode: SimulatedDisk.Mode = .honest
    }

    static let name = "journal.db"
    let plan: Plan
    private(set) var recording: DiskRecording
    /// By the number of commits.
    private var expectations = [Expectation()]
    /// Readings that retention had dropped after so many operations.
    private var drops: [(operations: Int, readings: UInt64)] = [(0, 0)]

    /// Whether the WAL came to the length at which `maintain` folds it into the file.
    private(set) var foldsBesideCommits = false
    var dropped: UInt64 { drops.last?.readings ?? 0 }

    /// Runs the plan in `directory`, which is free again afterwards.
    init(_ plan: Plan, seed: UInt64, directory: TemporaryDirectory) throws {
        self.plan = plan
        var random = SeededGenerator(seed: seed)
        let disk = SimulatedDisk(directory: directory.path, mode: plan.mode)
        defer { disk.remove() }
        disk.startRecording()
        let path = directory.file(Self.name)
        var journal = try SQLiteJournal.open(path: path, maxBytes: plan.maxBytes, vfs: SimulatedDisk.vfsName)
        var reader: SQLiteJournalReader?
        for number in 0..<plan.commits {
            if plan.reopensAt.contains(number) {
                journal.close()
                journal = try SQLiteJournal.open(path: path, maxBytes: plan.maxBytes, vfs: SimulatedDisk.vfsName)
            }
            reader = plan.reader.contains(number) ? try reader ?? SQLiteJournalReader.open(path: path, vfs: SimulatedDisk.vfsName) : nil
            var next = expectations[number]
            let batch = Self.batch(number, after: &next, plan, &random)
            if case .full? = failure(of: { _ = try journal.commit(batch) }) {
                while try journal.maintain() {}
                drops.append((disk.recordedOperations, try journal.figures().droppedReadings))
                _ = try journal.commit(batch)
            }
            next.returned = disk.recordedOperations
            expectations.append(next)
            if number % 3 == 2 {
                if disk.size(Self.name + "-wal") > Int(SQLiteJournal.walBytes) { foldsBesideCommits = true }
                while try journal.maintain() {}
                drops.append((disk.recordedOperations, try journal.figures().droppedReadings))
                if let reader, try reader.lastSequence() != next.lastSequence { throw JournalError.other("the reader does not follow") }
            }
        }
        journal.close()
        guard let recording = disk.recording else { throw JournalError.other("no recording") }
        self.recording = recording
    }

    /// A value that does not compress, so that a file is full before it is slow to check.
    static func value(_ place: UInt64) -> Double { Double((place &* 0x9e37_79b9_7f4a_7c15) >> 12) }

    /// Each batch has at least the alerts lane's cursor, which says how many commits there were.
    private static func batch(_ number: Int, after state: inout Expectation, _ plan: Plan, _ random: inout SeededGenerator) -> CommitBatch {
        var batch = CommitBatch()
        batch.cursors[.alerts] = UInt64(number + 1)
        if random.chance(0.9) {
            let count = random.chance(0.2) ? plan.largestBatch : 1 + Int(random.next() % UInt64(max(1, plan.largestBatch / 8)))
            batch.readings = Samples.readings(count, from: state.lastSequence + 1)
            for index in batch.readings.indices { batch.readings[index].value = value(state.lastSequence + 1 + UInt64(index)) }
            state.lastSequence += UInt64(count)
        }
        if random.chance(0.7) {
            let count = random.next() % UInt64(2 * plan.receiptsPerCommit)
            batch.receipts = (0..<count).map { state.receipts + $0 + 1 }
            state.receipts += count
        }
        if random.chance(0.2) {
            batch.alerts = [Samples.alert("a\(state.alerts)")]
            state.alerts += 1
        }
        if random.chance(0.1) {
            batch.rejected = [Samples.rejected(number)]
            state.rejected = "a/\(number)"
        }
        if random.chance(0.3) {
            state.readingsCursor = state.lastSequence
            batch.cursors[.readings] = state.lastSequence
        }
        if random.chance(0.1) {
            let bytes = 1 + Int(random.next() % UInt64(plan.checkpointBytes))
            let body = [UInt8](repeating: UInt8(number & 255), count: bytes)
            let checkpoint = Checkpoint(sequence: state.lastSequence, revision: "\(number)", body: body)
            batch.checkpoint = checkpoint
            state.checkpoint = checkpoint
        }
        return batch
    }

    /// Opens the journal that a power cut after `operation` leaves, and says what is wrong with it; nil when nothing is.
    func verdict(after operation: Int, seed: UInt64, directory: TemporaryDirectory) -> String? {
        var random = SeededGenerator(seed: seed)
        let disk = SimulatedDisk(directory: directory.path, replaying: recording, upTo: operation, &random)
        defer { disk.remove() }
        let acknowledged = expectations.lastIndex { $0.returned <= operation } ?? 0
        do {
            let journal = try SQLiteJournal.open(path: directory.file(Self.name), maxBytes: plan.maxBytes, vfs: SimulatedDisk.vfsName)
            if let note = journal.openingNote { return note }
            let found = Int(try journal.cursor(.alerts))
            guard found >= acknowledged else { return "\(found) commits of \(acknowledged) acknowledged" }
            guard found <= acknowledged + 1, found < expectations.count else { return "\(found) commits, \(acknowledged) acknowledged" }
            if let wrong = try difference(journal, expectations[found], operation) { return wrong }
            // It goes on, and what it acknowledges then survives the next cut.
            let last = expectations[found].lastSequence
            var batch = Samples.batch(2, from: last + 1)
            for index in batch.readings.indices { batch.readings[index].value = Self.value(last + 1 + UInt64(index)) }
            if case .full? = failure(of: { _ = try journal.commit(batch) }) {
                while try journal.maintain() {}
                guard try journal.commit(batch) == last + 1 else { return "wrong sequence after room was made" }
            }
            guard try journal.lastSequence() == last + 2 else { return "wrong sequence after the next commit" }
            guard seed % 4 == 0 else { return nil }
            disk.powerCut(&random)
            journal.close()
        } catch {
            return "\(error)"
        }
        do {
            let journal = try SQLiteJournal.open(path: directory.file(Self.name), maxBytes: plan.maxBytes, vfs: SimulatedDisk.vfsName)
            if let note = journal.openingNote { return "second cut: \(note)" }
            let expected = expectations[Int(try journal.cursor(.alerts))].lastSequence + 2
            guard try journal.lastSequence() == expected else { return "second cut: a commit is lost" }
            return nil
        } catch {
            return "second cut: \(error)"
        }
    }

    private func difference(_ journal: SQLiteJournal, _ expected: Expectation, _ operation: Int) throws -> String? {
        let last = try journal.lastSequence()
        guard last == expected.lastSequence else { return "last sequence \(last), not \(expected.lastSequence)" }
        let gone = try journal.figures().droppedReadings
        let least = drops.last { $0.operations <= operation }?.readings ?? 0
        let most = drops.first { $0.operations >= operation }?.readings ?? dropped
        guard gone >= least && gone <= most else { return "\(gone) readings dropped, not \(least) … \(most)" }
        var next = gone + 1
        var wrong = 0
        try journal.readings(from: 1) { sequence, reading in
            if sequence != next || reading.value != Self.value(sequence) { wrong += 1 }
            next += 1
            return true
        }
        guard wrong == 0 && next == last + 1 else { return "\(wrong) wrong readings, the last before \(next) of \(last)" }
        let alerts = try journal.alerts(after: 0, limit: 10_000).map(\.id)
        guard alerts == (0..<expected.alerts).map({ "a\($0)" }) else { return "\(alerts.count) alerts, not \(expected.alerts)" }
        let cursor = try journal.cursor(.readings)
        guard cursor == expected.readingsCursor else { return "readings cursor \(cursor), not \(expected.readingsCursor)" }
        guard try journal.checkpoint() == expected.checkpoint else { return "another checkpoint than \(expected.checkpoint?.revision ?? "none")" }
        let receipts = try journal.recentReceipts(limit: 40)
        let oldest = expected.receipts - min(40, expected.receipts) + 1
        guard receipts == Array(oldest..<expected.receipts + 1) else { return "receipts \(receipts.suffix(2)), not up to \(expected.receipts)" }
        let rejected = try journal.rejected(limit: 1).first?.topic
        guard rejected == expected.rejected else { return "rejected \(rejected ?? "none"), not \(expected.rejected ?? "none")" }
        return nil
    }
}
