import Lifeline

extension Wording {
    var englishHeadline: String { "\(asset.assetClass.english) \(asset.name): \(Wording.bare(rule.event.english)) (\(englishState))" }

    var englishSentence: String {
        let place = asset.address.isEmpty ? "" : " (\(Wording.bare(asset.address)))"
        let head = "\(asset.assetClass.english) \(asset.name)\(place): \(Wording.bare(rule.event.english))"
        switch kind {
        case .cleared: return head + ": over. " + englishHistory + englishNow
        default: return "\(head) (\(englishState))\(englishSince). \(englishWhy)\(englishCertainty)\(Wording.bare(rule.advice.english))."
        }
    }

    private var englishState: String {
        if kind == .cleared { return "over" }
        if kind == .escalated, let before { return "escalated from \(before.name) to \(level.name)" }
        if kind == .eased, let before { return "eased from \(before.name) to \(level.name)" }
        return level.name
    }

    private var englishSince: String {
        let late = isLate ? ", from backfilled readings" : ""
        if rule.kind == .silent { return late }
        let length = lasted.map { ", for \(times.length($0, chinese: false))" } ?? ""
        return " since \(times.moment(onset, chinese: false))\(length)\(late)"
    }

    private var englishHistory: String {
        if rule.kind == .silent, let last = lastWord {
            return
                "Nothing was heard from \(times.moment(last, chinese: false)) on for \(times.length(Double(occurred.microseconds(since: last)) / 1e6, chinese: false))."
        }
        var parts = ["Since \(times.moment(onset, chinese: false))"]
        if let lasted { parts[0] += " for \(times.length(lasted, chinese: false))" }
        parts.append("up to \(worst.name)")
        if let value = evidence.worst, value.isFinite, !figures.isState { parts.append("at worst \(figures.text(value, chinese: false))") }
        return parts.joined(separator: ", ") + (isLate ? ", from backfilled readings." : ".")
    }

    private var englishNow: String {
        guard rule.kind != .silent else { return " The device reports again." }
        guard let seen = evidence.seen, seen.isFinite else { return "" }
        return " Now: \(figures.isState ? "" : quantity.english + " ")\(figures.text(seen, chinese: false))."
    }

    private var englishWhy: String {
        englishReason + (evidence.circumstances.isEmpty ? "" : "Meanwhile " + evidence.circumstances.map(\.english).joined(separator: ", ") + ". ")
    }

    private var englishReason: String {
        switch rule.kind {
        case .silent: englishSilence
        case .pulse, .baseline: englishDeparture
        case .fault: evidence.score == nil ? englishImpossible : englishDeparture
        default: englishLimit
        }
    }

    /// The quantity's name as a sentence begins.
    private var capitalised: String { quantity.english.prefix(1).uppercased() + quantity.english.dropFirst() }

    private var englishLimit: String {
        guard let seen = evidence.seen else { return "" }
        if figures.isState { return "\(capitalised): \(figures.text(seen, chinese: false)). " }
        guard let limit = evidence.limit, limit.isFinite else { return "\(capitalised) is \(figures.text(seen, chinese: false))\(englishTrend). " }
        let (value, bound) = figures.pair(seen, limit, chinese: false)
        return "\(capitalised) is \(value), the limit is \(bound)\(englishTrend). "
    }

    private var englishSilence: String {
        guard let limit = evidence.limit, limit.isFinite else { return "" }
        let last = evidence.window.last.map { ", the last was at \(times.moment($0.observed, chinese: false))" } ?? ", and nothing before"
        return "Nothing heard for more than \(times.length(limit, chinese: false))\(last). "
    }

    private var englishImpossible: String {
        guard let seen = evidence.seen else { return "" }
        let (low, high) = figures.span(quantity.range.lowerBound, quantity.range.upperBound, chinese: false)
        return "\(capitalised) is \(figures.text(seen, chinese: false)); only \(low) to \(high) can be true. "
    }

    private var englishDeparture: String {
        guard let seen = evidence.seen else { return "" }
        var parts = "\(capitalised) is \(figures.text(seen, chinese: false))"
        if let low = evidence.expectedLow, let high = evidence.expectedHigh, low.isFinite, high.isFinite {
            let usual = figures.span(low, high, chinese: false)
            parts += ", usually \(usual.0) to \(usual.1)"
            if seen < low { parts += ", too low by \(figures.text(low - seen, chinese: false))" }
            if seen > high { parts += ", too high by \(figures.text(seen - high, chinese: false))" }
        }
        if let feature = evidence.feature, feature != "none" { parts += " (\(feature))" }
        return parts + englishTrend + ". "
    }

    private var englishTrend: String {
        guard let trend else { return "" }
        let (from, to) = figures.span(trend.from, trend.to, chinese: false)
        let length = times.length(trend.seconds, chinese: false)
        switch trend.shape {
        case .sudden: return "; it \(trend.isRise ? "rose" : "fell") from \(from) to \(to) within \(length)"
        case .ongoing:
            return "; \(trend.isRise ? "rising" : "falling") since \(times.clock(trend.start, chinese: false)), from \(from) to \(to) in \(length)"
        case .settled:
            return
                "; it \(trend.isRise ? "rose" : "fell") from \(from) to \(to) in \(length) from \(times.clock(trend.start, chinese: false)) on and has held since"
        }
    }

    private var englishCertainty: String {
        switch confirmation {
        case .confirmed(let other): return "Likely: \"\(Wording.bare(other.english))\" is raised too. "
        case .alone(let other?): return "Possible: this signal alone, \"\(Wording.bare(other.english))\" is not raised. "
        case .alone(nil): return "Possible: this signal alone. "
        case .notAsked: break
        }
        if let baseline = rule.baseline {
            let which = baseline.reference == .first ? "first" : "last"
            let word = certainty == .possible ? "Possible" : "Likely"
            let times = rule.confirmReadings > 1 ? ", \(rule.confirmReadings) values in a row" : ""
            return "\(word): against the median of the \(which) \(baseline.samples) values\(times). "
        }
        if let score = evidence.score, score > 0 {
            let rate = falseAlarmsPerYear(score)
            let usual = rate >= 1 ? "about \(Int(rate.rounded())) times a year" : "less than once a year"
            let strength = "strength \(figures.score(score)), which a healthy series reaches \(usual)"
            return certainty == .possible ? "Possible: \(strength); this signal alone. " : "Likely: \(strength). "
        }
        guard certainty == .observed, let count = readingsInARow else { return "" }
        if count >= Evidence.windowLimit { return "Observed: \(count) readings in a row and more. " }
        return count == 1 ? "Observed: one reading so far. " : "Observed: \(count) readings in a row. "
    }
}
