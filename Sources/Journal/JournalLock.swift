import Glibc

/// Makes sure that a journal has one writer: an exclusive `flock` on `<path>.lock`, held until the owner goes.
///
/// A file of its own, because closing any descriptor of the database would drop SQLite's POSIX locks on it. The kernel frees it at a crash.
struct JournalLock: ~Copyable {
    private let descriptor: Int32

    /// *Throws*: `.busy` naming the holder; `.medium` when the file cannot be made.
    init(path: String) throws(JournalError) {
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard opened >= 0 else { throw .medium("open \(path): \(String(cString: strerror(errno)))") }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = Self.holder(opened)
            close(opened)
            guard reason == EWOULDBLOCK else { throw .medium("lock \(path): \(String(cString: strerror(reason)))") }
            throw .busy("\(path) is held by process \(holder): another bamaid writes this journal")
        }
        descriptor = opened
        // The number is only for the message above; a failure to write it does not matter.
        let words = Array("\(getpid())\n".utf8)
        _ = ftruncate(opened, 0)
        _ = words.withUnsafeBytes { pwrite(opened, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        // Not by `close` alone: a child between fork and exec holds the same lock for a moment.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        let digits = bytes.prefix(max(0, count)).prefix { $0 >= 48 && $0 <= 57 }
        return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
    }
}
