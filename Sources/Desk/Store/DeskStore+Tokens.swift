import Lifeline

/// Tokens of programs that read: feeds, exports, metrics.
extension DeskStore {
    /// A new token, or another one for the same program. Only its hash is kept.
    package func addToken(_ name: String, token: String, by who: String, now: Timestamp) throws(DatabaseError) {
        guard Plain.isName(name, limit: 64) else { throw .failed("a token's name has 1 to 64 characters on one line") }
        try database.transaction { () throws(DatabaseError) in
            let count = try database.row("SELECT count(*) AS number FROM tokens")?.integer("number") ?? 0
            guard count < DeskStore.tokenLimit else { throw .failed("there are \(count) tokens, as many as this desk takes") }
            _ = try database.run(
                """
                INSERT INTO tokens (name, token, created) VALUES (?1, ?2, ?3)
                ON CONFLICT (name) DO UPDATE SET token = excluded.token, created = excluded.created
                """, [.text(name), .text(SHA256.hex(Array(token.utf8))), .integer(now.microseconds)])
            try audit("token.add", who: who, subject: name, now: now)
        }
    }

    /// Tokens of one desk.
    package static let tokenLimit: Int64 = 200

    /// Takes a token back. False: there is none of this name.
    package func removeToken(_ name: String, by who: String, now: Timestamp) throws(DatabaseError) -> Bool {
        try database.transaction { () throws(DatabaseError) in
            let gone = try database.run("DELETE FROM tokens WHERE name = ?1 RETURNING name", [.text(name)])
            if !gone.isEmpty { try audit("token.remove", who: who, subject: name, now: now) }
            return !gone.isEmpty
        }
    }

    /// The names of all.
    package func tokens() throws(DatabaseError) -> [String] {
        try database.run("SELECT name FROM tokens ORDER BY name", []).map { $0.text("name") }
    }

    /// Whose a token is; nil: nobody's.
    package func program(token: String) throws(DatabaseError) -> String? {
        try database.row("SELECT name FROM tokens WHERE token = ?1", [.text(SHA256.hex(Array(token.utf8)))])?.text("name")
    }
}
