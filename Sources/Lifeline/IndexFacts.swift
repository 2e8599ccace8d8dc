/// A dossier seen through an index model at one moment: the static terms, the triggers and the gates.
struct IndexFacts {
    let dossier: Dossier
    let rules: IndexClass
    let model: IndexModel
    let now: Timestamp
    private let future: [String]
    /// *Units*: years; nil: unknown or not to be believed.
    let age: Double?
    let material: IndexMaterial?

    /// *Units*: days. The Gregorian year, over four hundred years.
    private static let year = 365.2425

    init(dossier: Dossier, rules: IndexClass, model: IndexModel, now: Timestamp) {
        self.dossier = dossier
        self.rules = rules
        self.model = model
        self.now = now
        let future = dossier.keysInTheFuture(now: now)
        self.future = future
        age = dossier.built.flatMap {
            future.contains("built") ? nil : max(0, Double(now.microseconds(since: $0.earliest)) / (IndexFacts.year * 86_400e6))
        }
        material = dossier.material.flatMap { id in model.materials.first { $0.id == id } }
    }

    var designLife: Double { dossier.designLife ?? rules.designLife }
    var isBanned: Bool { material?.banned.contains(rules.assetClass) ?? false }

    static func oneDecimal(_ number: Double) -> String { JSONWriter.shortest((number * 10).rounded() / 10) }

    // MARK: - Terms

    /// The line of a static term.
    func line(_ term: IndexTermModel) -> IndexLine {
        let (share, inputs): (Double?, BilingualText)
        var source = term.source
        switch term.term {
        case .age:
            (share, inputs) = ageTerm
            source = BilingualText(
                chinese: "\(term.source.chinese)；\(rules.source.chinese)", english: "\(term.source.english); \(rules.source.english)")
        case .material:
            (share, inputs) = materialTerm(term.points)
            if let material { source = material.source }
        case .history: (share, inputs) = rules.history == .breaks ? breakTerm : faultTerm
        case .compliance: (share, inputs) = complianceTerm
        case .builtOver: (share, inputs) = builtOverTerm
        case .surroundings: (share, inputs) = surroundingsTerm
        case .live: (share, inputs) = (nil, BilingualText(chinese: "", english: ""))
        }
        return IndexLine(
            rule: "index.\(term.term.rawValue)", term: term.term, words: term.words, points: term.points * (share ?? 0), maximum: term.points,
            isKnown: share != nil, inputs: inputs, source: source)
    }

    private func none(_ chinese: String, _ english: String) -> (Double?, BilingualText) { (nil, BilingualText(chinese: chinese, english: english)) }

    /// clamp01((age/life − from)/span).
    private var ageTerm: (Double?, BilingualText) {
        guard let built = dossier.built else { return none("建成年份不详", "year of construction not known") }
        guard let age else { return none("建成日期 \(built.text) 晚于当前日期，不予采信", "built \(built.text) lies in the future: not believed") }
        let share = min(1, max(0, (age / designLife - model.ageFrom) / model.ageSpan))
        let (years, life) = (IndexFacts.oneDecimal(age), JSONWriter.threeDecimals(designLife))
        let isOwn = dossier.designLife != nil
        return (
            share,
            BilingualText(
                chinese: "\(built.text) 建成，已用 \(years) 年，设计年限 \(life) 年\(isOwn ? "" : "（类别默认）")",
                english: "built \(built.text), \(years) years old, design life \(life) years\(isOwn ? "" : " (of the class)")")
        )
    }

    private func materialTerm(_ most: Double) -> (Double?, BilingualText) {
        guard dossier.material != nil else { return none("材质不详", "material not known") }
        guard let material else { return none("材质不在档案材质表内", "the material is none of the profile's") }
        let words = material.words
        if isBanned { return (1, BilingualText(chinese: "\(words.chinese)，落后材质", english: "\(words.english), outdated for this class")) }
        return (most > 0 ? min(1, material.points / most) : 0, words)
    }

    /// min(1, breaks per kilometre and year ÷ full).
    private var breakTerm: (Double?, BilingualText) {
        guard let breaks = dossier.breaks else { return none("破损记录不详", "no record of breaks") }
        guard let length = dossier.lengthKilometres, length > 0 else { return none("长度不详", "length not known") }
        guard !future.contains("breaks"), !future.contains("breaks_since") else {
            return none("破损年份晚于当前年份，不予采信", "breaks in the future: not believed")
        }
        let nowYear = Double(now.microseconds(since: PartialDate(year: 1970).earliest)) / (IndexFacts.year * 86_400e6) + 1970
        guard let since = dossier.breaksSince.map({ nowYear - Double($0) }) ?? age else {
            return none("记录起始年份不详", "not known since when breaks are recorded")
        }
        // Less than a year of records would make a rate out of one stroke of bad luck.
        let years = max(1, since)
        let rate = Double(breaks.count) / (length * years)
        let (length1, years1, rate1) = (JSONWriter.threeDecimals(length), IndexFacts.oneDecimal(years), JSONWriter.threeDecimals(rate))
        return (
            min(1, rate / rules.historyFull),
            BilingualText(
                chinese: "\(length1) km，\(years1) 年内破损 \(breaks.count) 次，每公里每年 \(rate1) 次，满分值 \(JSONWriter.threeDecimals(rules.historyFull))",
                english:
                    "\(breaks.count) \(breaks.count == 1 ? "break" : "breaks") on \(length1) km in \(years1) years: \(rate1) per km and year, all points at \(JSONWriter.threeDecimals(rules.historyFull))"
            )
        )
    }

