import Lifeline

/// What a gateway is asked to take over from a duty officer, as its reader of decisions understands it.
struct OfferedDecision: Sendable, Equatable {
    var act: String
    var asset = ""
    var rule = ""
    var episode = ""
    var until: Timestamp?
    var reason: String
    var by: String
    /// The desk vouches that who ends it is competent, and confirmed it on site.
    var isCompetent = false

    /// The JSON on its way. `id` is the same for every delivery; `sequence` goes up.
    func document(id: String, sequence: Int64, gateway: String, made: Timestamp) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("id", id)
        json.member("sequence", sequence)
        json.member("gateway", gateway)
        json.member("act", act)
        for (name, text) in [("asset", asset), ("rule", rule), ("episode", episode)] where !text.isEmpty { json.member(name, text) }
        if let until { json.member("until", CivilTime.rfc3339(until, offsetSeconds: 0)) }
        if isCompetent { json.member("competent", true) }
        json.member("reason", reason)
        json.member("by", by)
        json.member("made", CivilTime.rfc3339(made, offsetSeconds: 0))
        json.endObject()
        return json.text
    }
}
