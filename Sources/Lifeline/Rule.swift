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
    /// The value is far from its own baseline, which is learned from the series' earlier values; what the limits count is `Baseline.measure`.
    case baseline
    /// The value is one of a set of codes; the limits are the codes.
    case code
}

/// Which way a departure must go for a Pulse rule to care.
package enum RuleDirection: String, CaseIterable, Sendable {
    case any, up, down
}

/// What a rule of kind `baseline` compares with, and how. For series of one value a day or so: nights, weeks, trips.
package struct Baseline: Equatable, Sendable {
    /// Which values make the baseline.
    package enum Reference: String, CaseIterable, Sendable {
        /// The newest that were not themselves far away: what is usual lately.
        case rolling
        /// The first after commissioning, for ever: what it was like when new. Sees what creeps.
        case first
    }

    /// What a limit counts.
    package enum Measure: String, CaseIterable, Sendable {
        /// Median absolute deviations from the median.
        case deviations
        /// Multiples of the median.
        case ratio
        /// The quantity's own unit from the median.
        case difference
    }

    package var reference: Reference
    package var measure: Measure
    /// How many values make it. *Range*: 5…64.
    package var samples: Int
    /// *Units*: the quantity's. A deviation is never taken for smaller, so that a series that hardly moves is not called sick for a trifle; for `ratio`, the
    /// least median.
    package var floor: Double
    /// The same as a share of the median, for series of all sizes. Only for `deviations`.
    package var floorShare: Double

    /// *Range* of `samples`.
    package static let sampleRange = 5...64
    /// So many values beyond the limit in a row are a new custom, not a departure: the baseline begins anew and the rule is quiet. For `rolling` only.
    package static let adoptAfter = 90

    package init(reference: Reference, measure: Measure, samples: Int, floor: Double, floorShare: Double = 0) {
        self.reference = reference
        self.measure = measure
        self.samples = samples
        self.floor = floor
        self.floorShare = floorShare
    }
}

/// A state of the same asset without which a rule has nothing to say: a pump that should run dry must run.
package struct RuleGuard: Equatable, Sendable {
    /// Another quantity of the asset; its newest value counts.
    package var quantity: String
    /// *Units*: the quantity's canonical one. The value must be within.
    package var range: ClosedRange<Double>
    /// *Units*: seconds. A value older than this, against the reading that is judged, is no knowledge, and the rule is quiet; nil: states last until they
    /// change.
    package var age: Double?
    /// Any asset's sensors of the quantity are looked at, and all that are known must be within: weather is everybody's. Where none is known, the guard holds.
    package var isAnywhere: Bool

    package init(quantity: String, range: ClosedRange<Double>, age: Double?, isAnywhere: Bool = false) {
        self.quantity = quantity
        self.range = range
        self.age = age
        self.isAnywhere = isAnywhere
    }
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
    /// Only for `pulse`, `fault` and `baseline`: a burst lets pressure fall, a worn door takes longer.
    package var direction: RuleDirection
    /// The asset class it is for; nil: every class.
    package var assetClass: AssetClass?
    /// The quantity's name; nil: every quantity.
    package var quantity: String?
    /// One asset's id; nil: all of the class.
    package var asset: String?
    /// One sensor's id; nil: all of the quantity.
    package var sensor: String?
    /// Ordered from the mildest to the worst level. Never empty. For `code`: one entry a code.
    package var levels: [LevelLimit]
    /// Only for `pulse` and `fault`: the keys of the Pulse features that the rule listens to; empty: all of them.
    package var features: [String] = []
    /// Only for `pulse`: how far outside its band a value must be before the rule raises. *Units*: the quantity's canonical one.
    package var margin = 0.0
    /// Only for `baseline`.
    package var baseline: Baseline?
    /// All of them must hold. At most `Rule.guardLimit`.
    package var guards: [RuleGuard] = []
    /// How many readings in a row must agree before the rule raises or escalates. *Range*: from 1.
    package var confirmReadings = 1
    /// The device is at fault and not the asset: it says nothing about how sick the asset is.
    package var isAboutDevice = false
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
    /// How much its episodes count for the sick-running index; nil: not at all.
    package var index: IndexWeight?

    package init(
        id: String, origin: String = "site", kind: RuleKind, direction: RuleDirection = .any, assetClass: AssetClass? = nil, quantity: String? = nil,
        asset: String? = nil, sensor: String? = nil, levels: [LevelLimit], deadband: Double = 0, onDelay: Double = 0, offDelay: Double = 0,
        latched: Bool = false,
        confirmedBy: String? = nil, suppressedBy: [String] = [], shelvable: Bool = true, repeatEvery: Double = 0, category: String = "Infra",
        event: BilingualText, advice: BilingualText, index: IndexWeight? = nil
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
        self.index = index
    }

    /// The most guards that a rule may have.
    package static let guardLimit = 4

    /// Whether the rule speaks about this sensor of this asset. Of the gateway's own index only a rule speaks that names it.
    package func applies(to sensor: Sensor, of asset: Asset) -> Bool {
        if quantity == nil && sensor.quantity.name == IndexQuantity.name { return false }
        return (assetClass == nil || assetClass == asset.assetClass) && (quantity == nil || quantity == sensor.quantity.name)
            && (self.asset == nil || self.asset == asset.id) && (self.sensor == nil || self.sensor == sensor.id)
    }
}
