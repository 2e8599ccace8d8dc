import Lifeline

/// Reads a profile's `[index]`.
struct IndexModelReader {
    let reader: TableReader
    /// `lifeline-cn@4`.
    let origin: String
    var log: FindingLog { reader.log }

    /// What a table is of, at the most: no city has more.
    private enum Limit {
        static let materials = 64
        static let triggers = 128
    }

    /// The model, or nil with findings.
    func read() -> IndexModel? {
        let before = log.errorCount
        let from = reader.number("age_from", in: 0...10)
        let span = reader.number("age_span", in: 0.01...10)
        let coverage = reader.number("least_coverage", in: 0...1)
        let confidence = reader.table("confidence", Schema.indexConfidence)
        let observed = confidence?.number("observed", in: 0...1)
        let likely = confidence?.number("likely", in: 0...1)
        let possible = confidence?.number("possible", in: 0...1)
        let bands = bands()
        let gates = reader.table("gates", Schema.indexGates)
        let renewal = verdict(gates, "renewal")
        let renewalRed = verdict(gates, "renewal_and_red")
        let overAgeRed = verdict(gates, "over_age_and_red")
        let note = reader.table("note", Schema.bilingual).flatMap { bilingual($0, limit: 400) }
        let terms = terms()
        let classes = classes()
        // Where the term itself is broken its materials are not at fault.
        let most = terms.first { $0.term == .material }?.points ?? 100
        let materials = materials(most: most)
        let triggers = triggers(materials: materials.map(\.id), classes: classes.map(\.assetClass))
        guard log.errorCount == before, let from, let span, let coverage, let observed, let likely, let possible, let bands, let renewal,
            let renewalRed,
            let overAgeRed, let note
        else { return nil }
        return IndexModel(
            origin: origin, terms: terms, ageFrom: from.value, ageSpan: span.value, confidenceObserved: observed.value,
            confidenceLikely: likely.value, confidencePossible: possible.value, immediateFrom: bands.immediate, limitedFrom: bands.limited,
            controlFrom: bands.control, leastCoverage: coverage.value, renewalGate: renewal, renewalRedGate: renewalRed, overAgeRedGate: overAgeRed,
            materials: materials, classes: classes, triggers: triggers, note: note)
    }

    private func bilingual(_ texts: TableReader, limit: Int) -> BilingualText? {
        let chinese = texts.text("zh", limit: limit)
        let english = texts.text("en", limit: limit)
        guard let chinese, let english else { return nil }
        return BilingualText(chinese: chinese.value, english: english.value)
    }

    private func source(_ table: TableReader) -> BilingualText? { table.table("source", Schema.bilingual).flatMap { bilingual($0, limit: 200) } }

    private func bands() -> (immediate: Double, limited: Double, control: Double)? {
        guard let table = reader.table("bands", Schema.indexBands) else { return nil }
        let immediate = table.number("immediate", in: 0...100)
        let limited = table.number("limited", in: 0...100)
        let control = table.number("control", in: 0...100)
        guard let immediate, let limited, let control else { return nil }
        guard immediate.value > limited.value, limited.value > control.value else {
            log.error("bands must fall: immediate above limited above control", at: table.here)
            return nil
        }
        return (immediate.value, limited.value, control.value)
    }

    private func verdict(_ table: TableReader?, _ key: String) -> IndexVerdict? {
        guard let name = table?.text(key) else { return nil }
        let known: [IndexVerdict] = [.fit, .control, .limited, .immediate]
        if let verdict = IndexVerdict(name: name.value), known.contains(verdict) { return verdict }
        log.error(Wording.unknown("verdict", name.value, among: known.map(\.name)), at: name.spot)
        return nil
    }

    private func terms() -> [IndexTermModel] {
        var register = IDRegister("term")
        var terms: [IndexTermModel] = []
        let tables = reader.tables("term", Schema.indexTerm, limit: IndexTerm.allCases.count)
        for table in tables {
            let term: Located<IndexTerm>? = table.choice("id", "term")
            let points = table.number("points", in: 0...100)
            let words = bilingual(table, limit: 60)
            let source = source(table)
            guard let term, register.declare(term.map(\.rawValue), log: log).isNew, let points, let words, let source else { continue }
            terms.append(IndexTermModel(term: term.value, points: points.value, words: words, source: source))
        }
        guard terms.count == tables.count, !tables.isEmpty else { return terms }
        for term in IndexTerm.allCases where !terms.contains(where: { $0.term == term }) {
            log.error("there is no [[index.term]] with id = \"\(term.rawValue)\"", at: reader.here)
        }
        let sum = terms.reduce(0) { $0 + $1.points }
        if abs(sum - 100) > 1e-6, terms.count == IndexTerm.allCases.count {
            log.error("the points of the terms make \(JSONWriter.threeDecimals(sum)); together they must make 100", at: reader.here)
        }
        return terms
    }

