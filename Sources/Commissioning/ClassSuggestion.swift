import Lifeline

/// Which class of asset a device is likely to watch: the one whose rules speak about what it measures.
struct ClassSuggestion {
    /// The classes whose rules, or quantities reckoned for them, speak about a quantity.
    private let classes: [String: Set<AssetClass>]

    /// Where only rules for every class speak, or none at all. *Source*: our own choice, by where such devices are installed most.
    private static let usual: [String: AssetClass] = [
        "ch4": .gasPipe, "h2s": .drainagePipe, "rain_rate": .drainagePipe, "volume": .waterPipe, "pulses": .waterPipe, "running": .pumpStation,
        "power": .pumpStation, "ponding": .roadDevice,
    ]

    init(_ plan: SitePlan) {
        var classes: [String: Set<AssetClass>] = [:]
        for rule in plan.rules {
            if let quantity = rule.quantity, let assetClass = rule.assetClass { classes[quantity, default: []].insert(assetClass) }
        }
        for derivation in plan.derivations {
            if let assetClass = derivation.assetClass { classes[derivation.source, default: []].insert(assetClass) }
        }
        self.classes = classes
    }

    /// The likeliest class first, then those that are as likely; `other` where nothing tells.
    ///
    /// A quantity that only one class knows says more than one that many know. What topics and names speak of decides between classes whose rules know
    /// the quantities, and where these are no more than hints.
    func classes(for quantities: [String], spokenOf: Set<AssetClass> = [], areHints: Bool = false) -> [AssetClass] {
        var votes: [AssetClass: Double] = [:]
        for quantity in Set(quantities) {
            if let known = classes[quantity], !known.isEmpty {
                for assetClass in known { votes[assetClass, default: 0] += 1 / Double(known.count) }
            } else if let assetClass = ClassSuggestion.usual[quantity] {
                votes[assetClass, default: 0] += 0.5
            }
        }
        for assetClass in spokenOf where votes[assetClass] != nil || areHints || votes.isEmpty { votes[assetClass, default: 0] += areHints ? 10 : 1 }
        guard let most = votes.values.max() else { return [.other] }
        return AssetClass.ofSites.filter { (votes[$0] ?? 0) > most - 1e-9 }
    }
}
