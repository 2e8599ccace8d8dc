import Lifeline
import Score

/// The sick-running index for people: the ranked list, or the lines of one asset.
struct IndexView {
    let answer: IndexAnswer
    let language: Language
    private var isChinese: Bool { language == .zh }

    init(answer: IndexAnswer, language: Language) {
        self.answer = answer
        self.language = language
    }

    func show(lines wantsLines: Bool) {
        let width = Terminal.isInteractive ? Terminal.size.columns : .max
        for line in wantsLines ? answer.assets.flatMap({ lines($0.value, width) }) + end(width) : list(width) {
            Output.line(width == .max ? line : Terminal.cut(line, width))
        }
    }

    // MARK: - The list

    /// The whole list; a narrow terminal sees less of the reasons.
    func list(_ width: Int) -> [String] {
        let title = isChinese ? "带病运行指数" : "sick-running index"
        var lines = [
            Terminal.paint("\(title)  \(Terminal.plain(answer.gateway))  \(Terminal.plain(answer.site))", .bold) + "  "
                + Terminal.paint(String(answer.now.prefix(16)), .grey)
        ]
        guard !answer.assets.isEmpty else { return lines + [isChinese ? "  没有可评分的设施" : "  no asset of a class that has an index"] + end(width) }
        let name = min(24, answer.assets.reduce(4) { max($0, Terminal.width($1.value["asset"].text ?? "")) })
        let kind = answer.assets.reduce(4) { max($0, Terminal.width(word($1.value, "class"))) }
        let head = isChinese ? ("指数", "建议", "数据", "设施", "类别", "主要原因") : ("index", "suggestion", "known", "asset", "class", "because")
        lines.append(
            Terminal.paint(
                "  \(Terminal.padLeft(head.0, 6))  \(Terminal.pad(head.1, IndexView.verdictWidth))  \(Terminal.padLeft(head.2, 5))  "
                    + "\(Terminal.pad(head.3, name))  \(Terminal.pad(head.4, kind))  \(head.5)", .grey))
        for asset in answer.assets { lines.append(row(asset.value, name: name, kind: kind)) }
        return lines + summary + end(width)
    }

    private static let verdictWidth = 31

    private func row(_ asset: JSONValue, name: Int, kind: Int) -> String {
        let verdict = asset["verdict"].text ?? ""
        let words = "\(Terminal.plain(asset["verdict_zh"].text ?? "")) \(Terminal.plain(asset["verdict_en"].text ?? ""))"
        let known = Terminal.padLeft("\(share(asset)) %", 5)
        return
            "  \(IndexView.paint(Terminal.padLeft(range(asset), 6), verdict))  \(IndexView.paint(Terminal.pad(words, IndexView.verdictWidth), verdict))  "
            + "\(isThin(asset) ? Terminal.paint(known, .yellow) : known)  "
            + "\(Terminal.pad(Terminal.cut(Terminal.plain(asset["asset"].text ?? ""), name), name))  "
            + "\(Terminal.pad(Terminal.plain(word(asset, "class")), kind))  \(Terminal.paint(reasons(asset), .grey))"
    }

    /// What gives the most, and what holds whatever the sum says.
    private func reasons(_ asset: JSONValue) -> String {
        let gates = asset["marks"].list.filter { !$0["verdict"].isNull }.map { Terminal.plain(text($0["words"])) }
        let given = asset["terms"].list.filter { ($0["points"].number ?? 0) > 0 }.enumerated().sorted {
            ($1.element["points"].number ?? 0, $0.offset) < ($0.element["points"].number ?? 0, $1.offset)
        }
        let terms = given.prefix(2).map { "\(Terminal.plain(text($0.element["words"]))) \(number($0.element["points"]))" }
        let missing = asset["terms"].list.filter { $0["known"].flag == false }.count
        let rest = missing == 0 ? "" : isChinese ? "缺 \(missing) 项资料" : Terminal.plural(missing, "term") + " without data"
        return (terms + gates.prefix(1) + (rest.isEmpty ? [] : [rest])).joined(separator: isChinese ? "，" : ", ")
    }

    private var summary: [String] {
        var parts: [String] = []
        for verdict in IndexVerdict.allCases.reversed() {
            let count = answer.assets.count { $0.value["verdict"].text == verdict.name }
            if count > 0 { parts.append("\(count) \(isChinese ? verdict.chinese : verdict.english)") }
        }
        return [Terminal.paint("  " + parts.joined(separator: isChinese ? "，" : ", "), .bold)]
    }

    /// What stands under every list.
    func end(_ width: Int) -> [String] {
        var lines: [String] = []
        if !answer.isLive {
            let text = isChinese ? "未连接网关：缺少实时证据，仅为档案部分" : "no gateway was asked: live evidence is missing, this is the static part alone"
            lines.append("  " + Terminal.paint(text, .yellow))
        }
        let note = Terminal.plain(isChinese ? answer.note.chinese : answer.note.english)
        let room = width == .max ? 120 : max(24, width - 2)
        return lines + Terminal.wrap(note, room).map { "  " + Terminal.paint($0, .grey) }
    }

