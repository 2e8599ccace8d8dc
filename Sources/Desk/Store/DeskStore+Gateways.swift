import Lifeline

/// One gateway as the desk knows it.
package struct GatewayRow: Sendable, Equatable {
    package var id: String
    package var name: String
    package var isEnabled: Bool
    package var seen: Timestamp?
    /// How it spoke last: `https`, `mqtt`.
    package var via: String
    package var alerts: Int64
    /// What is kept of its own status document, see `GatewayBrief`; nil where it sends none.
    package var status: String?
    package var statusAt: Timestamp?
    package var version: String
    package var revision: String
    package var expectedRevision: String
    /// Up to which decision it has fetched.
    package var taken: Int64

    init(_ row: SQLRow) {
        id = row.text("id")
        name = row.text("name")
        isEnabled = row.flag("enabled")
        seen = row.optionalInteger("seen").map { Timestamp(microseconds: $0) }
        via = row.text("via")
        alerts = row.integer("alerts")
        status = row.optionalText("status")
        statusAt = row.optionalInteger("status_at").map { Timestamp(microseconds: $0) }
        version = row.text("version")
        revision = row.text("revision")
        expectedRevision = row.text("expected_revision")
        taken = row.integer("taken")
    }
}

extension DeskStore {
    /// Gateways that one desk takes.
    package static let gatewayLimit: Int64 = 20_000

    /// Registers a gateway, or gives a registered one a new token. Only the token's hash is kept.
    ///
    /// - Parameter token: nil for one that comes by client certificate or by MQTT alone.
    package func register(_ id: String, name: String, token: String?, by who: String, now: Timestamp) throws(DatabaseError) {
        try register([GatewayRegistration(id: id, name: name, token: token)], by: who, now: now)
    }

    /// The same for many: all are registered, or none.
    package func register(_ gateways: [GatewayRegistration], by who: String, now: Timestamp) throws(DatabaseError) {
        try database.transaction { () throws(DatabaseError) in
            for gateway in gateways { try registerOne(gateway, by: who, now: now) }
            let count = try database.row("SELECT count(*) AS number FROM gateways")?.integer("number") ?? 0
            guard count <= DeskStore.gatewayLimit else {
                throw .failed("that would make \(count) gateways; this desk takes \(DeskStore.gatewayLimit)")
            }
        }
    }

    private func registerOne(_ gateway: GatewayRegistration, by who: String, now: Timestamp) throws(DatabaseError) {
        let (id, name) = (gateway.id, gateway.name)
        guard GatewayName.isValid(id) else { throw .failed("a gateway's id has 1 to 32 letters, digits and \"-\": \(Plain.text(id, limit: 40))") }
        let hash = gateway.token.map { SHA256.hex(Array($0.utf8)) }
        _ = try database.run(
            """
            INSERT INTO gateways (id, name, token, created, enabled) VALUES (?1, ?2, ?3, ?4, 1)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, token = coalesce(excluded.token, gateways.token), enabled = 1
            """,
            [.text(id), .text(Plain.text(name.isEmpty ? id : name, limit: 100)), .optional(hash), .integer(now.microseconds)])
        try audit("gateway.register", who: who, subject: id, now: now)
    }

    /// Turns a gateway away from now on, or lets it in again. False: there is none of this name.
    package func setGateway(_ id: String, enabled: Bool, by who: String, now: Timestamp) throws(DatabaseError) -> Bool {
        try database.transaction { () throws(DatabaseError) in
            let changed = try database.run("UPDATE gateways SET enabled = ?2 WHERE id = ?1 RETURNING id", [.text(id), .flag(enabled)])
            if !changed.isEmpty { try audit(enabled ? "gateway.enable" : "gateway.disable", who: who, subject: id, now: now) }
            return !changed.isEmpty
        }
    }

    /// The gateway of a token; nil: no enabled one has it.
    package func gateway(token: String) throws(DatabaseError) -> String? {
        try database.row("SELECT id FROM gateways WHERE token = ?1 AND enabled = 1", [.text(SHA256.hex(Array(token.utf8)))])?.text("id")
    }

    /// Whether a gateway of this name is registered and enabled.
    package func isGateway(_ id: String) throws(DatabaseError) -> Bool {
        try database.row("SELECT id FROM gateways WHERE id = ?1 AND enabled = 1", [.text(id)]) != nil
    }

    /// All gateways, by name.
    package func gateways() throws(DatabaseError) -> [GatewayRow] {
        try database.run("SELECT * FROM gateways ORDER BY id", []).map(GatewayRow.init)
    }

    /// The ids of all gateways, by name.
    package func gatewayIDs() throws(DatabaseError) -> [String] { try database.run("SELECT id FROM gateways ORDER BY id", []).map { $0.text("id") } }

    /// What a gateway says of itself: the document of `bamai status --json`, already known to be JSON. What the fleet page shows of it is kept.
    ///
    /// - Parameter isRetained: a broker has kept it, for nobody knows how long: it is no sign of life.
    package func note(status document: String, of gateway: String, via: String, isRetained: Bool = false, now: Timestamp) throws(DatabaseError) {
        let value = JSONValue(Array(document.utf8)) ?? .null
        let document = GatewayBrief(value).text
        _ = try database.run(
            "UPDATE gateways SET status = ?2, version = ?3, revision = ?4 WHERE id = ?1",
            [
                .text(gateway), .text(document), .text(Plain.text(value["bamai"].text, limit: 40)),
                .text(Plain.text(value["revision"].text, limit: 80)),
            ])
        if isRetained { return }
        _ = try database.run(
            "UPDATE gateways SET status_at = ?2, seen = ?2, via = ?3 WHERE id = ?1", [.text(gateway), .integer(now.microseconds), .text(via)])
    }

    /// Which configuration a gateway should run; what differs from it is drift.
    package func expect(revision: String, of gateway: String, by who: String, now: Timestamp) throws(DatabaseError) -> Bool {
        try database.transaction { () throws(DatabaseError) in
            let changed = try database.run(
                "UPDATE gateways SET expected_revision = ?2 WHERE id = ?1 RETURNING id", [.text(gateway), .text(Plain.text(revision, limit: 80))])
            if !changed.isEmpty { try audit("gateway.expect", who: who, subject: "\(gateway) \(revision)", now: now) }
            return !changed.isEmpty
        }
    }
}

/// A gateway that is to be registered.
package struct GatewayRegistration: Sendable {
    package var id: String
    /// Empty: the id.
    package var name: String
    /// nil for one that comes by client certificate or by MQTT alone.
    package var token: String?

    package init(id: String, name: String = "", token: String? = nil) {
        (self.id, self.name, self.token) = (id, name, token)
    }
}

/// The names that gateways may have: those of a site's `id`.
package enum GatewayName {
    /// 1 to 32 letters, digits and `-`.
    package static func isValid(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= 32
            && id.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "-") }
    }
}
