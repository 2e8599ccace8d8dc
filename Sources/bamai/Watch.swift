import ArgumentParser
import Foundation
import Glibc
import Lifeline

struct Watch: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See readings, expected bands, scores and alerts of a running gateway as they come.",
        discussion: """
            On a terminal a live table, Ctrl-C ends it; elsewhere one line an event.
            example: bamai watch --site firmware-config/street --sensor 'WP-*'
            """)

    @OptionGroup var place: SocketOption

    @Option(name: .long, help: "Only sensors whose id matches, with * and ?.")
    var sensor: String?

    @Flag(name: .long, help: "One line an event, also on a terminal.")
    var plain = false

    @Option(name: .long, help: "Language of the alerts: en or zh.")
    var lang: String = "en"

    @Option(name: .long, help: "Stop after this many seconds (default: never).")
    var seconds: Double?

    func run() throws {
        let line = try ControlLine(try place.path())
        line.send("watch")
        let isTable = Terminal.isInteractive && !plain
        var table = WatchTable(language: lang)
        if isTable { WatchTable.enter() }
        defer { if isTable { WatchTable.leave() } }
        let end = seconds.map { Date().timeIntervalSince1970 + $0 }
        var drawn = 0.0
        while !WatchTable.isInterrupted {
            if let end, Date().timeIntervalSince1970 > end { return }
            guard let bytes = line.next(milliseconds: 100) else {
                if isTable { WatchTable.leave() }
                Terminal.error("the gateway has gone")
                throw ExitCode(3)
            }
            if !bytes.isEmpty, let event = ControlLine.object(bytes), concerns(event) {
                if isTable { table.take(event) } else { Output.line(plainLine(event)) }
            }
            let now = Date().timeIntervalSince1970
            // Five times a second is as fast as eyes read.
            if isTable && now - drawn > 0.2 {
                drawn = now
                table.draw()
            }
        }
    }

    private func concerns(_ event: [String: Any]) -> Bool {
        guard let sensor, let name = event["sensor"] as? String else { return true }
        return fnmatch(sensor, name, 0) == 0
    }

    private func plainLine(_ event: [String: Any]) -> String {
        if let alert = event["alert"] as? [String: Any] { return AlertView(alert).line(lang) }
        if let lines = event["lines"] { return "… \(lines) lines were lost: this terminal is too slow" }
        let row = WatchRow(event)
        return "\(row.time) \(Terminal.pad(row.sensor, 26)) \(Terminal.padLeft(row.value, 10)) \(Terminal.pad(row.unit, 5)) \(row.band) \(row.score)"
    }
}

/// One reading as words.
struct WatchRow {
    var sensor: String
    var unit: String
    var number: Double
    var low: Double?
    var high: Double?
    var scoreNumber: Double
    var isWarming: Bool
    var isOutside: Bool
    var time: String

    init(_ event: [String: Any]) {
        func double(_ key: String) -> Double? { (event[key] as? NSNumber)?.doubleValue }
        sensor = event["sensor"] as? String ?? ""
        unit = event["unit"] as? String ?? ""
        number = double("value") ?? .nan
        low = double("low")
        high = double("high")
        scoreNumber = double("score") ?? 0
        isWarming = event["warming"] as? Bool ?? false
        isOutside = event["outside"] as? Bool ?? false
        time = String((event["observed"] as? String ?? "").dropFirst(11).prefix(8))
    }

    var value: String { JSONWriter.threeDecimals(number) }
    var band: String {
        guard let low, let high else { return "" }
        return isWarming ? "warming up" : "\(JSONWriter.threeDecimals(low)) … \(JSONWriter.threeDecimals(high))"
    }
    var score: String { scoreNumber > 0 ? "score \(JSONWriter.threeDecimals((scoreNumber * 10).rounded() / 10))" : "" }
}

/// The live table.
struct WatchTable {
    nonisolated(unsafe) static var isInterrupted = false
    private static let sparks = Array("▁▂▃▄▅▆▇█")

