import CSQLite
import Foundation
import GatewayTesting
import Glibc

/// What no program on this machine can be faster than.
enum MachineLimits {
    /// Bytes copied a second by one thread. *Units*: GB/s.
    static func memory() -> Runs {
        let size = 256 << 20
        let (from, to) = (UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096), UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096))
        defer {
            from.deallocate()
            to.deallocate()
        }
        memset(from, 1, size)
        memset(to, 2, size)
        return Runs(
            (0..<7).map { _ in
                let start = seconds()
                memcpy(to, from, size)
                return Double(size) / (seconds() - start) / 1e9
            })
    }

    /// Commits of one small row a second, WAL and FULL, by SQLite alone.
    static func commits(in folder: TestFolder) throws -> Runs {
        var database: OpaquePointer?
        guard sqlite3_open(folder.file("raw.db"), &database) == SQLITE_OK else { throw BenchProblem(text: "no database can be made") }
        defer { sqlite3_close(database) }
        sqlite3_exec(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(x BLOB)", nil, nil, nil)
        return Runs(
            (0..<5).map { _ in
                let start = seconds()
                for _ in 0..<400 { sqlite3_exec(database, "INSERT INTO t VALUES (zeroblob(200))", nil, nil, nil) }
                return 400 / (seconds() - start)
            })
    }

    static func measures() throws -> [Measure] {
        let (memory, commits) = (memory(), try commits(in: TestFolder()))
        return [
            Measure(name: "limit: memory copied by one thread", value: memory.median, unit: "GB/s", spread: memory.spread),
            Measure(name: "limit: SQLite commits, WAL and FULL", value: commits.median, unit: "/s", spread: commits.spread),
        ]
    }
}
