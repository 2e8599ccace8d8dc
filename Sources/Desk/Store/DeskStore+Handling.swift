import Lifeline

/// Who acts.
package struct Actor: Sendable, Equatable {
    package var name: String
    /// Trained and named for lift rescue: may end an entrapment.
    package var isCompetent: Bool

    package init(name: String, isCompetent: Bool) {
        self.name = name
        self.isCompetent = isCompetent
    }
}

/// What an act led to.
package struct HandlingOutcome: Sendable, Equatable {
    package var episode: EpisodeRow
    /// What is now offered to the gateway; nil where the act concerns people alone.
    package var decision: DecisionRow?
}

extension DeskStore {
    /// Does what a duty officer asks for, with who, why and when, and the decision that the gateway is offered for it.
    ///
    /// What two officers ask for at once is done for the first; the second is told how things stand.
    package func handle(_ request: HandlingRequest, episode id: Int64, by actor: Actor, now: Timestamp) throws(DatabaseError)
        -> Result<HandlingOutcome, HandlingRefusal>
    {
        guard Plain.isName(request.reason, limit: 4 * HandlingRequest.reasonLimit),
            request.reason.unicodeScalars.count <= HandlingRequest.reasonLimit,
            !request.reason.allSatisfy(\.isWhitespace)
        else { return .failure(.needsReason) }
        return try database.transaction { () throws(DatabaseError) in
            guard let row = try episode(id, now: now) else { return .failure(.unknownEpisode) }
            guard request.act != .reopen, request.act.result(from: row.handling) != nil else { return .failure(.notNow(request.act, row.handling)) }
            if row.isLatched && (request.act == .close || request.act == .falseAlarm) && !(actor.isCompetent && request.isConfirmedOnSite) {
                return .failure(.needsCompetence)
            }
            var until: Timestamp?
            if request.act == .shelve {
                guard let seconds = request.seconds, (HandlingRequest.shelfMinimum...HandlingRequest.shelfLimit).contains(seconds) else {
                    return .failure(.badShelf)
                }
                until = now.advanced(byMicroseconds: seconds * 1_000_000)
            }
            let offered = DeskStore.decision(for: request, on: row, by: actor, until: until)
            var decision: DecisionRow?
            if let offered { decision = try offer(offered, gateway: row.gateway, now: now) }
            try noteShelf(request, on: row, by: actor, until: until, now: now)
            try record(
                request.act, episode: id, by: actor.name, reason: request.reason, from: row.handling, until: until, decision: decision?.id ?? "",
                now: now)
            guard let changed = try episode(id, now: now) else { return .failure(.unknownEpisode) }
            return .success(HandlingOutcome(episode: changed, decision: decision))
        }
    }

    /// What the gateway is told of an act; nil where it is told nothing.
    private static func decision(for request: HandlingRequest, on row: EpisodeRow, by actor: Actor, until: Timestamp?) -> OfferedDecision? {
        func about(_ act: String) -> OfferedDecision {
            OfferedDecision(act: act, episode: row.episode, reason: request.reason, by: actor.name)
        }
        switch request.act {
        case .acknowledge: return about("acknowledge")
        // Sent out without a word of having seen it: whoever sends people has seen it.
        case .dispatch: return row.handling == .published ? about("acknowledge") : nil
        case .close, .falseAlarm:
            if row.isLatched && row.isActive {
                var end = about("end")
                end.isCompetent = true
                return end
            }
            return request.act == .falseAlarm ? about("false_alarm") : row.handling == .published ? about("acknowledge") : nil
        case .shelve, .unshelve:
            var shelf = OfferedDecision(act: request.act.rawValue, reason: request.reason, by: actor.name)
            (shelf.asset, shelf.rule, shelf.until) = (row.asset, request.isWholeAsset ? "" : row.rule, until)
            return shelf
        case .report, .reopen: return nil
        }
    }

