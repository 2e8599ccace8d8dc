/// What an alert's document holds, for mappings to take from. A list's items are all alike: they stand here as item 0.
package enum DocumentPaths {
    private static let event = [
        "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "recordedtime", "sequence", "correlationid", "severitytext",
        "severitynumber", "senttime", "clockstate", "correctedtime", "data",
    ]
    private static let cap = [
        "identifier", "sender", "sent", "status", "msgType", "scope", "restriction", "references", "incidents", "info", "bamai",
    ]
    private static let info = [
        "language", "category", "category.0", "event", "responseType", "responseType.0", "urgency", "severity", "certainty", "eventCode",
        "eventCode.0",
        "eventCode.0.valueName", "eventCode.0.value", "onset", "senderName", "headline", "description", "instruction", "parameter", "parameter.0",
        "parameter.0.valueName", "parameter.0.value", "area", "area.0", "area.0.areaDesc", "area.0.circle", "area.0.circle.0",
    ]
    private static let details = [
        "gateway", "rule", "profile", "level", "sensor", "asset", "asset_class", "asset_name", "quantity", "unit", "late", "chattering", "location",
        "location.latitude", "location.longitude", "location.system", "evidence", "dropped",
    ]
    private static let evidence = [
        "seen", "limit", "expected", "expected_low", "expected_high", "worst", "score", "feature", "confirmed_by", "circumstances",
        "circumstances.0", "circumstances.0.zh", "circumstances.0.en", "window_start", "window",
        "window.0",
        "window.0.0", "history", "history.start", "history.step_s", "history.low", "history.low.0", "history.high", "history.high.0",
        "history.expected_low", "history.expected_low.0", "history.expected_high", "history.expected_high.0",
    ]

    private static let index = [
        "value", "highest", "verdict", "verdict_zh", "verdict_en", "coverage", "profile", "screening", "terms", "terms.0", "terms.0.rule",
        "terms.0.term",
        "terms.0.points", "terms.0.maximum", "terms.0.known", "terms.0.words", "terms.0.words.zh", "terms.0.words.en", "terms.0.inputs",
        "terms.0.inputs.zh", "terms.0.inputs.en", "terms.0.source", "terms.0.source.zh", "terms.0.source.en", "marks", "marks.0", "marks.0.id",
        "marks.0.verdict", "marks.0.words", "marks.0.words.zh", "marks.0.words.en", "marks.0.source", "marks.0.source.zh", "marks.0.source.en",
    ]

    /// Every path that may lead somewhere, with dots.
    package static let all: [String] = {
        func below(_ prefix: String, _ names: [String]) -> [String] { names.map { prefix + "." + $0 } }
        var paths = event
        paths += below("data", cap)
        paths += ["data.info.0"]
        paths += below("data.info.0", info)
        paths += below("data.bamai", details)
        paths += below("data.bamai.evidence", evidence)
        paths += ["data.bamai.index"]
        paths += below("data.bamai.index", index)
        return paths
    }()

    /// The reason why a path leads nowhere in any document; nil where it may lead somewhere.
    static func objection(to path: [String]) -> String? {
        let form = path.map { $0.utf8.allSatisfy { (48...57).contains($0) } ? "0" : $0 }.joined(separator: ".")
        return all.contains(form) ? nil : Wording.unknown("path", path.joined(separator: "."), among: all, place: " of an alert's document")
    }
}
