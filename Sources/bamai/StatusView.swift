import Lifeline

/// A gateway's report for people: what is wrong, what is sick, then the line from the brokers to the platform.
struct StatusView {
    let report: JSONValue
    let language: Language
    /// Episodes shown; the rest is a number.
    private static let episodeLimit = 20

    func show() {
        let width = Terminal.isInteractive ? Terminal.size.columns : .max
        for line in lines { Output.line(width == .max ? line : Terminal.cut(line, width)) }
    }

    /// The whole page. A daemon that waits for its journal has no more to tell than why.
    var lines: [String] { report["journal"].isNull ? head + problems : head + problems + episodes + alarms + sources + journal + platform }

    private var head: [String] {
        func text(_ name: String) -> String { Terminal.plain(report[name].text ?? "?") }
        return [
            Terminal.paint("bamai \(text("bamai"))  \(text("gateway"))  \(text("site"))", .bold),
            Terminal.paint("revision \(text("revision").prefix(8))  \(text("state"))  up \(Terminal.duration(report["uptime_s"].count))", .grey),
        ]
    }

    private var problems: [String] {
        let problems = report["problems"].list
        if problems.isEmpty { return ["  \(Terminal.paint("√", .green)) no problems"] }
        let errors = problems.filter { $0["severity"].text == "error" }
        let rest = problems.filter { $0["severity"].text != "error" }
        return (errors + rest).map { problem in
            let isError = problem["severity"].text == "error"
            let mark = Terminal.paint(isError ? "×" : "‼", isError ? .red : .yellow)
            return "  \(mark) \(Terminal.pad(Terminal.plain(problem["subject"].text ?? ""), 16)) \(Terminal.plain(problem["text"].text ?? ""))"
        }
    }

    private var episodes: [String] {
        let episodes = report["episodes"].list
        guard !episodes.isEmpty else { return title("sick now") + ["  nothing"] }
        var lines = title("sick now: \(episodes.count)")
        let today = report["now"].text?.prefix(10)
        for episode in episodes.prefix(StatusView.episodeLimit) {
            let since = episode["since"].text ?? ""
            let date = since.prefix(10) == today ? "" : since.dropFirst(5).prefix(5) + " "
            let event = Terminal.plain(episode["event"][language.rawValue].text ?? "")
            lines.append(
                "  \(Terminal.level(episode["level"].text ?? ""))  \(Terminal.pad(Terminal.plain(episode["subject"].text ?? ""), 16)) "
                    + "\(Terminal.pad(event, 26))  since \(date)\(since.dropFirst(11).prefix(8))  \(Terminal.paint(episode["rule"].text ?? "", .grey))"
            )
        }
        if episodes.count > StatusView.episodeLimit { lines.append("  … and \(episodes.count - StatusView.episodeLimit) more") }
        return lines
    }

    /// How the alerts themselves are: the figures of `bamai alarms` in a few lines, warnings in colour.
    private var alarms: [String] {
        let alarms = report["alarms"]
        guard !alarms.isNull else { return [] }
        let (day, most, peak) = (alarms["last_day"].count, alarms["acceptable_a_day"].count, alarms["peak_10_min"].count)
        let held = alarms["held_by_flood_last_day"].count
        func counted(_ name: String) -> Int64 { alarms[name]["count"].count }
        func noted(_ number: Int64, _ words: String) -> String { Terminal.paint("\(Terminal.count(number)) \(words)", number > 0 ? .yellow : .grey) }
        return title("alarms") + [
            row(
                "rate",
                "\(Terminal.paint(Terminal.count(day), day > most ? .red : .green)) in the last day (one operator can take \(Terminal.count(most))), "
                    + "\(count(alarms, "last_hour")) in the last hour"),
            row("flood", "\(Terminal.paint(Terminal.count(peak), peak >= 10 ? .red : .grey)) in the worst 10 min, \(noted(held, "held back"))"),
            row(
                "standing",
                "\(noted(counted("stale"), "stand for long")), \(noted(counted("chattering"), "chatter")), "
                    + "\(Terminal.count(Int64(alarms["shelves"].list.count))) shelved, \(Terminal.count(counted("withheld"))) withheld"),
        ]
    }

