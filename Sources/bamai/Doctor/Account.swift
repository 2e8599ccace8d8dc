import Glibc

/// A user of this machine, as far as permissions ask.
struct Account: Equatable, Sendable {
    var name: String
    var user: UInt32
    var groups: Set<UInt32>

    /// The user that a running process has.
    static func of(process: Int32) -> Account? {
        guard let status = SystemFile.text("/proc/\(process)/status").value else { return nil }
        var user: UInt32?
        var groups: Set<UInt32> = []
        for line in status.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let key = words.first else { continue }
            // Real, effective, saved and of the file system: the last decides here.
            if key == "Uid:", words.count >= 5 { user = UInt32(words[4]) }
            if key == "Gid:", words.count >= 5, let group = UInt32(words[4]) { groups.insert(group) }
            if key == "Groups:" { groups.formUnion(words.dropFirst().compactMap { UInt32($0) }) }
        }
        return user.map { Account(name: name(of: $0), user: $0, groups: groups) }
    }

    /// The user of a name.
    static func named(_ name: String) -> Account? {
        guard let entry = getpwnam(name)?.pointee else { return nil }
        var groups = [gid_t](repeating: 0, count: 64)
        var count = Int32(groups.count)
        getgrouplist(name, entry.pw_gid, &groups, &count)
        return Account(name: name, user: entry.pw_uid, groups: Set(groups.prefix(Int(max(0, min(count, 64)))).map { UInt32($0) }))
    }

    private static func name(of user: UInt32) -> String { getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "\(user)" }

    /// Whether permission bits let it read the file, folders above included; nil where they cannot be seen. Access lists are not looked at.
    func mayRead(_ path: String) -> Bool? { may(path, 4) }

    /// The same for reading and writing.
    func mayOpen(_ path: String) -> Bool? { may(path, 6) }

    private func may(_ path: String, _ wanted: UInt32) -> Bool? {
        if user == 0 { return SystemFile.exists(path) ? true : nil }
        guard let real = SystemFile.real(path) else { return nil }
        var folder = ""
        for part in real.split(separator: "/").dropLast() {
            folder += "/" + part
            guard let allowed = has(folder, 1) else { return nil }
            if !allowed { return false }
        }
        return has(real, wanted)
    }

    private func has(_ path: String, _ wanted: UInt32) -> Bool? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let mode = UInt32(status.st_mode)
        let bits = status.st_uid == user ? mode >> 6 : groups.contains(UInt32(status.st_gid)) ? mode >> 3 : mode
        return bits & wanted == wanted
    }
}
