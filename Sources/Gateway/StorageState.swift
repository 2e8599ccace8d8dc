import Journal

/// Whether the store takes commits, and what is done while it does not.
///
/// While it refuses, the line reads nothing: brokers keep what their sessions may queue, and a commit of one tick is tried again after 1, 2, 4, 8 and then
/// every 15 seconds. When one succeeds, the line goes on where it was.
package struct StorageState: Equatable, Sendable {
    /// Why the last commit was refused; nil: the store takes commits.
    package private(set) var problem: JournalError?
    /// *Units*: monotonic nanoseconds of the first refusal in a row.
    package private(set) var since: Int64 = 0
    /// *Units*: monotonic nanoseconds: when the store is tried again.
    package private(set) var retryAt: Int64 = 0
    /// Refusals in a row.
    package private(set) var attempts = 0
    /// Among them: since the journal was opened last.
    private var attemptsSinceOpening = 0
    /// How often the journal was opened anew because it seemed damaged, and was found whole.
    private var damagedOpenings = 0

    package init() {}

    package var isRefusing: Bool { problem != nil }

    /// A file that was unplugged, remounted or damaged does not come back under an open descriptor: close the journal and open it anew.
    package var wantsReopening: Bool {
        switch problem {
        case .medium, .damaged, .busy, .other, .tooNew: attemptsSinceOpening >= 2
        case .full, nil: false
        }
    }

    /// SQLite has met a broken structure: the file must be looked at from end to end.
    var isDamaged: Bool { if case .damaged = problem { true } else { false } }

    /// A broken structure that no check finds and that is met again and again; nil otherwise.
    var persistentDamage: String? {
        if case .damaged(let words) = problem, damagedOpenings >= 3 { words } else { nil }
    }

    /// What `bamai status` calls it.
    package var name: String {
        switch problem {
        case nil: "ok"
        case .full: "full"
        case .medium: "medium"
        case .damaged: "damaged"
        case .busy, .other, .tooNew: "failing"
        }
    }

    /// *Units*: nanoseconds between two attempts, by their number.
    static let delays: [Int64] = [1_000_000_000, 2_000_000_000, 4_000_000_000, 8_000_000_000, 15_000_000_000]

    package mutating func refused(_ error: JournalError, now: Int64) {
        if problem == nil { since = now }
        problem = error
        retryAt = now + StorageState.delays[min(attempts, StorageState.delays.count - 1)]
        attempts += 1
        attemptsSinceOpening += 1
    }

    /// Returns how long it had refused, in nanoseconds; 0 when it had not.
    package mutating func accepted(now: Int64) -> Int64 {
        guard isRefusing else { return 0 }
        let duration = now - since
        self = StorageState()
        return duration
    }

    /// The journal was opened anew: its first commit will tell.
    package mutating func reopened(after old: StorageState) {
        self = old
        retryAt = 0
        attemptsSinceOpening = 1
        if isDamaged { damagedOpenings += 1 }
    }
}
