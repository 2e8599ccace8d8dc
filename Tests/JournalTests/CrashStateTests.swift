import GatewayTesting
import Journal
import Lifeline
import Testing

/// Power cuts at any operation of the disk: a workload is recorded once, and thousands of disks are made of it.
@Suite("A journal after a power cut")
struct CrashStateTests {
    private static let short = CrashWorkload.Plan(
        commits: 14, maxBytes: 1 << 20, reopensAt: [6], reader: 3..<9, largestBatch: 40, receiptsPerCommit: 10, checkpointBytes: 3000)
    /// Its file is full, receipts are trimmed, and the WAL is folded in beside commits.
    private static let long = CrashWorkload.Plan(
        commits: 300, maxBytes: 256 << 10, reopensAt: [45, 240], reader: 30..<70, largestBatch: 150, receiptsPerCommit: 180, checkpointBytes: 24_000)

    @Test("has every acknowledged commit and no half one, whatever the operation", arguments: [1, 2, 3, 4] as [UInt64])
    func everyOperation(seed: UInt64) throws {
        let directory = TemporaryDirectory()
        let workload = try CrashWorkload(Self.short, seed: seed, directory: directory)
        #expect(workload.recording.count > 150)
        for operation in 0...workload.recording.count {
            let verdict = workload.verdict(after: operation, seed: seed + 7 * UInt64(operation), directory: directory)
            #expect(verdict == nil, "seed \(seed), \(workload.recording.words(operation))")
        }
    }

    @Test("has every acknowledged commit while retention, trimming and folding go on", arguments: [11, 12, 13, 14] as [UInt64])
    func anyOperation(seed: UInt64) throws {
        let directory = TemporaryDirectory()
        let workload = try CrashWorkload(Self.long, seed: seed, directory: directory)
        #expect(workload.dropped > 0)
        #expect(workload.foldsBesideCommits)
        var random = SeededGenerator(seed: seed)
        for state in 0..<700 {
            let operation = Int(random.next() % UInt64(workload.recording.count + 1))
            let verdict = workload.verdict(after: operation, seed: UInt64(state), directory: directory)
            #expect(verdict == nil, "seed \(seed), state \(state), \(workload.recording.words(operation))")
        }
    }

    // MARK: Controls: the same eyes must see losses where there are some.

    @Test("sees losses on a disk whose syncs lie")
    func lyingSync() throws {
        let directory = TemporaryDirectory()
        var plan = Self.short
        plan.mode = .lyingSync
        let workload = try CrashWorkload(plan, seed: 1, directory: directory)
        var losses = 0
        let operations = stride(from: 20, through: workload.recording.count, by: 3)
        for operation in operations where workload.verdict(after: operation, seed: UInt64(operation), directory: directory) != nil { losses += 1 }
        #expect(losses > Array(operations).count / 3)
    }

    /// Crash states of a raw database, and how many of them have lost a commit or are damaged.
    private func losses(mode: String, synchronous: String) throws -> (lost: Int, damaged: Int) {
        let directory = TemporaryDirectory()
        let path = directory.file("raw.db")
        var returned: [Int] = []
        let recording: DiskRecording
        do {
            let disk = SimulatedDisk(directory: directory.path)
            defer { disk.remove() }
            let database = try #require(DiskDatabase(path))
            // The journal stays short, so that the file is written in between.
            database.run("PRAGMA journal_mode = \(mode); PRAGMA synchronous = \(synchronous); PRAGMA wal_autocheckpoint = 8")
            database.run("CREATE TABLE t(n INTEGER PRIMARY KEY, b BLOB, c TEXT); CREATE INDEX i ON t(c); INSERT INTO t(b, c) VALUES (1, 1)")
            disk.startRecording()
            for number in 0..<25 {
                #expect(database.run("INSERT INTO t(b, c) VALUES (zeroblob(\(500 * (number % 7))), hex(randomblob(200)))") == 0)
                returned.append(disk.recordedOperations)
            }
            recording = try #require(disk.recording)
        }
        var lost = 0
        var damaged = 0
        for state in 0..<250 {
            var random = SeededGenerator(seed: UInt64(state))
            let operation = Int(random.next() % UInt64(recording.count + 1))
            let disk = SimulatedDisk(directory: directory.path, replaying: recording, upTo: operation, &random)
            defer { disk.remove() }
            let acknowledged = 1 + returned.filter { $0 <= operation }.count
            guard let database = DiskDatabase(path), database.text("PRAGMA integrity_check") == "ok" else {
                damaged += 1
                continue
            }
            if database.integer("SELECT count(*) FROM t") ?? 0 < acknowledged { lost += 1 }
        }
        return (lost, damaged)
    }

    @Test("sees a careless writer lose and damage", arguments: ["WAL", "DELETE"])
    func synchronousOff(mode: String) throws {
        let (lost, damaged) = try losses(mode: mode, synchronous: "OFF")
        #expect(lost + damaged > 25)
        #expect(damaged > 0)
    }

    /// SQLite says so of itself; a disk that was crueller than disks are would show it here.
    @Test("sees a careful writer lose nothing", arguments: ["WAL", "DELETE", "TRUNCATE", "PERSIST"])
    func synchronousExtra(mode: String) throws {
        let (lost, damaged) = try losses(mode: mode, synchronous: "EXTRA")
        #expect(lost == 0)
        #expect(damaged == 0)
    }

    @Test("sees a WAL without a sync for each commit lose commits, and nothing else")
    func synchronousNormal() throws {
        let (lost, damaged) = try losses(mode: "WAL", synchronous: "NORMAL")
        #expect(lost > 0)
        #expect(damaged == 0)
    }
}
