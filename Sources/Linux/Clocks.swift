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
}
