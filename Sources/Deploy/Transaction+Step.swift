/// The change as a state machine: pure, so that every case is a line of a table.
///
/// The transaction that `step` leaves is stored durably **before** its actions are done; each action may therefore be done twice, and bears it.
extension Transaction {
    /// What may happen to a change.
    package enum Event: Equatable, Sendable {
        /// The guard that outlives the connection has come up (again).
        case started
        /// The actions that were asked for are done.
        case done
        /// The daemon answers, runs the generation in place, and lacks nothing that it had before.
        case healthy
        /// It does not, and why.
        case unhealthy(String)
        /// Somebody confirms with a token.
        case confirm(String)
        /// The monotonic clock has reached the deadline.
        case deadline
        /// The board has started anew, and the daemon is not up yet.
        case boot(String)
        /// A new push wants to begin, and the one on probation is good enough for it.
        case superseded
    }

    /// What is to be done once the transaction is stored.
    package enum Action: Equatable, Sendable {
        /// Swap `current` to a generation.
        case point(Int)
        /// Ask the daemon to load what `current` means.
        case reload
    }

    /// Whether a confirmation was taken.
    package enum Confirmation: Equatable, Sendable {
        /// Now, or before: confirming twice is no error.
        case taken
        case wrongToken
        /// The new generation is not healthy yet.
        case early
        /// The board has gone back, or is going.
        case late
    }

    /// What a token does in this phase.
    package func answer(to token: String) -> Confirmation {
        guard token == self.token else { return .wrongToken }
        switch phase {
        case .armed, .switching, .watching: return .early
        case .waiting, .probation, .kept: return .taken
        case .reverting, .settling, .reverted, .stranded: return .late
        }
    }

    /// Takes an event in. *Complexity*: constant. An event that means nothing in this phase changes nothing and asks for nothing.
    ///
    /// - Parameter now: nanoseconds of the monotonic clock.
    package mutating func step(_ event: Event, now: Int64) -> [Action] {
        switch (phase, event) {
        case (.armed, .started), (.switching, .started): return enter(.switching, now + patience.health, [.point(to), .reload])
        case (.reverting, .started): return enter(.reverting, now + patience.health, [.point(target), .reload])
        case (.switching, .done): return enter(.watching, now + patience.health)
        case (.watching, .healthy): return enter(.waiting, now + patience.confirm)
        case (.watching, .deadline): return revert(cause.isEmpty ? "the daemon was not healthy in time" : cause, now)
        case (.watching, .unhealthy(let why)):
            // Not the end yet: a broker takes a while to answer. The last reason is the one that is told.
            cause = why
            return []
        case (.waiting, .unhealthy(let why)), (.probation, .unhealthy(let why)): return revert(why, now)
        case (.waiting, .confirm(let token)) where token == self.token: return enter(.probation, now + patience.probation)
        case (.waiting, .deadline): return revert("nobody confirmed in time", now)
        case (.armed, .deadline), (.switching, .deadline): return revert("the change did not begin in time", now)
        case (.probation, .deadline), (.probation, .superseded): return enter(.kept, now)
        case (.reverting, .done): return enter(.settling, now + patience.health)
        case (.settling, .healthy): return enter(.reverted, now)
        case (.settling, .deadline):
            guard !fallbacks.isEmpty else {
                // None was healthy: the one that ran before the change is the one that people know.
                phase = .stranded
                return target == from ? [] : [.point(from), .reload]
            }
            target = fallbacks.removeFirst()
            return enter(.reverting, now + patience.health, [.point(target), .reload])
        case (_, .boot(let boot)): return afterBoot(boot, now)
        default: return []
        }
    }

    private mutating func enter(_ next: Phase, _ deadline: Int64, _ actions: [Action] = []) -> [Action] {
        if next == .waiting { cause = "" }
        (phase, self.deadline) = (next, deadline)
        return actions
    }

    private mutating func revert(_ why: String, _ now: Int64) -> [Action] {
        cause = String(why.prefix(300))
        target = from
        return enter(.reverting, now + patience.health, [.point(from), .reload])
    }

    /// The daemon is not up, so nothing is reloaded, and nobody is there who could say whether it is healthy: `current` alone is put right.
    private mutating func afterBoot(_ boot: String, _ now: Int64) -> [Action] {
        guard !phase.isFinal, boot != self.boot else { return [] }
        self.boot = boot
        switch phase {
        case .probation where boots < Transaction.bootLimit:
            boots += 1
            return enter(.probation, now + patience.probation)
        case .probation: cause = "the board started \(boots + 1) times in probation"
        case .reverting, .settling: break
        default: cause = "the board started anew before the change was confirmed"
        }
        if phase != .reverting && phase != .settling { target = from }
        return enter(.reverted, now, [.point(target)])
    }
}
