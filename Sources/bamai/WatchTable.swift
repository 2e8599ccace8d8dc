import Lifeline

/// The live table: what is sick on top, then what is outside its band, the newest alerts at the bottom.
struct WatchTable {
    private struct Row {
        var event: WatchEvent
        /// The last readings, oldest first.
        var history: [Double] = []
        /// The last score, and readings since.
        var score = 0.0
        var age = 0
    }

    private static let sparks = Array("▁▂▃▄▅▆▇█")
    private static let partBlocks = Array(" ▏▎▍▌▋▊▉")
    /// A bar of this many cells is full at this score: Pulse's alarms are 4 to 10.
    private static let barCells = 6
    private static let barScore = 12.0
    /// A score fades from the table over this many readings.
    private static let scoreReadings = 24
    private static let historyLimit = 96
    private static let alertLimit = 100
    /// A gateway with more sensors is watched with --sensor.
    private static let rowLimit = 5000

    private let language: Language
    private var rows: [String: Row] = [:]
    private var order: [String] = []
    private var alerts: [AlertView] = []
    /// The sensors whose alerts, as far as they were seen, have not cleared; by rule, the level.
    private var sick: [String: [String: String]] = [:]
    private var readings: Int64 = 0
    private var lost: Int64 = 0

    init(language: Language) { self.language = language }

    /// Takes one line of the gateway in.
    mutating func take(_ event: JSONValue) {
        if !event["alert"].isNull {
            let alert = AlertView(event["alert"])
            sick[alert.sensor, default: [:]][alert.rule] = alert.kind == "cleared" ? nil : alert.level
            if sick[alert.sensor]?.isEmpty ?? false { sick[alert.sensor] = nil }
            alerts.append(alert)
            if alerts.count > WatchTable.alertLimit { alerts.removeFirst() }
            return
        }
        if event["type"].text == "dropped" { lost += event["lines"].count }
        guard let reading = WatchEvent(event) else { return }
        readings += 1
        if rows[reading.sensor] == nil {
            guard rows.count < WatchTable.rowLimit else { return }
            let place = order.firstIndex { $0 > reading.sensor } ?? order.count
            order.insert(reading.sensor, at: place)
        }
        var row = rows[reading.sensor] ?? Row(event: reading)
        row.event = reading
        if row.history.count == WatchTable.historyLimit { row.history.removeFirst() }
        row.history.append(reading.value)
        row.age += 1
        if reading.score > 0 { (row.score, row.age) = (reading.score, 0) }
        rows[reading.sensor] = row
    }

    // MARK: - Layout

    /// The page for a terminal of a size, at most as many lines as it has rows.
    func lines(_ size: (rows: Int, columns: Int)) -> [String] {
        let ill = order.filter { sick[$0] != nil }
        let outside = order.filter { sick[$0] == nil && rows[$0]!.event.isOutside }
        let calm = order.filter { sick[$0] == nil && !rows[$0]!.event.isOutside }
        let alertRows = alerts.isEmpty ? 1 : min(alerts.count, max(3, size.rows / 4))
        let room = max(1, size.rows - alertRows - 4)
        let layout = Layout(columns: size.columns, names: order.reduce(0) { max($0, Terminal.width($1)) })
        var lines = [
            Terminal.paint("bamai watch", .bold) + "  \(order.count) sensors, \(Terminal.count(readings)) readings, "
                + Terminal.paint("\(ill.count) sick", ill.isEmpty ? .green : .red) + ", \(outside.count) outside"
                + (lost > 0 ? Terminal.paint(", \(Terminal.count(lost)) lines lost: this terminal is too slow", .yellow) : "") + "   q quits",
            Terminal.paint(layout.head, .grey),
        ]
        let shown = ill + outside + calm
        let fits = shown.count <= room ? shown.count : room - 1
        for name in shown.prefix(max(0, fits)) { lines.append(line(rows[name]!, layout)) }
        if shown.count > fits { lines.append(Terminal.paint("… \(shown.count - fits) more: a taller terminal, or --sensor", .grey)) }
        while lines.count < size.rows - alertRows - 1 { lines.append("") }
        lines.append(Terminal.paint("alerts " + String(repeating: "─", count: max(0, size.columns - 7)), .grey))
        if alerts.isEmpty { lines.append(Terminal.paint("none since the watch began", .grey)) }
        for alert in alerts.suffix(alertRows) { lines.append(alert.line(language, date: false)) }
        return lines.prefix(size.rows).map { Terminal.cut($0, size.columns) }
    }

    /// Columns that a terminal has room for.
    private struct Layout {
        var name: Int
        var spark: Int
        let value = 9
        let unit = 5
        let band = 17

        init(columns: Int, names: Int) {
            name = min(max(names, 6), max(12, columns / 3))
            spark = min(max(columns - name - value - unit - band - WatchTable.barCells - 6, 0), WatchTable.historyLimit)
        }

        var head: String {
            Terminal.pad("sensor", name) + " " + Terminal.padLeft("value", value) + " " + Terminal.pad("", unit) + " "
                + (spark >= 4 ? Terminal.pad(Terminal.cut("history", spark), spark) + " " : "") + Terminal.pad("expected", band) + " score"
        }
    }

    private func line(_ row: Row, _ layout: Layout) -> String {
        let event = row.event
        let head = Terminal.pad(Terminal.cut(event.sensor, layout.name), layout.name) + " " + Terminal.padLeft(event.valueText, layout.value)
        return painted(head, row) + " " + Terminal.paint(Terminal.pad(event.unitText, layout.unit), .grey) + " "
            + (layout.spark >= 4 ? Terminal.pad(WatchTable.spark(row.history.suffix(layout.spark)), layout.spark) + " " : "")
            + Terminal.paint(Terminal.pad(event.bandText, layout.band), .grey) + " " + bar(row)
    }

    /// In the colour of the worst level that is raised; bold where only the band was left.
    private func painted(_ text: String, _ row: Row) -> String {
        let levels = sick[row.event.sensor].map { Set($0.values) } ?? []
        for (level, colour) in [("red", Terminal.Colour.red), ("orange", .orange), ("yellow", .yellow), ("blue", .blue)] where levels.contains(level)
        {
            return Terminal.paint(text, colour)
        }
        return row.event.isOutside ? Terminal.paint(text, .bold) : text
    }

    private func bar(_ row: Row) -> String {
        guard row.score > 0, row.age < WatchTable.scoreReadings || row.event.isOutside else { return "" }
        let text = WatchTable.bar(row.score)
        return Terminal.paint(text, row.event.isOutside ? .red : row.score >= 5 ? .orange : .yellow)
    }

    /// A bar of whole and eighth cells.
    static func bar(_ score: Double) -> String {
        let eighths = Int((min(max(score, 0), barScore) / barScore * Double(barCells * 8)).rounded())
        let text = String(repeating: "█", count: eighths / 8) + (eighths % 8 > 0 ? String(partBlocks[eighths % 8]) : "")
        return Terminal.pad(text, barCells)
    }

    /// The shape of the last values between their least and their greatest.
    static func spark(_ history: ArraySlice<Double>) -> String {
        guard let low = history.min(), let high = history.max() else { return "" }
        guard high > low else { return String(repeating: "▁", count: history.count) }
        return String(history.map { sparks[min(7, max(0, Int(($0 - low) / (high - low) * 7.99)))] })
    }
}