    private var sources: [String] {
        var lines = title("sources")
        for broker in report["brokers"].list {
            let last = broker["last_message_s"].number.map { " (last \(Terminal.duration(Int64($0))) ago)" } ?? ""
            lines.append(
                row(
                    "broker \(Terminal.plain(broker["id"].text ?? ""))",
                    "\(state(broker)) for \(Terminal.duration(broker["since_s"].count)), \(count(broker, "messages")) messages\(last), "
                        + "\(Terminal.bytes(broker["bytes"].count)), \(count(broker, "redelivered")) redelivered, \(count(broker, "reconnects")) reconnects"
                ))
        }
        lines += boardLines
        let decode = report["decode"]
        let refused = decode["refused"].members.map { ($0.key, $0.value.count) }.sorted { $0 < $1 }
        let total = refused.reduce(0) { $0 + $1.1 }
        lines.append(
            row(
                "decoded",
                "\(count(decode, "readings")) readings of \(count(decode, "messages")) messages, \(count(decode, "ignored")) ignored, "
                    + Terminal.paint("\(Terminal.count(total)) refused", total > 0 ? .yellow : .grey)))
        for (cause, number) in refused where number > 0 {
            lines.append(row("", Terminal.paint("\(Terminal.count(number)) \(Terminal.plain(cause))", .yellow) + "  (see bamai rejected)"))
        }
        let sensors = report["sensors"]
        let silent = sensors["silent"].count
        lines.append(
            row(
                "sensors",
                "\(count(sensors, "reporting")) of \(count(sensors, "total")) reporting, "
                    + Terminal.paint("\(Terminal.count(silent)) silent", silent > 0 ? .yellow : .grey) + ", \(count(sensors, "never")) never heard"))
        return lines
    }

    /// The board's own lines, one each.
    private var boardLines: [String] {
        report["lines"].list.map { line in
            let id = Terminal.plain(line["id"].text ?? "")
            let pin = line["pin"].text.flatMap { $0.isEmpty ? nil : $0 } ?? "\(line["chip"].text ?? "") \(line["offset"].count)"
            let isHeld = line["state"].text == "held"
            let state = Terminal.paint(Terminal.plain(line["state"].text ?? "?"), isHeld ? .green : .red)
            var words =
                "\(state) for \(Terminal.duration(line["since_s"].count)), \(Terminal.plain(line["role"].text ?? "")) at \(Terminal.plain(pin))"
            if let isActive = line["active"].flag {
                words += line["role"].text == "output" ? (isActive ? ", on" : ", off") : isActive ? ", active" : ", inactive"
            }
            if !line["count"].isNull { words += ", count \(count(line, "count"))" }
            if !line["edges"].isNull { words += ", " + Terminal.plural(Int(line["edges"].count), "edge") }
            let lost = line["edges_lost"].count
            if lost > 0 { words += ", " + Terminal.paint("\(Terminal.count(lost)) lost", .yellow) }
            if line["bounces"].count > 0 { words += ", \(count(line, "bounces")) bounces" }
            return row("line \(id)", words)
        }
    }

    private var journal: [String] {
        let journal = report["journal"]
        let (bytes, most) = (journal["bytes"].count, journal["max_bytes"].count)
        let share = most > 0 ? JSONWriter.shortest((Double(bytes) / Double(most) * 1000).rounded() / 10) + " %" : "?"
        let isWell = journal["state"].text == "ok"
        let judge = report["judge"]
        let behind = max(0, journal["last_sequence"].count - judge["sequence"].count)
        return title("journal") + [
            row(
                "store",
                "\(Terminal.paint(Terminal.plain(journal["state"].text ?? "?"), isWell ? .green : .red)), \(share) of \(Terminal.bytes(most)), "
                    + "\(count(journal, "segments")) segments, \(count(journal, "damaged_segments")) damaged"),
            row(
                "readings",
                "\(count(journal, "readings")) held, up to \(count(journal, "last_sequence")), "
                    + "\(count(journal, "dropped_readings")) dropped by retention"),
            row("commits", "\(count(journal, "commits")), \(count(journal, "failed_commits")) failed"),
            row("wear", wear(journal)),
        ] + dropped(journal) + salvage(journal) + [
            row("judged", "\(behind == 0 ? "all" : Terminal.count(behind) + " behind"), \(count(judge, "alerts")) alerts made")
        ]
    }

