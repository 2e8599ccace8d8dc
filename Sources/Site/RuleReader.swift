import Lifeline

/// A rule as a file declares it.
struct RuleEntry {
    var id: Located<String>
    /// nil: the rule is broken, its id is known all the same.
    var rule: Rule?
    var confirmedBy: Located<String>?
    var suppressedBy: [Located<String>] = []
    var spot: Spot
}

/// Reads `[[rule]]` tables.
struct RuleReader {
    let quantities: QuantityBook
    /// `lifeline-cn@1` or `site`.
    let origin: String
    /// The site's own assets and sensors; nil in a profile, whose rules name neither.
    let targets: (assets: IDRegister, sensors: IDRegister)?
    let log: FindingLog

    /// CAP 1.2 has more; these are what a gateway can tell of. *Source*: CAP 1.2 section 3.2.2, `category`.
    static let categories = ["Infra", "Safety", "Fire", "CBRNE", "Env", "Health", "Met", "Security", "Transport", "Other"]

    /// Every rule with a readable id, in the order of the file.
    func rules(_ readers: [TableReader]) -> [RuleEntry] {
        var register = IDRegister("rule")
        return readers.compactMap { reader in
            let entry = rule(reader)
            guard let entry, register.declare(entry.id, log: log).isNew else { return nil }
            return entry
        }
    }

    private func rule(_ reader: TableReader) -> RuleEntry? {
        _ = reader.identifier("id")
        let id = reader.declaredID("id")
        let kind: Located<RuleKind>? = reader.choice("kind", "rule kind")
        let direction: Located<RuleDirection>? = reader.choice("direction", "direction")
        let assetClass: Located<AssetClass>? = reader.choice("class", "asset class")
        let named = reader.text("quantity")
        let quantity = named.flatMap { quantities.resolve($0, log: log) }
        let confirmedBy = reader.text("confirmed_by")
        let suppressedBy = reader.texts("suppressed_by", limit: Limits.suppressors)
        let shelvable = reader.boolean("shelvable")?.value ?? true
        let latched = reader.boolean("latched")?.value ?? false
        let repeatEvery = reader.duration("repeat", in: .seconds(60) ... .seconds(86_400))
        if let repeatEvery, !latched { log.error("repeat has a meaning for latched rules only", at: repeatEvery.spot) }
        let dayAtMost: ClosedRange<Duration> = .seconds(0) ... .seconds(86_400)
        let onDelay = reader.duration("on_delay", in: dayAtMost)?.value.inSeconds ?? 0
        let offDelay = reader.duration("off_delay", in: dayAtMost)?.value.inSeconds ?? 0
        let category = category(reader)
        let event = bilingual(reader, "event", limit: 60)
        let advice = bilingual(reader, "advice", limit: 400)
        var asset: Located<String>?
        var sensor: Located<String>?
        if let targets {
            asset = reader.text("asset")
            sensor = reader.text("sensor")
            if let asset { _ = targets.assets.resolve(asset, log: log) }
            if let sensor { _ = targets.sensors.resolve(sensor, log: log) }
        }
        var limits: (levels: [LevelLimit], deadband: Double)?
        if let kind, named == nil || quantity != nil {
            if let direction, kind.value != .pulse, kind.value != .fault, kind.value != .baseline {
                log.error("direction has a meaning for rules of kind \"pulse\", \"fault\" and \"baseline\" only", at: direction.spot)
            }
            limits = RuleLimits(reader: reader, kind: kind.value, quantity: quantity, log: log).read()
        }
        let extras = RuleExtras(reader: reader, kind: kind?.value, quantities: quantities, log: log).read()
        let index = index(reader, kind?.value)
        guard let id else { return nil }
        var entry = RuleEntry(id: id, rule: nil, confirmedBy: confirmedBy, suppressedBy: suppressedBy, spot: reader.here)
        if confirmedBy?.value == id.value, let confirmedBy { log.error("a rule cannot confirm itself", at: confirmedBy.spot) }
        for other in suppressedBy where other.value == id.value { log.error("a rule cannot suppress itself", at: other.spot) }
        guard let kind, let limits, let extras, let event, let advice else { return entry }
        var rule = Rule(
            id: id.value, origin: origin, kind: kind.value, direction: direction?.value ?? .any, assetClass: assetClass?.value,
            quantity: quantity?.name, asset: asset?.value, sensor: sensor?.value, levels: limits.levels, deadband: limits.deadband,
            onDelay: onDelay, offDelay: offDelay, latched: latched, confirmedBy: confirmedBy?.value,
            suppressedBy: suppressedBy.map(\.value), shelvable: shelvable, repeatEvery: repeatEvery?.value.inSeconds ?? 0, category: category,
            event: event, advice: advice, index: index)
        extras.apply(to: &rule)
        entry.rule = rule
        return entry
    }

    /// How much the rule counts for the sick-running index.
    private func index(_ reader: TableReader, _ kind: RuleKind?) -> IndexWeight? {
        guard let table = reader.table("index", Schema.ruleIndex) else { return nil }
        if kind == .silent || kind == .fault {
            log.error(
                "a rule about a device is no evidence against its asset: index is for rules of kind \"high\", \"low\" and \"pulse\"", at: table.here)
        }
        // One detector alone never fills the whole term: what others see must still count.
        let weight = table.number("weight", in: 0...0.99)
        let halfLife = table.duration("half_life", in: .seconds(3600) ... .seconds(3660 * 86_400))
        let readings = table.whole("readings", in: 1...1000)
        let group = table.identifier("group")
        if let weight, weight.value > 0, !table.has("half_life") {
            log.error("missing key \"half_life\" in index; write for example: half_life = \"30 d\"", at: table.here)
        }
        guard let weight else { return nil }
        return IndexWeight(
            weight: weight.value, halfLife: halfLife?.value.inSeconds ?? 86_400, readings: readings?.value ?? 1,
            group: group?.value)
    }

    private func category(_ reader: TableReader) -> String {
        guard let category = reader.text("category") else { return "Infra" }
        if !RuleReader.categories.contains(category.value) {
            log.error(Wording.unknown("category", category.value, among: RuleReader.categories), at: category.spot)
        }
        return category.value
    }

    private func bilingual(_ reader: TableReader, _ key: String, limit: Int) -> BilingualText? {
        guard let texts = reader.table(key, Schema.bilingual) else { return nil }
        let chinese = texts.text("zh", limit: limit)
        let english = texts.text("en", limit: limit)
        guard let chinese, let english else { return nil }
        return BilingualText(chinese: chinese.value, english: english.value)
    }
}
