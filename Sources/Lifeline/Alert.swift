/// What an alert says about its episode.
package enum AlertKind: String, Sendable {
    case raised, escalated, eased, cleared
    /// Nothing has changed, and nobody has acknowledged it; or a flood that lasts, with new figures.
    case repeated
}

/// How sure the gateway is. *Source*: CAP 1.2, `certainty`.
package enum Certainty: String, Sendable {
    case observed = "Observed"
    case likely = "Likely"
    case possible = "Possible"
}

/// An earlier message of the same episode. *Source*: CAP 1.2, `references`.
package struct AlertReference: Equatable, Sendable {
    package var id: String
    /// When it was sent: the receipt of the reading that caused it.
    package var recorded: Timestamp

    package init(id: String, recorded: Timestamp) {
        self.id = id
        self.recorded = recorded
    }
}

/// One message about one episode. A pure function of the journal: replaying the same readings makes the same alerts with the same ids.
package struct Alert: Equatable, Sendable {
    /// Derived from gateway, asset, rule, onset and the reading that caused this message; never random.
    package var id: String
    package var kind: AlertKind
    /// The episode that all its alerts share.
    package var episode: String
    package var gateway: String
    package var asset: Asset
    /// The sensor that spoke.
    package var sensor: String
    package var quantity: Quantity
    package var rule: Rule
    /// The level after this message; for `cleared`, the last level that was active.
    package var level: Level
    package var certainty: Certainty
    /// When the condition began (the device's time).
    package var onset: Timestamp
    /// When what this message says happened (the device's time).
    package var occurred: Timestamp
    /// When the reading that caused it reached the gateway: the time that the message is *sent*, so that a replay says the same.
    package var recorded: Timestamp
    /// The journal sequence of the reading that caused it.
    package var sequence: Sequence64
    /// Raised by a backfilled reading.
    package var isLate: Bool
    package var evidence: Evidence
    /// What and where, in a few words.
    package var headline: BilingualText
    /// One sentence: what, where, since when, expected against seen, how sure, what to do.
    package var sentence: BilingualText
    /// The messages of the episode that this one takes the place of: its first and the one before this. Empty for the first.
    package var references: [AlertReference]
    /// The asset's sick-running index when the alert was made; nil for devices and for classes without one.
    package var index: IndexSummary?
    /// It comes and goes more often than people can follow: it now stays raised until it has been quiet for a while.
    package var isChattering: Bool

    package init(
        id: String, kind: AlertKind, episode: String, gateway: String, asset: Asset, sensor: String, quantity: Quantity, rule: Rule, level: Level,
        certainty: Certainty, onset: Timestamp, occurred: Timestamp, recorded: Timestamp, sequence: Sequence64, isLate: Bool, evidence: Evidence,
        sentence: BilingualText, headline: BilingualText? = nil, references: [AlertReference] = [], index: IndexSummary? = nil,
        isChattering: Bool = false
    ) {
        self.id = id
        self.kind = kind
        self.episode = episode
        self.gateway = gateway
        self.asset = asset
        self.sensor = sensor
        self.quantity = quantity
        self.rule = rule
        self.level = level
        self.certainty = certainty
        self.onset = onset
        self.occurred = occurred
        self.recorded = recorded
        self.sequence = sequence
        self.isLate = isLate
        self.evidence = evidence
        self.headline = headline ?? rule.event
        self.sentence = sentence
        self.references = references
        self.index = index
        self.isChattering = isChattering
    }
}