    // MARK: - One asset

    /// Everything that one index was made from.
    func lines(_ asset: JSONValue, _ width: Int) -> [String] {
        let verdict = asset["verdict"].text ?? ""
        let id = asset["asset"].text ?? ""
        let name = asset["name"].text ?? ""
        let title = ([id, word(asset, "class")] + (name == id ? [] : [name])).map(Terminal.plain).joined(separator: "  ")
        let address = Terminal.plain(asset["address"].text ?? "")
        let known = isChinese ? "数据覆盖 \(share(asset)) %" : "\(share(asset)) % known"
        var lines = [
            Terminal.paint(title, .bold) + (address.isEmpty ? "" : "  " + Terminal.paint(address, .grey)),
            "  " + IndexView.paint("\(range(asset))  \(asset["verdict_zh"].text ?? "") \(asset["verdict_en"].text ?? "")", verdict) + "  "
                + (isThin(asset) ? Terminal.paint(known, .yellow) : known) + "  "
                + Terminal.paint(Terminal.plain(asset["profile"].text ?? ""), .grey),
        ]
        let terms = asset["terms"].list
        let wide = terms.reduce(0) { max($0, Terminal.width(text($1["words"])), Terminal.width($1["rule"].text ?? "")) }
        for term in terms {
            let isKnown = term["known"].flag ?? false
            let points = (term["points"].number ?? 0) > 0 ? "+" + number(term["points"]) : isKnown ? "0" : "?"
            let line =
                "  \(Terminal.padLeft(points, 6)) \(Terminal.pad("/ " + number(term["maximum"]), 6)) "
                + "\(Terminal.pad(Terminal.plain(text(term["words"])), wide))  \(Terminal.plain(text(term["inputs"])))"
            lines.append(isKnown ? line : Terminal.paint(line, .yellow))
            lines.append(
                Terminal.paint(
                    "                \(Terminal.pad(Terminal.plain(term["rule"].text ?? ""), wide))  \(Terminal.plain(text(term["source"])))",
                    .grey))
        }
        return lines + marks(asset) + history(asset)
    }

    private func marks(_ asset: JSONValue) -> [String] {
        let marks = asset["marks"].list
        guard !marks.isEmpty else { return [] }
        return [Terminal.paint(isChinese ? "门槛与触发条件" : "gates and triggers", .bold)]
            + marks.map { mark in
                let verdict = IndexVerdict(name: mark["verdict"].text ?? "")
                let effect = verdict.map { isChinese ? "至少 \($0.chinese)" : "at least: \($0.english)" } ?? (isChinese ? "提示" : "shown")
                return "  \(IndexView.paint(Terminal.pad(effect, 28), verdict?.name ?? ""))  \(Terminal.plain(text(mark["words"])))  "
                    + Terminal.paint("\(Terminal.plain(mark["id"].text ?? ""))  \(Terminal.plain(text(mark["source"])))", .grey)
            }
    }

    private func history(_ asset: JSONValue) -> [String] {
        let entries = asset["history"].list.compactMap { entry in entry.list.first?.text.map { ($0, entry.list.last?.number ?? 0) } }
        guard let first = entries.first, let last = entries.last else { return [] }
        let sparks = Array("▁▂▃▄▅▆▇█")
        let shape = String(entries.map { sparks[min(7, max(0, Int($0.1 / 100 * 7.99)))] })
        let title = isChinese ? "历史（每日一值，较早的每月一值）" : "history (one value a day, of earlier months the last)"
        return [
            Terminal.paint(title, .bold),
            "  \(Terminal.plain(first.0)) \(JSONWriter.shortest(first.1))  \(shape)  \(JSONWriter.shortest(last.1)) \(Terminal.plain(last.0))",
        ]
    }

    // MARK: - Words

    private func text(_ value: JSONValue) -> String { value[language.rawValue].text ?? "" }
    private func word(_ asset: JSONValue, _ name: String) -> String { asset["\(name)_\(language.rawValue)"].text ?? "" }
    private func number(_ value: JSONValue) -> String { value.number.map { JSONWriter.shortest($0) } ?? "?" }
    private func share(_ asset: JSONValue) -> Int { Int(min(100, max(0, (asset["coverage"].number ?? 0) * 100)).rounded(.down)) }
    private func isThin(_ asset: JSONValue) -> Bool { share(asset) < 75 }

    /// `34-61`, or `78` where nothing is missing.
    private func range(_ asset: JSONValue) -> String {
        let (value, highest) = (asset["value"].count, asset["highest"].count)
        return highest > value ? "\(value)-\(highest)" : "\(value)"
    }

    private static func paint(_ text: String, _ verdict: String) -> String {
        switch verdict {
        case "immediate": Terminal.paint(text, .red)
        case "limited": Terminal.paint(text, .orange)
        case "control": Terminal.paint(text, .yellow)
        case "unknown": Terminal.paint(text, .blue)
        case "fit": Terminal.paint(text, .green)
        default: text
        }
    }
}
