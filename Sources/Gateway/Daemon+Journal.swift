import Glibc
import Journal
import Linux
import Site

/// The journal's life: opened, waited for, checked in the background, opened anew.
extension Daemon {
    /// Returns a reason where the gateway cannot begin.
    func open(_ site: SiteConfiguration) -> String? {
        let journal: SQLiteJournal
        do throws(JournalError) {
            Folder.make(for: site.journal.path)
            journal = try SQLiteJournal.open(path: site.journal.path, maxBytes: pageCap(site))
        } catch {
            guard error.mayPass else { return "the journal cannot be opened: \(error.sentence)" }
            // A card that is full, read-only or gone is a state, not an end: whoever looks must find the daemon there and be told.
            if journalProblem != error { say(.error, "the journal cannot be opened: \(error.sentence); it is tried again every 5 s") }
            journalProblem = error
            waiting = site
            journalRetryAt = time.monotonicNanoseconds + Daemon.journalRetry
            return nil
        }
        if journalProblem != nil { say(.notice, "the journal is open") }
        waiting = nil
        note(journal)
        return begin(site, journal)
    }

    /// *Units*: bytes. A file system without room stops SQLite even from making room; a page cap below it does not. So the file never gets all of a partition:
    /// a tenth of it, and what WAL and reserve take, is left.
    func pageCap(_ site: SiteConfiguration) -> Int64 {
        guard let all = FileSystem.bytes(holding: Folder.above(site.journal.path)) else { return site.journal.maxBytes }
        let room = max(SQLiteJournal.minimumBytes, all / 10 * 9 - 2 * 4 * SQLiteJournal.walBytes)
        guard room < site.journal.maxBytes else { return site.journal.maxBytes }
        let text = "max_bytes is more than the partition of \(site.journal.path) can give; \(room >> 20) MiB are used"
        if !problems.contains(where: { $0.text == text }) {
            problems.append(Problem(.warning, "journal", text))
            say(.warning, text)
        }
        return room
    }

    func reopenJournal(_ old: Gateway, damage: String? = nil) {
        let store = old.configuration.journal
        endCheck()
        do throws(JournalError) {
            let made = try Gateway.reopened(after: old, sources: allSources, exists: access(store.path, F_OK) == 0, damage: damage) {
                (limit, damage) throws(JournalError) in
                try SQLiteJournal.open(path: store.path, maxBytes: pageCap(old.configuration), checkedAtOpenBytes: limit, knownDamage: damage)
            }
            gateway = made
            updateWatcher()
            uplink?.reopenJournal()
            note(made.journal)
        } catch {
            if error != journalProblem { say(.error, "the journal cannot be opened anew: \(error.sentence)") }
            journalProblem = error
        }
    }

    // MARK: - The check in the background

    func beginCheck(_ path: String) {
        let check = JournalCheck(path: path)
        do throws(SystemError) {
            // Twice: a page that the medium did not give just once is no damage.
            try checkCall.start(name: "bamai-check") { check.run() == nil ? nil : JournalCheck(path: path).run() }
            self.check = check
            say(.notice, "the journal is large: it is checked in the background")
        } catch {
            say(.warning, "the journal cannot be checked in the background: \(error)")
        }
    }

    func takeCheck() {
        guard let complaint = checkCall.take() else { return }
        check = nil
        guard let complaint, let gateway else { return say(.notice, "the journal was checked and is whole") }
        say(.error, "the journal is damaged: \(complaint)")
        reopenJournal(gateway, damage: complaint)
    }

    func endCheck() {
        check?.cancel()
        check = nil
    }

    /// Says what opening has found.
    func note(_ journal: any JournalWriter) {
        journalProblem = nil
        if let file = journal as? SQLiteJournal, file.needsCheck { beginCheck(file.path) }
        guard let text = journal.openingNote else { return }
        problems.append(Problem(.error, "journal", text))
        say(.error, text)
    }

    /// Tries to open a journal that could not be opened.
    func awaitJournal(_ now: Int64) {
        if let site = waiting, now >= journalRetryAt, let reason = open(site) {
            say(.error, reason)
            failure = reason
            isStopping = true
        }
        if now >= watchdogAt {
            watchdogAt = now + watchdogInterval
            notifyServiceManager("WATCHDOG=1")
        }
        flushClients()
    }
}
