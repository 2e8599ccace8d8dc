import Synchronization

/// What the desk counts since it started: for its own metrics and for tests. A refusal that is not counted is not noticed.
///
/// *Isolation*: any thread.
package final class DeskCounters: Sendable {
    private let values = Mutex<[String: UInt64]>([:])

    package init() {}

    /// Names are the program's own, never a sender's: their number is bounded.
    ///
    /// - Parameters:
    ///   - label: what sort of it; empty: there are no sorts.
    ///   - key: what the label says: `cause`, `via`, `act`, `code`.
    package func add(_ name: String, _ label: String = "", key: String = "cause", by count: Int = 1) {
        guard count > 0 else { return }
        values.withLock { $0[label.isEmpty ? name : "\(name){\(key)=\"\(label)\"}", default: 0] += UInt64(count) }
    }

    /// The count of a name with its label.
    package func value(_ name: String, _ label: String = "", key: String = "cause") -> UInt64 {
        values.withLock { $0[label.isEmpty ? name : "\(name){\(key)=\"\(label)\"}"] ?? 0 }
    }

    /// All of them, by name.
    package var all: [(name: String, value: UInt64)] { values.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } } }
}