    private func noteShelf(_ request: HandlingRequest, on row: EpisodeRow, by actor: Actor, until: Timestamp?, now: Timestamp) throws(DatabaseError) {
        let rule = request.isWholeAsset ? "" : row.rule
        if request.act == .shelve, let until {
            _ = try database.run(
                "INSERT INTO shelves (gateway, asset, rule, until, reason, by_name, made) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                [
                    .text(row.gateway), .text(row.asset), .text(rule), .integer(until.microseconds), .text(request.reason), .text(actor.name),
                    .integer(now.microseconds),
                ])
        } else if request.act == .unshelve {
            _ = try database.run(
                "UPDATE shelves SET ended = ?4 WHERE gateway = ?1 AND asset = ?2 AND rule = ?3 AND ended IS NULL",
                [.text(row.gateway), .text(row.asset), .text(rule), .integer(now.microseconds)])
        }
    }

    /// Writes an act down and moves the episode on.
    func record(
        _ act: HandlingAct, episode: Int64, by: String, reason: String, from state: Handling, until: Timestamp?, decision: String, now: Timestamp
    ) throws(DatabaseError) {
        _ = try database.run(
            "INSERT INTO actions (episode, act, by_name, reason, at, until, decision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            [
                .integer(episode), .text(act.rawValue), .text(by), .text(reason), .integer(now.microseconds), .optional(until?.microseconds),
                .text(decision),
            ])
        guard let next = act.result(from: state) else { return }
        _ = try database.run(
            """
            UPDATE episodes SET handling = ?2, handled_by = ?3, handled_at = ?4, is_done = ?5, first_action = coalesce(first_action, ?4),
                version = version + 1 WHERE id = ?1
            """,
            [.integer(episode), .text(next.rawValue), .text(by), .integer(now.microseconds), .flag(next.isDone)])
    }

    // MARK: - Decisions on their way

    /// Numbers a decision and keeps it until the gateway fetches it; part of the open transaction.
    private func offer(_ decision: OfferedDecision, gateway: String, now: Timestamp) throws(DatabaseError) -> DecisionRow {
        // The id is derived from the number, and the document holds both: first the number, then the rest.
        let row = try database.row(
            "INSERT INTO decisions (id, gateway, document, made) VALUES (?1, ?2, '', ?3) RETURNING sequence",
            [.text("pending"), .text(gateway), .integer(now.microseconds)])
        let sequence = row?.integer("sequence") ?? 0
        let id = "\(desk)-\(Alert.padded(Sequence64(max(0, sequence))))"
        let document = decision.document(id: id, sequence: sequence, gateway: gateway, made: now)
        _ = try database.run(
            "UPDATE decisions SET id = ?2, document = ?3 WHERE sequence = ?1", [.integer(sequence), .text(id), .text(document)])
        guard let offered = try database.row("SELECT * FROM decisions WHERE sequence = ?1", [.integer(sequence)]) else {
            throw .failed("a decision that was just written is not there")
        }
        return DecisionRow(offered)
    }

    /// The decisions of a gateway after a number, in their order.
    package func decisions(of gateway: String, after sequence: Int64, limit: Int64 = 100) throws(DatabaseError) -> [DecisionRow] {
        try database.run(
            "SELECT * FROM decisions WHERE gateway = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3",
            [.text(gateway), .integer(sequence), .integer(limit)]
        ).map(DecisionRow.init)
    }

    /// Those that no broker has taken yet, in their order.
    package func unpublishedDecisions(limit: Int64 = 100) throws(DatabaseError) -> [DecisionRow] {
        try database.run("SELECT * FROM decisions WHERE published_at IS NULL ORDER BY sequence LIMIT ?1", [.integer(limit)]).map(DecisionRow.init)
    }

    /// A broker has taken it.
    package func published(_ sequence: Int64, now: Timestamp) throws(DatabaseError) {
        _ = try database.run(
            "UPDATE decisions SET published_at = ?2 WHERE sequence = ?1 AND published_at IS NULL",
            [.integer(sequence), .integer(now.microseconds)])
    }

    /// Whether a poll says something that is not known: decisions that have arrived, or that the gateway is there after it said nothing for a minute.
    package func isFetchNews(by gateway: String, upTo sequence: Int64, now: Timestamp) throws(DatabaseError) -> Bool {
        guard let row = try database.row("SELECT taken, seen FROM gateways WHERE id = ?1", [.text(gateway)]) else { return false }
        if row.integer("taken") < sequence { return true }
        return row.optionalInteger("seen").map { now.microseconds - $0 > 60_000_000 } ?? true
    }

    /// A gateway asked for what comes after `sequence`: it has everything up to there.
    package func fetched(by gateway: String, upTo sequence: Int64, now: Timestamp) throws(DatabaseError) {
        try database.transaction { () throws(DatabaseError) in
            if sequence > 0 {
                _ = try database.run(
                    "UPDATE decisions SET state = 'fetched' WHERE gateway = ?1 AND sequence <= ?2 AND state = 'offered'",
                    [.text(gateway), .integer(sequence)])
                _ = try database.run(
                    "UPDATE gateways SET taken = ?2 WHERE id = ?1 AND taken < ?2", [.text(gateway), .integer(sequence)])
            }
            try heard(from: gateway, via: "https", now: now)
        }
    }

    /// A gateway's echo: what became of a decision. Returns the episode that the decision was about, if it is known here.
    ///
    /// Part of the open transaction. What was applied once is not refused any more: a second copy is refused because it is known.
    func answered(_ decision: String, gateway: String, isTaken: Bool, words: String, now: Timestamp) throws(DatabaseError) -> Int64? {
        _ = try database.run(
            "UPDATE decisions SET state = ?3, answer = ?4, answered_at = ?5 WHERE id = ?1 AND gateway = ?2 AND state <> 'applied'",
            [
                .text(decision), .text(gateway), .text(isTaken ? "applied" : "refused"), .text(Plain.text(words, limit: 300)),
                .integer(now.microseconds),
            ])
        let found = try database.row(
            "SELECT actions.episode AS episode FROM actions JOIN decisions ON decisions.id = actions.decision WHERE decisions.id = ?1 AND gateway = ?2",
            [.text(decision), .text(gateway)])
        guard let episode = found?.optionalInteger("episode") else { return nil }
        _ = try database.run("UPDATE episodes SET version = version + 1 WHERE id = ?1", [.integer(episode)])
        return episode
    }
}
