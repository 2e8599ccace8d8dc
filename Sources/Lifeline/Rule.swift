/// What a rule looks at.
package enum RuleKind: String, CaseIterable, Sendable {
    /// The value is at or above a limit.
    case high
    /// The value is at or below a limit.
    case low
    /// Pulse says that the series no longer looks like its past; the limits are Pulse scores.
    case pulse
    /// Nothing was heard for longer than the limit, in seconds: a device fault.
    case silent
    /// Pulse or the physical range says that the *sensor* is at fault; the limits are Pulse scores (0 for the range).
    case fault
}

/// Which way a departure must go for a Pulse rule to care.
package enum RuleDirection: String, CaseIterable, Sendable {
    case any, up, down
}

/// From which limit on a rule speaks at which level.
package struct LevelLimit: Equatable, Sendable {
    package var level: Level
    package var limit: Double

    package init(level: Level, limit: Double) {
        self.level = level
        self.limit = limit
    }
}

/// A text in the two languages that utilities read.
package struct BilingualText: Equatable, Sendable {
    package var chinese: String
    package var english: String

    package init(chinese: String, english: String) {
        self.chinese = chinese
        self.english = english
    }
}

/// When a condition of an asset is worth an alert. Rules are data: a versioned profile, with a site's own rules over it.
package struct Rule: Equatable, Sendable {
    /// `cover.tilt`; unique within a profile; a site's rule with the same id takes its place.
    package var id: String
    /// `lifeline-cn@1`, or `site`: where the rule came from, said in every alert.
    package var origin: String
    package var kind: RuleKind
    /// Only for `pulse`: a burst lets pressure fall, a worn door takes longer.
    package var direction: RuleDirection
    /// The asset class it is for; nil: every class.
    package var assetClass: AssetClass?
    /// The quantity's name; nil: every quantity.
    package var quantity: String?
    /// One asset's id; nil: all of the class.
    package var asset: String?
    /// One sensor's id; nil: all of the quantity.
    package var sensor: String?
    /// Ordered from the mildest to the worst level. Never empty.
    package var levels: [LevelLimit]
    /// *Units*: those of the limits. How far back from a limit the value must go before the rule eases or clears.
    package var deadband: Double
    /// *Units*: seconds that a condition must hold before it is raised or escalated.
    package var onDelay: Double
    /// *Units*: seconds that the end of a condition must hold before it is eased or cleared.
    package var offDelay: Double
    /// Never cleared by readings: only a person ends it.
    package var latched: Bool
    /// Another rule's id whose active episode on the same asset makes this one *Likely*; alone it is only *Possible*.
    package var confirmedBy: String?
    /// CAP `category`: `Infra`, `Safety`, `Fire`, `CBRNE`.
    package var category: String
    /// What has happened, in a few words.
    package var event: BilingualText
    /// What to do.
    package var advice: BilingualText
    /// How much its episodes count for the sick-running index; nil: not at all.
    package var index: IndexWeight?

    package init(
        id: String, origin: String = "site", kind: RuleKind, direction: RuleDirection = .any, assetClass: AssetClass? = nil, quantity: String? = nil,
        asset: String? = nil, sensor: String? = nil, levels: [LevelLimit], deadband: Double = 0, onDelay: Double = 0, offDelay: Double = 0,
        latched: Bool = false,
        confirmedBy: String? = nil, category: String = "Infra", event: BilingualText, advice: BilingualText,
        index: IndexWeight? = nil
    ) {
        self.id = id
        self.origin = origin
        self.kind = kind
        self.direction = direction
        self.assetClass = assetClass
        self.quantity = quantity
        self.asset = asset
        self.sensor = sensor
        self.levels = levels
        self.deadband = deadband
        self.onDelay = onDelay
        self.offDelay = offDelay
        self.latched = latched
        self.confirmedBy = confirmedBy
        self.category = category
        self.event = event
        self.advice = advice
        self.index = index
    }

    /// Whether the rule speaks about this sensor of this asset. Of the gateway's own index only a rule speaks that names it.
    package func applies(to sensor: Sensor, of asset: Asset) -> Bool {
        if quantity == nil && sensor.quantity.name == IndexQuantity.name { return false }
        return (assetClass == nil || assetClass == asset.assetClass) && (quantity == nil || quantity == sensor.quantity.name)
            && (self.asset == nil || self.asset == asset.id) && (self.sensor == nil || self.sensor == sensor.id)
    }
}
