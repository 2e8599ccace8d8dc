import Lifeline
import Linux

/// The board's own clocks.
package struct SystemTime: TimeSource {
    package let boot: String

    package init() { boot = Clocks.bootID() }
    package var now: Timestamp { Timestamp(microseconds: Clocks.wallMicroseconds()) }
    package var monotonicNanoseconds: Int64 { Clocks.monotonicNanoseconds() }
    package var isSynchronised: Bool? { Clocks.isSynchronised() }
}
