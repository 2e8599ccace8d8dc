extension Alert {
    /// The member `index` of the alert's own data: how sick the asset was when the alert was made, and from what. Nothing where it has no index.
    ///
    /// *Size*: at most `IndexSummary.lineLimit` lines and as many marks.
    func indexMember(_ json: inout JSONWriter) {
        guard let index else { return }
        json.key("index")
        json.beginObject()
        IndexJSON.head(&json, value: index.value, highest: index.highest, verdict: index.verdict, coverage: index.coverage, origin: index.origin)
        json.member("screening", true)
        json.key("terms")
        json.beginArray()
        for line in index.lines { IndexJSON.line(&json, line) }
        json.endArray()
        json.key("marks")
        json.beginArray()
        for mark in index.marks { IndexJSON.mark(&json, mark) }
        json.endArray()
        json.endObject()
    }
}
