import Lifeline

/// An alert's document as lines for people.
struct AlertView {
    private let event: JSONValue

    init?(_ body: some Collection<UInt8>) {
        guard let event = JSONValue(body), !event["specversion"].isNull else { return nil }
        self.event = event
    }

    init(_ event: JSONValue) { self.event = event }

    var kind: String { (event["type"].text ?? "").split(separator: ".").last.map { String($0) } ?? "" }
    var level: String { (event["severitytext"].text ?? "").lowercased() }
    var subject: String { event["subject"].text ?? "" }
    var rule: String { event["data"]["bamai"]["rule"].text ?? "" }
    var sensor: String { event["data"]["bamai"]["sensor"].text ?? "" }
    /// `2026-01-02T11:20:31+08:00`: when it was made.
    var recorded: String { event["recordedtime"].text ?? "" }

    var year: String { String(recorded.prefix(4)) }

    /// The sentence; in older documents it is the headline.
    func sentence(_ language: Language) -> String {
        let wanted = language == .zh ? "zh-CN" : "en-GB"
        let infos = event["data"]["info"].list
        let info = infos.first { $0["language"].text == wanted } ?? infos.first
        if let text = info?["description"].text ?? info?["headline"].text { return text }
        // A change of the board: what, and by whom.
        let by = event["data"]["by"].text ?? ""
        return (event["data"]["what"].text ?? "") + (by.isEmpty ? "" : " (\(by))")
    }

    /// `01-02 11:20:31  orange raised    manhole/MH-17   Manhole cover …`: the sentence wrapped under itself where the terminal's width is given.
    func line(_ language: Language, date: Bool = true, columns: Int? = nil) -> String {
        let clock = String(recorded.dropFirst(11).prefix(8))
        let time = date ? "\(recorded.dropFirst(5).prefix(5)) \(clock)" : clock
        let isOver = kind == "cleared"
        let word = Terminal.pad(kind, 9)
        let head =
            "\(Terminal.paint(time, .grey))  \(isOver ? Terminal.paint(Terminal.pad(level, 6), .grey) : Terminal.level(level)) "
            + "\(isOver ? Terminal.paint(word, .green) : Terminal.paint(word, .bold)) \(Terminal.pad(Terminal.plain(subject), 14))  "
        let text = Terminal.plain(sentence(language))
        let indent = Terminal.width(head)
        guard let columns, columns - indent >= 24 else { return head + text }
        return head + Terminal.wrap(text, columns - indent).joined(separator: "\n" + String(repeating: " ", count: indent))
    }
}
