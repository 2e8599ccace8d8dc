import Lifeline

/// What goes: what is old, and, where the store is at its limit, the oldest of what people are done with. Open episodes never go.
extension DeskStore {
    /// Episodes of one transaction, so that nobody waits long behind it.
    package static let pruneChunk = 500

    /// Lets go of episodes that are done, over, and older than `before`, with their documents and what people did: at most `pruneChunk`. Returns how many.
    package func prune(before: Timestamp) throws(DatabaseError) -> Int {
        try database.run(
            """
            DELETE FROM episodes WHERE id IN (SELECT id FROM episodes WHERE is_done = 1 AND is_active = 0 AND updated < ?1 ORDER BY updated LIMIT ?2)
            RETURNING id
            """, [.integer(before.microseconds), .integer(Int64(DeskStore.pruneChunk))]
        ).count
    }

    /// The same with the oldest that may go, whatever their age. 0: all that is left is open, or still going on.
    package func pruneOldest() throws(DatabaseError) -> Int {
        try database.run(
            """
            DELETE FROM episodes WHERE id IN (SELECT id FROM episodes WHERE is_done = 1 AND is_active = 0 ORDER BY updated LIMIT ?1) RETURNING id
            """, [.integer(Int64(DeskStore.pruneChunk))]
        ).count
    }

    /// *Units*: bytes in use; nil where that cannot be told.
    package func bytes() throws(DatabaseError) -> Int64? { try database.bytes() }

    /// Gives room back that is free now.
    package func giveBack() throws(DatabaseError) { try database.giveBack() }

    /// Lets go of what nobody needs any more beside episodes: links and sessions that have ended, decisions and shelves older than `before`, the oldest of a
    /// full audit log.
    package func sweep(before: Timestamp, now: Timestamp) throws(DatabaseError) {
        try database.transaction { () throws(DatabaseError) in
            _ = try database.run("DELETE FROM sessions WHERE expires < ?1", [.integer(now.microseconds)])
            _ = try database.run("DELETE FROM links WHERE expires < ?1", [.integer(now.microseconds)])
            _ = try database.run("DELETE FROM decisions WHERE made < ?1", [.integer(before.microseconds)])
            _ = try database.run("DELETE FROM shelves WHERE until < ?1", [.integer(before.microseconds)])
            _ = try database.run("DELETE FROM audit WHERE seq <= (SELECT coalesce(max(seq), 0) FROM audit) - ?1", [.integer(DeskStore.auditLimit)])
        }
    }

    /// What was written down under a name, for the next start; nil: nothing.
    package func remembered(_ name: String) throws(DatabaseError) -> Int64? {
        try database.row("SELECT value FROM meta WHERE name = ?1", [.text(name)])?.optionalInteger("value")
    }

    /// Writes a number down for the next start.
    package func remember(_ name: String, _ value: Int64) throws(DatabaseError) {
        _ = try database.run(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [.text(name), .text(String(value))])
    }
}
