import Glibc

/// What the kernel has counted about this process.
package enum ProcessFigures {
    /// *Units*: bytes that this process has had written to storage since it started, in whole pages; nil where /proc does not tell.
    package static func writtenBytes() -> UInt64? {
        let descriptor = open("/proc/self/io", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        for line in buffer[..<count].split(separator: UInt8(ascii: "\n")) where line.starts(with: "write_bytes: ".utf8) {
            return UInt64(String(decoding: line.dropFirst("write_bytes: ".utf8.count), as: UTF8.self))
        }
        return nil
    }
}
