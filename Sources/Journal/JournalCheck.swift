import Synchronization

/// The full check of a journal file, for a thread in the background: `open` leaves it out where it would take long.
///
/// While it runs it holds a read transaction, so that the WAL grows by what is committed meanwhile. *Isolation*: `run` on one thread, `cancel` on
/// any.
package final class JournalCheck: Sendable {
    private struct State: Sendable {
        var running: Interrupter?
        var isCancelled = false
    }

    /// The connection that runs.
    private struct Interrupter: @unchecked Sendable {
        // SAFETY: only `interrupt` is called from other threads, which SQLite allows; the state keeps the connection alive.
        let connection: SQLiteConnection
    }

    private let path: String
    private let state = Mutex(State())

    /// Nothing is opened before `run`.
    package init(path: String) { self.path = path }

    /// Reads the whole file and returns the first complaint; nil when it is whole, when the check was cancelled, or when it could not be made (the
    /// writer meets what is wrong then itself). After a complaint: see `JournalWriter`. *Complexity*: reads the whole file; call it once.
    package func run() -> String? {
        if case .damaged(let words) = look(.reading) { words } else { nil }
    }

    /// What a look at the whole file came to.
    package enum Finding: Equatable, Sendable {
        case whole
        /// SQLite's first complaint.
        case damaged(String)
        case cancelled
        case impossible(JournalError)
    }

    /// The same check for a person who asks: it says which of the four it was, and leaves nothing behind (`SQLiteJournalReader.inspect`).
    package func inspect() -> Finding { look(.inspecting) }

    private func look(_ access: SQLiteConnection.Access) -> Finding {
        do throws(JournalError) {
            let connection = try SQLiteConnection(path: path, access: access, busyMilliseconds: SQLiteJournalReader.busyMilliseconds)
            // An interruption counts only while a statement is running: this one runs, so that none comes too early.
            let held = try connection.prepare("SELECT 1")
            _ = try held.step()
            let interrupter = Interrupter(connection: connection)
            guard begin(interrupter) else { return .cancelled }
            let complaint = try JournalSchema.complaint(connection)
            // An interrupted check may complain of the pages that it has not seen.
            if end() { return .cancelled }
            return complaint.map { .damaged($0) } ?? .whole
        } catch .damaged(let words) {
            return end() ? .cancelled : .damaged(words)
        } catch {
            return end() ? .cancelled : .impossible(error)
        }
    }

    private func begin(_ interrupter: Interrupter) -> Bool {
        state.withLock { state in
            if !state.isCancelled { state.running = interrupter }
            return !state.isCancelled
        }
    }

    /// Returns whether the check was cancelled.
    private func end() -> Bool {
        state.withLock { state in
            state.running = nil
            return state.isCancelled
        }
    }

    /// Ends the check; `run` then returns soon, and a `run` that is yet to come at once.
    package func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.running?.connection.interrupt()
        }
    }
}
