/// What a person has decided about alerts. It stands in the journal like a reading, so a replay takes it at the same place.
package struct Decision: Equatable, Sendable {
    /// What is done.
    package enum Act: String, CaseIterable, Sendable {
        /// Alerts of the scope are withheld for a time.
        case shelve
        /// They are no longer.
        case unshelve
        /// Somebody has seen an episode: it is said no more.
        case acknowledge
        /// A competent person ends a latched episode.
        case end
        /// An asset is being worked on: its alerts are withheld.
        case maintain
        /// The work is done.
        case resume
        /// An episode told of nothing: somebody has looked. It is said no more, ends by itself, and stands in the report on alarms.
        case falseAlarm = "false_alarm"
    }

    package var act: Act
    /// The scope; an empty text means every one. Not all of the three are empty where the act has a scope.
    package var asset: String
    package var rule: String
    package var sensor: String
    /// For `acknowledge` and `end`: the episode's id.
    package var episode: String
    /// For `shelve` and `maintain`: the end.
    package var until: Timestamp?
    package var reason: String
    /// Who decided.
    package var by: String
    /// The gateway's clock when it took the decision.
    package var made: Timestamp
    /// The platform's own id of the decision, by which a second copy is known; empty for one that was taken at the gateway.
    package var id: String = ""
    /// For `falseAlarm`: the worst value of its episode where that is still known.
    package var value: Double?

    /// *Units*: characters.
    package static let reasonLimit = 200
    package static let byLimit = 64
    package static let idLimit = 160

    package init(
        _ act: Act, asset: String = "", rule: String = "", sensor: String = "", episode: String = "", until: Timestamp? = nil, reason: String,
        by: String, made: Timestamp = .distantPast
    ) {
        self.act = act
        self.asset = asset
        self.rule = rule
        self.sensor = sensor
        self.episode = episode
        self.until = until
        self.reason = reason
        self.by = by
        self.made = made
    }

    /// Whether the act is about a scope (and not about an episode).
    package var hasScope: Bool { act != .acknowledge && act != .end && act != .falseAlarm }
    /// Whether the act lasts until a time.
    package var isTimed: Bool { act == .shelve || act == .maintain }

    /// Version 2 has `id` and `value` behind what version 1 has.
    private static let version: UInt8 = 2

    /// As the journal keeps it.
    package var bytes: [UInt8] {
        var writer = ByteWriter(reserving: 256)
        writer.append(Decision.version)
        for text in [act.rawValue, asset, rule, sensor, episode, reason, by] { writer.append(text) }
        writer.append((until ?? .distantPast).microseconds)
        writer.append(made.microseconds)
        writer.append(id)
        writer.append(value ?? .nan)
        return writer.bytes
    }

    /// From the journal; nil where the bytes are no decision that this program knows.
    package init?(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let version = reader.integer(UInt8.self), (1...Decision.version).contains(version), let name = reader.text(),
            let act = Act(rawValue: name), let asset = reader.text(),
            let rule = reader.text(), let sensor = reader.text(), let episode = reader.text(), let reason = reader.text(), let by = reader.text(),
            let until = reader.integer(Int64.self), let made = reader.integer(Int64.self)
        else { return nil }
        self.init(
            act, asset: asset, rule: rule, sensor: sensor, episode: episode, until: until == .min ? nil : Timestamp(microseconds: until),
            reason: reason, by: by, made: Timestamp(microseconds: made))
        guard version > 1 else { return }
        guard let id = reader.text(), let value = reader.double() else { return nil }
        (self.id, self.value) = (id, value.isNaN ? nil : value)
    }

    /// What the decision itself lacks or has too much of, whatever the site; nil: nothing.
    package var objection: String? {
        func text(_ text: String, _ name: String, _ limit: Int) -> String? {
            if text.unicodeScalars.allSatisfy({ $0.properties.isWhitespace }) { return "\(name) is missing" }
            return controls(text, name, limit)
        }
        func controls(_ text: String, _ name: String, _ limit: Int) -> String? {
            if text.unicodeScalars.count > limit { return "\(name) is longer than \(limit) characters" }
            return text.unicodeScalars.contains { $0.value < 32 || (0x7f...0x9f).contains($0.value) } ? "\(name) has a control character" : nil
        }
        if let found = text(reason, "reason", Decision.reasonLimit) ?? text(by, "by", Decision.byLimit) { return found }
        for (name, id) in [("asset", asset), ("rule", rule), ("sensor", sensor), ("episode", episode), ("id", self.id)] {
            if let found = controls(id, name, Decision.idLimit) { return found }
        }
        if hasScope && asset.isEmpty && rule.isEmpty && sensor.isEmpty { return "name an asset, a rule or a sensor" }
        if hasScope && !episode.isEmpty { return "\(act.rawValue) is about an asset, a rule or a sensor, not about an episode" }
        if !hasScope && episode.isEmpty { return "name the episode" }
        if !hasScope && act != .falseAlarm && !(asset.isEmpty && rule.isEmpty && sensor.isEmpty) {
            return "\(act.rawValue) is about an episode alone"
        }
        if (act == .maintain || act == .resume) && (asset.isEmpty || !rule.isEmpty || !sensor.isEmpty) { return "maintenance is of one asset" }
        if isTimed != (until != nil) { return isTimed ? "it needs an end" : "\(act.rawValue) has no end" }
        return nil
    }

    /// The decision as programs exchange it; `DecisionReader` reads it.
    package func write(to json: inout JSONWriter, utcOffsetSeconds: Int) {
        json.beginObject()
        if !id.isEmpty { json.member("id", id) }
        json.member("act", act.rawValue)
        for (name, id) in [("asset", asset), ("rule", rule), ("sensor", sensor), ("episode", episode)] where !id.isEmpty { json.member(name, id) }
        if let until { json.member("until", CivilTime.rfc3339(until, offsetSeconds: utcOffsetSeconds)) }
        json.member("reason", reason)
        json.member("by", by)
        if made != .distantPast { json.member("made", CivilTime.rfc3339(made, offsetSeconds: utcOffsetSeconds)) }
        json.endObject()
    }
}
