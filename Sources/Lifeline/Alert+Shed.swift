extension Alert {
    /// What a document that would be too long goes without, in this order: a chart first, a word of the sentence last.
    enum Shed: String, CaseIterable {
        /// The band that was expected through the history.
        case expectedBand = "expected_band"
        case history
        /// The older half of the window.
        case olderWindow = "older_window"
        /// The lines of the index, whose value stays, and the circumstances, which the sentence tells.
        case indexTerms = "index_terms"
        case window
        /// The ends of long texts.
        case texts
    }

    /// *Units*: characters that remain of a name or a piece of advice, and of the sentence.
    private static let shortText = 60
    private static let shortSentence = 240

    mutating func leaveOut(_ shed: Shed) {
        switch shed {
        case .expectedBand:
            evidence.history?.expectedLow = []
            evidence.history?.expectedHigh = []
        case .history: evidence.history = nil
        case .olderWindow: evidence.window = Array(evidence.window.suffix(Evidence.windowLimit / 2))
        case .indexTerms:
            index?.lines = []
            index?.marks = []
            evidence.circumstances = []
        case .window: evidence.window = []
        case .texts:
            asset.name = Alert.cut(asset.name, Alert.shortText)
            asset.address = Alert.cut(asset.address, Alert.shortText)
            rule.event = Alert.cut(rule.event, Alert.shortText)
            rule.advice = Alert.cut(rule.advice, Alert.shortText)
            headline = Alert.cut(headline, Alert.shortText)
            sentence = Alert.cut(sentence, Alert.shortSentence)
        }
    }

    private static func cut(_ text: BilingualText, _ limit: Int) -> BilingualText {
        BilingualText(chinese: cut(text.chinese, limit), english: cut(text.english, limit))
    }

    private static func cut(_ text: String, _ limit: Int) -> String {
        // Counted in code points: a grapheme may hold any number of them.
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex), end < scalars.endIndex else { return text }
        return String(scalars[..<end]) + "…"
    }
}
