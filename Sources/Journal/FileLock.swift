import Glibc

/// The writing end of a file for one process alone (flock), given back when the process ends, however it ends.
final class FileLock {
    private let descriptor: Int32

    init(path: String) throws(JournalError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw .medium("\(path): \(String(cString: strerror(errno)))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(descriptor)
            throw .busy("\(path) is held: another bamaid writes this journal")
        }
    }

    deinit { Glibc.close(descriptor) }
}
