internal import Glibc

extension SiteSources {
    /// The files on this machine. The only place in this room that touches a disk.
    package static let disk = SiteSources(read: { readFile($0) }, list: { listFolder($0) })

    private static func readFile(_ path: String) -> FileContent {
        // SAFETY: `open` and `read` get a path and a buffer that live through the call; the descriptor is closed on every way out.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return errno == ENOENT || errno == ENOTDIR ? .absent : .unreadable(words(errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        let chunk = 64 << 10
        while true {
            let before = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: chunk))
            let got = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + before, chunk) }
            let code = errno
            bytes.removeLast(chunk - max(0, got))
            if got < 0 {
                if code == EINTR { continue }
                return .unreadable(words(code))
            }
            if got == 0 { return .bytes(bytes) }
            if bytes.count > fileLimit { return .tooLarge }
        }
    }

    private static func listFolder(_ path: String) -> [String] {
        // SAFETY: the stream is closed on every way out; an entry is copied before the next one is read.
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < 10_000, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func words(_ code: Int32) -> String {
        code == EACCES ? "permission denied" : code == EISDIR ? "it is a folder" : String(cString: strerror(code))
    }
}
