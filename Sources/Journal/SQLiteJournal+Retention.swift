import Lifeline

extension SQLiteJournal {
    /// The most segments that one call of `maintain` drops: some milliseconds' work.
    package static let segmentsPerCall = 64
    /// The most alerts that one call drops.
    package static let alertsPerCall: UInt64 = 256
    /// The ages of alerts are looked at once in this time. *Units*: microseconds.
    private static let ageInterval: Int64 = 60_000_000

    /// One step of dropping segments for want of room or for their age; when room is short and no segment is left to go, acknowledged alerts.
    func retain(_ store: JournalStore, _ horizon: Timestamp?) throws(JournalError) -> Bool {
        let queries = store.queries
        let capacity = isFileSystemFull ? Self.capacity(ofFullFileSystem: try queries.pageCount(), maxPages) : maxPages
        var rule = RetentionRule(
            used: try queries.usedPages(), capacity: capacity, readingsCursor: cursors[.readings] ?? 0, checkpoint: checkpointSequence,
            isUnderPressure: isUnderPressure, horizon: horizon)
        let newest = try queries.newestSegment()?.row
        guard let newest, let oldest = try queries.oldestSegment(), oldest.first != newest.first, Self.mustGo(oldest, rule) else {
            if try dropAlertsForRoom(rule, store) { return true }
            isUnderPressure = false
            isFileSystemFull = false
            return false
        }
        var dropped = RetentionRule.Drop(forwarded: 0, unforwarded: 0, unjudged: 0)
        var aged: UInt64 = 0
        var segments: UInt64 = 0
        let before = try queries.droppedSegments()
        try store.transaction { () throws(JournalError) in
            while segments < UInt64(Self.segmentsPerCall), let oldest = try queries.oldestSegment(), oldest.first != newest.first {
                if let drop = rule.drop(first: oldest.first, count: oldest.count) {
                    dropped.forwarded += drop.forwarded
                    dropped.unforwarded += drop.unforwarded
                    dropped.unjudged += drop.unjudged
                } else if rule.isOutOfDate(first: oldest.first, count: oldest.count, receivedMax: oldest.receivedMax) {
                    aged += oldest.count
                } else {
                    break
                }
                store.deleteSegment.bind(1, oldest.first)
                try store.deleteSegment.execute()
                segments += 1
                rule.used = try queries.usedPages()
            }
            try store.set(.droppedSegments, before + segments)
            try add(.droppedForwarded, dropped.forwarded, store)
            try add(.droppedUnforwarded, dropped.unforwarded, store)
            try add(.droppedUnjudged, dropped.unjudged, store)
            try add(.droppedAged, aged, store)
        }
        return true
    }

    private static func mustGo(_ row: JournalQueries.SegmentRow, _ rule: RetentionRule) -> Bool {
        rule.drop(first: row.first, count: row.count) != nil
            || rule.isOutOfDate(first: row.first, count: row.count, receivedMax: row.receivedMax)
    }

    /// Where the file system ended before the page cap, the pages that there are are all there is. A small file lets go of what is above the low
    /// mark, a large one only of as much as the WAL may need twice.
    private static func capacity(ofFullFileSystem pages: Int64, _ maxPages: Int64) -> Int64 {
        let room = 2 * walBytes / 1024
        return min(maxPages, max(pages, Int64(Double(pages - room) / RetentionRule.lowMark)))
    }

    func add(_ counter: JournalSchema.Counter, _ count: UInt64, _ store: JournalStore) throws(JournalError) {
        guard count > 0 else { return }
        try store.set(counter, try store.queries.counter(counter) &+ count)
    }

    func trimReceipts(_ store: JournalStore) throws(JournalError) {
        guard receiptsHeld > 2 * UInt64(Self.receiptLimit) else { return }
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
    }

    /// Alerts outlive readings, and what is not acknowledged is never dropped. Of the others go those beyond the newest 100 000, and the old ones.
    func trimAlerts(_ store: JournalStore, _ now: Timestamp?) throws(JournalError) -> Bool {
        let acknowledged = cursors[.alerts] ?? 0
        if alertsHeld > Self.alertLimit, !isCountTrimmed(at: acknowledged) {
            let excess = min(alertsHeld - Self.alertLimit, Self.alertsPerCall)
            let dropped = try dropAlerts(store.trimAlerts, upTo: acknowledged, UInt64(excess), .alertsDroppedByCount, store)
            if dropped < excess { alertsTrimmedAt = (acknowledged, alertsHeld) }
            if dropped > 0 { return true }
        }
        guard let horizon = RetentionPolicy.horizon(retention.maxAgeAlerts, now), let now else { return false }
        if let last = agesLookedAt, now >= last, now.microseconds(since: last) < Self.ageInterval { return false }
        store.trimOldAlerts.bind(3, horizon.microseconds)
        if try dropAlerts(store.trimOldAlerts, upTo: acknowledged, Self.alertsPerCall, .alertsDroppedByAge, store) > 0 { return true }
        agesLookedAt = now
        return false
    }

    /// Whether nothing has changed since no more alerts could be dropped.
    private func isCountTrimmed(at acknowledged: UInt64) -> Bool { alertsTrimmedAt?.cursor == acknowledged && alertsTrimmedAt?.held == alertsHeld }

    /// No readings are left to go. An alert that the platform has is worth less than one that it has not.
    private func dropAlertsForRoom(_ rule: RetentionRule, _ store: JournalStore) throws(JournalError) -> Bool {
        let share = Double(rule.used) / Double(max(1, rule.capacity))
        guard share > (isUnderPressure ? RetentionRule.lowMark : RetentionRule.highMark), cursors[.alerts] ?? 0 > 0 else { return false }
        return try dropAlerts(store.trimAlerts, upTo: cursors[.alerts] ?? 0, 16, .alertsDroppedBySpace, store) > 0
    }

    /// Runs a statement that deletes at most `limit` of the oldest alerts up to a position, and counts what went.
    private func dropAlerts(
        _ statement: SQLiteStatement, upTo position: UInt64, _ limit: UInt64, _ cause: JournalSchema.Counter, _ store: JournalStore
    ) throws(JournalError) -> UInt64 {
        var dropped: UInt64 = 0
        try store.transaction { () throws(JournalError) in
            statement.bind(1, position)
            statement.bind(2, limit)
            try statement.execute()
            dropped = UInt64(store.connection.changes)
            try add(cause, dropped, store)
        }
        alertsHeld -= min(alertsHeld, dropped)
        return dropped
    }
}