    private func classes() -> [IndexClass] {
        var register = IDRegister("class")
        var classes: [IndexClass] = []
        for table in reader.tables("class", Schema.indexClass, limit: AssetClass.allCases.count) {
            let assetClass: Located<AssetClass>? = table.choice("class", "asset class", among: AssetClass.ofSites)
            let life = table.number("design_life", in: 1...500)
            let terms = choices(table, "terms", "term", IndexTerm.self)
            let history: Located<IndexHistoryKind>? = table.choice("history", "history")
            let full = table.number("history_full", in: 1e-6...1e6)
            let source = source(table)
            if terms.contains(.history), !table.has("history") || !table.has("history_full") {
                log.error("the term \"history\" needs the keys history and history_full", at: table.here)
            }
            guard let assetClass, register.declare(assetClass.map(\.rawValue), log: log).isNew, let life, let source else { continue }
            classes.append(
                IndexClass(
                    assetClass: assetClass.value, designLife: life.value, terms: terms, history: history?.value ?? .breaks,
                    historyFull: full?.value ?? 1, source: source))
        }
        return classes
    }

    private func materials(most: Double) -> [IndexMaterial] {
        var register = IDRegister("material")
        var materials: [IndexMaterial] = []
        for table in reader.tables("material", Schema.indexMaterial, limit: Limit.materials) {
            let id = table.identifier("id", alphabet: "_")
            let points = table.number("points", in: 0...most)
            let banned = choices(table, "banned", "asset class", AssetClass.self)
            let words = bilingual(table, limit: 60)
            let source = source(table)
            guard let id, register.declare(id, log: log).isNew, let points, let words, let source else { continue }
            materials.append(IndexMaterial(id: id.value, words: words, points: points.value, banned: banned, source: source))
        }
        return materials
    }

    private func triggers(materials: [String], classes: [AssetClass]) -> [IndexTrigger] {
        var register = IDRegister("trigger")
        var triggers: [IndexTrigger] = []
        for table in reader.tables("trigger", Schema.indexTrigger, limit: Limit.triggers) {
            let id = table.identifier("id")
            let assetClass: Located<AssetClass>? = table.choice("class", "asset class", among: classes)
            let effect: Located<TriggerEffect>? = table.choice("effect", "effect")
            let age = table.number("age", in: 0...500)
            let assessments = choices(table, "assessment", "assessment", AssessmentResult.self)
            let named = table.texts("materials", limit: Limit.materials)
            for name in named where !materials.contains(name.value) {
                log.error(Wording.unknown("material", name.value, among: materials), at: name.spot)
            }
            let traits = table.texts("traits", limit: Dossier.wordLimit)
            for trait in traits {
                if let objection = TextRules.objection(toID: trait.value, alphabet: "_") { log.error("traits: a name \(objection)", at: trait.spot) }
            }
            let words = bilingual(table, limit: 100)
            let source = source(table)
            if !["materials", "age", "assessment", "traits"].contains(where: { table.has($0) }) {
                log.error("a trigger needs at least one of materials, age, assessment and traits", at: table.here)
            }
            guard let id, register.declare(id, log: log).isNew, let assetClass, let effect, let words, let source else { continue }
            triggers.append(
                IndexTrigger(
                    id: id.value, assetClass: assetClass.value, effect: effect.value, materials: named.map(\.value), age: age?.value,
                    assessments: assessments, traits: traits.map(\.value), words: words, source: source))
        }
        return triggers
    }

    /// Names of an enumeration in an array.
    private func choices<Choice: CaseIterable & RawRepresentable & Equatable>(
        _ table: TableReader, _ key: String, _ what: String, _: Choice.Type
    ) -> [Choice] where Choice.RawValue == String {
        var choices: [Choice] = []
        for name in table.texts(key, limit: 64) {
            guard let choice = Choice(rawValue: name.value) else {
                log.error(Wording.unknown(what, name.value, among: Choice.allCases.map(\.rawValue)), at: name.spot)
                continue
            }
            if !choices.contains(choice) { choices.append(choice) }
        }
        return choices
    }
}
