import GatewayTesting
import Testing

/// The disk itself, asked through raw SQLite.
@Suite("A simulated disk")
struct SimulatedDiskTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("a.db") }

    private func connect() throws -> DiskDatabase { try #require(DiskDatabase(path)) }

    /// A table `t` with `rows` rows of `bytes` bytes, each a transaction.
    private func fill(_ database: DiskDatabase, rows: Int, bytes: Int = 100) {
        database.run("CREATE TABLE IF NOT EXISTS t(n INTEGER PRIMARY KEY, b BLOB)")
        for _ in 0..<rows { #expect(database.run("INSERT INTO t(b) VALUES (zeroblob(\(bytes)))") == 0) }
    }

    @Test("shows one connection the commits of the other, and keeps no file in the directory", arguments: ["WAL", "DELETE", "TRUNCATE"])
    func twoConnections(mode: String) throws {
        let disk = SimulatedDisk(directory: directory.path)
        defer { disk.remove() }
        let one = try connect()
        #expect(one.text("PRAGMA journal_mode = \(mode)") == mode.lowercased())
        fill(one, rows: 3)
        let two = try connect()
        #expect(two.integer("SELECT count(*) FROM t") == 3)
        fill(two, rows: 2)
        #expect(one.integer("SELECT count(*) FROM t") == 5)
        #expect(directory.names == [])
        #expect(disk.names.contains("a.db"))
        #expect(disk.size("a.db") > 0)
        #expect(disk.bytesWritten > 0 && disk.syncCount > 0)
        #expect(disk.deviceBytesWritten % 512 == 0 && disk.deviceBytesWritten > 0)
    }

    @Test("makes a second writer wait", arguments: ["WAL", "DELETE"])
    func busy(mode: String) throws {
        let disk = SimulatedDisk(directory: directory.path)
        defer { disk.remove() }
        let one = try connect()
        one.run("PRAGMA journal_mode = \(mode)")
        fill(one, rows: 1)
        let two = try connect()
        #expect(one.run("BEGIN IMMEDIATE") == 0)
        #expect(two.run("BEGIN IMMEDIATE") & 0xff == 5)
        #expect(two.integer("SELECT count(*) FROM t") == 1)
        #expect(one.run("COMMIT") == 0)
        #expect(two.run("BEGIN IMMEDIATE; COMMIT") == 0)
        // A reader keeps a rollback journal from being committed, and not a WAL.
        #expect(two.run("BEGIN; SELECT * FROM t") == 0)
        #expect(one.run("INSERT INTO t(b) VALUES (1)") & 0xff == (mode == "WAL" ? 0 : 5))
        #expect(two.run("COMMIT") == 0)
    }

    @Test("serves writers and readers on several threads")
    func threads() async throws {
        let disk = SimulatedDisk(directory: directory.path)
        defer { disk.remove() }
        let first = try connect()
        first.run("PRAGMA journal_mode = WAL")
        fill(first, rows: 1)
        let path = path
        let done = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    guard let database = DiskDatabase(path) else { return 0 }
                    database.run("PRAGMA busy_timeout = 20000; PRAGMA wal_autocheckpoint = 20")
                    return (0..<50).reduce(0) { sum, _ in sum + (database.run("INSERT INTO t(b) VALUES (zeroblob(300))") == 0 ? 1 : 0) }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(done == 200)
        #expect(first.integer("SELECT count(*) FROM t") == 201)
        #expect(first.text("PRAGMA integrity_check") == "ok")
    }

    @Test("keeps at a power cut what was synced, and lets handles of before die", arguments: ["WAL", "DELETE"])
    func powerCut(mode: String) throws {
        var random = SeededGenerator(seed: 1)
        let disk = SimulatedDisk(directory: directory.path)
        defer { disk.remove() }
        var database = try connect()
        database.run("PRAGMA journal_mode = \(mode); PRAGMA synchronous = EXTRA")
        for round in 1...20 {
            fill(database, rows: 5)
            if round % 2 == 0 { database.run("BEGIN; INSERT INTO t(b) VALUES (zeroblob(50000))") }
            disk.powerCut(&random)
            let before = disk.names.map { disk.bytes($0) }
            // Until it ends, the open transaction lives in SQLite's memory.
            database.run("ROLLBACK")
            #expect(database.run("INSERT INTO t(b) VALUES (1)") & 0xff == 10)
            #expect(database.text("SELECT count(*) FROM t") == nil)
            let reopened = try connect()
            // Its close must not fold in or delete a WAL.
            database = reopened
            #expect(disk.names.map { disk.bytes($0) } == before)
            #expect(database.integer("SELECT count(*) FROM t") == 5 * round)
            #expect(database.text("PRAGMA integrity_check") == "ok")
            database.run("PRAGMA synchronous = EXTRA")
        }
    }

    @Test("tears a write at its sectors, and cuts alike for the same seed")
    func sectors() throws {
        let disk = SimulatedDisk(directory: directory.path)
        defer { disk.remove() }
        var database: DiskDatabase? = try connect()
        database?.run("PRAGMA page_size = 4096; PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")
        database?.run("CREATE TABLE t(b BLOB)")
        database?.run("INSERT INTO t(b) VALUES (CAST(replace(hex(zeroblob(40000)), '0', 'x') AS BLOB))")
        disk.startRecording()
        database?.run("UPDATE t SET b = CAST(replace(hex(zeroblob(40000)), '0', 'y') AS BLOB)")
        let recording = try #require(disk.recording)
        #expect(recording.count == disk.recordedOperations && recording.count > 15)
        database = nil
        disk.remove()

        var seen: Set<[UInt8]> = []
        var torn = 0
        for seed in 0..<60 as Range<UInt64> {
            let states = (0..<2).map { _ in
                var random = SeededGenerator(seed: seed)
                return SimulatedDisk(directory: directory.path, replaying: recording, upTo: recording.count, &random).bytes("a.db") ?? []
            }
            #expect(states[0] == states[1])
            seen.insert(states[0])
            for start in stride(from: 0, to: states[0].count / 512 * 512, by: 4096) {
                let page = states[0][start..<min(start + 4096, states[0].count)]
                // Behind the page's first sector, which has its header, a sector is of one kind.
                let sectors = stride(from: page.startIndex + 512, to: page.endIndex, by: 512).map { page[$0..<min($0 + 512, page.endIndex)] }
                let kinds = sectors.map { ($0.contains(UInt8(ascii: "x")), $0.contains(UInt8(ascii: "y"))) }
                #expect(!kinds.contains { $0.0 && $0.1 })
                if kinds.contains(where: { $0.0 }) && kinds.contains(where: { $0.1 }) { torn += 1 }
            }
        }
        #expect(torn > 20)
        #expect(seen.count > 20)
        SimulatedDisk(directory: directory.path).remove()
    }

    @Test("has no more room than its capacity, of which a real reserve takes a part")
    func capacity() throws {
        let disk = SimulatedDisk(directory: directory.path)
        defer { disk.remove() }
        disk.capacity = 200_000
        let database = try connect()
        database.run("CREATE TABLE t(n INTEGER PRIMARY KEY, b BLOB)")
        #expect(database.run("INSERT INTO t(b) VALUES (zeroblob(80000))") == 0)
        #expect(database.run("INSERT INTO t(b) VALUES (zeroblob(180000))") & 0xff == 13)
        TemporaryDirectory.write([UInt8](repeating: 0, count: 100_000), to: path + ".reserve")
        #expect(database.run("INSERT INTO t(b) VALUES (zeroblob(50000))") & 0xff == 13)
        TemporaryDirectory.run("/bin/rm", path + ".reserve")
        #expect(database.run("INSERT INTO t(b) VALUES (zeroblob(50000))") == 0)
        #expect(database.text("PRAGMA integrity_check") == "ok")
        disk.setFull(true)
        #expect(database.run("INSERT INTO t(b) VALUES (zeroblob(50000))") & 0xff == 13)
        // What is there can be written over.
        #expect(database.run("PRAGMA journal_mode = OFF; PRAGMA user_version = 7") == 0)
        #expect(database.integer("PRAGMA user_version") == 7)
    }

    @Test("can be read and not written after a read-only remount, and nothing when all fails")
    func refusals() throws {
        let disk = SimulatedDisk(directory: directory.path)
        defer { disk.remove() }
        let database = try connect()
        fill(database, rows: 3)
        disk.isReadOnly = true
        #expect(database.integer("SELECT count(*) FROM t") == 3)
        #expect(database.run("INSERT INTO t(b) VALUES (1)") != 0)
        let second = try connect()
        #expect(second.integer("SELECT count(*) FROM t") == 3)
        #expect(second.run("INSERT INTO t(b) VALUES (1)") & 0xff == 8)
        disk.isReadOnly = false
        fill(database, rows: 1)
        disk.failsAll = true
        #expect(database.run("INSERT INTO t(b) VALUES (1)") & 0xff == 10)
        #expect(DiskDatabase(path)?.text("SELECT count(*) FROM t") == nil)
        disk.failsAll = false
        #expect(database.integer("SELECT count(*) FROM t") == 4)
    }

    @Test("makes a failed sync no better by the next")
    func failedSync() throws {
        var losses = 0
        for seed in 0..<40 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let disk = SimulatedDisk(directory: directory.path, seed: seed)
            var database: DiskDatabase? = try connect()
            database?.run("PRAGMA page_size = 512; PRAGMA journal_mode = OFF; CREATE TABLE t(n INTEGER PRIMARY KEY, b BLOB)")
            database?.run("BEGIN; INSERT INTO t(b) VALUES (CAST(replace(hex(zeroblob(5000)), '0', 'x') AS BLOB))")
            // The file's only sync is the last step of the commit; the next commit touches one page and syncs again.
            let probe = disk.steps
            database?.run("COMMIT")
            let steps = disk.steps - probe
            disk.fail(step: steps, with: .syncError)
            database?.run("UPDATE t SET b = CAST(replace(hex(zeroblob(5000)), '0', 'y') AS BLOB)")
            disk.clearFaults()
            database?.run("PRAGMA user_version = \(seed + 1)")
            disk.powerCut(&random)
            database = nil
            let bytes = disk.bytes("a.db") ?? []
            if bytes.contains(UInt8(ascii: "x")) { losses += 1 }
            disk.remove()
        }
        #expect(losses > 3)
    }
}
