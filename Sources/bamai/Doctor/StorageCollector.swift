import Doctor
import Glibc

/// Looks at the place where the journal lies, from outside.
struct StorageCollector: Sendable {
    var root: String
    var journal: String

    /// What is read from `/proc` and `/sys` and by `stat`; a dead file server holds it up.
    func facts() -> StorageFacts {
        var facts = StorageFacts()
        facts.path = journal
        let place = existingFolder()
        facts.space = space(place)
        let mounts = MountTable.read()
        facts.mount = mounts.map { MountTable.holding(place, $0) } ?? .unknown(.absent("/proc/self/mountinfo"))
        facts.wear = wear(place)
        facts.setAside = setAside()
        if let mounts, case .known(let logs) = MountTable.holding("/var/log", mounts) {
            facts.logs = .known(logs.type)
        } else {
            facts.logs = .unknown(.absent("/var/log"))
        }
        return facts
    }

    /// The folder that the journal is in, or will be made in.
    private func existingFolder() -> String {
        var parts = journal.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        while parts.count > 1 {
            let folder = parts.joined(separator: "/")
            if SystemFile.exists(folder) { return folder }
            parts = parts.dropLast()
        }
        return journal.hasPrefix("/") ? "/" : "."
    }

    private func space(_ place: String) -> Answer<StorageFacts.Space> {
        var figures = statvfs()
        guard statvfs(place, &figures) == 0 else { return .unknown(SystemFile.ignorance(place)) }
        func bytes(_ blocks: UInt) -> Int64 {
            let (product, overflow) = UInt64(blocks).multipliedReportingOverflow(by: UInt64(figures.f_frsize))
            return overflow ? .max : Int64(clamping: product)
        }
        // What is left for a gateway, which is not root.
        return .known(
            StorageFacts.Space(
                total: bytes(UInt(figures.f_blocks)), free: bytes(UInt(figures.f_bavail)), totalFiles: Int64(clamping: figures.f_files),
                freeFiles: Int64(clamping: figures.f_favail)))
    }

    private func setAside() -> Answer<[StorageFacts.SetAside]> {
        let parts = journal.split(separator: "/", omittingEmptySubsequences: false)
        let (folder, name) = (parts.dropLast().joined(separator: "/"), String(parts.last ?? ""))
        let place = folder.isEmpty ? "/" : folder
        if access(place, R_OK | X_OK) != 0 {
            return errno == ENOENT ? .known([]) : .unknown(SystemFile.ignorance(place))
        }
        let files = SystemFile.list(place).filter { $0.hasPrefix(name + ".damaged-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
        return .known(
            files.map { file in
                var status = stat()
                return StorageFacts.SetAside(name: file, bytes: stat("\(place)/\(file)", &status) == 0 ? Int64(status.st_size) : 0)
            })
    }

    /// *Source*: kernel, Documentation/driver-api/mmc/mmc-dev-attrs.rst: `life_time` and `pre_eol_info` of an eMMC, `type` of the card.
    private func wear(_ place: String) -> Answer<StorageFacts.Wear> {
        var status = stat()
        guard stat(place, &status) == 0 else { return .unknown(SystemFile.ignorance(place)) }
        let (major, minor) = MountTable.numbers(UInt64(status.st_dev))
        guard major != 0, var folder = SystemFile.real("\(root)/sys/dev/block/\(major):\(minor)") else {
            return .unknown(.failed("\(major):\(minor) is no block device of this machine"))
        }
        // A partition's folder lies in its device's.
        if SystemFile.exists(folder + "/partition") { folder = folder.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } }
        let device = folder.split(separator: "/").last.map(String.init) ?? ""
        if device.hasPrefix("mmcblk") {
            let lives = SystemFile.text(folder + "/device/life_time").value?.split(separator: " ").compactMap(StorageCollector.hexadecimal) ?? []
            guard SystemFile.text(folder + "/device/type").value != "SD", let most = lives.max(), most > 0 else {
                return .known(.silent(device, .card))
            }
            let reserve = SystemFile.text(folder + "/device/pre_eol_info").value.map { Substring($0) }.flatMap(StorageCollector.hexadecimal) ?? 0
            return .known(.eMMC(lifeTenths: most, reserve: reserve))
        }
        let isVirtual = ["vd", "xvd", "loop", "zram", "nbd", "ubd"].contains { device.hasPrefix($0) }
        return .known(.silent(device, isVirtual ? .virtual : .disk))
    }

    private static func hexadecimal(_ text: Substring) -> Int? { Int(text.hasPrefix("0x") ? text.dropFirst(2) : text, radix: 16) }
}

/// What is mounted where.
enum MountTable {
    struct Entry: Sendable {
        var point: String
        var type: String
        var options: [String]
    }

    /// *Source*: proc_pid_mountinfo(5).
    static func read() -> [Entry]? {
        guard let text = SystemFile.text("/proc/self/mountinfo").value else { return nil }
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 6, let dash = words.firstIndex(of: "-"), dash + 3 < words.count else { return nil }
            // The mount's own options and the file system's: either may say read-only.
            let options = words[5].split(separator: ",") + words[dash + 3].split(separator: ",")
            return Entry(point: plain(words[4]), type: String(words[dash + 1]), options: options.map(String.init))
        }
    }

    /// The mount that a path lies on; the last of several on one place covers the others.
    static func holding(_ path: String, _ entries: [Entry]) -> Answer<StorageFacts.Mount> {
        guard let real = SystemFile.real(path) else { return .unknown(SystemFile.ignorance(path)) }
        var best: Entry?
        for entry in entries {
            let point = entry.point == "/" ? "/" : entry.point + "/"
            guard (real + "/").hasPrefix(point), entry.point.utf8.count >= best?.point.utf8.count ?? 0 else { continue }
            best = entry
        }
        guard let best else { return .unknown(.failed("/proc/self/mountinfo: \(path)")) }
        return .known(StorageFacts.Mount(point: best.point, type: best.type, options: best.options))
    }

    /// Major and minor of a device number. *Source*: glibc's sys/sysmacros.h, whose macros Swift does not see.
    static func numbers(_ device: UInt64) -> (major: UInt64, minor: UInt64) {
        ((device >> 8) & 0xfff | (device >> 32) & ~0xfff, device & 0xff | (device >> 12) & ~0xff)
    }

    /// `\040` stands for a space.
    private static func plain(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.first {
            if byte == UInt8(ascii: "\\"), rest.count >= 4, let code = UInt8(String(decoding: rest.dropFirst().prefix(3), as: UTF8.self), radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(4)
            } else {
                bytes.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
