import Glibc
import Lifeline

/// Changes of the board that the gateway has not journalled yet: files that the board side has made durable while perhaps no gateway ran.
///
/// *Limits*: `atOnce` entries are taken over at a time, the oldest names first; a file that is no entry is taken away and counted.
struct AuditFolder {
    let path: String
    static let atOnce = 256

    /// The folder of a daemon that was started with a board's `current`; nil where its site is no link, for then no generation is ever changed.
    init?(sitePath: String) {
        let folder = sitePath.hasSuffix("/") ? String(sitePath.dropLast()) : sitePath
        var found = stat()
        guard lstat(folder, &found) == 0, found.st_mode & S_IFMT == S_IFLNK else { return nil }
        path = Folder.above(folder) + "/audit"
    }

    /// The names of what waits, in order.
    var names: [String] {
        // SAFETY: the stream is closed on every way out; an entry is copied before the next one is read.
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < 10_000, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if name.hasSuffix(".json") { names.append(name) }
        }
        return Array(names.sorted().prefix(AuditFolder.atOnce))
    }

    /// What waits; nil for a file that is no entry.
    func entry(_ name: String) -> AuditEntry? { SmallFile.read(path + "/" + name, limit: AuditEntry.bytesLimit).flatMap { AuditEntry(json: $0) } }

    /// It is in the journal. Not synced: what comes back after a power cut is known by its id.
    func remove(_ name: String) { unlink(path + "/" + name) }
}
