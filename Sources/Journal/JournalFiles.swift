import Glibc

/// The files beside a journal: `-wal` and `-shm` are SQLite's; `.damaged-<n>` are journals set aside; `.reserve` is room to give up.
enum JournalFiles {
    /// The most damaged journals that are kept; then the oldest goes. Each may be as large as the journal.
    static let damagedLimit = 3

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func damaged(_ path: String, _ number: Int) -> String { "\(path).damaged-\(number)" }
    /// The successor of a damaged journal, before it takes its name.
    static func successor(_ path: String) -> String { path + ".new" }

    /// The number that `setAside` will give next.
    static func nextDamaged(_ path: String) -> Int { (1...damagedLimit).first { !exists(damaged(path, $0)) } ?? damagedLimit }

    /// Renames a journal and its WAL to `<path>.damaged-<n>`, puts the successor in its place, and returns the new name.
    ///
    /// A crash on the way is put right by `finishSetAside`.
    static func setAside(_ path: String) throws(JournalError) -> String {
        let aside = damaged(path, nextDamaged(path))
        if exists(aside) {
            // The oldest makes room, the others move down. The WAL before its journal, here and below: one without its journal says where a crash was.
            for number in 1..<damagedLimit {
                let (from, to) = (damaged(path, number + 1), damaged(path, number))
                if exists(from + "-wal") { try move(from + "-wal", to + "-wal") } else { unlink(to + "-wal") }
                try move(from, to)
            }
        }
        unlink(aside + "-wal")
        removeShared(aside)
        if exists(path + "-wal") { try move(path + "-wal", aside + "-wal") }
        try move(path, aside)
        try install(path)
        return aside
    }

    private static func install(_ path: String) throws(JournalError) {
        unlink(path + "-shm")
        try move(successor(path), path)
        syncDirectory(of: path)
    }

    /// Brings a set-aside to its end that a crash interrupted. Before it began, the successor was complete and closed.
    static func finishSetAside(_ path: String) throws(JournalError) {
        guard exists(successor(path)) else { return }
        if exists(path) {
            // A journal that has lost its WAL would look whole, and give out sequences again.
            let number = (1...damagedLimit).first { exists(damaged(path, $0) + "-wal") && !exists(damaged(path, $0)) }
            guard let number, !exists(path + "-wal") else { return removeSuccessor(path) }
            try move(path, damaged(path, number))
        }
        try install(path)
    }

    /// What is left of an attempt that came to nothing.
    static func removeSuccessor(_ path: String) {
        for suffix in ["", "-wal", "-shm"] { unlink(successor(path) + suffix) }
    }

    /// The shared memory that readers of a damaged file have left.
    static func removeShared(_ path: String) { unlink(path + "-shm") }

    private static func move(_ from: String, _ to: String) throws(JournalError) {
        guard rename(from, to) == 0 else { throw .medium("rename \(from): \(String(cString: strerror(errno)))") }
    }

    /// Makes names durable. A file system that cannot do it is not worse than before.
    static func syncDirectory(of path: String) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// When a file was last written. *Units*: microseconds since the epoch; 0 when there is none.
    static func modified(_ path: String) -> UInt64 {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mtim.tv_sec > 0 else { return 0 }
        let (micros, overflow) = UInt64(status.st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000_000)
        return overflow ? 0 : micros + UInt64(status.st_mtim.tv_nsec / 1000)
    }

    /// *Units*: bytes; 0 when there is none.
    static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Makes a file of `bytes` allocated bytes. False when there is no room (nothing is left behind then).
    static func reserve(_ path: String, bytes: Int64) -> Bool {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return false }
        let done = posix_fallocate(descriptor, 0, off_t(bytes)) == 0 && fsync(descriptor) == 0
        close(descriptor)
        if !done { unlink(path) }
        return done
    }

    /// Gives the room back.
    static func release(_ path: String) { unlink(path) }
}
