import ArgumentParser
import Foundation

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a running gateway how it is: problems first, then the line from sensor to platform.",
        discussion: """
            examples: bamai status --site firmware-config/street
                      bamai status --site firmware-config/street --json | jq .judge
            exit codes: 0 no errors, 1 the gateway reports errors, 3 no gateway answers.
            """)

    @OptionGroup var place: SocketOption

    @Flag(name: .long, help: "The gateway's own JSON: the stable interface for programs.")
    var json = false

    func run() throws {
        let line = try ControlLine(try place.path())
        line.send("status")
        guard let answer = line.next(milliseconds: 5000), !answer.isEmpty, let report = ControlLine.object(answer) else {
            Terminal.error("the gateway does not answer within 5 s")
            throw ExitCode(3)
        }
        if json {
            print(String(decoding: answer, as: UTF8.self))
        } else {
            StatusView(report).show()
        }
        let problems = report["problems"] as? [[String: Any]] ?? []
        if problems.contains(where: { $0["severity"] as? String == "error" }) { throw ExitCode(1) }
    }
}

/// The report for people.
struct StatusView {
    let report: [String: Any]

    init(_ report: [String: Any]) { self.report = report }

    private func section(_ name: String) -> [String: Any] { report[name] as? [String: Any] ?? [:] }
    private func list(_ name: String) -> [[String: Any]] { report[name] as? [[String: Any]] ?? [] }
    private func number(_ from: [String: Any], _ key: String) -> Int64 { (from[key] as? NSNumber)?.int64Value ?? 0 }
    private func text(_ from: [String: Any], _ key: String) -> String { from[key] as? String ?? "" }

    private func row(_ name: String, _ value: String) { print("  " + Terminal.pad(name, 16) + value) }
    private func title(_ text: String) { print(Terminal.paint(text, .bold)) }

    func show() {
        print(
            "\(Terminal.paint("bamai \(text(report, "bamai"))", .bold))  gateway \(text(report, "gateway")) (\(text(report, "site")))  revision \(text(report, "revision"))  up \(Terminal.duration(Int(number(report, "uptime_s"))))"
        )
        let problems = list("problems")
        if problems.isEmpty { print(Terminal.paint("  √ no problems", .green)) }
        for problem in problems {
            let isError = text(problem, "severity") == "error"
            print("  \(Terminal.paint(isError ? "×" : "‼", isError ? .red : .yellow)) \(Terminal.pad(text(problem, "subject"), 16))\(text(problem, "text"))")
        }
        episodes()
        sources()
        store()
        platform()
    }

    private func episodes() {
        let episodes = list("episodes")
        title("sick now: \(episodes.count)")
        for episode in episodes.prefix(20) {
            let event = episode["event"] as? [String: Any] ?? [:]
            let since = text(episode, "since").dropFirst(11).prefix(8)
            print("  \(Terminal.level(text(episode, "level"))) \(Terminal.pad(text(episode, "subject"), 18)) since \(since)  \(text(event, "en"))  \(Terminal.paint(text(event, "zh"), .grey))")
        }
        if episodes.count > 20 { print("  … and \(episodes.count - 20) more") }
    }

    private func sources() {
        title("sources")
        for broker in list("brokers") {
            let state = text(broker, "state")
            row(
                text(broker, "id"),
                "\(state == "connected" ? Terminal.paint(state, .green) : Terminal.paint(state, .red)) for \(Terminal.duration(Int(number(broker, "since_s"))))  \(number(broker, "messages")) messages, \(Terminal.bytes(number(broker, "bytes"))), \(number(broker, "redelivered")) redelivered, \(number(broker, "reconnects")) reconnects"
            )
        }
        let decode = section("decode")
        let refused = (decode["refused"] as? [String: NSNumber] ?? [:]).sorted { $0.key < $1.key }
        let total = refused.reduce(0) { $0 + $1.value.int64Value }
        row("decoded", "\(number(decode, "readings")) readings of \(number(decode, "messages")) messages, \(number(decode, "ignored")) ignored, \(total) refused")
        for (cause, count) in refused { row("", Terminal.paint("\(count) \(cause)", .yellow)) }
        let sensors = section("sensors")
        row("sensors", "\(number(sensors, "reporting")) of \(number(sensors, "total")) reporting, \(number(sensors, "silent")) silent, \(number(sensors, "never")) never heard")
    }

    private func store() {
        title("journal")
        let journal = section("journal")
        let (bytes, most) = (number(journal, "bytes"), number(journal, "max_bytes"))
        row("size", "\(Terminal.bytes(bytes)) of \(Terminal.bytes(most)) (\(most > 0 ? bytes * 100 / most : 0) %), \(number(journal, "segments")) segments")
        row("readings", "\(number(journal, "readings")) held, \(number(journal, "first_sequence")) to \(number(journal, "last_sequence")), \(number(journal, "dropped_readings")) dropped")
        row("commits", "\(number(journal, "commits")), \(number(journal, "failed_commits")) failed, \(number(journal, "damaged_segments")) damaged segments")
        let judge = section("judge")
        row("judged", "to \(number(judge, "sequence")), \(number(judge, "alerts")) alerts made, \(number(judge, "replayed_at_start")) entries judged again at start")
    }

    private func platform() {
        title("platform")
        guard let platform = report["platform"] as? [String: Any] else {
            row("state", "none configured: alerts stay in the journal")
            return
        }
        let state = text(platform, "state")
        row("state", "\(state == "connected" ? Terminal.paint(state, .green) : Terminal.paint(state, .red)), \(number(platform, "in_flight")) in flight, \(number(platform, "reconnects")) reconnects")
        row("alerts", "\(number(platform, "alerts_acknowledged")) acknowledged, \(number(platform, "alerts_pending")) waiting")
        row("readings", "\(number(platform, "readings_acknowledged")) messages acknowledged, \(number(platform, "readings_pending")) entries waiting")
    }
}
