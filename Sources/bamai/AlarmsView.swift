import Lifeline
import Score

/// One shelf, one maintenance, for people.
enum ShelfView {
    /// `shelve MH-17 cover.tilt`.
    static func words(_ decision: JSONValue) -> String {
        let parts = ["act", "asset", "rule", "sensor", "episode"].compactMap { decision[$0].text }
        return Terminal.plain(parts.joined(separator: " "))
    }

    static func line(_ decision: JSONValue) -> String {
        func text(_ name: String) -> String { Terminal.plain(decision[name].text ?? "") }
        let kind = decision["act"].text == "maintain" ? "maintenance" : "shelved"
        let scope = ["asset", "rule", "sensor"].compactMap { decision[$0].text }.joined(separator: " ")
        return "  \(Terminal.pad(kind, 11)) \(Terminal.pad(Terminal.plain(scope), 32)) until \(DecisionOptions.minutes(text("until")))  "
            + "\(text("by")): \(text("reason"))"
    }

    static func json(_ decision: JSONValue) -> String {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        for name in ["act", "asset", "rule", "sensor", "until", "reason", "by", "made"] {
            if let text = decision[name].text { json.member(name, text) }
        }
        json.endObject()
        return json.text
    }
}

/// The report on a gateway's own alerts, for people.
struct AlarmsView {
    let report: JSONValue
    /// Lines of one list; the rest is a number.
    private static let listLimit = 10

    private var alarms: JSONValue { report["alarms"] }

    var lines: [String] {
        let head = "\(Terminal.plain(report["gateway"].text ?? "?"))  \(Terminal.plain(DecisionOptions.minutes(report["now"].text ?? "")))"
        return [Terminal.paint(head, .bold)] + rate + levels + worst + list("chattering", "chattering now") + list("stale", "stale")
            + shelves + list("withheld", "withheld now") + falseAlarms + reasons
    }

    private func title(_ text: String) -> [String] { ["", Terminal.paint(text, .bold)] }

    private func count(_ name: String) -> Int64 { alarms[name].count }

    /// A figure in green or red beside its mark.
    private func judged(_ figure: Int64, most: Int64) -> String {
        Terminal.paint(Terminal.padLeft(Terminal.count(figure), 7), figure <= most ? .green : .red)
    }

    private var rate: [String] {
        let day = count("acceptable_a_day")
        let isWhole = alarms["complete"].flag != false
        return title("rate") + [
            "  \(judged(count("last_hour"), most: max(1, day / 24)))  in the last hour   one operator can take \(max(1, day / 24))",
            "  \(judged(count("last_day"), most: day))  in the last day    one operator can take \(day)\(isWhole ? "" : "; more were raised than are remembered")",
            "  \(judged(count("peak_10_min"), most: 9))  in the worst 10 min of the day   10 are a flood",
            "  \(Terminal.padLeft(Terminal.count(count("held_by_flood_last_day")), 7))  held back by floods in the last day",
        ]
    }

    private var levels: [String] {
        let shares = Level.allCases.reversed().map { ($0, alarms["levels"][$0.name].count) }
        let total = shares.reduce(0) { $0 + $1.1 }
        guard total > 0 else { return [] }
        func percent(_ count: Int64) -> String { "\(Int((Double(count) * 100 / Double(total)).rounded())) %" }
        let marks = [Level.red: "about 5 %", .orange: "about 15 %", .yellow: "about 80 % with blue", .blue: ""]
        return title("levels of the last day")
            + shares.map { level, count in
                "  \(Terminal.level(level.name)) \(Terminal.padLeft(Terminal.count(count), 7)) \(Terminal.padLeft(percent(count), 6))  "
                    + Terminal.paint(marks[level] ?? "", .grey)
            }
    }

    private var worst: [String] {
        let points = alarms["worst"].list
        guard !points.isEmpty else { return title("worst points of the last day") + ["  none"] }
        return title("worst points of the last day")
            + points.map { point in
                let share = point["share"].number ?? 0
                return "  \(Terminal.padLeft(Terminal.count(point["count"].count), 5)) \(Terminal.padLeft("\(Int((share * 100).rounded())) %", 6))  "
                    + "\(Terminal.pad(Terminal.plain(point["asset"].text ?? ""), 16)) \(Terminal.plain(point["rule"].text ?? ""))"
            }
    }

    private func list(_ name: String, _ heading: String) -> [String] {
        let total = alarms[name]["count"].count
        guard total > 0 else { return [] }
        var lines = title("\(heading): \(Terminal.count(total))")
        for episode in alarms[name]["episodes"].list.prefix(AlarmsView.listLimit) {
            let since = DecisionOptions.minutes(episode["since"].text ?? "")
            let reason = episode["reason"].text.map { "  \($0)" } ?? ""
            lines.append(
                "  \(Terminal.level(episode["level"].text ?? ""))  \(Terminal.pad(Terminal.plain(episode["subject"].text ?? ""), 16)) "
                    + "\(Terminal.pad(Terminal.plain(episode["rule"].text ?? ""), 20)) since \(Terminal.plain(since))\(Terminal.plain(reason))")
        }
        if total > AlarmsView.listLimit { lines.append("  … and \(Terminal.count(total - Int64(AlarmsView.listLimit))) more") }
        return lines
    }

    private var shelves: [String] {
        let shelves = alarms["shelves"].list
        let windows = count("maintenance_windows_open")
        guard !shelves.isEmpty || windows > 0 else { return [] }
        var lines = title("put aside: \(shelves.count)") + shelves.map { ShelfView.line($0) }
        if windows > 0 { lines.append("  \(Terminal.plural(Int(windows), "maintenance window")) of the site open now") }
        return lines
    }

    /// What people reported, and what they might do: the gateway changes no limit by itself.
    private var falseAlarms: [String] {
        let points = alarms["false_alarms"].list
        guard !points.isEmpty else { return [] }
        var lines = title("called false alarms by people")
        for point in points.suffix(AlarmsView.listLimit).reversed() {
            func text(_ name: String) -> String { Terminal.plain(point[name].text ?? "") }
            let suggestion = point["suggestion"]
            let advice =
                suggestion["act"].text == "limit"
                ? "a limit \(suggestion["direction"].text ?? "") \(JSONWriter.threeDecimals(suggestion["beyond"].number ?? 0)) \(suggestion["unit"].text ?? "")"
                : "bamai shelve \(text("asset")) --rule \(text("rule")) --for 7d"
            lines.append(
                "  \(Terminal.padLeft(Terminal.count(point["count"].count), 5))  \(Terminal.pad(text("asset"), 16)) \(Terminal.pad(text("rule"), 20)) "
                    + "\(DecisionOptions.minutes(text("last")))  \(text("by")): \(text("reason"))")
            lines.append(Terminal.paint("         consider \(Terminal.plain(advice))", .grey))
        }
        return lines
    }

    private var reasons: [String] {
        let members = alarms["reasons"].members
        let lines = WithholdReason.allCases.compactMap { reason -> String? in
            let figures = members[reason.name] ?? alarms["reasons"][reason.name]
            let (withheld, untold) = (figures["withheld"].count, figures["ended_untold"].count)
            guard withheld > 0 else { return nil }
            return "  \(Terminal.pad(reason.name, 12)) \(Terminal.padLeft(Terminal.count(withheld), 7)) withheld, "
                + "\(Terminal.count(untold)) of them ended untold"
        }
        return lines.isEmpty ? [] : title("since the journal began") + lines
    }
}
