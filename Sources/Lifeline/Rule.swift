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

    /// This text and another sentence after it.
    package func followed(by other: BilingualText?) -> BilingualText {
        guard let other else { return self }
        func gap(_ text: String) -> String { text.isEmpty || text.hasSuffix(" ") ? "" : " " }
        return BilingualText(chinese: chinese + other.chinese, english: english + gap(english) + other.english)
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
    /// Rules whose active episode on the same asset, a parent or the device's broker explains this one: it is then withheld.
    package var suppressedBy: [String]
    /// Whether a person may put its red alerts aside. False: neither a shelf nor a flood withholds them.
    package var shelvable: Bool
    /// *Units*: seconds after which a latched episode that nobody has acknowledged is said again; 0: never.
    package var repeatEvery: Double
    /// CAP `category`: `Infra`, `Safety`, `Fire`, `CBRNE`.
    package var category: String
    /// What has happened, in a few words.
    package var event: BilingualText
    /// What to do.
    package var advice: BilingualText

    package init(
        id: String, origin: String = "site", kind: RuleKind, direction: RuleDirection = .any, assetClass: AssetClass? = nil, quantity: String? = nil,
        asset: String? = nil, sensor: String? = nil, levels: [LevelLimit], deadband: Double = 0, onDelay: Double = 0, offDelay: Double = 0,
        latched: Bool = false,
        confirmedBy: String? = nil, suppressedBy: [String] = [], shelvable: Bool = true, repeatEvery: Double = 0, category: String = "Infra",
        event: BilingualText, advice: BilingualText
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
        self.suppressedBy = suppressedBy
        self.shelvable = shelvable
        self.repeatEvery = repeatEvery
        self.category = category
        self.event = event
        self.advice = advice
    }

    /// Whether the rule speaks about this sensor of this asset.
    package func applies(to sensor: Sensor, of asset: Asset) -> Bool {
        (assetClass == nil || assetClass == asset.assetClass) && (quantity == nil || quantity == sensor.quantity.name)
            && (self.asset == nil || self.asset == asset.id) && (self.sensor == nil || self.sensor == sensor.id)
    }
}