    private var faultTerm: (Double?, BilingualText) {
        guard let faults = dossier.faults else { return none("故障次数不详", "number of faults not known") }
        guard let trips = dossier.trips, trips > 0 else { return none("运行次数不详", "number of trips not known") }
        let rate = Double(faults) / (Double(trips) / 1000)
        let rate1 = JSONWriter.threeDecimals(rate)
        return (
            min(1, rate / rules.historyFull),
            BilingualText(
                chinese: "运行 \(trips) 次，故障 \(faults) 次，每千次 \(rate1) 次，满分值 \(JSONWriter.threeDecimals(rules.historyFull))",
                english:
                    "\(faults) \(faults == 1 ? "fault" : "faults") in \(trips) trips: \(rate1) per 1000, all points at \(JSONWriter.threeDecimals(rules.historyFull))"
            )
        )
    }

    private var complianceTerm: (Double?, BilingualText) {
        let failed = dossier.standardsNotMet ?? []
        if !failed.isEmpty {
            return (1, BilingualText(chinese: "不符合 \(list(failed, "、"))", english: "does not meet \(list(failed, ", "))"))
        }
        // "None that it fails" alone says only that nobody wrote one down.
        guard let met = dossier.standardsMet, !met.isEmpty else { return none("是否符合现行标准不详", "not known whether it meets its standards") }
        return (0, BilingualText(chinese: "符合 \(list(met, "、"))", english: "meets \(list(met, ", "))"))
    }

    private var builtOverTerm: (Double?, BilingualText) {
        guard let isBuiltOver = dossier.isBuiltOver else { return none("是否占压不详", "not known whether it is built over") }
        return isBuiltOver
            ? (1, BilingualText(chinese: "被占压", english: "built over")) : (0, BilingualText(chinese: "无占压", english: "not built over"))
    }

    private var surroundingsTerm: (Double?, BilingualText) {
        guard let hazards = dossier.surroundings else { return none("运行环境不详", "surroundings not known") }
        return hazards.isEmpty
            ? (0, BilingualText(chinese: "未见环境隐患", english: "no hazards found"))
            : (1, BilingualText(chinese: list(hazards, "、"), english: list(hazards, ", ")))
    }

    private func list(_ words: [String], _ separator: String) -> String {
        var text = ""
        for word in words { text += (text.isEmpty ? "" : separator) + word }
        return text
    }

    // MARK: - Triggers and gates

    /// Everything that holds whatever the sum says.
    func marks(of asset: Asset, reds: [String]) -> [IndexMark] {
        var marks: [IndexMark] = []
        var isDue = false
        var isOverAge = false
        let gates = BilingualText(chinese: "\(model.origin)，指数门槛", english: "\(model.origin), gates of the index")
        if isBanned, rules.terms.contains(.material), let material {
            isDue = true
            marks.append(
                IndexMark(
                    id: "index.banned_material", verdict: model.renewalGate,
                    words: BilingualText(chinese: "落后材质：\(material.words.chinese)", english: "outdated material: \(material.words.english)"),
                    source: material.source))
        }
        for trigger in model.triggers where holds(trigger) {
            isDue = isDue || trigger.effect == .renewal
            isOverAge = isOverAge || trigger.effect == .overAge
            marks.append(
                IndexMark(id: trigger.id, verdict: trigger.effect == .renewal ? model.renewalGate : nil, words: trigger.words, source: trigger.source)
            )
        }
        if let age, age >= designLife {
            isOverAge = true
            marks.append(
                IndexMark(
                    id: "index.over_age", verdict: nil, words: BilingualText(chinese: "超设计年限", english: "past its design life"),
                    source: rules.source))
        }
        guard !reds.isEmpty else { return marks }
        if isDue {
            let words = BilingualText(chinese: "应更新改造，且有红色告警 \(list(reds, "、"))", english: "due for renewal, and red now: \(list(reds, ", "))")
            marks.append(IndexMark(id: "index.renewal_and_red", verdict: model.renewalRedGate, words: words, source: gates))
        }
        if isOverAge {
            let words = BilingualText(chinese: "超年限，且有红色告警 \(list(reds, "、"))", english: "over-age, and red now: \(list(reds, ", "))")
            marks.append(IndexMark(id: "index.over_age_and_red", verdict: model.overAgeRedGate, words: words, source: gates))
        }
        return marks
    }

    private func holds(_ trigger: IndexTrigger) -> Bool {
        guard trigger.assetClass == rules.assetClass else { return false }
        if !trigger.materials.isEmpty, !trigger.materials.contains(where: { $0 == dossier.material }) { return false }
        if let least = trigger.age {
            guard let age, age >= least else { return false }
        }
        if !trigger.assessments.isEmpty {
            guard let assessment = dossier.assessment, !future.contains("assessment"), trigger.assessments.contains(assessment.result) else {
                return false
            }
        }
        return trigger.traits.isEmpty || trigger.traits.contains { dossier.traits.contains($0) }
    }
}
