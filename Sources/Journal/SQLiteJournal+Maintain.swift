import Lifeline

extension SQLiteJournal {
    /// The most segments that one call of `maintain` drops: some milliseconds' work.
    package static let segmentsPerCall = 64
    /// The most alerts that one call drops.
    package static let alertsPerCall: UInt64 = 256
    /// Commits between two attempts to make the reserve again.
    private static let reserveCommits: UInt64 = 1024

    var reservePath: String { path + ".reserve" }
    /// *Units*: bytes. Enough to log the deletion of a few hundred segments, at most a sixteenth of the journal.
    var reserveBytes: Int64 { min(1 << 20, maxPages * 1024 / 16) }

    /// One step of retention (see `RetentionRule`), of trimming receipts and acknowledged alerts, and of folding the WAL into the file.
    ///
    /// *Throws*: as `commit`. *Complexity*: at most `segmentsPerCall` segments, `alertsPerCall` alerts.
    package func maintain() throws(JournalError) -> Bool {
        let store = try store()
        do throws(JournalError) {
            if isFileSystemFull { giveUpReserve(store) }
            var more = try retain(store)
            if try trimReceipts(store) { more = true }
            if try trimAlerts(store) { more = true }
            try tendWAL(store)
            if !more { renewReserve() }
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

    private func retain(_ store: JournalStore) throws(JournalError) -> Bool {
        let queries = store.queries
        let capacity = isFileSystemFull ? Self.capacity(ofFullFileSystem: try queries.pageCount(), maxPages) : maxPages
        var rule = RetentionRule(
            used: try queries.usedPages(), capacity: capacity, readingsCursor: cursors[.readings] ?? 0, checkpoint: checkpointSequence,
            isUnderPressure: isUnderPressure)
        guard Double(rule.used) > RetentionRule.lowMark * Double(capacity), let newest = try queries.newestSegment()?.row,
            let oldest = try queries.oldestSegment(), oldest.first != newest.first, rule.drop(first: oldest.first, count: oldest.count) != nil
        else {
            isUnderPressure = false
            isFileSystemFull = false
            return false
        }
        var dropped = RetentionRule.Drop(forwarded: 0, unforwarded: 0, unjudged: 0)
        var segments = 0
        try store.transaction { () throws(JournalError) in
            while segments < Self.segmentsPerCall, let oldest = try queries.oldestSegment(), oldest.first != newest.first,
                let drop = rule.drop(first: oldest.first, count: oldest.count)
            {
                store.deleteSegment.bind(1, oldest.first)
                try store.deleteSegment.execute()
                segments += 1
                dropped.forwarded += drop.forwarded
                dropped.unforwarded += drop.unforwarded
                dropped.unjudged += drop.unjudged
                rule.used = try queries.usedPages()
            }
            if dropped.forwarded > 0 { try add(.droppedForwarded, dropped.forwarded, store) }
            if dropped.unforwarded > 0 { try add(.droppedUnforwarded, dropped.unforwarded, store) }
            if dropped.unjudged > 0 { try add(.droppedUnjudged, dropped.unjudged, store) }
        }
        return true
    }

    /// Where the file system ended before the page cap, the pages that there are are all there is. A small file lets go of what is above the low
    /// mark, a large one only of as much as the WAL may need twice.
    private static func capacity(ofFullFileSystem pages: Int64, _ maxPages: Int64) -> Int64 {
        let room = 2 * walBytes / 1024
        return min(maxPages, max(pages, Int64(Double(pages - room) / RetentionRule.lowMark)))
    }

    private func add(_ counter: JournalSchema.Counter, _ count: UInt64, _ store: JournalStore) throws(JournalError) {
        try store.set(counter, try store.queries.counter(counter) &+ count)
    }

    /// Readings that retention dropped before the platform had them, and those that no checkpoint covered, since the file was made.
    package func droppedByRetention() throws(JournalError) -> RetentionRule.Drop {
        let queries = try store().queries
        return RetentionRule.Drop(
            forwarded: try queries.counter(.droppedForwarded), unforwarded: try queries.counter(.droppedUnforwarded),
            unjudged: try queries.counter(.droppedUnjudged))
    }

    private func trimReceipts(_ store: JournalStore) throws(JournalError) -> Bool {
        guard receiptsHeld > 2 * UInt64(Self.receiptLimit) else { return false }
        var kept: UInt64 = 0
        var oldestKept: Int64 = 0
        do {
            defer { store.receiptsNewest.reset() }
            while kept < UInt64(Self.receiptLimit), try store.receiptsNewest.step() {
                oldestKept = store.receiptsNewest.integer(0)
                kept += store.receiptsNewest.unsigned(1)
            }
        }
        try store.transaction { () throws(JournalError) in
            store.trimReceipts.bind(1, oldestKept)
            try store.trimReceipts.execute()
        }
        receiptsHeld = kept
        return false
    }

    /// Alerts outlive readings: only what is acknowledged and beyond the newest 100 000 goes.
    private func trimAlerts(_ store: JournalStore) throws(JournalError) -> Bool {
        guard nextPosition - oldestPosition > Self.alertLimit else { return false }
        let wanted = min(nextPosition - Self.alertLimit - 1, cursors[.alerts] ?? 0)
        guard wanted >= oldestPosition else { return false }
        let last = min(wanted, oldestPosition + Self.alertsPerCall - 1)
        try store.transaction { () throws(JournalError) in
            store.trimAlerts.bind(1, last)
            try store.trimAlerts.execute()
        }
        oldestPosition = last + 1
        return last < wanted
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
