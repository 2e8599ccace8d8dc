import Lifeline

/// One episode as the list shows it: all alerts of one condition, and how far people are with it.
package struct EpisodeRow: Sendable, Equatable {
    package var id: Int64
    package var gateway: String
    package var episode: String
    package var asset: String
    package var assetClass: String
    package var assetName: String
    package var address: String
    package var rule: String
    package var sensor: String
    package var level: Level
    package var peak: Level
    /// The condition holds.
    package var isActive: Bool
    package var isLatched: Bool
    package var isLate: Bool
    package var onset: Timestamp
    package var updated: Timestamp
    package var cleared: Timestamp?
    package var received: Timestamp
    package var alerts: Int64
    package var headline: BilingualText
    package var handling: Handling
    package var handledBy: String
    package var handledAt: Timestamp?
    /// Goes up with every change.
    package var version: Int64
    /// The alerts of this asset and rule are put aside until then.
    package var shelvedUntil: Timestamp?

    init(_ row: SQLRow) {
        id = row.integer("id")
        gateway = row.text("gateway")
        episode = row.text("episode")
        asset = row.text("asset")
        assetClass = row.text("asset_class")
        assetName = row.text("asset_name")
        address = row.text("address")
        rule = row.text("rule")
        sensor = row.text("sensor")
        level = Level(rawValue: UInt8(clamping: row.integer("level"))) ?? .blue
        peak = Level(rawValue: UInt8(clamping: row.integer("peak"))) ?? .blue
        isActive = row.flag("is_active")
        isLatched = row.flag("latched")
        isLate = row.flag("late")
        onset = Timestamp(microseconds: row.integer("onset"))
        updated = Timestamp(microseconds: row.integer("updated"))
        cleared = row.optionalInteger("cleared").map { Timestamp(microseconds: $0) }
        received = Timestamp(microseconds: row.integer("received"))
        alerts = row.integer("alerts")
        headline = BilingualText(chinese: row.text("headline_zh"), english: row.text("headline_en"))
        handling = Handling(rawValue: row.text("handling")) ?? .published
        handledBy = row.text("handled_by")
        handledAt = row.optionalInteger("handled_at").map { Timestamp(microseconds: $0) }
        version = row.integer("version")
        shelvedUntil = row.optionalInteger("shelved_until").map { Timestamp(microseconds: $0) }
    }
}

/// One alert document of an episode.
package struct EventRow: Sendable {
    package var sequence: Int64
    package var id: String
    package var kind: AlertKind
    package var level: Level
    package var occurred: Timestamp
    package var received: Timestamp
    /// As the gateway sent it.
    package var document: String

    init(_ row: SQLRow) {
        sequence = row.integer("seq")
        id = row.text("id")
        kind = AlertKind(rawValue: row.text("kind")) ?? .raised
        level = Level(rawValue: UInt8(clamping: row.integer("level"))) ?? .blue
        occurred = Timestamp(microseconds: row.integer("occurred"))
        received = Timestamp(microseconds: row.integer("received"))
        document = row.text("document")
    }
}

/// One thing that a person did with an episode.
package struct ActionRow: Sendable, Equatable {
    package var act: HandlingAct
    package var by: String
    package var reason: String
    package var at: Timestamp
    package var until: Timestamp?
    /// The decision that was offered to the gateway for it, and what became of it; empty where nothing was.
    package var decision: String
    package var decisionState: String
    /// The gateway's words, where it refused.
    package var answer: String

    init(_ row: SQLRow) {
        act = HandlingAct(rawValue: row.text("act")) ?? .acknowledge
        by = row.text("by_name")
        reason = row.text("reason")
        at = Timestamp(microseconds: row.integer("at"))
        until = row.optionalInteger("until").map { Timestamp(microseconds: $0) }
        decision = row.text("decision")
        decisionState = row.text("decision_state")
        answer = row.text("answer")
    }
}

/// A decision on its way to a gateway.
package struct DecisionRow: Sendable, Equatable {
    /// Goes up: what `after` of the long poll counts in.
    package var sequence: Int64
    package var id: String
    package var gateway: String
    /// The JSON that gateways read.
    package var document: String

    init(_ row: SQLRow) {
        sequence = row.integer("sequence")
        id = row.text("id")
        gateway = row.text("gateway")
        document = row.text("document")
    }
}
