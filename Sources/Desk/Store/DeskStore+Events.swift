import Lifeline

/// What became of a batch of events.
package struct IngestResult: Sendable, Equatable {
    /// New ones, now durable.
    package var taken = 0
    /// Those that were here already: by source and id.
    package var known = 0
    /// Those of gateways that are not registered, where that was to be looked at.
    package var unknown = 0
    /// Episodes that look different now.
    package var changed: [Int64] = []
}

/// What one transaction has to do with gateways, gathered so that it is done once for each of them.
struct GatewayTally {
    /// How many alerts each gateway that has spoken has sent anew.
    private(set) var alerts: [String: Int64] = [:]
    /// What the store said of names, within this transaction.
    private var registered: [String: Bool] = [:]

    mutating func heard(_ gateway: String, alerts count: Int64 = 0) { alerts[gateway, default: 0] += count }

    mutating func isRegistered(_ gateway: String, in store: DeskStore) throws(DatabaseError) -> Bool {
        if let known = registered[gateway] { return known }
        let found = try store.isGateway(gateway)
        registered[gateway] = found
        return found
    }
}

extension DeskStore {
    /// Takes events: in one transaction, each once by source and id, in their order.
    ///
    /// - Parameters:
    ///   - via: how they came: `https`, `mqtt`.
    ///   - now: the desk's clock.
    package func ingest(_ events: [IncomingEvent], via: String, now: Timestamp) throws(DatabaseError) -> IngestResult {
        try ingest([events], via: via, now: now).first ?? IngestResult()
    }

    /// Takes what several requests brought: in one transaction, with a result for each.
    func ingest(_ requests: [[IncomingEvent]], via: String, now: Timestamp) throws(DatabaseError) -> [IngestResult] {
        try database.transaction { () throws(DatabaseError) in
            var tally = GatewayTally()
            var results: [IngestResult] = []
            for events in requests { results.append(try take(events, looksAtGateways: false, &tally, now: now)) }
            try note(tally, via: via, now: now)
            return results
        }
    }

    /// What a broker has brought since the last commit.
    struct Delivery: Sendable {
        /// A gateway's own status.
        struct State: Sendable {
            var gateway: String
            var document: String
            /// The broker kept it from before.
            var isRetained = false
        }

        var events: [IncomingEvent] = []
        var states: [State] = []
        /// Gateways whose readings have come by.
        var alive: Set<String> = []
        /// Decisions that the broker has taken.
        var published: [Int64] = []

        var isEmpty: Bool { events.isEmpty && states.isEmpty && alive.isEmpty && published.isEmpty }
    }

    /// Takes all of it, in one transaction. What is of no gateway that is registered and enabled is counted and left out.
    func take(_ delivery: Delivery, now: Timestamp) throws(DatabaseError) -> IngestResult {
        try database.transaction { () throws(DatabaseError) in
            var tally = GatewayTally()
            let result = try take(delivery.events, looksAtGateways: true, &tally, now: now)
            for gateway in delivery.alive { tally.heard(gateway) }
            try note(tally, via: "mqtt", now: now)
            for state in delivery.states {
                guard try tally.isRegistered(state.gateway, in: self) else { continue }
                try note(status: state.document, of: state.gateway, via: "mqtt", isRetained: state.isRetained, now: now)
            }
            for sequence in delivery.published { try published(sequence, now: now) }
            return result
        }
    }

    /// Part of the open transaction.
    private func take(
        _ events: [IncomingEvent], looksAtGateways: Bool, _ tally: inout GatewayTally, now: Timestamp
    ) throws(DatabaseError) -> IngestResult {
        var result = IngestResult()
        var changed: Set<Int64> = []
        for event in events {
            if looksAtGateways, try !tally.isRegistered(event.gateway, in: self) {
                result.unknown += 1
                continue
            }
            guard case .alert(let facts) = event.kind else {
                tally.heard(event.gateway)
                result.taken += 1
                if case .echo(let decision, let isTaken, let words) = event.kind,
                    let episode = try answered(decision, gateway: event.gateway, isTaken: isTaken, words: words, now: now)
                {
                    if changed.insert(episode).inserted { result.changed.append(episode) }
                }
                continue
            }
            let known = try database.row("SELECT seq FROM events WHERE source = ?1 AND id = ?2", [.text(event.source), .text(event.id)])
            if known != nil {
                tally.heard(event.gateway)
                result.known += 1
                continue
            }
            let episode = try fold(facts, of: event, now: now)
            tally.heard(event.gateway, alerts: 1)
            _ = try database.run(
                """
                INSERT INTO events (source, id, gateway, episode, kind, level, occurred, recorded, received, document)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                """,
                [
                    .text(event.source), .text(event.id), .text(event.gateway), .integer(episode), .text(facts.kind.rawValue),
                    .integer(Int64(facts.level.rawValue)), .integer(facts.occurred.microseconds), .integer(facts.recorded.microseconds),
                    .integer(now.microseconds), .text(event.document),
                ])
            try noteAsset(facts, gateway: event.gateway)
            result.taken += 1
            if changed.insert(episode).inserted { result.changed.append(episode) }
        }
        return result
    }

    /// Gateways that have spoken, and how many alerts they sent; always in the order of their names, so that two desks never wait for each other in a circle.
    private func note(_ tally: GatewayTally, via: String, now: Timestamp) throws(DatabaseError) {
        for (gateway, alerts) in tally.alerts.sorted(by: { $0.key < $1.key }) {
            _ = try database.run(
                "UPDATE gateways SET seen = ?2, via = ?3, alerts = alerts + ?4 WHERE id = ?1",
                [.text(gateway), .integer(now.microseconds), .text(via), .integer(alerts)])
        }
    }

