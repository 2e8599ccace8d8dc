internal import CLinux
import Glibc

/// The kernel's clocks. The one file that reads them.
package enum Clocks {
    /// *Units*: microseconds since 1970, as good as the board knows.
    package static func wallMicroseconds() -> Int64 {
        var moment = timespec()
        clock_gettime(CLOCK_REALTIME, &moment)
        return Int64(moment.tv_sec) * 1_000_000 + Int64(moment.tv_nsec) / 1000
    }

    /// *Units*: nanoseconds of the clock that never steps.
    package static func monotonicNanoseconds() -> Int64 {
        var moment = timespec()
        clock_gettime(CLOCK_MONOTONIC, &moment)
        return Int64(moment.tv_sec) * 1_000_000_000 + Int64(moment.tv_nsec)
    }

    /// Whether a time service keeps the wall clock right; nil where that cannot be asked.
    ///
    /// The kernel knows, but a service with `ProtectClock=` may not ask it; systemd's own time service leaves a file that everybody may see.
    package static func isSynchronised() -> Bool? {
        switch bamai_clock_state() {
        case 1: true
        case 0: false
        default: access("/run/systemd/timesync/synchronized", F_OK) == 0 ? true : nil
        }
    }

    /// *Units*: microseconds by which the kernel thinks that the wall clock may be wrong at most; nil where it may not be asked. Means something only while
    /// the clock is synchronised.
    package static func greatestErrorMicroseconds() -> Int64? {
        let error = bamai_clock_error()
        return error < 0 ? nil : error
    }

    /// The kernel's name for this start of the board; empty where /proc is not mounted.
    package static func bootID() -> String {
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer[..<max(0, count)].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
