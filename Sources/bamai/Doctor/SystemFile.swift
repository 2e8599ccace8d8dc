import Doctor
import Glibc

/// Small files of the kernel and of the system.
enum SystemFile {
    /// *Units*: bytes that are read at most.
    static let limit = 1 << 20

    /// The text of a file, without the line feed or zero at its end.
    static func text(_ path: String) -> Answer<String> {
        // Nonblocking: what looks like a file may be a pipe.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .unknown(ignorance(path)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < limit {
            // SAFETY: the array lives through the call and is as long as said.
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { return .unknown(ignorance(path)) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        while let last = bytes.last, last == 0 || last == 10 || last == 13 || last == 32 { bytes.removeLast() }
        return .known(String(decoding: bytes, as: UTF8.self))
    }

    /// Why the last call on a path failed.
    static func ignorance(_ path: String) -> Ignorance {
        switch errno {
        case EACCES, EPERM: .notAllowed(path)
        case ENOENT, ENOTDIR, ENXIO, ENODEV: .absent(path)
        default: .failed("\(path): \(String(cString: strerror(errno)))")
        }
    }

    static func whole(_ path: String) -> Int64? { text(path).value.flatMap { Int64($0) } }

    /// Names in a folder, sorted; empty where there is none. At most ten thousand are looked at.
    static func list(_ folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < 10_000, let entry = readdir(stream) {
            // SAFETY: the entry's name ends in zero and is copied before the next entry is read.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// *Units*: seconds since 1970 when it was last written; nil where there is none.
    static func modified(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_mtim.tv_sec) : nil
    }

    /// The path without links and dots; nil where there is none.
    static func real(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