    /// A gateway has spoken.
    func heard(from gateway: String, via: String, now: Timestamp) throws(DatabaseError) {
        _ = try database.run(
            "UPDATE gateways SET seen = ?2, via = ?3 WHERE id = ?1", [.text(gateway), .integer(now.microseconds), .text(via)])
    }

    /// Puts what an alert says into its episode; returns the episode's number.
    private func fold(_ facts: AlertFacts, of event: IncomingEvent, now: Timestamp) throws(DatabaseError) -> Int64 {
        let found = try database.row(
            "SELECT id, recorded, event_sequence, peak, handling FROM episodes WHERE gateway = ?1 AND episode = ?2",
            [.text(event.gateway), .text(facts.episode)])
        guard let found else { return try begin(facts, of: event, now: now) }
        let id = found.integer("id")
        let peak = max(found.integer("peak"), Int64(facts.level.rawValue))
        // What comes late, or again from another way, does not turn the clock back.
        guard (facts.recorded.microseconds, facts.sequence) >= (found.integer("recorded"), found.integer("event_sequence")) else {
            _ = try database.run(
                "UPDATE episodes SET alerts = alerts + 1, peak = ?2, version = version + 1 WHERE id = ?1", [.integer(id), .integer(peak)])
            return id
        }
        let isOver = facts.kind == .cleared
        _ = try database.run(
            """
            UPDATE episodes SET level = ?2, peak = ?3, is_active = ?4, updated = ?5, cleared = ?6, recorded = ?7, event_sequence = ?8, alerts = alerts + 1,
                headline_zh = ?9, headline_en = ?10, latched = ?11, version = version + 1 WHERE id = ?1
            """,
            [
                .integer(id), .integer(Int64(facts.level.rawValue)), .integer(peak), .flag(!isOver), .integer(facts.occurred.microseconds),
                isOver ? .integer(facts.occurred.microseconds) : .null, .integer(facts.recorded.microseconds), .integer(facts.sequence),
                .text(facts.headline.chinese), .text(facts.headline.english), .flag(facts.isLatched),
            ])
        // Whoever said that it is done has not seen it get worse.
        if facts.kind == .escalated, let state = Handling(rawValue: found.text("handling")), state.isDone {
            try record(.reopen, episode: id, by: "bamai-desk", reason: facts.headline.chinese, from: state, until: nil, decision: "", now: now)
        }
        return id
    }

    private func begin(_ facts: AlertFacts, of event: IncomingEvent, now: Timestamp) throws(DatabaseError) -> Int64 {
        let isOver = facts.kind == .cleared
        let row = try database.row(
            """
            INSERT INTO episodes (gateway, episode, asset, asset_class, asset_name, address, rule, sensor, level, peak, is_active, latched, late, onset,
                updated, cleared, received, recorded, event_sequence, alerts, headline_zh, headline_en, handling, version)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, 1, ?20, ?21, ?22, 1) RETURNING id
            """,
            [
                .text(event.gateway), .text(facts.episode), .text(facts.asset), .text(facts.assetClass), .text(facts.assetName), .text(facts.address),
                .text(facts.rule), .text(facts.sensor), .integer(Int64(facts.level.rawValue)), .integer(Int64(facts.level.rawValue)), .flag(!isOver),
                .flag(facts.isLatched), .flag(facts.isLate), .integer(facts.onset.microseconds), .integer(facts.occurred.microseconds),
                isOver ? .integer(facts.occurred.microseconds) : .null, .integer(now.microseconds), .integer(facts.recorded.microseconds),
                .integer(facts.sequence), .text(facts.headline.chinese), .text(facts.headline.english), .text(Handling.published.rawValue),
            ])
        return row?.integer("id") ?? 0
    }

    /// Keeps the newest that is known of an asset, and how sick it is.
    private func noteAsset(_ facts: AlertFacts, gateway: String) throws(DatabaseError) {
        let index = facts.index
        _ = try database.run(
            """
            INSERT INTO assets (gateway, asset, asset_class, name, address, value, highest, verdict, verdict_zh, verdict_en, coverage, at,
                latitude, longitude, system)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            ON CONFLICT (gateway, asset) DO UPDATE SET asset_class = excluded.asset_class, name = excluded.name, address = excluded.address,
                value = coalesce(excluded.value, assets.value), highest = coalesce(excluded.highest, assets.highest),
                verdict = CASE WHEN excluded.value IS NULL THEN assets.verdict ELSE excluded.verdict END,
                verdict_zh = CASE WHEN excluded.value IS NULL THEN assets.verdict_zh ELSE excluded.verdict_zh END,
                verdict_en = CASE WHEN excluded.value IS NULL THEN assets.verdict_en ELSE excluded.verdict_en END,
                coverage = coalesce(excluded.coverage, assets.coverage), at = excluded.at, latitude = excluded.latitude,
                longitude = excluded.longitude, system = excluded.system
            WHERE excluded.at >= assets.at
            """,
            [
                .text(gateway), .text(facts.asset), .text(facts.assetClass), .text(facts.assetName), .text(facts.address),
                .optional(index?.value), .optional(index?.highest), .text(index?.verdict ?? ""), .text(index?.verdictText.chinese ?? ""),
                .text(index?.verdictText.english ?? ""), .optional(index?.coverage), .integer(facts.recorded.microseconds),
                .optional(facts.location?.latitude), .optional(facts.location?.longitude), .text(facts.location?.system.rawValue ?? ""),
            ])
    }
}
