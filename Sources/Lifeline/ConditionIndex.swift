/// One line of an index: what a term gives, of how much, and from what.
package struct IndexLine: Equatable, Sendable {
    /// `index.age`, or the id of the rule whose evidence it is.
    package var rule: String
    package var term: IndexTerm
    package var words: BilingualText
    package var points: Double
    package var maximum: Double
    /// Whether there is data for it. Without, it gives no points and no coverage.
    package var isKnown: Bool
    /// What was put in, or what is missing.
    package var inputs: BilingualText
    package var source: BilingualText

    package init(
        rule: String, term: IndexTerm, words: BilingualText, points: Double, maximum: Double, isKnown: Bool, inputs: BilingualText,
        source: BilingualText
    ) {
        self.rule = rule
        self.term = term
        self.words = words
        self.points = points
        self.maximum = maximum
        self.isKnown = isKnown
        self.inputs = inputs
        self.source = source
    }
}

/// Something that holds whatever the sum says: a banned material, a trigger, a gate.
package struct IndexMark: Equatable, Sendable {
    package var id: String
    /// The least verdict that it allows; nil: it is shown and no more.
    package var verdict: IndexVerdict?
    package var words: BilingualText
    package var source: BilingualText

    package init(id: String, verdict: IndexVerdict?, words: BilingualText, source: BilingualText) {
        self.id = id
        self.verdict = verdict
        self.words = words
        self.source = source
    }
}

/// The sick-running index of one asset: a screening suggestion with everything that it was made from.
package struct ConditionIndex: Equatable, Sendable {
    /// The sum of the lines. *Range*: 0…100.
    package var points: Double
    /// The sum as it is shown and as the bands see it. *Range*: 0…100.
    package var value: Int
    /// What it would be if everything that is not known were at its worst. *Range*: `value`…100.
    package var highest: Int
    package var verdict: IndexVerdict
    /// The share of the class's terms, by their points, for which there is data. *Range*: 0…1.
    package var coverage: Double
    package var lines: [IndexLine]
    package var marks: [IndexMark]
    /// The model that it was made with.
    package var origin: String

    package init(
        points: Double, value: Int, highest: Int, verdict: IndexVerdict, coverage: Double, lines: [IndexLine], marks: [IndexMark], origin: String
    ) {
        self.points = points
        self.value = value
        self.highest = highest
        self.verdict = verdict
        self.coverage = coverage
        self.lines = lines
        self.marks = marks
        self.origin = origin
    }

    /// What an alert carries.
    package var summary: IndexSummary {
        let given = lines.filter { $0.points > 0 }.enumerated().sorted { ($1.element.points, $0.offset) < ($0.element.points, $1.offset) }
        return IndexSummary(
            value: value, highest: highest, verdict: verdict, coverage: coverage, lines: given.prefix(IndexSummary.lineLimit).map(\.element),
            marks: Array(marks.prefix(IndexSummary.lineLimit)), origin: origin)
    }
}

/// The index inside an alert: what contributes, the strongest first.
package struct IndexSummary: Equatable, Sendable {
    package var value: Int
    package var highest: Int
    package var verdict: IndexVerdict
    package var coverage: Double
    /// At most `lineLimit`.
    package var lines: [IndexLine]
    package var marks: [IndexMark]
    package var origin: String

    /// The most lines, and the most marks, that an alert carries.
    package static let lineLimit = 8

    package init(
        value: Int, highest: Int, verdict: IndexVerdict, coverage: Double, lines: [IndexLine], marks: [IndexMark], origin: String
    ) {
        self.value = value
        self.highest = highest
        self.verdict = verdict
        self.coverage = coverage
        self.lines = lines
        self.marks = marks
        self.origin = origin
    }
}
