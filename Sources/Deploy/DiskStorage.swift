import Glibc

/// The board's disk below one folder.
package final class DiskStorage: BoardStorage {
    private let root: String

    /// - Parameter root: `/var/lib/bamai` on a board. It must be there.
    package init(root: String) { self.root = root }

    private func full(_ path: String) -> String { path.isEmpty ? root : root + "/" + path }

    private func failure(_ call: String, _ path: String) -> StorageFailure {
        StorageFailure("\(call) \(full(path)): \(String(cString: strerror(errno)))")
    }

    package func read(_ path: String, limit: Int) -> [UInt8]? {
        // SAFETY: the buffer lives through each call; the descriptor is closed on every way out.
        let descriptor = open(full(path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { return nil }
        }
    }

    package func list(_ path: String) -> [String] {
        // SAFETY: the stream is closed on every way out; an entry is copied before the next one is read.
        guard let stream = opendir(full(path)) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < 10_000, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    package func destination(of path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        // SAFETY: readlink writes at most the buffer's length and no terminator.
        let count = buffer.withUnsafeMutableBytes { readlink(full(path), $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count) }
        return count > 0 && count < buffer.count ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    package func makeFolder(_ path: String) throws(StorageFailure) {
        guard mkdir(full(path), 0o755) == 0 else {
            if errno == EEXIST { return }
            throw failure("mkdir", path)
        }
        // What root makes here the daemon must be able to tidy: it is given to whoever owns the root folder.
        var owner = stat()
        if geteuid() == 0, stat(root, &owner) == 0, owner.st_uid != 0 { _ = lchown(full(path), owner.st_uid, owner.st_gid) }
    }

    package func write(_ path: String, _ bytes: [UInt8]) throws(StorageFailure) {
        let descriptor = open(full(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            // SAFETY: the array lives through the call, and `done` is below its count.
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            done += count
        }
    }

    package func sync(_ path: String) throws(StorageFailure) {
        let descriptor = open(full(path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("fsync", path) }
    }

    package func rename(_ from: String, to: String) throws(StorageFailure) {
        guard Glibc.rename(full(from), full(to)) == 0 else { throw failure("rename", to) }
    }

    package func link(_ path: String, to destination: String) throws(StorageFailure) {
        guard symlink(destination, full(path)) == 0 else { throw failure("symlink", path) }
    }

    package func remove(_ path: String) throws(StorageFailure) {
        var found = stat()
        guard lstat(full(path), &found) == 0 else { return }
        guard found.st_mode & S_IFMT == S_IFDIR else {
            guard unlink(full(path)) == 0 || errno == ENOENT else { throw failure("unlink", path) }
            return
        }
        for name in list(path) { try remove(path + "/" + name) }
        guard rmdir(full(path)) == 0 || errno == ENOENT else { throw failure("rmdir", path) }
    }
}
