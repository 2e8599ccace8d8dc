import Lifeline

/// Reads `[[rule]]`, in a profile and in a site alike.
struct RuleReader {
    let quantities: [String: Quantity]
    /// `lifeline-cn@1` or `site`.
    let origin: String

    func rule(_ table: TableReader) -> Rule? {
        let id = table.identifier("id", example: "cover.tilt")
        guard let kindText = table.text("kind", example: "high") else { return nil }
        guard let kind = RuleKind(rawValue: kindText) else {
            table.report("kind", "unknown kind \"\(kindText)\"\(Nearest.hint(kindText, in: RuleKind.allCases.map(\.rawValue)))")
            return nil
        }
        let direction = table.choice("direction", "direction", RuleDirection.allCases.map(\.rawValue)) { RuleDirection(rawValue: $0) }
        if direction != nil && kind != .pulse {
            table.report("direction", "only a pulse rule has a direction; write kind = \"high\" or \"low\" instead")
        }
        let assetClass = table.choice("class", "asset class", AssetClass.allCases.map(\.rawValue)) { AssetClass(rawValue: $0) }
        let quantity = table.choice("quantity", "quantity", quantities.keys.sorted()) { quantities[$0]?.name }
        if kind == .high || kind == .low, !table.has("quantity") && !table.has("sensor") {
            let _: Bool? = table.missing("quantity", "\"pressure\" (a limit is a number in one quantity's unit)")
        }
        let levels = levels(table, kind)
        let deadband = table.number("deadband") ?? 0
        if deadband < 0 { table.report("deadband", "a deadband is never negative") }
        let event = text(table, "event", "{ zh = \"井盖异动\", en = \"Cover moved\" }")
        let advice = text(table, "advice", "{ zh = \"请派人查看。\", en = \"Send someone to look.\" }")
        let categories = ["Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"]
        let category = table.choice("category", "CAP category", categories) { categories.contains($0) ? $0 : nil } ?? "Infra"
        guard let id, let levels, let event, let advice else { return nil }
        return Rule(
            id: id, origin: origin, kind: kind, direction: direction ?? .any, assetClass: assetClass, quantity: quantity, asset: table.text("asset"),
            sensor: table.text("sensor"), levels: levels, deadband: max(0, deadband), onDelay: table.duration("on_delay") ?? 0,
            offDelay: table.duration("off_delay") ?? 0, latched: table.flag("latched") ?? false, confirmedBy: table.text("confirmed_by"),
            category: category, event: event, advice: advice)
    }

    private func text(_ table: TableReader, _ key: String, _ example: String) -> BilingualText? {
        guard table.has(key) else { return table.missing(key, example) }
        guard let inner = table.table(key, keys: SiteSchema.text) else { return nil }
        guard let chinese = inner.text("zh", example: "…"), let english = inner.text("en", example: "…") else { return nil }
        return BilingualText(chinese: chinese, english: english)
    }

    private func levels(_ table: TableReader, _ kind: RuleKind) -> [LevelLimit]? {
        guard table.has("levels") else { return table.missing("levels", "[ { level = \"orange\", limit = 15.0 } ]") }
        var levels: [LevelLimit] = []
        let entries = table.tables("levels", keys: SiteSchema.level)
        for entry in entries {
            guard entry.has("level") else {
                let _: Bool? = entry.missing("level", "\"orange\"")
                continue
            }
            guard let level = entry.choice("level", "level", Level.allCases.map(\.name), { Level(name: $0) }) else { continue }
            guard entry.has("limit") else {
                let _: Bool? = entry.missing("limit", kind == .silent ? "\"72 h\"" : "15.0")
                continue
            }
            guard let limit = kind == .silent ? entry.duration("limit") : entry.number("limit") else { continue }
            if let before = levels.last {
                if level <= before.level {
                    entry.report("level", "levels go from the mildest to the worst: \(level.name) does not follow \(before.level.name)")
                }
                if kind == .low ? limit >= before.limit : limit <= before.limit {
                    entry.report(
                        "limit", "a worse level needs a \(kind == .low ? "lower" : "higher") limit than \(JSONWriter.shortest(before.limit))")
                }
            }
            levels.append(LevelLimit(level: level, limit: limit))
        }
        guard !levels.isEmpty else {
            if entries.isEmpty { table.report("levels", "at least one level is needed") }
            return nil
        }
        return levels
    }
}
