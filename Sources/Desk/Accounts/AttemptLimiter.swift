import Synchronization

/// Counts failures by who and from where, and says when it is enough.
///
/// *Memory*: at most `entryLimit` counts. *Isolation*: any thread.
package final class AttemptLimiter: Sendable {
    private struct Entry {
        var failures: Int
        /// *Units*: microseconds; when the first of them was.
        var began: Int64
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let limit: Int
    /// *Units*: microseconds for which failures count.
    private let window: Int64
    private static let entryLimit = 20_000

    /// - Parameters:
    ///   - limit: failures within the window after which nothing is tried any more.
    ///   - seconds: the window.
    package init(limit: Int, seconds: Int64) {
        self.limit = limit
        window = seconds * 1_000_000
    }

    /// *Units*: seconds to wait; nil: it may be tried.
    package func wait(_ key: String, now: Int64) -> Int64? {
        entries.withLock { entries in
            guard let entry = entries[key], entry.failures >= limit, now - entry.began < window else { return nil }
            return max(1, (entry.began + window - now) / 1_000_000)
        }
    }

    /// One more failure.
    package func fail(_ key: String, now: Int64) {
        entries.withLock { entries in
            if let entry = entries[key], now - entry.began < window {
                entries[key] = Entry(failures: entry.failures + 1, began: entry.began)
                return
            }
            // Full: what is over goes; if all are fresh, somebody tries many names at once, and the address limits him.
            if entries.count >= AttemptLimiter.entryLimit { entries = entries.filter { now - $0.value.began < window } }
            if entries.count < AttemptLimiter.entryLimit { entries[key] = Entry(failures: 1, began: now) }
        }
    }

    /// It was right after all.
    package func succeed(_ key: String) { entries.withLock { _ = $0.removeValue(forKey: key) } }
}
