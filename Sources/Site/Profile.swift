import Lifeline

/// A profile: the quantities and the rules of a field, with a version that every alert names.
package struct Profile: Sendable {
    /// `lifeline-cn@1`.
    package var name: String
    package var quantities: [String: Quantity]
    package var rules: [Rule]

    /// Reads `profiles/NAME.toml`; what is wrong is reported and left out.
    init?(_ path: String, _ files: FileSet, from: (file: String, place: Place)?) {
        guard let root = files.root(path, keys: SiteSchema.profileFile, from: from) else { return nil }
        let id = root.identifier("profile", example: "lifeline-cn") ?? "?"
        let version = root.has("version") ? root.integer("version", in: 1...1_000_000) ?? 0 : root.missing("version", "1") ?? 0
        name = "\(id)@\(version)"
        quantities = [:]
        for table in root.tables("quantity", keys: SiteSchema.quantity) {
            guard let quantity = Profile.quantity(table) else { continue }
            if quantities[quantity.name] != nil { table.report("name", "the quantity \"\(quantity.name)\" stands here twice") }
            quantities[quantity.name] = quantity
        }
        rules = []
        let reader = RuleReader(quantities: quantities, origin: name)
        let tables = root.tables("rule", keys: SiteSchema.rule)
        for table in tables {
            guard let rule = reader.rule(table) else { continue }
            if rules.contains(where: { $0.id == rule.id }) { table.report("id", "the rule \"\(rule.id)\" stands here twice") }
            rules.append(rule)
        }
        for table in tables {
            guard let other = table.text("confirmed_by"), !rules.contains(where: { $0.id == other }) else { continue }
            table.report("confirmed_by", "unknown rule \"\(other)\"\(Nearest.hint(other, in: rules.map(\.id)))")
        }
    }

    private static func quantity(_ table: TableReader) -> Quantity? {
        let name = table.identifier("name", example: "pressure")
        guard let symbol = table.text("unit", example: "MPa") else { return nil }
        guard let unit = Unit.named(symbol) else {
            table.report("unit", "unknown unit \"\(symbol)\"\(Nearest.hint(symbol, in: Unit.all.map(\.symbol)))")
            return nil
        }
        guard table.has("min"), table.has("max") else { return table.missing("min and max", "the physical range in \(symbol)") }
        guard let low = table.number("min"), let high = table.number("max") else { return nil }
        guard low < high else {
            table.report("max", "the physical range is empty: max must be above min")
            return nil
        }
        guard let name, let chinese = table.text("zh", example: "压力"), let english = table.text("en", example: "Pressure") else { return nil }
        return Quantity(name: name, unit: unit, range: low...high, chinese: chinese, english: english)
    }
}
