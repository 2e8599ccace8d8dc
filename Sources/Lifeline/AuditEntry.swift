/// Who changed what on a board, and when: as the board side writes it down, and as the gateway forwards it.
package struct AuditEntry: Equatable, Sendable {
    /// Derived from the change and its phase, so that one that is told twice is kept once.
    package var id: String
    /// `adopt`, `push`, `rollback`, `confirm`, `keep`, `revert`, `strand`, `recover`, `secret`.
    package var act: String
    /// Who, as their own machine says.
    package var by: String
    /// One sentence: what was changed from what to what, and why where there is a reason.
    package var what: String
    /// The generation that runs after it; 0 where none is meant.
    package var generation: Int
    /// When, by the board's clock.
    package var made: Timestamp

    package init(id: String, act: String, by: String, what: String, generation: Int, made: Timestamp) {
        (self.id, self.act, self.by, self.what, self.generation, self.made) = (id, act, by, what, generation, made)
    }

    /// *Limits*: bytes of an entry, and of each of its texts; what is longer is cut.
    package static let bytesLimit = 4096
    package static let textLimit = 400

    /// One line of JSON.
    package var json: [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("schema", 1)
        json.member("id", id)
        json.member("act", act)
        json.member("by", AuditEntry.cut(by))
        json.member("what", AuditEntry.cut(what))
        json.member("generation", generation)
        json.member("made_us", made.microseconds)
        json.endObject()
        json.endLine()
        return json.bytes
    }

    private static func cut(_ text: String) -> String { text.utf8.count <= textLimit ? text : String(text.prefix(textLimit / 4)) + "…" }

    /// Reads what `json` wrote; nil where it is no entry.
    package init?(json bytes: [UInt8]) {
        guard bytes.count <= AuditEntry.bytesLimit, let value = JSONValue(bytes), value["schema"].count == 1, let id = value["id"].text,
            let act = value["act"].text, let by = value["by"].text, let what = value["what"].text, !id.isEmpty, id.utf8.count <= 120, !act.isEmpty,
            act.utf8.allSatisfy({ (97...122).contains($0) || $0 == 95 })
        else { return nil }
        (self.id, self.act, self.by, self.what, generation) = (id, act, by, what, Int(value["generation"].count))
        made = Timestamp(microseconds: value["made_us"].count)
    }

    /// The entry as a CloudEvents document of type `cn.bamai.audit.<act>`.
    package func cloudEvent(gateway: String, sequence: Sequence64, utcOffsetSeconds: Int) -> [UInt8] {
        let time = CivilTime.rfc3339(made, offsetSeconds: utcOffsetSeconds)
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("specversion", "1.0")
        json.member("id", id)
        json.member("source", "urn:bamai:" + gateway)
        json.member("type", "cn.bamai.audit." + act)
        json.member("subject", "gateway/" + gateway)
        json.member("time", time)
        json.member("datacontenttype", "application/json")
        json.member("recordedtime", time)
        json.member("sequence", Alert.padded(sequence))
        json.key("data")
        json.beginObject()
        json.member("act", act)
        json.member("by", by)
        json.member("what", what)
        if generation > 0 { json.member("generation", generation) }
        json.endObject()
        json.endObject()
        return json.bytes
    }
}
