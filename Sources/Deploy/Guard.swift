import Lifeline
import Linux
import Site

/// What runs a change from the moment `current` is touched, outside the daemon and outside the connection of whoever pushed: it alone decides whether the
/// new generation stays.
///
/// Everything it knows stands in the board's folder; killed at any instruction and started again it goes on. Its deadlines count on the monotonic clock, so
/// a clock that is set moves none of them.
///
/// *Isolation*: one process, which holds the board's guard lock.
package final class Guard {
    /// The clocks that a guard lives by; parameters, so that an hour takes a test no time.
    package struct Clocks {
        /// *Units*: nanoseconds.
        package var monotonic: () -> Int64
        /// Only written down, never compared.
        package var wall: () -> Timestamp
        /// Waits so many nanoseconds.
        package var pause: (Int64) -> Void

        package init(monotonic: @escaping () -> Int64, wall: @escaping () -> Timestamp, pause: @escaping (Int64) -> Void) {
            (self.monotonic, self.wall, self.pause) = (monotonic, wall, pause)
        }
    }

    private let board: BoardFolder
    private let daemon: any DaemonLink
    private let clocks: Clocks
    private let say: (String) -> Void
    private var lastObjection: String?
    private var notedPhase: Transaction.Phase?
    /// The daemon's process when a phase began, and since when it has not answered.
    private var instance: String?
    private var silentSince: Int64?
    private var restarts = 0

    /// A daemon that restarts so often in one probation is in a crash loop.
    package static let restartLimit = 3
    /// *Units*: nanoseconds. How long a daemon that waits to be confirmed may not answer; a reload and a slow card take less.
    static let answerPatience: Int64 = 15_000_000_000
    /// *Units*: nanoseconds between two looks.
    static let turnInterval: Int64 = 250_000_000
    static let probationInterval: Int64 = 5_000_000_000

    /// - Parameter say: takes one line for the log.
    package init(_ board: BoardFolder, daemon: any DaemonLink, clocks: Clocks, say: @escaping (String) -> Void) {
        (self.board, self.daemon, self.clocks, self.say) = (board, daemon, clocks, say)
    }

    /// *Units*: seconds. Devices that speak at least this often must be heard before a generation is healthy.
    package static func window(_ patience: Transaction.Patience) -> Int { max(1, Int(patience.health / 2_000_000_000)) }

    /// Guards until the change has an end.
    package func run() {
        while true {
            do throws(StorageFailure) {
                guard try turn() else { return }
            } catch {
                // The change must go on: what was held back for this is given back, and the step is tried again.
                say("the disk refuses: \(error.text)")
                board.spendReserve()
                clocks.pause(1_000_000_000)
            }
            rest()
        }
    }

    /// Until the next look: a moment, or in a probation longer, unless somebody asks for something.
    private func rest() {
        clocks.pause(Guard.turnInterval)
        guard let change = board.store.transaction, change.phase == .probation else { return }
        let end = clocks.monotonic() + min(Guard.probationInterval, change.patience.probation / 20)
        while clocks.monotonic() < end, board.asked(.confirm) == nil, board.asked(.supersede) == nil { clocks.pause(Guard.turnInterval) }
    }

    /// One look, and at most one step. Returns whether the change is still open.
    package func turn() throws(StorageFailure) -> Bool {
        guard let change = board.store.transaction else { return false }
        try note(change)
        if change.phase.isFinal {
            finish(change)
            return false
        }
        if try answer(change) { return true }
        if clocks.monotonic() >= change.deadline {
            try take(.deadline)
            return true
        }
        switch change.phase {
        case .armed, .switching, .reverting:
            try take(.started)
            try take(.done)
        case .watching:
            if let why = objection(change, revision: revision(change.to), sameProcess: true, triesJournal: true) {
                try take(.unhealthy(why))
            } else {
                try take(.healthy)
            }
        case .settling:
            if objection(change, revision: revision(change.target), sameProcess: false, triesJournal: false) == nil { try take(.healthy) }
        case .waiting: if let why = trouble(change) { try take(.unhealthy(why)) }
        case .probation: if let why = loop(change) { try take(.unhealthy(why)) }
        case .kept, .reverted, .stranded: break
        }
        return true
    }

    private func take(_ event: Transaction.Event) throws(StorageFailure) {
        let before = board.store.transaction?.phase
        let wantsReload = try board.store.take(event, now: clocks.monotonic()).contains(.reload)
        if wantsReload { daemon.reload() }
        guard let after = board.store.transaction, after.phase != before else { return }
        (instance, silentSince, restarts, lastObjection) = (nil, nil, 0, nil)
        say("generation \(after.to): \(after.phase.rawValue)\(after.cause.isEmpty ? "" : ": " + after.cause)")
    }

    /// Others' requests. Each is taken away once what came of it is durable.
    private func answer(_ change: Transaction) throws(StorageFailure) -> Bool {
        if let token = board.asked(.confirm) {
            try take(.confirm(token))
            if let after = board.store.transaction { try note(after) }
            board.answered(.confirm)
            if let why = daemon.takeAudit() { say("the confirmation waits to be journalled: \(why)") }
            return true
        }
        guard board.asked(.supersede) != nil else { return false }
        if change.phase == .probation { try take(.superseded) }
        board.answered(.supersede)
        return true
    }

    private func revision(_ generation: Int) -> String { board.store.manifest(generation)?.revision ?? "" }

    // MARK: - Health

    private func objection(_ change: Transaction, revision: String, sameProcess: Bool, triesJournal: Bool) -> String? {
        let before = board.baseline
        let now = daemon.health(windowSeconds: Guard.window(change.patience))
        var why = HealthGate.objection(before: before, now: now, revision: revision, sameProcess: sameProcess)
        // Last, because it writes: the change itself goes into the journal and is read back.
        if why == nil, triesJournal, before?.journal ?? "ok" == "ok" { why = daemon.takeAudit() }
        if let why, why != lastObjection { say("not healthy yet: \(why)") }
        lastObjection = why
        return why
    }

    /// What is wrong with a generation that was healthy and waits to be confirmed.
    private func trouble(_ change: Transaction) -> String? {
        guard let now = daemon.health(windowSeconds: 1) else { return silence(min(Guard.answerPatience, change.patience.health)) }
        silentSince = nil
        if let known = instance ?? board.baseline?.instance, known != now.instance { return "the daemon has restarted since the change" }
        instance = now.instance
        return now.configuration.first
    }

    /// What is wrong with a generation that was confirmed: only what nobody can live with.
    private func loop(_ change: Transaction) -> String? {
        guard let now = daemon.health(windowSeconds: 1) else { return silence(change.patience.health) }
        silentSince = nil
        if let instance, instance != now.instance {
            restarts += 1
            say("the daemon has restarted, \(restarts) of \(Guard.restartLimit)")
        }
        instance = now.instance
        return restarts >= Guard.restartLimit ? "the daemon restarted \(restarts) times in probation" : nil
    }

    private func silence(_ patience: Int64) -> String? {
        let now = clocks.monotonic()
        let since = silentSince ?? now
        silentSince = since
        return now - since >= patience ? "the daemon has not answered for \((now - since) / 1_000_000_000) s" : nil
    }

    // MARK: - Words

    private func note(_ change: Transaction) throws(StorageFailure) {
        guard notedPhase != change.phase else { return }
        do throws(StorageFailure) {
            try board.note(change, made: clocks.wall())
        } catch {
            board.spendReserve()
            // A history without room must not hold the change up.
            do throws(StorageFailure) { try board.note(change, made: clocks.wall()) } catch { say("not written down: \(error.text)") }
        }
        notedPhase = change.phase
    }

    /// The change has its end: the daemon is told what it missed, and what is not needed any more goes.
    private func finish(_ change: Transaction) {
        if let now = daemon.health(windowSeconds: 1), let current = board.store.current, now.revision != revision(current) { daemon.reload() }
        if let why = daemon.takeAudit() { say("the change waits to be journalled: \(why)") }
        for request in BoardFolder.Request.allCases { board.answered(request) }
        do throws(StorageFailure) {
            try board.store.prune()
            try board.storage.remove("baseline.json")
            try board.keepReserve()
        } catch {
            say("tidying up: \(error.text)")
        }
    }
}
