import Lifeline
import Score

/// The renewal list as a spreadsheet opens it.
///
/// *Source*: RFC 4180, with a byte order mark, without which spreadsheets take Chinese for another encoding. A text that a spreadsheet would take for a formula
/// begins with an apostrophe.
struct IndexCSV {
    let answer: IndexAnswer
    let language: Language

    private static let columns = [
        "rank", "asset", "name", "address", "class", "index", "highest", "verdict", "verdict_zh", "verdict_en", "known_percent", "gates_and_triggers",
        "live_evidence", "without_data", "profile", "computed",
    ]

    /// The whole file.
    var bytes: [UInt8] {
        var text = "\u{feff}"
        let terms = IndexTerm.allCases.map(\.rawValue)
        var header: [String] = []
        for column in IndexCSV.columns.prefix(11) { header.append(column) }
        for term in terms { header += term == IndexTerm.live.rawValue ? [term + "_points"] : [term + "_points", term + "_inputs"] }
        header += IndexCSV.columns.dropFirst(11)
        text += IndexCSV.row(header)
        for (index, asset) in answer.assets.enumerated() { text += IndexCSV.row(fields(asset.value, rank: index + 1)) }
        var note = "\(answer.note.chinese) \(answer.note.english)"
        if !answer.isLive { note += " 未连接网关，缺少实时证据。 No gateway was asked: live evidence is missing." }
        text += IndexCSV.row([IndexCSV.safe(note)] + Array(repeating: "", count: header.count - 1))
        return Array(text.utf8)
    }

    private func fields(_ asset: JSONValue, rank: Int) -> [String] {
        func text(_ name: String) -> String { IndexCSV.safe(asset[name].text ?? "") }
        func number(_ value: JSONValue) -> String { value.number.map { JSONWriter.shortest($0) } ?? "" }
        func words(_ value: JSONValue) -> String { value[language.rawValue].text ?? "" }
        let share = ((asset["coverage"].number ?? 0) * 1000).rounded() / 10
        var fields = [
            "\(rank)", text("asset"), text("name"), text("address"), text("class_" + language.rawValue), number(asset["value"]),
            number(asset["highest"]), text("verdict"), text("verdict_zh"), text("verdict_en"), JSONWriter.shortest(share),
        ]
        let terms = asset["terms"].list
        for term in IndexTerm.allCases {
            let lines = terms.filter { $0["term"].text == term.rawValue }
            let points = lines.reduce(0) { $0 + ($1["points"].number ?? 0) }
            // An empty field is "not known" or "not of this class"; 0 is a healthy term.
            let isKnown = lines.contains { $0["known"].flag == true || ($0["points"].number ?? 0) > 0 }
            fields.append(isKnown ? JSONWriter.shortest((points * 10).rounded() / 10) : "")
            if term != .live { fields.append(IndexCSV.safe(lines.map { words($0["inputs"]) }.joined(separator: "; "))) }
        }
        let marks = asset["marks"].list.map { "\(words($0["words"])) [\($0["id"].text ?? "")]" }
        let live = terms.filter { $0["term"].text == IndexTerm.live.rawValue && ($0["points"].number ?? 0) > 0 }.map {
            "\(words($0["words"])) +\(number($0["points"])) (\(words($0["inputs"]))) [\($0["rule"].text ?? "")]"
        }
        let missing = terms.filter { $0["known"].flag == false }.map { words($0["words"]) }
        for list in [marks, live, missing] { fields.append(IndexCSV.safe(list.joined(separator: "; "))) }
        return fields + [text("profile"), IndexCSV.safe(answer.now)]
    }

    /// *Source*: OWASP, "CSV injection": what begins with one of these, or with its full-width twin, is a formula to some spreadsheet.
    static func safe(_ text: String) -> String {
        guard let first = text.first(where: { $0 != " " && $0 != "\u{3000}" }) else { return text }
        return "=+-@\t\r\n＝＋－＠".contains(first) ? "'" + text : text
    }

    private static func row(_ fields: [String]) -> String {
        fields.map { field in
            guard field.contains(where: { ",\"\r\n".contains($0) || $0 == "\r\n" }) else { return field }
            var quoted = "\""
            for character in field.unicodeScalars {
                if character == "\"" { quoted += "\"" }
                quoted.unicodeScalars.append(character)
            }
            return quoted + "\""
        }.joined(separator: ",") + "\r\n"
    }
}
