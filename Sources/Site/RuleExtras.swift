import Lifeline
import Pulse

/// Reads what a rule may say beyond its limits: its baseline, the states that it depends on, how often it wants to be told, whom it speaks about.
struct RuleExtras {
    let reader: TableReader
    /// nil: the kind is broken, and what depends on it is not looked at.
    let kind: RuleKind?
    let quantities: QuantityBook
    let log: FindingLog

    struct Result {
        var features: [String] = []
        var margin = 0.0
        var baseline: Baseline?
        var guards: [RuleGuard] = []
        var confirmReadings = 1
        var isAboutDevice = false

        func apply(to rule: inout Rule) {
            rule.features = features
            rule.margin = margin
            rule.baseline = baseline
            rule.guards = guards
            rule.confirmReadings = confirmReadings
            rule.isAboutDevice = isAboutDevice
        }
    }

    /// What a rule speaks about.
    enum Subject: String, CaseIterable { case asset, device }

    /// nil with findings.
    func read() -> Result? {
        var result = Result()
        var isWhole = true
        if let table = reader.table("baseline", Schema.baseline) {
            if let kind, kind != .baseline { log.error("baseline has a meaning for rules of kind \"baseline\" only", at: table.here) }
            result.baseline = baseline(table)
            isWhole = result.baseline != nil
        } else if kind == .baseline {
            if !reader.has("baseline") {
                log.error(
                    "a rule of kind \"baseline\" needs one; write for example: baseline = { reference = \"rolling\", measure = \"deviations\", samples = 28 }",
                    at: reader.here)
            }
            isWhole = false
        }
        let known = Feature.allCases.filter { $0 != .none }.map(\.key)
        for feature in reader.texts("features", limit: known.count) {
            if let kind, kind != .pulse, kind != .fault {
                log.error("features have a meaning for rules of kind \"pulse\" and \"fault\" only", at: feature.spot)
                break
            }
            if known.contains(feature.value) {
                result.features.append(feature.value)
            } else {
                log.error(Wording.unknown("feature", feature.value, among: known), at: feature.spot)
                isWhole = false
            }
        }
        if let margin = reader.number("margin", in: 0...1e9) {
            if let kind, kind != .pulse { log.error("margin has a meaning for rules of kind \"pulse\" only", at: margin.spot) }
            result.margin = margin.value
        }
        for table in reader.tables("while", Schema.ruleGuard, limit: Rule.guardLimit) {
            if let needed = needed(table) { result.guards.append(needed) } else { isWhole = false }
        }
        if let count = reader.whole("confirm_readings", in: 1...100) { result.confirmReadings = count.value }
        if let about: Located<Subject> = reader.choice("about", "subject") { result.isAboutDevice = about.value == .device }
        // Silence and sensor faults are the device's by their nature.
        if kind == .silent || kind == .fault { result.isAboutDevice = true }
        return isWhole ? result : nil
    }

    private func baseline(_ table: TableReader) -> Baseline? {
        let reference: Located<Baseline.Reference>? = table.choice("reference", "reference")
        let measure: Located<Baseline.Measure>? = table.choice("measure", "measure")
        let samples = table.whole("samples", in: Baseline.sampleRange)
        let floor = table.number("floor", in: 0...1e9)
        let share = table.number("floor_share", in: 0...10)
        if let share, let measure, measure.value != .deviations {
            log.error("floor_share has a meaning for the measure \"deviations\" only", at: share.spot)
        }
        guard let reference, let measure, let samples, floor != nil || !table.has("floor"), share != nil || !table.has("floor_share") else {
            return nil
        }
        return Baseline(
            reference: reference.value, measure: measure.value, samples: samples.value, floor: floor?.value ?? 0, floorShare: share?.value ?? 0)
    }

    private func needed(_ table: TableReader) -> RuleGuard? {
        let quantity = table.text("quantity").flatMap { quantities.resolve($0, log: log) }
        let symbol = table.text("unit")
        let low = table.number("at_least")
        let high = table.number("at_most")
        let isAnywhere = table.boolean("anywhere")?.value ?? false
        let age = table.duration("max_age", in: .seconds(1) ... .seconds(366 * 86_400))
        guard let quantity, let unit = QuantityBook.unit(symbol, of: quantity, log: log) else { return nil }
        if !table.has("at_least") && !table.has("at_most") {
            log.error("while needs a bound; write for example: at_least = 0.5", at: table.here)
            return nil
        }
        let (scale, shift) = unit.conversion(to: quantity.unit)
        let bounds = (
            (low?.value).map { $0 * scale + shift } ?? -.greatestFiniteMagnitude, (high?.value).map { $0 * scale + shift } ?? .greatestFiniteMagnitude
        )
        guard bounds.0 <= bounds.1 else {
            log.error("at_least is above at_most: the rule would never speak", at: table.here)
            return nil
        }
        return RuleGuard(quantity: quantity.name, range: bounds.0...bounds.1, age: age?.value.inSeconds, isAnywhere: isAnywhere)
    }
}
