import Lifeline
import Synchronization

/// A clock that moves when it is told to; wall and monotonic time apart, since that is how clocks go wrong.
///
/// *Isolation*: any thread.
package final class ManualTimeSource: TimeSource {
    private struct Hands {
        var wall: Timestamp
        var monotonic: Int64
        var isSynchronised: Bool? = true
        var boot = "boot-1"
    }
    private let hands: Mutex<Hands>

    package init(wall: Timestamp = Timestamp(unixSeconds: 1_767_323_045), monotonicNanoseconds: Int64 = 1_000_000_000) {
        hands = Mutex(Hands(wall: wall, monotonic: monotonicNanoseconds))
    }

    package var now: Timestamp { hands.withLock { $0.wall } }
    package var monotonicNanoseconds: Int64 { hands.withLock { $0.monotonic } }
    package var isSynchronised: Bool? { hands.withLock { $0.isSynchronised } }
    package var boot: String { hands.withLock { $0.boot } }

    /// Lets time pass on both clocks.
    package func advance(by duration: Duration) {
        hands.withLock {
            $0.wall = $0.wall.advanced(by: duration)
            $0.monotonic += duration.wholeMicroseconds * 1000
        }
    }

    /// The wall clock is set; the other one does not notice.
    package func step(to wall: Timestamp) { hands.withLock { $0.wall = wall } }

    /// A time service begins (or ends) to keep the wall clock.
    package func synchronise(_ isSynchronised: Bool?) { hands.withLock { $0.isSynchronised = isSynchronised } }

    /// The board starts again: a new boot, the monotonic clock at zero, the wall clock where a board without a battery has it.
    package func reboot(_ boot: String, wall: Timestamp, isSynchronised: Bool?) {
        hands.withLock { $0 = Hands(wall: wall, monotonic: 1_000_000_000, isSynchronised: isSynchronised, boot: boot) }
    }
}
