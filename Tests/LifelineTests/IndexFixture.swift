import Lifeline

/// The weights and formulas of the domain in a small model, and a moment to count from.
enum IndexFixture {
    static let now = Timestamp(unixSeconds: 1_767_225_600)  // 2026-01-01T00:00:00Z

    static func both(_ text: String) -> BilingualText { BilingualText(chinese: text, english: text) }

    static let model = IndexModel(
        origin: "test@1",
        terms: zip(IndexTerm.allCases, [20, 15, 15, 4, 3, 3, 40]).map {
            IndexTermModel(term: $0, points: Double($1), words: both($0.rawValue), source: both("choice"))
        },
        ageFrom: 0.5, ageSpan: 0.7, confidenceObserved: 1, confidenceLikely: 0.8, confidencePossible: 0.5, immediateFrom: 80, limitedFrom: 60,
        controlFrom: 40, leastCoverage: 0.7, renewalGate: .limited, renewalRedGate: .immediate, overAgeRedGate: .immediate,
        materials: [
            IndexMaterial(id: "grey", words: both("grey"), points: 8, banned: [.gasPipe], source: both("plan")),
            IndexMaterial(id: "steel", words: both("steel"), points: 8, banned: [], source: both("choice")),
            IndexMaterial(id: "pe", words: both("PE"), points: 0, banned: [], source: both("choice")),
        ],
        classes: [
            IndexClass(
                assetClass: .gasPipe, designLife: 20, terms: IndexTerm.allCases, history: .breaks, historyFull: 0.18, source: both("plan")),
            IndexClass(
                assetClass: .lift, designLife: 15, terms: [.age, .history, .compliance, .surroundings, .live], history: .faults, historyFull: 0.5,
                source: both("rules")),
        ],
        triggers: [
            IndexTrigger(
                id: "gas.hazard", assetClass: .gasPipe, effect: .renewal, materials: ["steel", "pe"], age: 20, assessments: [.hazard, .unfit],
                words: both("hazard"), source: both("plan")),
            IndexTrigger(
                id: "gas.riser", assetClass: .gasPipe, effect: .assess, age: 20, traits: ["riser"], words: both("riser"), source: both("plan")),
            IndexTrigger(id: "lift.worn", assetClass: .lift, effect: .overAge, traits: ["worn"], words: both("worn"), source: both("rules")),
        ],
        note: both("note"))

    /// A new, sound and fully described pipe.
    static let sound = Dossier(
        built: PartialDate(year: 2024), material: "pe", lengthKilometres: 1, breaks: [], standardsMet: ["S"], isBuiltOver: false, surroundings: [])

    static func gas(_ dossier: Dossier?) -> Asset { Asset(id: "GP-1", assetClass: .gasPipe, name: "GP-1", dossier: dossier) }

    static func evidence(
        _ rule: String = "gas.methane", weight: Double = 0.9, halfLifeDays: Double = 30, heard: Bool = true, confidence: Double = 0,
        endedDaysAgo: Double? = nil, group: String? = nil
    ) -> LiveEvidence {
        LiveEvidence(
            rule: rule, origin: "test@1", event: both(rule), weight: IndexWeight(weight: weight, halfLife: halfLifeDays * 86_400, group: group),
            isHeard: heard, confidence: confidence, ended: endedDaysAgo.map { now.advanced(byMicroseconds: -Int64($0 * 86_400e6)) })
    }

    static func index(_ dossier: Dossier?, _ evidence: [LiveEvidence]? = [], reds: [String] = [], at moment: Timestamp = now) -> ConditionIndex {
        model.index(of: gas(dossier), evidence: evidence, reds: reds, now: moment)!
    }

    static func points(_ index: ConditionIndex, _ rule: String) -> Double? { index.lines.first { $0.rule == rule }?.points }
}
