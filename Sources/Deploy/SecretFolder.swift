import Glibc
import Lifeline

/// The secrets of a board: one file each that only the daemon's user can read. They never stand in a generation, a log or an error.
package struct SecretFolder: Sendable {
    package let path: String

    /// *Units*: bytes; what the daemon reads at most.
    package static let limit = 4096

    /// Why nothing was changed. Never holds a secret.
    package struct Failure: Error, Equatable, Sendable {
        package var text: String
    }

    package init(_ path: String) { self.path = path }

    /// Why a secret may not be called that; nil where it may.
    package static func objection(toName name: String) -> String? {
        let isPlain = name.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-_.".utf8.contains($0) }
        guard isPlain, !name.isEmpty, name.utf8.count <= 64, name.first != "." else {
            return "a secret's name is 1 to 64 letters, digits, \"-\", \"_\" and \".\", and does not begin with a dot"
        }
        return nil
    }

    /// The names of what is set, sorted.
    package var names: [String] {
        // SAFETY: the stream is closed on every way out; an entry is copied before the next one is read.
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < 10_000, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if SecretFolder.objection(toName: name) == nil { names.append(name) }
        }
        return names.sorted()
    }

    /// Sets a secret: there whole or as it was, mode 0600.
    ///
    /// - Parameters:
    ///   - secret: one line feed at its end is taken off.
    ///   - user: who is to read it; left out where there is no such user, or we may not give files away.
    package func set(_ name: String, _ secret: [UInt8], user: String) throws(Failure) {
        if let objection = SecretFolder.objection(toName: name) { throw Failure(text: objection) }
        var secret = secret
        if secret.last == 10 { secret.removeLast() }
        if secret.last == 13 { secret.removeLast() }
        guard !secret.isEmpty else { throw Failure(text: "the secret is empty; nothing was changed") }
        guard secret.count <= SecretFolder.limit else {
            throw Failure(text: "the secret is longer than \(SecretFolder.limit) bytes; nothing was changed")
        }
        guard !secret.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw Failure(text: "the secret holds control characters (a line feed in its middle?); nothing was changed")
        }
        let owner = getpwnam(user).map { ($0.pointee.pw_uid, $0.pointee.pw_gid) }
        makeFolder(owner)
        let temporary = "\(path)/.new-\(getpid())"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("\(path) cannot be written") }
        if let owner { _ = fchown(descriptor, owner.0, owner.1) }
        // SAFETY: the array lives through the call and is as long as said.
        let count = secret.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        let isDurable = count == secret.count && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard isDurable, rename(temporary, path + "/" + name) == 0 else {
            if !isDurable { errno = code }
            let failure = failure("\(path)/\(name) cannot be written")
            unlink(temporary)
            throw failure
        }
        syncFolder()
    }

    /// Removes a secret. Returns whether it was there.
    package func remove(_ name: String) throws(Failure) -> Bool {
        if let objection = SecretFolder.objection(toName: name) { throw Failure(text: objection) }
        guard unlink(path + "/" + name) == 0 else {
            if errno == ENOENT { return false }
            throw failure("\(path)/\(name) cannot be removed")
        }
        syncFolder()
        return true
    }

    private func makeFolder(_ owner: (uid_t, gid_t)?) {
        var folder = path.hasPrefix("/") ? "" : "."
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() {
            folder += "/" + part
            guard mkdir(folder, index == parts.count - 1 ? 0o700 : 0o755) == 0, index == parts.count - 1, let owner else { continue }
            _ = chown(folder, owner.0, owner.1)
        }
    }

    private func syncFolder() {
        let handle = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { return }
        fsync(handle)
        close(handle)
    }

    private func failure(_ what: String) -> Failure { Failure(text: "\(what): \(String(cString: strerror(errno)))") }
}