    /// Nothing is said while nothing was dropped.
    private func dropped(_ journal: JSONValue) -> [String] {
        let causes = [
            ("readings_unforwarded_space", "readings never forwarded, for want of room", true),
            ("readings_damage", "readings with a damaged file", true),
            ("readings_forwarded_space", "forwarded readings, for want of room", false),
            ("readings_forwarded_age", "forwarded readings, for their age", false),
            ("alerts_space", "acknowledged alerts, for want of room", false),
            ("alerts_count", "acknowledged alerts beyond the number kept", false),
            ("alerts_age", "acknowledged alerts, for their age", false),
        ]
        let drops = journal["dropped"]
        return causes.filter { drops[$0.0].count > 0 }.enumerated().map { index, cause in
            row(index == 0 ? "dropped" : "", Terminal.paint("\(count(drops, cause.0)) \(cause.1)", cause.2 ? .red : .grey))
        }
    }

    private func salvage(_ journal: JSONValue) -> [String] {
        let salvage = journal["salvage"]
        guard !salvage.isNull else { return [] }
        return [row("salvage", Terminal.paint("\(count(salvage, "readings")) readings of a damaged file copied so far", .yellow))]
    }

    private func wear(_ journal: JSONValue) -> String {
        let written = journal["written_bytes"].isNull ? "" : ", \(Terminal.bytes(journal["written_bytes"].count)) written"
        let each = journal["written_bytes_per_reading"].number.map { " (\(JSONWriter.threeDecimals($0)) bytes a reading)" } ?? ""
        return "\(count(journal, "syncs")) syncs (\(count(journal, "syncs_per_hour")) an hour)\(written)\(each)"
    }

    private var platform: [String] {
        let platform = report["platform"]
        if platform.isNull { return title("platform") + [row("link", "none configured: alerts stay in the journal")] }
        return title("platform") + [
            row(
                "link",
                "\(state(platform)) by \(platform["transport"].text == "https" ? "HTTPS" : "MQTT"), \(count(platform, "in_flight")) in flight, "
                    + "\(count(platform, "reconnects")) reconnects"),
            row("alerts", "\(count(platform, "alerts_acknowledged")) acknowledged, \(count(platform, "alerts_pending")) waiting"),
            row(
                "readings",
                "\(count(platform, "readings_acknowledged")) messages acknowledged, \(count(platform, "readings_pending")) entries waiting"),
        ] + refused(platform) + decisions(platform["decisions"]) + ownStatus(platform)
    }

    private func decisions(_ decisions: JSONValue) -> [String] {
        let refusals = decisions["refused"].members.sorted { $0.key < $1.key }.map {
            "\(Terminal.count($0.value.count)) refused (\(Terminal.plain($0.key)))"
        }
        let parts = ["\(count(decisions, "taken")) taken"] + refusals
        switch decisions["state"].text {
        case "listening": return [row("decisions", parts.joined(separator: ", "))]
        case "refused": return [row("decisions", Terminal.paint("the platform refuses to give them", .yellow))]
        default: return []
        }
    }

    /// Nothing is said while the platform takes this gateway's status.
    private func ownStatus(_ platform: JSONValue) -> [String] {
        platform["status_refused"].flag == true
            ? [row("own status", Terminal.paint("refused by the platform; status_interval = \"0 s\" sends none", .yellow))] : []
    }

    /// Nothing is said while the platform has taken everything.
    private func refused(_ platform: JSONValue) -> [String] {
        guard platform["dead_letters"].count > 0 else { return [] }
        return [row("refused", Terminal.paint("\(count(platform, "dead_letters")) messages for good: bamai rejected --platform", .red))]
    }

    private func title(_ text: String) -> [String] { [Terminal.paint(text, .bold)] }
    private func row(_ name: String, _ text: String) -> String { "  \(Terminal.pad(name, 16)) \(text)" }
    private func count(_ object: JSONValue, _ name: String) -> String { Terminal.count(object[name].count) }

    private func state(_ object: JSONValue) -> String {
        let state = Terminal.plain(object["state"].text ?? "?")
        return Terminal.paint(state, state == "connected" || state == "idle" ? .green : .red)
    }
}
