import Lifeline

/// What became of a batch of events.
package struct IngestResult: Sendable, Equatable {
    /// New ones, now durable.
    package var taken = 0
    /// Those that were here already: by source and id.
    package var known = 0
    /// Episodes that look different now.
    package var changed: [Int64] = []

    mutating func note(_ episode: Int64) { if !changed.contains(episode) { changed.append(episode) } }
}

extension DeskStore {
    /// Takes events: in one transaction, each once by source and id, in their order.
    ///
    /// - Parameters:
    ///   - via: how they came: `https`, `mqtt`.
    ///   - now: the desk's clock.
    package func ingest(_ events: [IncomingEvent], via: String, now: Timestamp) throws(DatabaseError) -> IngestResult {
        try database.transaction { () throws(DatabaseError) in
            var result = IngestResult()
            for event in events {
                try heard(from: event.gateway, via: via, now: now)
                guard case .alert(let facts) = event.kind else {
                    result.taken += 1
                    if case .echo(let decision, let isTaken, let words) = event.kind,
                        let episode = try answered(decision, gateway: event.gateway, isTaken: isTaken, words: words, now: now)
                    {
                        result.note(episode)
                    }
                    continue
                }
                let known = try database.row(
                    "SELECT seq FROM events WHERE source = ?1 AND id = ?2", [.text(event.source), .text(event.id)])
                if known != nil {
                    result.known += 1
                    continue
                }
                let episode = try fold(facts, of: event, now: now)
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
                result.note(episode)
            }
            return result
        }
    }

    /// A gateway has spoken.
    func heard(from gateway: String, via: String, now: Timestamp) throws(DatabaseError) {
        _ = try database.run(
            "UPDATE gateways SET seen = ?2, via = ?3 WHERE id = ?1", [.text(gateway), .integer(now.microseconds), .text(via)])
    }

    /// Puts what an alert says into its episode; returns the episode's number.
    private func fold(_ facts: AlertFacts, of event: IncomingEvent, now: Timestamp) throws(DatabaseError) -> Int64 {
        _ = try database.run("UPDATE gateways SET alerts = alerts + 1 WHERE id = ?1", [.text(event.gateway)])
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
