import Lifeline
import Synchronization

/// A clock that moves when it is told to; wall and monotonic time apart, since that is how clocks go wrong.
package final class ManualTimeSource: TimeSource {
    private let state: Mutex<(wall: Timestamp, monotonic: Int64)>

    package init(wall: Timestamp = Timestamp(unixSeconds: 1_767_323_045), monotonicNanoseconds: Int64 = 1_000_000_000) {
        state = Mutex((wall, monotonicNanoseconds))
    }

    package var now: Timestamp { state.withLock { $0.wall } }
    package var monotonicNanoseconds: Int64 { state.withLock { $0.monotonic } }

    /// Lets time pass on both clocks.
    package func advance(by duration: Duration) {
        state.withLock {
            $0.wall = $0.wall.advanced(by: duration)
            $0.monotonic += duration.wholeMicroseconds * 1000
        }
    }

    /// The wall clock is set; the other one does not notice.
    package func step(to wall: Timestamp) { state.withLock { $0.wall = wall } }
}
