/// What the index suggests. Ordered from well to ill.
///
/// *Source*: the four bands of the national renewal plan of 2022; `unknown` is our own, because missing data must never look healthy.
package enum IndexVerdict: UInt8, Comparable, CaseIterable, Sendable {
    case fit, unknown, control, limited, immediate

    package static func < (left: IndexVerdict, right: IndexVerdict) -> Bool { left.rawValue < right.rawValue }

    /// As written in profiles and JSON.
    package var name: String {
        switch self {
        case .fit: "fit"
        case .unknown: "unknown"
        case .control: "control"
        case .limited: "limited"
        case .immediate: "immediate"
        }
    }

    package init?(name: String) {
        guard let verdict = IndexVerdict.allCases.first(where: { $0.name == name }) else { return nil }
        self = verdict
    }

    package var chinese: String {
        switch self {
        case .fit: "符合"
        case .unknown: "资料不足"
        case .control: "落实管控措施"
        case .limited: "限期改造"
        case .immediate: "立即改造"
        }
    }

    package var english: String {
        switch self {
        case .fit: "fit"
        case .unknown: "not enough data"
        case .control: "keep under control"
        case .limited: "renew in 3 years"
        case .immediate: "renew at once"
        }
    }
}

/// The terms of the index.
package enum IndexTerm: String, CaseIterable, Sendable {
    case age, material, history, compliance
    case builtOver = "built_over"
    case surroundings, live
}

/// The weight, words and source of one term.
package struct IndexTermModel: Equatable, Sendable {
    package var term: IndexTerm
    /// The most that the term can give. All of a model together: 100.
    package var points: Double
    package var words: BilingualText
    package var source: BilingualText

    package init(term: IndexTerm, points: Double, words: BilingualText, source: BilingualText) {
        self.term = term
        self.points = points
        self.words = words
        self.source = source
    }
}

/// A material of pipes.
package struct IndexMaterial: Equatable, Sendable {
    package var id: String
    package var words: BilingualText
    /// The points where it is not banned.
    package var points: Double
    /// Classes in which it is outdated: all points of the term, and the gate.
    package var banned: [AssetClass]
    package var source: BilingualText

    package init(id: String, words: BilingualText, points: Double, banned: [AssetClass], source: BilingualText) {
        self.id = id
        self.words = words
        self.points = points
        self.banned = banned
        self.source = source
    }
}

/// What the history term counts.
package enum IndexHistoryKind: String, CaseIterable, Sendable {
    /// Breaks per kilometre and year.
    case breaks
    /// Faults per 1000 trips.
    case faults
}

/// How one class of assets is judged.
package struct IndexClass: Equatable, Sendable {
    package var assetClass: AssetClass
    /// *Units*: years, where a dossier names none.
    package var designLife: Double
    /// The terms that mean anything for this class; the others give no points and need no data.
    package var terms: [IndexTerm]
    package var history: IndexHistoryKind
    /// The rate that gives all points of the history term. *Units*: those of the kind.
    package var historyFull: Double
    package var source: BilingualText

    package init(
        assetClass: AssetClass, designLife: Double, terms: [IndexTerm], history: IndexHistoryKind, historyFull: Double, source: BilingualText
    ) {
        self.assetClass = assetClass
        self.designLife = designLife
        self.terms = terms
        self.history = history
        self.historyFull = historyFull
        self.source = source
    }
}

/// What a trigger says about an asset.
package enum TriggerEffect: String, CaseIterable, Sendable {
    /// It is due for renewal, as if of a banned material.
    case renewal
    /// It counts as past its design life.
    case overAge = "over_age"
    /// An assessment is due: shown, and no more.
    case assess
}

