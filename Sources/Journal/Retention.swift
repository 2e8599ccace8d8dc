import Lifeline

/// What is given up when the journal fills: the oldest readings that the platform has, then, only when nothing else helps, the oldest that it has not.
/// Alerts outlive readings. Every drop is counted in the file itself, by cause.
struct Retention {
    let database: Database
    let reading: SQLiteReading
    let maxBytes: Int64
    let nextAlert: UInt64

    /// Above this share of the cap forwarded readings go; above the second also those not forwarded.
    static let soft = 85
    static let hard = 95
    /// Segments dropped in one go: a bounded piece of work between two commits.
    static let segmentsAtOnce: Int64 = 64

    /// Does one bounded piece. Returns true while more remains.
    func work() throws(JournalError) -> Bool {
        let page = try database.number("PRAGMA page_size") ?? Schema.pageSize
        let used = ((try database.number("PRAGMA page_count") ?? 0) - (try database.number("PRAGMA freelist_count") ?? 0)) * page
        guard used > maxBytes / 100 * Int64(Retention.soft) else { return try trimAlerts() }
        let forwarded = try reading.cursor(.readings)
        if try drop("dropped_forwarded", where: "first + count - 1 <= \(Int64(clamping: forwarded))") { return true }
        guard used > maxBytes / 100 * Int64(Retention.hard) else { return false }
        return try drop("dropped_unforwarded", where: "true")
    }

    /// Drops the oldest segments that a condition allows, but never the newest one, from which the next sequence follows.
    private func drop(_ counter: String, where condition: String) throws(JournalError) -> Bool {
        var dropped: Int64 = 0
        try database.transaction { () throws(JournalError) in
            let newest = try database.number("SELECT max(first) FROM segment") ?? 0
            let chosen = "SELECT first FROM segment WHERE first < \(newest) AND \(condition) ORDER BY first LIMIT \(Retention.segmentsAtOnce)"
            dropped = try database.number("SELECT total(count) FROM segment WHERE first IN (\(chosen))") ?? 0
            guard dropped > 0 else { return }
            try database.execute("DELETE FROM segment WHERE first IN (\(chosen))")
            try add(dropped, to: counter)
        }
        return dropped > 0
    }

    private func trimAlerts() throws(JournalError) -> Bool {
        let acknowledged = try reading.cursor(.alerts)
        let bound = Int64(clamping: nextAlert) - Schema.alertRows
        guard bound > 0, let oldest = try database.number("SELECT min(position) FROM alert"), oldest < min(bound, Int64(clamping: acknowledged))
        else {
            return false
        }
        try database.transaction { () throws(JournalError) in
            try database.execute("DELETE FROM alert WHERE position < \(min(bound, Int64(clamping: acknowledged))) AND position < \(oldest + 512)")
            try add(database.changes, to: "dropped_alerts")
        }
        return true
    }

    private func add(_ amount: Int64, to counter: String) throws(JournalError) {
        try database.statement("INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value")
            .bind(1, counter).bind(2, amount).run()
    }
}
