import Lifeline

extension Wording {
    var chineseHeadline: String { "\(asset.assetClass.chinese) \(asset.name)：\(Wording.chinese(rule.event.chinese))（\(chineseState)）" }

    var chineseSentence: String {
        let place = asset.address.isEmpty ? "" : "（\(Wording.bare(asset.address))）"
        let head = "\(asset.assetClass.chinese) \(asset.name)\(place)：\(Wording.chinese(rule.event.chinese))"
        switch kind {
        case .cleared: return head + "已解除。" + chineseHistory + chineseNow
        default: return "\(head)（\(chineseState)）\(chineseSince)。\(chineseWhy)\(chineseCertainty)建议：\(Wording.chinese(rule.advice.chinese))。"
        }
    }

    /// The colour and what became of it.
    private var chineseState: String {
        if kind == .cleared { return "已解除" }
        if kind == .escalated, let before { return "由\(before.chinese)升级为\(level.chinese)" }
        if kind == .eased, let before { return "由\(before.chinese)降为\(level.chinese)" }
        return level.chinese
    }

    private var chineseSince: String {
        let late = isLate ? "，补传数据" : ""
        // Silence begins with the last word, which the reason gives.
        if rule.kind == .silent { return late }
        let length = lasted.map { "，已持续\(times.length($0, chinese: true))" } ?? ""
        return "，\(times.moment(onset, chinese: true))起\(length)\(late)"
    }

    /// How long and how bad it was.
    private var chineseHistory: String {
        if rule.kind == .silent, let last = lastWord {
            return "\(times.moment(last, chinese: true))起共\(times.length(Double(occurred.microseconds(since: last)) / 1e6, chinese: true))未收到数据。"
        }
        var parts = ["\(times.moment(onset, chinese: true))起"]
        if let lasted { parts[0] += "，持续\(times.length(lasted, chinese: true))" }
        parts.append("最高\(worst.chinese)")
        if let value = evidence.worst, value.isFinite, !figures.isState {
            parts.append("最严重时\(quantity.chinese) \(figures.text(value, chinese: true))")
        }
        return parts.joined(separator: "，") + (isLate ? "，补传数据。" : "。")
    }

    private var chineseNow: String {
        guard rule.kind != .silent else { return "设备已恢复上报。" }
        guard let seen = evidence.seen, seen.isFinite else { return "" }
        return "现\(figures.isState ? "为" : "值 ")\(figures.text(seen, chinese: true))。"
    }

    /// Seen against expected, by the kind of rule.
    private var chineseWhy: String {
        chineseReason + (evidence.circumstances.isEmpty ? "" : "同时，" + evidence.circumstances.map(\.chinese).joined(separator: "，") + "。")
    }

    private var chineseReason: String {
        switch rule.kind {
        case .silent: chineseSilence
        case .pulse, .baseline: chineseDeparture
        case .fault: evidence.score == nil ? chineseImpossible : chineseDeparture
        default: chineseLimit
        }
    }

    private var chineseLimit: String {
        guard let seen = evidence.seen else { return "" }
        if figures.isState { return "当前\(quantity.chinese)：\(figures.text(seen, chinese: true))。" }
        guard let limit = evidence.limit, limit.isFinite else { return "\(quantity.chinese) \(figures.text(seen, chinese: true))\(chineseTrend)。" }
        let (value, bound) = figures.pair(seen, limit, chinese: true)
        return "\(quantity.chinese) \(value)，限值 \(bound)\(chineseTrend)。"
    }

    private var chineseSilence: String {
        guard let limit = evidence.limit, limit.isFinite else { return "" }
        let last = evidence.window.last.map { "，最后一次为\(times.moment($0.observed, chinese: true))" } ?? "，此前从未收到"
        return "已超过\(times.length(limit, chinese: true))未收到任何数据\(last)。"
    }

    private var chineseImpossible: String {
        guard let seen = evidence.seen else { return "" }
        let (low, high) = figures.span(quantity.range.lowerBound, quantity.range.upperBound, chinese: true)
        return "\(quantity.chinese) \(figures.text(seen, chinese: true))，物理上只可能在 \(low)～\(high) 之间。"
    }

    private var chineseDeparture: String {
        guard let seen = evidence.seen else { return "" }
        var parts = "\(quantity.chinese) \(figures.text(seen, chinese: true))"
        if let low = evidence.expectedLow, let high = evidence.expectedHigh, low.isFinite, high.isFinite {
            let usual = figures.span(low, high, chinese: true)
            parts += "，常态 \(usual.0)～\(usual.1)"
            if seen < low { parts += "，偏低 \(figures.text(low - seen, chinese: true))" }
            if seen > high { parts += "，偏高 \(figures.text(seen - high, chinese: true))" }
        }
        if let feature = evidence.feature, feature != "none" { parts += "（\(FeatureWords.chinese(feature))）" }
        return parts + chineseTrend + "。"
    }

    private var chineseTrend: String {
        guard let trend else { return "" }
        let (from, to) = figures.span(trend.from, trend.to, chinese: true)
        let length = times.length(trend.seconds, chinese: true)
        switch trend.shape {
        case .sudden: return "，\(length)内由 \(from) 骤\(trend.isRise ? "升" : "降")至 \(to)"
        case .ongoing:
            return
                "，\(times.clock(trend.start, chinese: true))起持续\(trend.isRise ? "上升" : "下降")，\(length)内由 \(from) \(trend.isRise ? "升" : "降")至 \(to)"
        case .settled: return "，\(times.clock(trend.start, chinese: true))起\(length)内由 \(from) \(trend.isRise ? "升" : "降")至 \(to)，此后持平"
        }
    }

    private var chineseCertainty: String {
        switch confirmation {
        case .confirmed(let other): return "可信度较高：“\(Wording.chinese(other.chinese))”同时告警。"
        case .alone(let other?): return "待核实：仅此一项信号，“\(Wording.chinese(other.chinese))”未告警。"
        case .alone(nil): return "待核实：仅此一项信号。"
        case .notAsked: break
        }
        if let baseline = rule.baseline {
            let which = baseline.reference == .first ? "最初" : "最近"
            let word = certainty == .possible ? "待核实" : "可信度较高"
            let times = rule.confirmReadings > 1 ? "，连续 \(rule.confirmReadings) 次" : ""
            return "\(word)：与\(which) \(baseline.samples) 个值的中位数比较\(times)。"
        }
        if let score = evidence.score, score > 0 {
            let rate = falseAlarmsPerYear(score)
            let usual = rate >= 1 ? "正常情况下每年约 \(Int(rate.rounded())) 次" : "正常情况下每年不到 1 次"
            let strength = "偏离强度 \(figures.score(score))（\(usual)）"
            return certainty == .possible ? "待核实：\(strength)，仅此一项信号。" : "可信度较高：\(strength)。"
        }
        guard certainty == .observed, let count = readingsInARow else { return "" }
        if count >= Evidence.windowLimit { return "实测：连续 \(count) 次以上读数。" }
        return count == 1 ? "实测：目前仅 1 次读数。" : "实测：连续 \(count) 次读数。"
    }
}
