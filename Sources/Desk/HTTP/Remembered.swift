import Linux
import Synchronization

/// A figure that takes a while to count, kept for ten times as long as that took: whoever asks, and however often, a tenth of one thread counts at most.
///
/// What costs a millisecond is a hundredth of a second old at most. *Isolation*: any task.
final class Remembered<Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        /// *Units*: monotonic nanoseconds.
        var until: Int64
    }

    private let entry = Mutex<Entry?>(nil)

    /// The figure, counted anew where it is too old or forgotten.
    func value(_ count: () async throws -> Value) async throws -> Value {
        let began = Clocks.monotonicNanoseconds()
        if let value = entry.withLock({ $0.flatMap { began < $0.until ? $0.value : nil } }) { return value }
        let value = try await count()
        let ended = Clocks.monotonicNanoseconds()
        entry.withLock { $0 = Entry(value: value, until: ended + 10 * (ended - began)) }
        return value
    }

    /// Counts anew the next time.
    func forget() { entry.withLock { $0 = nil } }
}
