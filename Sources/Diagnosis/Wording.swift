import Lifeline
import Pulse

/// Whether another signal of the same asset says the same.
enum Confirmation: Equatable {
    /// The rule asks for none.
    case notAsked
    /// The other rule's event.
    case confirmed(BilingualText)
    /// The other rule's event; nil where the asset has no such sensor.
    case alone(BilingualText?)
}

/// What a duty officer can act on, made from the evidence, in both languages: what, where, since when, seen against expected, how sure, what to do.
///
/// Each language puts its clauses together by itself (`Wording+Chinese.swift`, `Wording+English.swift`): a switch over the kind of message, then one over the
/// kind of rule. A kind that is not named there is worded as a limit.
struct Wording {
    let kind: AlertKind
    let rule: Rule
    let asset: Asset
    let quantity: Quantity
    /// The level after this message; for `cleared`, the last that was active.
    let level: Level
    /// The level before it; nil when it is raised.
    let before: Level?
    /// The worst level of the episode.
    let worst: Level
    let certainty: Certainty
    let confirmation: Confirmation
    let onset: Timestamp
    let occurred: Timestamp
    let recorded: Timestamp
    let isLate: Bool
    let evidence: Evidence
    let utcOffsetSeconds: Int

    var sentence: BilingualText { BilingualText(chinese: chineseSentence, english: englishSentence) }
    var headline: BilingualText { BilingualText(chinese: chineseHeadline, english: englishHeadline) }

    var figures: Figures { Figures(quantity: quantity) }
    var times: TimeWords { TimeWords(now: recorded, utcOffsetSeconds: utcOffsetSeconds) }

    /// *Units*: seconds that the condition lasts; nil below a minute, which nobody needs to read.
    var lasted: Double? {
        let seconds = Double(occurred.microseconds(since: onset)) / 1e6
        return seconds >= 60 ? seconds : nil
    }

    /// Where the window's values went before the alert; nil where they went nowhere in particular.
    var trend: Trend? {
        guard !figures.isState else { return nil }
        var least = rule.deadband
        if rule.kind == .pulse || rule.kind == .fault {
            least = 0
            if let low = evidence.expectedLow, let high = evidence.expectedHigh, low.isFinite, high.isFinite { least = (high - low) / 2 }
        }
        return Trend(evidence.window, within: quantity.range, least: max(least, 2 * figures.resolution))
    }

    /// How many readings in a row, up to now, reached the limit; nil for rules without one.
    var readingsInARow: Int? {
        guard let limit = evidence.limit, limit.isFinite, rule.kind == .high || rule.kind == .low else { return nil }
        var count = 0
        for point in evidence.window.reversed() {
            guard point.observed >= onset, rule.kind == .low ? point.value <= limit : point.value >= limit else { break }
            count += 1
        }
        return count > 0 ? count : nil
    }

    /// The last reading before this message: for the end of a silence, where it began.
    var lastWord: Timestamp? { evidence.window.last { $0.observed < occurred }?.observed }

    /// How often a series that behaves is as loud.
    func falseAlarmsPerYear(_ score: Double) -> Double { Double(Calibration.falseAlarmsPerYear(score: Float(score))) }

    /// A Chinese text as `bare` leaves it, with the full stops and commas of a Chinese text: many keyboards write the others.
    static func chinese(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in bare(text).unicodeScalars {
            let isAfterChinese = result.last.map { (0x4e00...0x9fff).contains($0.value) || "）”》".unicodeScalars.contains($0) } ?? false
            switch scalar {
            case "," where isAfterChinese: result.append("，")
            case ";" where isAfterChinese: result.append("；")
            case ":" where isAfterChinese: result.append("：")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// A text without the punctuation at its end, so that none is doubled.
    static func bare(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let last = scalars.last, [" ", ".", ",", ";", "!", "。", "，", "；", "！", "、"].contains(last) { scalars.removeLast() }
        return String(scalars)
    }
}
