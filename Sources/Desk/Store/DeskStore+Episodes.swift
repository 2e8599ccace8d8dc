import Lifeline

/// Which episodes a list shows, and in which order.
package struct EpisodeFilter: Sendable, Equatable {
    /// How far people are with them.
    package enum State: String, CaseIterable, Sendable {
        /// Somebody has something to do.
        case open
        /// Nobody has looked yet.
        case new
        /// Somebody works on it.
        case handling
        /// People are done.
        case done
        case all
    }

    package var state = State.open
    /// At least this level.
    package var level: Level?
    package var assetClass = ""
    package var gateway = ""
    package var asset = ""
    package var rule = ""
    /// Looked for in names, addresses, ids and headlines. *Range*: at most 100 characters count.
    package var search = ""
    /// Received from here on; nil: whenever.
    package var since: Timestamp?
    package var until: Timestamp?
    package var offset: Int64 = 0
    package var limit: Int64 = 50

    package init() {}
    /// Rows of one answer.
    package static let limit: Int64 = 500
}

extension DeskStore {
    /// Columns of a row, with the shelf that covers it now (`?1`: now).
    static let episodeColumns = """
        SELECT episodes.*, (SELECT max(until) FROM shelves WHERE shelves.gateway = episodes.gateway AND shelves.ended IS NULL AND shelves.until > ?1
            AND shelves.asset = episodes.asset AND (shelves.rule = '' OR shelves.rule = episodes.rule)) AS shelved_until FROM episodes
        """

    /// The episodes of a list: the worst first, then the newest; done ones by time alone. And how many there are in all.
    package func episodes(_ filter: EpisodeFilter, now: Timestamp) throws(DatabaseError) -> (rows: [EpisodeRow], total: Int64) {
        var values: [SQLValue] = [.integer(now.microseconds)]
        let condition = DeskStore.condition(filter, &values)
        // `?1` must stand in every statement that is given a value for it.
        let total = try database.row("SELECT count(*) AS total FROM episodes WHERE ?1 = ?1 AND \(condition)", values)?.integer("total") ?? 0
        values.append(.integer(min(max(filter.limit, 1), EpisodeFilter.limit)))
        values.append(.integer(max(filter.offset, 0)))
        let order = filter.state == .done || filter.state == .all ? "updated DESC, id DESC" : "is_active DESC, level DESC, updated DESC, id DESC"
        let rows = try database.run(
            "\(DeskStore.episodeColumns) WHERE \(condition) ORDER BY \(order) LIMIT ?\(values.count - 1) OFFSET ?\(values.count)", values)
        return (rows.map(EpisodeRow.init), total)
    }

    private static func condition(_ filter: EpisodeFilter, _ values: inout [SQLValue]) -> String {
        var parts: [String] = ["1 = 1"]
        func add(_ part: String, _ value: SQLValue) {
            values.append(value)
            parts.append(part.replacing("?", with: "?\(values.count)"))
        }
        switch filter.state {
        case .open: parts.append("is_done = 0")
        case .new: add("handling = ?", .text(Handling.published.rawValue))
        case .handling: parts.append("is_done = 0 AND handling <> 'published'")
        case .done: parts.append("is_done = 1")
        case .all: break
        }
        if let level = filter.level { add("level >= ?", .integer(Int64(level.rawValue))) }
        if !filter.assetClass.isEmpty { add("asset_class = ?", .text(filter.assetClass)) }
        if !filter.gateway.isEmpty { add("gateway = ?", .text(filter.gateway)) }
        if !filter.asset.isEmpty { add("asset = ?", .text(filter.asset)) }
        if !filter.rule.isEmpty { add("rule = ?", .text(filter.rule)) }
        if let since = filter.since { add("received >= ?", .integer(since.microseconds)) }
        if let until = filter.until { add("received < ?", .integer(until.microseconds)) }
        let words = String(filter.search.prefix(100)).split(separator: " ").prefix(8)
        for word in words {
            // Its wildcards are letters like any other; `!` escapes in both databases.
            let pattern = word.lowercased().replacing("!", with: "!!").replacing("%", with: "!%").replacing("_", with: "!_")
            add(
                """
                lower(asset || ' ' || asset_name || ' ' || address || ' ' || rule || ' ' || gateway || ' ' || headline_zh || ' ' || headline_en)
                LIKE ? ESCAPE '!'
                """, .text("%\(pattern)%"))
        }
        return parts.joined(separator: " AND ")
    }

    /// How many open episodes there are, by level: for the head of the page.
    package func openByLevel() throws(DatabaseError) -> [Level: Int64] {
        let rows = try database.run("SELECT level, count(*) AS number FROM episodes WHERE is_done = 0 GROUP BY level", [])
        var counts: [Level: Int64] = [:]
        for row in rows { if let level = Level(rawValue: UInt8(clamping: row.integer("level"))) { counts[level] = row.integer("number") } }
        return counts
    }

    /// One episode; nil where there is none.
    package func episode(_ id: Int64, now: Timestamp) throws(DatabaseError) -> EpisodeRow? {
        try database.row("\(DeskStore.episodeColumns) WHERE id = ?2", [.integer(now.microseconds), .integer(id)]).map(EpisodeRow.init)
    }

    /// The alerts of an episode, the newest first; at most 200.
    package func events(of episode: Int64) throws(DatabaseError) -> [EventRow] {
        try database.run("SELECT * FROM events WHERE episode = ?1 ORDER BY recorded DESC, seq DESC LIMIT 200", [.integer(episode)]).map(EventRow.init)
    }

    /// What people did with an episode, the oldest first; at most 500.
    package func actions(of episode: Int64) throws(DatabaseError) -> [ActionRow] {
        try database.run(
            """
            SELECT actions.*, coalesce(decisions.state, '') AS decision_state,
                coalesce(decisions.answer, '') AS answer FROM actions
            LEFT JOIN decisions ON decisions.id = actions.decision WHERE actions.episode = ?1 ORDER BY actions.seq LIMIT 500
            """, [.integer(episode)]
        ).map(ActionRow.init)
    }

    /// Other episodes of the same asset, the newest first.
    package func neighbours(of row: EpisodeRow, limit: Int64 = 12, now: Timestamp) throws(DatabaseError) -> [EpisodeRow] {
        try database.run(
            "\(DeskStore.episodeColumns) WHERE gateway = ?2 AND asset = ?3 AND id <> ?4 ORDER BY onset DESC LIMIT ?5",
            [.integer(now.microseconds), .text(row.gateway), .text(row.asset), .integer(row.id), .integer(limit)]
        ).map(EpisodeRow.init)
    }
}

extension DeskStore {
    /// Where the assets of a gateway are, as far as alerts told it; at most 500.
    func places(of gateway: String) throws(DatabaseError) -> [SketchMap.Place] {
        let rows = try database.run(
            "SELECT asset, latitude, longitude, system FROM assets WHERE gateway = ?1 AND latitude IS NOT NULL ORDER BY asset LIMIT 500",
            [.text(gateway)])
        var places: [SketchMap.Place] = []
        for row in rows {
            guard let latitude = row.real("latitude"), let longitude = row.real("longitude"),
                let system = Location.System(rawValue: row.text("system"))
            else { continue }
            places.append(SketchMap.Place(asset: row.text("asset"), location: Location(latitude: latitude, longitude: longitude, system: system)))
        }
        return places
    }
}
