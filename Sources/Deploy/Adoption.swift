import Glibc
import Lifeline
import Linux
import Site

/// Making a board one that may be pushed to: its first generation, taken from files on the board itself, and which device it is.
package struct Adoption: Sendable {
    /// Why a board was not adopted. Nothing was changed unless the text says so.
    package struct Refusal: Error, Sendable {
        package var text: String
        /// The loader's findings, where it is the site that is wrong.
        package var findings: [Finding] = []
    }

    package var generation: Int
    package var gateway: String
    package var serial: String

    /// Takes a site on. A board that was adopted before gets a new generation, without a guard: whoever does this sits at the board.
    ///
    /// - Parameter site: the site file, absolute.
    package static func adopt(_ site: String, on board: BoardFolder, by: String, device: DeviceIdentity, now: Timestamp) throws(Refusal) -> Adoption {
        let collection: SiteFileCollection
        switch SiteFileCollection.collect(site, from: .disk) {
        case .success(let found): collection = found
        case .failure(.invalid(let findings)): throw Refusal(text: "the site has \(findings.count) errors", findings: findings)
        case .failure(.unsuitable(let text)): throw Refusal(text: text)
        }
        let gateway = collection.configuration.plan.gateway
        if let identity = board.identity, identity.gateway != gateway {
            throw Refusal(text: "this board is gateway \(identity.gateway); to make it \(gateway) move \(board.root) away first")
        }
        guard
            let manifest = Manifest(
                collection.contents, site: collection.site, revision: collection.configuration.revision, created: now.microseconds, by: by,
                source: "adopted on the board")
        else { throw Refusal(text: "the site's files cannot be kept: names must be printable ASCII without spaces") }
        let lock = try locks(board, by)
        defer { withExtendedLifetime(lock) {} }
        do throws(StorageFailure) {
            try board.keepReserve()
            let number = try board.store.add(manifest, collection.contents)
            try board.write(BoardFolder.Identity(gateway: gateway, serial: device.serial))
            try board.store.point(to: number)
            let nonce = String(now.microseconds, radix: 16)
            try board.note(HistoryEntry(.adopted, generation: number, runs: number, nonce: nonce, by: by, made: now))
            return Adoption(generation: number, gateway: gateway, serial: device.serial)
        } catch {
            throw Refusal(text: "\(error.text); do it again when the cause is gone")
        }
    }

    /// The card was moved on purpose: the device that it is in now is the one.
    package static func move(_ board: BoardFolder, by: String, device: DeviceIdentity, now: Timestamp) throws(Refusal) -> Adoption {
        guard let identity = board.identity, let current = board.store.current else { throw Refusal(text: "this board was never adopted") }
        let lock = try locks(board, by)
        defer { withExtendedLifetime(lock) {} }
        do throws(StorageFailure) {
            try board.write(BoardFolder.Identity(gateway: identity.gateway, serial: device.serial))
            let what = "the card of serial \(identity.serial) was moved to serial \(device.serial)"
            try board.queue(AuditEntry(id: "moved-\(now.microseconds)", act: "adopt", by: by, what: what, generation: current, made: now))
        } catch {
            throw Refusal(text: error.text)
        }
        return Adoption(generation: current, gateway: identity.gateway, serial: device.serial)
    }

    private static func locks(_ board: BoardFolder, _ by: String) throws(Refusal) -> [FileLock] {
        let holder = LockHolder(by: by, boot: Clocks.bootID(), since: Clocks.monotonicNanoseconds())
        let attempts: [FileLock.Attempt]
        do throws(SystemError) {
            attempts = [try board.lockSession(holder.text), try board.lockGuard(holder.text)]
        } catch {
            throw Refusal(text: "\(error): \(board.root) must be there and writable; be root")
        }
        var locks: [FileLock] = []
        for case .taken(let lock) in attempts { locks.append(lock) }
        guard locks.count == attempts.count else { throw Refusal(text: "a change is under way on this board") }
        if let change = board.store.transaction, !change.phase.isFinal { throw Refusal(text: "a change is open on this board: bamai board recover") }
        return locks
    }
}

/// Putting a board right before its daemon starts.
package enum BoardRecovery {
    /// What came of it, for the log; nil where there was nothing to do.
    package static func run(_ board: BoardFolder, boot: String, now: Int64, made: Timestamp) throws(StorageFailure) -> String? {
        guard !board.store.numbers.isEmpty else { return nil }
        let holder = LockHolder(by: "recovery", boot: boot, since: now)
        guard case .taken(let lock)? = try? board.lockGuard(holder.text) else {
            return "a change is under way: its guard takes care of it"
        }
        let before = (board.store.transaction, board.store.current)
        var words: String?
        // Somebody stages at this moment: what lies half laid out is theirs.
        if case .taken(let session)? = try? board.lockSession(holder.text) {
            defer { withExtendedLifetime(session) {} }
            let recovery = try board.store.recover(boot: boot, now: now)
            words = recovery.alarm
            if let change = recovery.transaction, change != before.0 {
                try? board.note(change, made: made)
                if change.phase != before.0?.phase { words = words ?? "generation \(change.to): \(change.phase.rawValue): \(change.cause)" }
            } else if let number = recovery.point {
                let entry = HistoryEntry(
                    .recovered, generation: before.1 ?? number, runs: number, nonce: String(made.microseconds, radix: 16), by: "recovery",
                    cause: recovery.alarm ?? "", made: made)
                try? board.note(entry)
            }
        }
        withExtendedLifetime(lock) {}
        return words
    }
}