/// A static trigger: what of a dossier puts an asset on a list, whatever the sum says.
package struct IndexTrigger: Equatable, Sendable {
    package var id: String
    package var assetClass: AssetClass
    package var effect: TriggerEffect
    /// Any of these materials; empty: any, known or not.
    package var materials: [String]
    /// *Units*: years, at least; nil: any age.
    package var age: Double?
    /// Any of these results of the last assessment; empty: none needed.
    package var assessments: [AssessmentResult]
    /// Any of these traits; empty: none needed.
    package var traits: [String]
    package var words: BilingualText
    package var source: BilingualText

    package init(
        id: String, assetClass: AssetClass, effect: TriggerEffect, materials: [String] = [], age: Double? = nil, assessments: [AssessmentResult] = [],
        traits: [String] = [], words: BilingualText, source: BilingualText
    ) {
        self.id = id
        self.assetClass = assetClass
        self.effect = effect
        self.materials = materials
        self.age = age
        self.assessments = assessments
        self.traits = traits
        self.words = words
        self.source = source
    }
}

/// The sick-running index (带病运行指数) as data: every weight, limit and word comes from a versioned profile.
package struct IndexModel: Equatable, Sendable {
    /// `lifeline-cn@4`: said with every index.
    package var origin: String
    /// One entry a term, in the order in which they are shown.
    package var terms: [IndexTermModel]
    /// The share of the design life at which age begins to count, and the share over which it grows to all its points.
    package var ageFrom: Double
    package var ageSpan: Double
    /// A detector's confidence by its certainty. *Range*: 0…1.
    package var confidenceObserved: Double
    package var confidenceLikely: Double
    package var confidencePossible: Double
    /// From which value on.
    package var immediateFrom: Double
    package var limitedFrom: Double
    package var controlFrom: Double
    /// Below this coverage nothing is called fit. *Range*: 0…1.
    package var leastCoverage: Double
    /// The least verdicts: due for renewal; that with a live red; over-age with a live red.
    package var renewalGate: IndexVerdict
    package var renewalRedGate: IndexVerdict
    package var overAgeRedGate: IndexVerdict
    package var materials: [IndexMaterial]
    package var classes: [IndexClass]
    package var triggers: [IndexTrigger]
    /// What is said behind "a screening suggestion" under every list and export.
    package var note: BilingualText

    package init(
        origin: String, terms: [IndexTermModel], ageFrom: Double, ageSpan: Double, confidenceObserved: Double, confidenceLikely: Double,
        confidencePossible: Double, immediateFrom: Double, limitedFrom: Double, controlFrom: Double, leastCoverage: Double,
        renewalGate: IndexVerdict, renewalRedGate: IndexVerdict, overAgeRedGate: IndexVerdict, materials: [IndexMaterial], classes: [IndexClass],
        triggers: [IndexTrigger], note: BilingualText
    ) {
        self.origin = origin
        self.terms = terms
        self.ageFrom = ageFrom
        self.ageSpan = ageSpan
        self.confidenceObserved = confidenceObserved
        self.confidenceLikely = confidenceLikely
        self.confidencePossible = confidencePossible
        self.immediateFrom = immediateFrom
        self.limitedFrom = limitedFrom
        self.controlFrom = controlFrom
        self.leastCoverage = leastCoverage
        self.renewalGate = renewalGate
        self.renewalRedGate = renewalRedGate
        self.overAgeRedGate = overAgeRedGate
        self.materials = materials
        self.classes = classes
        self.triggers = triggers
        self.note = note
    }

    /// What is printed under every list and export: whatever a profile says, it is a screening suggestion.
    package var statement: BilingualText {
        BilingualText(chinese: "筛查建议：\(note.chinese)", english: "A screening suggestion. \(note.english)")
    }

    /// How a class is judged; nil: it has no index.
    package func `class`(_ assetClass: AssetClass) -> IndexClass? { classes.first { $0.assetClass == assetClass } }

    /// A detector's confidence.
    package func confidence(_ certainty: Certainty) -> Double {
        switch certainty {
        case .observed: confidenceObserved
        case .likely: confidenceLikely
        case .possible: confidencePossible
        }
    }

    /// The band of a value, before gates and coverage. *Range*: any; NaN is `fit` nowhere: the caller has none.
    package func band(_ value: Double) -> IndexVerdict {
        value >= immediateFrom ? .immediate : value >= limitedFrom ? .limited : value >= controlFrom ? .control : .fit
    }
}
