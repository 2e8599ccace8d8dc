import Glibc

/// What the kernel tells of a file system.
package enum FileSystem {
    /// *Units*: bytes that the file system which holds `path` has in all; nil where that cannot be asked.
    package static func bytes(holding path: String) -> Int64? {
        var figures = statvfs()
        guard statvfs(path, &figures) == 0 else { return nil }
        let (bytes, overflow) = UInt64(figures.f_blocks).multipliedReportingOverflow(by: UInt64(figures.f_frsize))
        return overflow ? nil : Int64(clamping: bytes)
    }

    /// *Units*: bytes that a program without privileges may still write to the file system which holds `path`; nil where that cannot be asked.
    package static func free(holding path: String) -> Int64? {
        var figures = statvfs()
        guard statvfs(path, &figures) == 0 else { return nil }
        let (bytes, overflow) = UInt64(figures.f_bavail).multipliedReportingOverflow(by: UInt64(figures.f_frsize))
        return overflow ? nil : Int64(clamping: bytes)
    }
}
