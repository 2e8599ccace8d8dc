import Lifeline

/// A versioned set of quantities and rules: the numbers that a city, not a program, decides on.
package struct Profile: Equatable, Sendable {
    /// The file's name without `.toml`.
    package var name: String
    /// *Range*: from 1; said in every alert of its rules.
    package var version: Int
    /// Names are unique.
    package var quantities: [Quantity]
    /// Ids are unique; each says `name@version` as its origin.
    package var rules: [Rule]
    /// What its rules' reckoned quantities are made of.
    package var derivations: [Derivation]
    /// How the sick-running index is made; nil: the profile has none.
    package var index: IndexModel?
}

/// Reads a profile file.
struct ProfileReader {
    let shelf: FileShelf
    var log: FindingLog { shelf.log }

    /// What a site builds on; broken entries are known by name only.
    struct Draft {
        var name = ""
        var version = 1
        var book = QuantityBook()
        var derivations: [Derivation] = []
        var rules: [RuleEntry] = []
        var index: IndexModel?
        var alarms = AlarmPolicy.none
        /// The profile could not be read: an unknown quantity or rule is nobody's fault then.
        var isIncomplete = false

        static var unreadable: Draft {
            var draft = Draft()
            draft.isIncomplete = true
            draft.book.isIncomplete = true
            return draft
        }
    }

    /// - Parameter missing: The finding for a file that is not there.
    func draft(at path: String, missing: (() -> (message: String, spot: Spot))? = nil) -> Draft? {
        guard let root = shelf.root(of: path, role: "profile", missing: missing) else { return nil }
        let reader = TableReader(root, Schema.profileFile, file: path, log: log)
        var draft = Draft()
        if let name = reader.identifier("profile") {
            draft.name = name.value
            let stem = FilePath.stem(of: path)
            if name.value != stem { log.error("the profile's name must be the file's, \(Wording.quote(stem))", at: name.spot) }
        }
        draft.version = reader.whole("version", in: 1...1_000_000)?.value ?? 1
        _ = reader.text("notes", limit: 2000)
        draft.book.read(reader.tables("quantity", Schema.quantity, limit: Limits.quantities), log: log)
        draft.derivations = DerivationReader(quantities: draft.book, log: log)
            .derivations(reader.tables("derive", Schema.derivation, limit: Limits.derivations))
        let rules = RuleReader(quantities: draft.book, origin: "\(draft.name)@\(draft.version)", targets: nil, log: log)
        draft.rules = rules.rules(reader.tables("rule", Schema.profileRule, limit: Limits.rules))
        draft.index = reader.table("index", Schema.index).flatMap { IndexModelReader(reader: $0, origin: "\(draft.name)@\(draft.version)").read() }
        if let table = reader.table("alarms", Schema.profileAlarms) { draft.alarms = AlarmReader(base: .none).read(table) }
        let ids = draft.rules.map(\.id.value)
        for entry in draft.rules {
            if let other = entry.confirmedBy, !ids.contains(other.value) {
                log.error(Wording.unknown("rule", other.value, among: ids), at: other.spot)
            }
            for other in entry.suppressedBy where !ids.contains(other.value) {
                log.error(Wording.unknown("rule", other.value, among: ids), at: other.spot)
            }
        }
        return draft
    }
}
