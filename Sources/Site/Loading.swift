/// Reads and validates a site.
///
/// - Parameters:
///   - path: The site file, `firmware-config/<site>/site.toml`. Profiles and device templates are looked for in `../profiles` and
///     `../devices` beside its folder, unless the site says otherwise.
///   - sources: Where files come from.
/// - Returns: The configuration with its warnings, or every error at once.
package func loadSite(at path: String, from sources: SiteSources) -> SiteOutcome {
    let log = FindingLog()
    return Validation(SiteReader(path: path, shelf: FileShelf(sources, log: log)).read(), log)
}

/// Reads and validates a profile by itself.
package func loadProfile(at path: String, from sources: SiteSources) -> Validation<Profile> {
    let log = FindingLog()
    let draft = ProfileReader(shelf: FileShelf(sources, log: log)).draft(at: path)
    let profile = draft.map {
        Profile(
            name: $0.name, version: $0.version, quantities: $0.book.quantitiesInOrder, rules: $0.rules.compactMap(\.rule),
            derivations: $0.derivations,
            index: $0.index)
    }
    return Validation(profile, log)
}

/// Reads a device template by itself and validates it against a profile's quantities.
///
/// - Returns: The names of the readings that the template gives.
package func checkTemplate(at path: String, profile: String, from sources: SiteSources) -> Validation<[String]> {
    let log = FindingLog()
    let shelf = FileShelf(sources, log: log)
    let book = ProfileReader(shelf: shelf).draft(at: profile)?.book ?? QuantityBook()
    let template = TemplateShelf.read(path, shelf)
    if let template {
        let format = template.format?.value ?? .json
        let codes = CodeShelf(shelf, folder: FilePath.join(FilePath.folder(of: path), "../codes"))
        MessageCheck(
            format: format, identity: template.identity, timePath: template.timePath, history: template.history, bytes: template.bytes,
            readings: template.readings, log: log
        ).check()
        for draft in template.readings {
            _ = ReadingResolver(
                draft: draft, own: MessageDraft(), base: template, format: format, quantities: book, codes: codes, log: log
            ).resolve()
        }
        if let topic = template.topic {
            let shown = DeviceReader.replacing("{id}", in: topic.value, with: "id")
            if let objection = TextRules.objection(toTopicFilter: shown) { log.error("topic \(objection)", at: topic.spot) }
        }
    }
    return Validation(template?.readings.compactMap { $0.name?.value }, log)
}
