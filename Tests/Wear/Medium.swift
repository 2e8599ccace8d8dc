import Glibc

/// What the kernel says of writing.
enum Medium {
    /// Folders whose bytes never reach a disk, or are not counted where they do.
    static func isMemory(_ folder: String) -> Bool {
        var status = stat()
        guard stat(folder, &status) == 0 else { return false }
        let number = "\((status.st_dev >> 8) & 0xfff):\((status.st_dev & 0xff) | ((status.st_dev >> 12) & 0xfff00))"
        for line in text("/proc/self/mountinfo").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[2] == number, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { continue }
            return ["tmpfs", "ramfs", "overlay"].contains(fields[dash + 1])
        }
        return false
    }

    /// Bytes that this process has let the kernel write, counted when a page becomes dirty.
    static func written() -> Int {
        text("/proc/self/io").split(separator: "\n").first { $0.hasPrefix("write_bytes") }.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
    }

    /// Bytes that have reached a block device.
    static func reached(_ device: String) -> Int? {
        let fields = text("/sys/block/\(device)/stat").split(whereSeparator: { $0 == " " || $0 == "\n" })
        return fields.count > 6 ? Int(fields[6]).map { $0 * 512 } : nil
    }

    static func settle() { sync() }

    static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

/// Counts syncs: the libraries of this process find these in place of the C library's.
enum Syncs {
    // SAFETY: this process has one thread.
    nonisolated(unsafe) static var count = 0
    fileprivate typealias Sync = @convention(c) (CInt) -> CInt

    /// The C library's own. Handle −1 is RTLD_NEXT, whose macro Swift does not see.
    fileprivate static func original(_ name: String) -> Sync { unsafeBitCast(dlsym(UnsafeMutableRawPointer(bitPattern: -1), name), to: Sync.self) }

    nonisolated(unsafe) fileprivate static let fdatasync = original("fdatasync")
    nonisolated(unsafe) fileprivate static let fsync = original("fsync")
}

@_cdecl("fdatasync")
public func countedDataSync(_ descriptor: CInt) -> CInt {
    Syncs.count += 1
    return Syncs.fdatasync(descriptor)
}

@_cdecl("fsync")
public func countedSync(_ descriptor: CInt) -> CInt {
    Syncs.count += 1
    return Syncs.fsync(descriptor)
}
