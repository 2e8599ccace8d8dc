import Lifeline

/// What the desk keeps of a gateway's status document: what the fleet page shows, in the document's own words. A thousand whole ones would have to be read for
/// one page.
struct GatewayBrief {
    /// Problems that are kept; *Units*: characters of each text.
    static let (problemLimit, textLimit) = (20, 300)

    /// One problem that the gateway tells of.
    struct Problem: Equatable {
        var isError: Bool
        var subject: String
        var text: String
    }

    var problems: [Problem] = []
    /// *Units*: bytes; nil: not told.
    var journalBytes: Int64?
    var journalLimit: Int64?
    var sensors: Int64?
    var reporting: Int64?
    var state: String = ""

    /// Reads a status document, or one that this wrote.
    init(_ document: JSONValue) {
        func whole(_ value: JSONValue) -> Int64? { value.number.flatMap { $0 >= 0 && $0 < 9e15 ? Int64($0) : nil } }
        problems = document["problems"].list.prefix(GatewayBrief.problemLimit).map {
            Problem(
                isError: $0["severity"].text == "error", subject: Plain.text($0["subject"].text, limit: 60),
                text: Plain.text($0["text"].text, limit: GatewayBrief.textLimit))
        }
        (journalBytes, journalLimit) = (whole(document["journal"]["bytes"]), whole(document["journal"]["max_bytes"]))
        (sensors, reporting) = (whole(document["sensors"]["total"]), whole(document["sensors"]["reporting"]))
        state = Plain.text(document["state"].text, limit: 40)
    }

    /// The document's form, with nothing else in it.
    var text: String {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("state", state)
        json.key("problems")
        json.beginArray()
        for problem in problems {
            json.beginObject()
            json.member("severity", problem.isError ? "error" : "warning")
            json.member("subject", problem.subject)
            json.member("text", problem.text)
            json.endObject()
        }
        json.endArray()
        for (name, members) in [
            ("journal", [("bytes", journalBytes), ("max_bytes", journalLimit)]), ("sensors", [("total", sensors), ("reporting", reporting)]),
        ] {
            json.key(name)
            json.beginObject()
            for (member, value) in members { if let value { json.member(member, value) } }
            json.endObject()
        }
        json.endObject()
        return json.text
    }
}
