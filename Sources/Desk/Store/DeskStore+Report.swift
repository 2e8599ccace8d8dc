import Lifeline

/// One asset in the ranking.
package struct AssetRow: Sendable, Equatable {
    package var gateway: String
    package var asset: String
    package var assetClass: String
    package var name: String
    package var address: String
    /// The sick-running index; nil where the class has none.
    package var value: Int64?
    package var highest: Int64?
    package var verdict: BilingualText
    package var coverage: Double?
    package var at: Timestamp
    /// Episodes in the window that was asked for, and of those the open ones.
    package var episodes: Int64
    package var open: Int64
}

/// What a stretch of time was like.
package struct PeriodReport: Sendable, Equatable {
    package var episodes: Int64 = 0
    package var byLevel: [Level: Int64] = [:]
    package var byClass: [(name: String, episodes: Int64)] = []
    package var falseAlarms: Int64 = 0
    package var done: Int64 = 0
    /// *Units*: seconds from the desk's receipt to the first act of a person, half of the episodes were quicker; nil: nobody acted.
    package var medianSeconds: Int64?
    package var worstPoints: [Point] = []
    package var gateways: [(id: String, episodes: Int64)] = []

    /// An asset and a rule, with what they stirred up.
    package struct Point: Sendable, Equatable {
        package var asset: String
        package var name: String
        package var rule: String
        package var episodes: Int64
        package var falseAlarms: Int64
    }

    package static func == (left: PeriodReport, right: PeriodReport) -> Bool {
        left.episodes == right.episodes && left.byLevel == right.byLevel && left.falseAlarms == right.falseAlarms && left.done == right.done
            && left.medianSeconds == right.medianSeconds
    }
}

extension DeskStore {
    /// Assets by how sick they are, the worst first; those without an index by their episodes. At most 2000.
    package func assets(since: Timestamp, gateway: String = "") throws(DatabaseError) -> [AssetRow] {
        try database.run(
            """
            SELECT assets.*, (SELECT count(*) FROM episodes WHERE episodes.gateway = assets.gateway AND episodes.asset = assets.asset
                AND episodes.received >= ?1) AS episodes, (SELECT count(*) FROM episodes WHERE episodes.gateway = assets.gateway
                AND episodes.asset = assets.asset AND is_done = 0) AS open
            FROM assets WHERE ?2 = '' OR gateway = ?2 ORDER BY coalesce(value, -1) DESC, episodes DESC, assets.asset LIMIT 2000
            """, [.integer(since.microseconds), .text(gateway)]
        ).map {
            AssetRow(
                gateway: $0.text("gateway"), asset: $0.text("asset"), assetClass: $0.text("asset_class"), name: $0.text("name"),
                address: $0.text("address"), value: $0.optionalInteger("value"), highest: $0.optionalInteger("highest"),
                verdict: BilingualText(chinese: $0.text("verdict_zh"), english: $0.text("verdict_en")), coverage: $0.real("coverage"),
                at: Timestamp(microseconds: $0.integer("at")), episodes: $0.integer("episodes"), open: $0.integer("open"))
        }
    }

    /// What was received from `since` up to, and without, `until`.
    package func report(since: Timestamp, until: Timestamp) throws(DatabaseError) -> PeriodReport {
        let bounds: [SQLValue] = [.integer(since.microseconds), .integer(until.microseconds)]
        let within = "received >= ?1 AND received < ?2"
        var report = PeriodReport()
        let sums = try database.row(
            """
            SELECT count(*) AS episodes, coalesce(sum(CASE WHEN handling = 'false_alarm' THEN 1 ELSE 0 END), 0) AS false_alarms,
                coalesce(sum(is_done), 0) AS done, coalesce(sum(CASE WHEN first_action IS NULL THEN 0 ELSE 1 END), 0) AS acted
            FROM episodes WHERE \(within)
            """, bounds)
        report.episodes = sums?.integer("episodes") ?? 0
        report.falseAlarms = sums?.integer("false_alarms") ?? 0
        report.done = sums?.integer("done") ?? 0
        for row in try database.run("SELECT peak, count(*) AS number FROM episodes WHERE \(within) GROUP BY peak", bounds) {
            if let level = Level(rawValue: UInt8(clamping: row.integer("peak"))) { report.byLevel[level] = row.integer("number") }
        }
        report.byClass = try database.run(
            "SELECT asset_class, count(*) AS number FROM episodes WHERE \(within) GROUP BY asset_class ORDER BY number DESC, asset_class", bounds
        ).map { ($0.text("asset_class"), $0.integer("number")) }
        if let acted = sums?.integer("acted"), acted > 0 {
            let middle = try database.row(
                """
                SELECT first_action - received AS taken FROM episodes WHERE \(within) AND first_action IS NOT NULL ORDER BY taken
                LIMIT 1 OFFSET ?3
                """, bounds + [.integer((acted - 1) / 2)])
            report.medianSeconds = middle.map { max(0, $0.integer("taken")) / 1_000_000 }
        }
        report.worstPoints = try worstPoints(since: since, until: until)
        report.gateways = try database.run(
            "SELECT gateway, count(*) AS number FROM episodes WHERE \(within) GROUP BY gateway ORDER BY number DESC, gateway LIMIT 50", bounds
        ).map { ($0.text("gateway"), $0.integer("number")) }
        return report
    }

    /// Who stirred up the most, at most ten.
    package func worstPoints(since: Timestamp, until: Timestamp) throws(DatabaseError) -> [PeriodReport.Point] {
        try database.run(
            """
            SELECT asset, max(asset_name) AS name, rule, count(*) AS number, sum(CASE WHEN handling = 'false_alarm' THEN 1 ELSE 0 END) AS false_alarms
            FROM episodes WHERE received >= ?1 AND received < ?2 GROUP BY gateway, asset, rule ORDER BY number DESC, asset, rule LIMIT 10
            """, [.integer(since.microseconds), .integer(until.microseconds)]
        ).map {
            PeriodReport.Point(
                asset: $0.text("asset"), name: $0.text("name"), rule: $0.text("rule"), episodes: $0.integer("number"),
                falseAlarms: $0.integer("false_alarms"))
        }
    }

    /// Episodes of each gateway that were received since then.
    package func episodesByGateway(since: Timestamp) throws(DatabaseError) -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for row in try database.run(
            "SELECT gateway, count(*) AS number FROM episodes WHERE received >= ?1 GROUP BY gateway", [.integer(since.microseconds)])
        { counts[row.text("gateway")] = row.integer("number") }
        return counts
    }

    /// The newest alert documents of those that were received, for the feed.
    package func latestEvents(limit: Int64) throws(DatabaseError) -> [EventRow] {
        try database.run("SELECT * FROM events ORDER BY seq DESC LIMIT ?1", [.integer(limit)]).map(EventRow.init)
    }

    /// One alert document.
    package func event(_ sequence: Int64) throws(DatabaseError) -> EventRow? {
        try database.row("SELECT * FROM events WHERE seq = ?1", [.integer(sequence)]).map(EventRow.init)
    }
}
