import Lifeline

/// Reads `[asset.dossier]`: what the owner's files say of an asset.
///
/// Whether a date lies in the future nobody can tell here, where no clock is read: the index does not believe such a date, and `bamai check` says so.
struct DossierReader {
    /// The profile's; nil: it has none, or could not be read, and any material is taken.
    let model: IndexModel?
    let log: FindingLog

    /// The dossier; broken keys are left out with findings.
    func read(_ reader: TableReader) -> Dossier {
        var dossier = Dossier()
        dossier.built = reader.date("built")?.value
        dossier.designLife = reader.number("design_life", in: 1...500)?.value
        dossier.material = material(reader)
        // A metre to what no single asset exceeds.
        dossier.lengthKilometres = reader.number("length_km", in: 0.001...10_000)?.value
        readBreaks(reader, into: &dossier)
        dossier.faults = reader.whole("faults", in: 0...1_000_000)?.value
        dossier.trips = reader.whole("trips", in: 1...1_000_000_000)?.value
        if dossier.faults != nil, !reader.has("trips") {
            log.error("faults without trips make no rate: write in how many trips they happened, trips = 86000", at: reader.spot(of: "faults"))
        }
        dossier.standardsMet = words(reader, "standards_met")
        dossier.standardsNotMet = words(reader, "standards_not_met")
        for name in dossier.standardsNotMet ?? [] where dossier.standardsMet?.contains(name) ?? false {
            log.error("standard \(Wording.quote(name)) is both met and not met", at: reader.spot(of: "standards_not_met"))
        }
        dossier.isBuiltOver = reader.boolean("built_over")?.value
        dossier.surroundings = words(reader, "surroundings")
        dossier.traits = traits(reader)
        if let table = reader.table("assessment", Schema.assessment) {
            let date = table.date("date")
            let result: Located<AssessmentResult>? = table.choice("result", "result")
            if let date, let result {
                dossier.assessment = Assessment(date: date.value, result: result.value)
                if let built = dossier.built, built.year > date.value.year {
                    log.error("assessed in \(date.value.year), before it was built", at: date.spot)
                }
            }
        }
        return dossier
    }

    private func material(_ reader: TableReader) -> String? {
        guard let name = reader.identifier("material", alphabet: "_") else { return nil }
        guard let model else { return name.value }
        if model.materials.contains(where: { $0.id == name.value }) { return name.value }
        log.error(Wording.unknown("material", name.value, among: model.materials.map(\.id)), at: name.spot)
        return nil
    }

    private func readBreaks(_ reader: TableReader, into dossier: inout Dossier) {
        let since = reader.whole("breaks_since", in: PartialDate.years)
        let breaks = reader.years("breaks", limit: Dossier.breakLimit)
        dossier.breaks = breaks?.map(\.value).sorted()
        dossier.breaksSince = since?.value
        let built = dossier.built?.year
        if let since, let built, since.value < built { log.error("breaks_since is \(since.value), before it was built (\(built))", at: since.spot) }
        for year in breaks ?? [] {
            if let since, year.value < since.value {
                log.error("a break in \(year.value), before breaks_since (\(since.value))", at: year.spot)
            } else if let built, year.value < built {
                log.error("a break in \(year.value), before it was built (\(built))", at: year.spot)
            }
        }
    }

    private func words(_ reader: TableReader, _ key: String) -> [String]? {
        guard reader.has(key) else { return nil }
        return reader.texts(key, limit: Dossier.wordLimit).map(\.value)
    }

    private func traits(_ reader: TableReader) -> [String] {
        let traits = reader.texts("traits", limit: Dossier.wordLimit)
        guard let model else { return traits.map(\.value) }
        var known: [String] = []
        for trait in model.triggers.flatMap(\.traits) where !known.contains(trait) { known.append(trait) }
        for trait in traits where !known.contains(trait.value) { log.error(Wording.unknown("trait", trait.value, among: known), at: trait.spot) }
        return traits.map(\.value)
    }
}

extension TableReader {
    /// A date of which perhaps only the year is known.
    func date(_ key: String) -> Located<PartialDate>? {
        guard let value = table[key], shape[key]?.form == .date else { return nil }
        let place = spot(value.position)
        let date: PartialDate?
        let shown: String
        switch value.content {
        case .whole(let year):
            (date, shown) = (Int(exactly: year).flatMap { PartialDate.years.contains($0) ? PartialDate(year: $0) : nil }, "\(year)")
        case .text(let text): (date, shown) = (PartialDate(text: text), Wording.quote(text))
        default: return nil
        }
        if let date { return Located(value: date, spot: place) }
        log.error(
            "\(key) is a year, \"1998-06\" or \"1998-06-15\" between \(PartialDate.years.lowerBound) and \(PartialDate.years.upperBound), found \(shown)",
            at: place)
        return nil
    }

    /// An array of years; nil where the key is absent.
    func years(_ key: String, limit: Int) -> [Located<Int>]? {
        guard let value = table[key], case .array(let items) = value.content else { return nil }
        if items.count > limit { log.error("\(key) has \(items.count) items; at most \(limit) are allowed", at: spot(value.position)) }
        var years: [Located<Int>] = []
        for item in items.prefix(limit) {
            guard case .whole(let number) = item.content else { continue }
            if let year = Int(exactly: number), PartialDate.years.contains(year) {
                years.append(Located(value: year, spot: spot(item.position)))
            } else {
                log.error(
                    "\(key): a year is \(PartialDate.years.lowerBound)…\(PartialDate.years.upperBound), found \(number)", at: spot(item.position))
            }
        }
        return years
    }
}
