import Glibc
import Linux

/// Bringing a guard up so that it outlives whoever does it: under systemd as a transient unit, elsewhere under a supervisor of our own.
package enum GuardStart {
    /// How often the supervisor starts a guard again that a signal ended.
    static let restarts = 1000
    /// *Units*: bytes. A longer log is begun anew.
    static let logLimit: Int64 = 256 << 10

    /// Starts a guard for the board's open change. Returns false where nothing could be started; whether the guard has come up shows in its lock.
    package static func launch(_ board: BoardFolder) -> Bool {
        guard let program = DetachedProcess.ownPath else { return false }
        let words = [program, "board", "guard", "--root", board.root]
        // Tests ask for the supervisor of our own, whose environment is theirs.
        let isOwn = getenv("BAMAI_SUPERVISOR").map { String(cString: $0) } == "own"
        if !isOwn, access("/run/systemd/system", F_OK) == 0, geteuid() == 0, underSystemd(words) { return true }
        var found = stat()
        let log = board.root + "/guard.log"
        if stat(log, &found) == 0, found.st_size > logLimit { unlink(log) }
        return DetachedProcess.start(words, log: log, restarts: restarts)
    }

    private static func underSystemd(_ words: [String]) -> Bool {
        let unit = [
            "systemd-run", "--quiet", "--collect", "--unit=bamai-guard-\(getpid())", "--property=Restart=on-failure", "--property=RestartSec=1",
            "--property=StartLimitIntervalSec=0", "--",
        ]
        guard let process = try? PipedProcess(unit + words) else { return false }
        return process.end(deadline: Linux.Clocks.monotonicNanoseconds() + 10_000_000_000) == 0
    }

    /// Makes sure that an open change has a guard. Returns false where it has none and none can be started.
    package static func revive(_ board: BoardFolder) -> Bool {
        guard let change = board.store.transaction, !change.phase.isFinal else { return true }
        return board.isGuarded || launch(board)
    }
}
