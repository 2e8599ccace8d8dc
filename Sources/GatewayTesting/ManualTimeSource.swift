import Lifeline
import Synchronization

/// A clock that stands still until a test moves it. Wall and monotonic time move together unless the wall clock is stepped.
///
/// *Isolation*: any thread.
package final class ManualTimeSource: TimeSource {
    private struct Hands {
        var wall: Timestamp
        var monotonic: Int64
    }
    private let hands: Mutex<Hands>

    /// Starts at `wall`, with `monotonicNanoseconds` on the clock that never steps.
    package init(wall: Timestamp, monotonicNanoseconds: Int64 = 0) {
        hands = Mutex(Hands(wall: wall, monotonic: monotonicNanoseconds))
    }

    package var now: Timestamp { hands.withLock { $0.wall } }
    package var monotonicNanoseconds: Int64 { hands.withLock { $0.monotonic } }

    /// Lets time pass on both clocks. *Range*: not negative; the monotonic clock saturates.
    package func advance(by duration: Duration) {
        precondition(duration >= .zero, "time does not run backwards; step the wall clock instead")
        hands.withLock { hands in
            hands.wall = hands.wall.advanced(by: duration)
            let (nanoseconds, overflow) = duration.wholeMicroseconds.multipliedReportingOverflow(by: 1000)
            let (sum, overflow2) = hands.monotonic.addingReportingOverflow(overflow ? .max : nanoseconds)
            hands.monotonic = overflow2 ? .max : sum
        }
    }

    /// Steps the wall clock alone, as a time synchronisation or a person does.
    package func setWall(_ wall: Timestamp) { hands.withLock { $0.wall = wall } }

    /// Sets the monotonic clock alone. It may not go back.
    package func setMonotonic(nanoseconds: Int64) {
        hands.withLock { hands in
            precondition(nanoseconds >= hands.monotonic, "a monotonic clock does not go back")
            hands.monotonic = nanoseconds
        }
    }
}
