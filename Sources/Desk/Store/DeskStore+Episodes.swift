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
    /// For a page: nobody turns ten thousand of them over, and a search looks at so many and no more. A program that fetches everything wants true figures.
    package var isBounded = false
    /// Where a bounded search stops looking: the first of the list are looked at, which are the worst and newest.
    package var searchLimit: Int64 = 30_000

    package init() {}
    /// Rows of one answer.
    package static let limit: Int64 = 500
    /// Where a bounded list stops counting.
    package static let countLimit: Int64 = 10_000
}

/// Episodes of a list.
package struct EpisodeList: Sendable, Equatable {
    package var rows: [EpisodeRow]
    /// How many there are in all; where `isMore`, at least so many.
    package var total: Int64
    package var isMore = false
    /// A search has looked at the first `EpisodeFilter.searchLimit` only, and there are others.
    package var isPartial = false
}

extension DeskStore {
    /// Columns of a row, with the shelf that covers it now (`?1`: now).
    static let episodeColumns = """
        SELECT episodes.*, (SELECT max(until) FROM shelves WHERE shelves.gateway = episodes.gateway AND shelves.ended IS NULL AND shelves.until > ?1
            AND shelves.asset = episodes.asset AND (shelves.rule = '' OR shelves.rule = episodes.rule)) AS shelved_until FROM episodes
        """

    /// The episodes of a list: the worst first, then the newest; done ones by time alone. And how many there are in all.
    package func episodes(_ filter: EpisodeFilter, now: Timestamp) throws(DatabaseError) -> EpisodeList {
        var filter = filter
        (filter.limit, filter.offset) = (min(max(filter.limit, 1), EpisodeFilter.limit), max(filter.offset, 0))
        var values: [SQLValue] = [.integer(now.microseconds)]
        let plain = DeskStore.condition(filter, &values)
        let ofPlain = values
        let words = DeskStore.search(filter, &values)
        let order = filter.state == .done || filter.state == .all ? "updated DESC, id DESC" : "is_active DESC, level DESC, updated DESC, id DESC"
        if filter.isBounded && !words.isEmpty {
            var list = try found(filter, plain, words, order, values, now: now)
            list.isPartial = try count(plain, ofPlain, atMost: filter.searchLimit + 1) > filter.searchLimit
            return list
        }
        let condition = words.isEmpty ? plain : "\(plain) AND \(words)"
        let total = try count(condition, values, atMost: filter.isBounded ? EpisodeFilter.countLimit + 1 : nil)
        values += [.integer(filter.limit), .integer(filter.offset)]
        let rows = try database.run(
            "\(DeskStore.episodeColumns) WHERE \(condition) ORDER BY \(order) LIMIT ?\(values.count - 1) OFFSET ?\(values.count)", values)
        return DeskStore.list(rows.map(EpisodeRow.init), total, filter)
    }

    /// How many episodes there are, counted no further than `limit`.
    private func count(_ condition: String, _ values: [SQLValue], atMost limit: Int64?) throws(DatabaseError) -> Int64 {
        // `?1` must stand in every statement that is given a value for it.
        let ids = "SELECT id FROM episodes WHERE ?1 = ?1 AND \(condition)" + (limit.map { " LIMIT \($0)" } ?? "")
        return try database.row("SELECT count(*) AS total FROM (\(ids)) AS found", values)?.integer("total") ?? 0
    }

    private static func list(_ rows: [EpisodeRow], _ total: Int64, _ filter: EpisodeFilter) -> EpisodeList {
        guard filter.isBounded, total > EpisodeFilter.countLimit else { return EpisodeList(rows: rows, total: total) }
        return EpisodeList(rows: rows, total: EpisodeFilter.countLimit, isMore: true)
    }

    /// A bounded search looks once, at the first of the list: what it finds is counted and shown from there.
    private func found(
        _ filter: EpisodeFilter, _ plain: String, _ words: String, _ order: String, _ values: [SQLValue], now: Timestamp
    ) throws(DatabaseError) -> EpisodeList {
        let ids = try database.run(
            """
            SELECT id FROM (SELECT * FROM episodes WHERE ?1 = ?1 AND \(plain) ORDER BY \(order) LIMIT \(filter.searchLimit)) AS found WHERE \(words)
            ORDER BY \(order) LIMIT \(EpisodeFilter.countLimit + 1)
            """, values
        ).map { $0.integer("id") }
        var rows: [EpisodeRow] = []
        for id in ids.dropFirst(Int(clamping: filter.offset)).prefix(Int(filter.limit)) {
            if let row = try episode(id, now: now) { rows.append(row) }
        }
        return DeskStore.list(rows, Int64(ids.count), filter)
    }

    /// Adds a part of a condition with its value.
    private static func part(_ text: String, _ value: SQLValue, _ values: inout [SQLValue]) -> String {
        values.append(value)
        return text.replacing("?", with: "?\(values.count)")
    }

    private static func condition(_ filter: EpisodeFilter, _ values: inout [SQLValue]) -> String {
        var parts: [String] = ["1 = 1"]
        func add(_ text: String, _ value: SQLValue) { parts.append(part(text, value, &values)) }
        switch filter.state {
        case .open: parts.append("is_done = 0")
        case .new: add("is_done = 0 AND handling = ?", .text(Handling.published.rawValue))
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
        return parts.joined(separator: " AND ")
    }

    /// Every word of a search stands somewhere; empty where nothing is searched for.
    private static func search(_ filter: EpisodeFilter, _ values: inout [SQLValue]) -> String {
        var parts: [String] = []
        for word in String(filter.search.prefix(100)).split(separator: " ").prefix(8) {
            // Its wildcards are letters like any other; `!` escapes in both databases.
            let pattern = word.lowercased().replacing("!", with: "!!").replacing("%", with: "!%").replacing("_", with: "!_")
            parts.append(
                part(
                    """
                    lower(asset || ' ' || asset_name || ' ' || address || ' ' || rule || ' ' || gateway || ' ' || headline_zh || ' ' || headline_en)
                    LIKE ? ESCAPE '!'
                    """, .text("%\(pattern)%"), &values))
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