    private let language: String
    private var rows: [String: (row: WatchRow, history: [Double], scoreAge: Int)] = [:]
    private var order: [String] = []
    private var alerts: [String] = []

    init(language: String) { self.language = language }

    /// The other screen, without a cursor; Ctrl-C is noticed, so that the terminal comes back as it was.
    static func enter() {
        signal(SIGINT) { _ in WatchTable.isInterrupted = true }
        _ = Output.raw("\u{1b}[?1049h\u{1b}[?25l")
    }

    static func leave() {
        _ = Output.raw("\u{1b}[?25h\u{1b}[?1049l")
    }

    mutating func take(_ event: [String: Any]) {
        if let alert = event["alert"] as? [String: Any] {
            alerts.append(AlertView(alert).line(language))
            alerts = Array(alerts.suffix(50))
            return
        }
        guard event["sensor"] != nil else { return }
        let row = WatchRow(event)
        var known = rows[row.sensor] ?? (row, [], 1000)
        known.row = row
        known.history = Array((known.history + [row.number]).suffix(24))
        known.scoreAge = row.scoreNumber > 0 ? 0 : known.scoreAge + 1
        if rows[row.sensor] == nil {
            order.append(row.sensor)
            order.sort()
        }
        rows[row.sensor] = known
    }

    func draw() {
        let (height, width) = Terminal.size
        let alertRows = min(max(4, height / 4), max(1, alerts.count))
        var lines = [Terminal.paint(Terminal.pad("sensor", 26) + Terminal.padLeft("value", 10) + "       " + Terminal.pad("last readings", 26) + "expected", .bold)]
        // What is outside its band comes first, so that it is seen on any height of terminal.
        let sorted = order.sorted { (rows[$0]!.row.isOutside ? 0 : 1, $0) < (rows[$1]!.row.isOutside ? 0 : 1, $1) }
        for name in sorted.prefix(max(1, height - alertRows - 3)) {
            let (row, history, age) = rows[name]!
            let head = Terminal.pad(Terminal.cut(row.sensor, 25), 26) + Terminal.padLeft(row.value, 10) + " " + Terminal.pad(row.unit, 6)
            let state = row.isOutside ? Terminal.paint(" outside", .red) : age < 20 ? Terminal.paint(" scored", .yellow) : ""
            lines.append((row.isOutside ? Terminal.paint(head, .red) : head) + Terminal.pad(spark(history), 26) + Terminal.paint(row.band, .grey) + state)
        }
        if order.count > lines.count - 1 { lines.append(Terminal.paint("… \(order.count - lines.count + 1) more sensors", .grey)) }
        while lines.count < height - alertRows - 1 { lines.append("") }
        lines.append(Terminal.paint("alerts" + String(repeating: "─", count: max(0, width - 6)), .grey))
        for alert in alerts.suffix(alertRows) { lines.append(fit(alert, width)) }
        _ = Output.raw("\u{1b}[H" + lines.prefix(height).map { $0 + "\u{1b}[K" }.joined(separator: "\r\n") + "\u{1b}[J")
    }

    /// Cuts a coloured line: escapes take no room.
    private func fit(_ text: String, _ width: Int) -> String {
        var result = ""
        var used = 0
        var isEscape = false
        for character in text {
            if character == "\u{1b}" { isEscape = true }
            if isEscape {
                result.append(character)
                if character.isLetter { isEscape = false }
                continue
            }
            used += Terminal.width(String(character))
            if used > width - 1 { return result + (Terminal.hasColour ? "\u{1b}[0m…" : "…") }
            result.append(character)
        }
        return result
    }

    private func spark(_ history: [Double]) -> String {
        guard let low = history.min(), let high = history.max(), high > low else { return String(repeating: "▁", count: history.count) }
        return String(history.map { WatchTable.sparks[min(7, max(0, Int(($0 - low) / (high - low) * 7.99)))] })
    }
}
