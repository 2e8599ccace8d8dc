import Lifeline

/// Puts a site's rules over its profile's.
struct RuleMerge {
    let profile: ProfileReader.Draft
    let site: [RuleEntry]
    let disabled: [Located<String>]
    let log: FindingLog

    /// The profile's rules in their order, each replaced by the site's rule of the same id, then the site's further rules; without the disabled ones.
    func rules() -> [Rule] {
        var entries = profile.rules
        for entry in site {
            if let index = entries.firstIndex(where: { $0.id.value == entry.id.value }) {
                // A site that changes a limit does not mean to blind the index: what it does not say stays.
                let weight = entries[index].rule?.index
                entries[index] = entry
                if let rule = entry.rule, rule.index == nil, rule.kind != .silent, rule.kind != .fault { entries[index].rule?.index = weight }
            } else {
                entries.append(entry)
            }
        }
        let ids = entries.map(\.id.value)
        for entry in site {
            if let other = entry.confirmedBy, !ids.contains(other.value), !profile.isIncomplete {
                log.error(Wording.unknown("rule", other.value, among: ids), at: other.spot)
            }
            for other in entry.suppressedBy where !ids.contains(other.value) && !profile.isIncomplete {
                log.error(Wording.unknown("rule", other.value, among: ids), at: other.spot)
            }
        }
        var off: Set<String> = []
        for id in disabled {
            if !ids.contains(id.value) {
                if !profile.isIncomplete { log.error(Wording.unknown("rule", id.value, among: ids, place: " to disable"), at: id.spot) }
            } else if !off.insert(id.value).inserted {
                log.error("rule \(Wording.quote(id.value)) is disabled twice", at: id.spot)
            } else if site.contains(where: { $0.id.value == id.value }) {
                log.error("rule \(Wording.quote(id.value)) is this site's own: take it out instead of disabling it", at: id.spot)
            }
            let orphans = entries.filter { $0.confirmedBy?.value == id.value && !off.contains($0.id.value) }.map { Wording.quote($0.id.value) }
            if !orphans.isEmpty {
                log.warning(
                    "without \(Wording.quote(id.value)) nothing confirms \(Wording.list(orphans, joining: "and")): alerts stay \"Possible\"",
                    at: id.spot)
            }
        }
        return entries.compactMap { off.contains($0.id.value) ? nil : $0.rule }
    }
}
