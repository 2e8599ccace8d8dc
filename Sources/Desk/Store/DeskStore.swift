import Lifeline

/// What the desk knows: alerts by episode, what people did with them, gateways, accounts.
///
/// Written once for all databases; the compatibility suite runs on each. Every method is one transaction: what it returned is durable.
/// *Isolation*: one thread at a time, see `StoreQueue`.
package final class DeskStore {
    let database: any SQLDatabase
    /// The first half of every decision's id, so that two desks of one gateway never give the same.
    let desk: String

    /// Makes the tables where there are none.
    ///
    /// - Parameter desk: the desk's own name; letters, digits, `-`.
    package init(_ database: any SQLDatabase, desk: String = "desk") throws(DatabaseError) {
        self.database = database
        self.desk = desk
        try DeskSchema.prepare(database)
    }

    /// One that only reads.
    private init(reading database: any SQLDatabase, desk: String) {
        self.database = database
        self.desk = desk
    }

    /// Another connection to the same data, which only reads; nil: there can be no other, or the database gives none now.
    func reader() -> DeskStore? {
        guard let other = try? database.reader() else { return nil }
        return DeskStore(reading: other, desk: desk)
    }

    /// Reads what belongs together: all of it is of one moment.
    func snapshot<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T { try database.snapshot(body) }

    /// What keeps the data: `SQLite`, `PostgreSQL`.
    package var kind: String { database.kind }

    /// Whether a text names a server; such a text may hold a password, and is not shown.
    package static func isServer(_ place: String) -> Bool {
        place.hasPrefix("postgres://") || place.hasPrefix("postgresql://") || place.hasPrefix("host=")
    }

    /// Opens what a text names: `postgres://…`, `postgresql://…` or `host=…` is a server; anything else, with or without `sqlite:`, is a file.
    package static func open(_ place: String, desk: String = "desk") throws(DatabaseError) -> DeskStore {
        if isServer(place) {
            return try DeskStore(PostgresDatabase(place), desk: desk)
        }
        return try DeskStore(SQLiteDatabase(path: place.hasPrefix("sqlite:") ? String(place.dropFirst(7)) : place), desk: desk)
    }

    /// How full it is.
    package struct Figures: Sendable, Equatable {
        package var bytes: Int64?
        package var events: Int64
        package var episodes: Int64
        package var open: Int64
    }

    package func figures() throws(DatabaseError) -> Figures {
        let counts = try database.row(
            "SELECT count(*) AS episodes, coalesce(sum(CASE WHEN is_done = 0 THEN 1 ELSE 0 END), 0) AS open FROM episodes")
        return Figures(
            bytes: try database.bytes(), events: try database.row("SELECT count(*) AS events FROM events")?.integer("events") ?? 0,
            episodes: counts?.integer("episodes") ?? 0, open: counts?.integer("open") ?? 0)
    }

    // MARK: - Audit

    /// One thing that somebody did to the desk itself, or tried to.
    package struct AuditRow: Sendable, Equatable {
        package var at: Timestamp
        package var who: String
        package var what: String
        package var subject: String
        package var address: String
    }

    /// Entries that are kept; the oldest go first.
    package static let auditLimit: Int64 = 100_000

    /// Writes an entry down; part of a transaction where one is open.
    package func audit(_ what: String, who: String, subject: String = "", address: String = "", now: Timestamp) throws(DatabaseError) {
        _ = try database.run(
            "INSERT INTO audit (at, who, what, subject, address) VALUES (?1, ?2, ?3, ?4, ?5)",
            [
                .integer(now.microseconds), .text(Plain.text(who, limit: 64)), .text(what), .text(Plain.text(subject, limit: 200)),
                .text(Plain.text(address, limit: 64)),
            ])
    }

    /// The newest entries.
    package func auditLog(limit: Int64 = 500) throws(DatabaseError) -> [AuditRow] {
        try database.run("SELECT at, who, what, subject, address FROM audit ORDER BY seq DESC LIMIT ?1", [.integer(limit)]).map {
            AuditRow(
                at: Timestamp(microseconds: $0.integer("at")), who: $0.text("who"), what: $0.text("what"), subject: $0.text("subject"),
                address: $0.text("address"))
        }
    }
}
