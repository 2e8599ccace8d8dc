import Lifeline

/// One sentence that a duty officer can act on, made from the evidence, in both languages.
struct Wording {
    let kind: AlertKind
    let rule: Rule
    let asset: Asset
    let quantity: Quantity
    let level: Level
    let onset: Timestamp
    let evidence: Evidence
    let utcOffsetSeconds: Int

    var sentence: BilingualText { BilingualText(chinese: chinese, english: english) }

    private var chinese: String {
        let place = asset.address.isEmpty ? "" : "（\(asset.address)）"
        let head = "\(asset.assetClass.chinese) \(asset.name)\(place)"
        if kind == .cleared { return "\(head)：\(rule.event.chinese)已解除（\(since(onset))起，最高\(level.chinese)）。\(now(chinese: true))" }
        let change = kind == .raised || kind == .repeated ? "" : kind == .escalated ? "，升级" : "，降级"
        return "\(head)：\(rule.event.chinese)（\(level.chinese)\(change)），\(since(onset))起。\(why(chinese: true))建议：\(rule.advice.chinese)"
    }

    private var english: String {
        let place = asset.address.isEmpty ? "" : " (\(asset.address))"
        let head = "\(asset.assetClass.english) \(asset.name)\(place)"
        if kind == .cleared { return "\(head): \(rule.event.english) is over (since \(since(onset)), up to \(level.name)). \(now(chinese: false))" }
        let change = kind == .raised || kind == .repeated ? level.name : "\(kind.rawValue) to \(level.name)"
        return "\(head): \(rule.event.english) (\(change)) since \(since(onset)). \(why(chinese: false))\(rule.advice.english)"
    }

    private func since(_ moment: Timestamp) -> String {
        let fields = CivilTime.fields(of: moment, offsetSeconds: utcOffsetSeconds)
        return CivilTime.pad(fields.month, 2) + "-" + CivilTime.pad(fields.day, 2) + " " + CivilTime.pad(fields.hour, 2) + ":"
            + CivilTime.pad(fields.minute, 2) + ":" + CivilTime.pad(fields.second, 2)
    }

    private func text(_ value: Double) -> String {
        let unit = quantity.unit.display
        let number = JSONWriter.threeDecimals(value)
        return unit.isEmpty ? number : unit == "°" ? number + unit : number + " " + unit
    }

    private func name(chinese: Bool) -> String { chinese ? quantity.chinese : quantity.english }

    /// The quantity's English name as a sentence begins.
    private var capitalised: String { quantity.english.prefix(1).uppercased() + quantity.english.dropFirst() }

    private func now(chinese: Bool) -> String {
        guard rule.kind != .silent, let seen = evidence.seen, seen.isFinite else { return "" }
        return chinese ? "现值 \(name(chinese: true)) \(text(seen))。" : "Now: \(name(chinese: false)) \(text(seen))."
    }

    private func why(chinese: Bool) -> String {
        switch rule.kind {
        case .high, .low:
            guard let seen = evidence.seen, let limit = evidence.limit, limit.isFinite else { return "" }
            if quantity.unit.symbol == "state" { return "" }
            return chinese
                ? "\(name(chinese: true)) \(text(seen))，限值 \(text(limit))。"
                : "\(capitalised) is \(text(seen)), the limit is \(text(limit)). "
        case .silent:
            guard let limit = evidence.limit, limit.isFinite else { return "" }
            let hours = JSONWriter.threeDecimals(limit / 3600)
            return chinese ? "超过 \(hours) 小时未收到任何数据。" : "Nothing heard for more than \(hours) h. "
        case .pulse, .fault:
            guard let seen = evidence.seen else { return "" }
            var parts = chinese ? "\(name(chinese: true)) \(text(seen))" : "\(capitalised) is \(text(seen))"
            if let low = evidence.expectedLow, let high = evidence.expectedHigh, low.isFinite, high.isFinite {
                parts += chinese ? "，常态 \(text(low))～\(text(high))" : ", usually \(text(low)) to \(text(high))"
            }
            if let feature = evidence.feature, let score = evidence.score, score > 0 {
                let strength = JSONWriter.threeDecimals((score * 10).rounded() / 10)
                parts += chinese ? "（\(FeatureWords.chinese(feature))，强度 \(strength)）" : " (\(feature), strength \(strength))"
            }
            return parts + (chinese ? "。" : ". ")
        }
    }
}

/// Pulse names its features in English; a duty officer reads Chinese.
enum FeatureWords {
    static func chinese(_ name: String) -> String {
        switch name {
        case "distance from the median": "偏离中位水平"
        case "step between two samples": "突变"
        case "departure from the usual cycle": "偏离日常规律"
        case "level shift": "水平跃变"
        case "beyond everything seen before": "超出历史范围"
        case "unrest": "波动加剧"
        case "unusual calm": "异常平静"
        case "flat line": "数值冻结"
        case "missing data": "数据缺失"
        case "lone spike": "孤立尖峰"
        case "sudden departure from the usual cycle": "突然偏离日常规律"
        case "slow drift of the whole cycle": "整体缓慢漂移"
        case "change of the sensor's resolution": "传感器分辨率改变"
        default: name
        }
    }
}
