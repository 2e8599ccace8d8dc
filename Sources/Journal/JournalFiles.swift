import Glibc

/// The files beside a journal: `-wal` and `-shm` are SQLite's; `.damaged-<n>` are journals set aside; `.reserve` is room to give up.
enum JournalFiles {
    /// The most damaged journals that are kept; then the oldest goes. Each may be as large as the journal.
    static let damagedLimit = 3

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Renames a journal and its WAL to `<path>.damaged-<n>` and returns the new name.
    static func setAside(_ path: String) throws(JournalError) -> String {
        var numbers = (1...damagedLimit).filter { exists("\(path).damaged-\($0)") }
        if numbers.count == damagedLimit {
            // The oldest makes room, the others move down.
            for number in 1..<damagedLimit {
                try move("\(path).damaged-\(number + 1)", "\(path).damaged-\(number)")
                if exists("\(path).damaged-\(number + 1)-wal") {
                    try move("\(path).damaged-\(number + 1)-wal", "\(path).damaged-\(number)-wal")
                } else {
                    unlink("\(path).damaged-\(number)-wal")
                }
            }
            numbers.removeLast()
        }
        let free = (1...damagedLimit).first { !numbers.contains($0) } ?? damagedLimit
        let aside = "\(path).damaged-\(free)"
        unlink(aside + "-wal")
        // The WAL first: a journal that has lost its name but not its WAL would give the next one another's frames.
        if exists(path + "-wal") { try move(path + "-wal", aside + "-wal") }
        try move(path, aside)
        unlink(path + "-shm")
        syncDirectory(of: path)
        return aside
    }

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
