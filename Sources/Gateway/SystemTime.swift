import Lifeline
import Linux

/// The board's own clocks.
package struct SystemTime: TimeSource {
    package init() {}
    package var now: Timestamp { Timestamp(microseconds: Clocks.wallMicroseconds()) }
    package var monotonicNanoseconds: Int64 { Clocks.monotonicNanoseconds() }
}
