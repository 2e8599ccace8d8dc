import Lifeline

extension SQLiteJournal {
    /// Commits between two attempts to make the reserve again.
    private static let reserveCommits: UInt64 = 1024

    var reservePath: String { path + ".reserve" }
    /// *Units*: bytes. Enough to log the deletion of segments, and to fold in all that a WAL may hold; at most a sixteenth of the journal.
    var reserveBytes: Int64 { min(4 * Self.walBytes, maxPages * 1024 / 16) }

    /// One step of retention (see `RetentionRule`), of trimming receipts and acknowledged alerts, of copying a damaged predecessor, and of folding
    /// the WAL into the file.
    ///
    /// *Throws*: as `commit`. *Complexity*: at most `segmentsPerCall` segments, `alertsPerCall` alerts, `salvageSeeksPerCall` seeks.
    package func maintain(now: Timestamp?) throws(JournalError) -> Bool {
        let store = try store()
        do throws(JournalError) {
            if isFileSystemFull { giveUpReserve(store) }
            var more = try retain(store, RetentionPolicy.horizon(retention.maxAgeReadings, now))
            try trimReceipts(store)
            if try trimAlerts(store, now) { more = true }
            if !more { renewReserve() }
            // After retention, so that there is room.
            if try continueSalvage(store) { more = true }
            try tendWAL(store)
            return more
        } catch {
            if case .full = error { noteFull(store) }
            throw error
        }
    }

    /// A full page cap leaves free pages to be made by deletion; a full file system does not even let the deletion be logged.
    func noteFull(_ store: JournalStore) {
        isUnderPressure = true
        if let pages = try? store.queries.pageCount(), pages < maxPages { isFileSystemFull = true }
    }

    private func giveUpReserve(_ store: JournalStore) {
        JournalFiles.release(reservePath)
        commitsAtReserve = commits
        // With the WAL folded in, its own room can be written again from the start.
        _ = try? store.connection.checkpoint(.passive)
    }

    private func renewReserve() {
        guard !isFileSystemFull, commits &- commitsAtReserve >= Self.reserveCommits else { return }
        commitsAtReserve = commits
        if !JournalFiles.exists(reservePath) { _ = JournalFiles.reserve(reservePath, bytes: reserveBytes) }
    }

    /// A *passive* checkpoint leaves the WAL's file as it is: the next commits write over allocated blocks, and `fdatasync` need not log a new file
    /// size. Only a WAL that outgrew its limit while a reader held it is cut, when nothing was committed since the last call.
    private func tendWAL(_ store: JournalStore) throws(JournalError) {
        let isIdle = commits == commitsAtMaintenance
        commitsAtMaintenance = commits
        let bytes = Int64(store.connection.walFrames) * store.pageSize
        guard bytes > Self.walBytes else { return }
        if isIdle {
            store.connection.setBusyTimeout(milliseconds: 0)
            defer { store.connection.setBusyTimeout(milliseconds: Self.busyMilliseconds) }
            _ = try store.connection.checkpoint(.truncate)
        } else {
            _ = try store.connection.checkpoint(.passive)
        }
    }
}
