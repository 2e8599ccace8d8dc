import Glibc

/// Why a file was not written.
struct FileFailure: Error, Equatable {
    var text: String

    /// With the system's reason.
    init(_ what: String) { text = "\(what): \(String(cString: strerror(errno)))" }
    init(text: String) { self.text = text }
}

/// Files that are there whole or not at all, whatever happens meanwhile.
enum AtomicFile {
    /// Makes a file that is not there yet.
    static func create(_ path: String, _ bytes: [UInt8]) throws(FileFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileFailure("\(path) cannot be made") }
        try fill(descriptor, bytes, path)
    }

    /// Puts new bytes in the place of a file's; the former ones stay beside it as `.bak`. Owner and rights stay. A link is followed, not replaced.
    ///
    /// - Parameter former: what the file must still hold, or nothing is changed.
    /// - Returns: the path of the copy.
    static func replace(_ path: String, former: [UInt8], with bytes: [UInt8]) throws(FileFailure) -> String {
        guard let resolved = realpath(path, nil) else { throw FileFailure("\(path) cannot be found") }
        let target = String(cString: resolved)
        free(resolved)
        var found = stat()
        guard stat(target, &found) == 0 else { throw FileFailure("\(path) cannot be looked at") }
        guard content(target) == former else { throw FileFailure(text: "\(path) was changed by somebody else meanwhile; nothing was written") }
        let copy = target + ".bak"
        try put(former, as: copy, like: found)
        try put(bytes, as: target, like: found)
        return copy
    }

    private static func content(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while content.count <= 16 << 20 {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return content }
            content += buffer[..<count]
        }
        return nil
    }

    /// Written beside it, made durable, then renamed over it.
    private static func put(_ bytes: [UInt8], as path: String, like former: stat) throws(FileFailure) {
        let temporary = "\(path).new-\(getpid())"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure("\(temporary) cannot be made") }
        // Only root can give a file away; for others it is theirs already, or the rename would not be allowed.
        _ = fchown(descriptor, former.st_uid, former.st_gid)
        fchmod(descriptor, former.st_mode & 0o7777)
        do throws(FileFailure) {
            try fill(descriptor, bytes, temporary)
            guard rename(temporary, path) == 0 else { throw FileFailure("\(path) cannot be replaced") }
        } catch {
            unlink(temporary)
            throw error
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if handle >= 0 {
            fsync(handle)
            close(handle)
        }
    }

    private static func fill(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws(FileFailure) {
        let isWritten = bytes.withUnsafeBytes { Output.bytes($0, to: descriptor) }
        let isDurable = isWritten && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        if !isDurable {
            errno = code
            let failure = FileFailure("\(path) cannot be written")
            unlink(path)
            throw failure
        }
    }
}
