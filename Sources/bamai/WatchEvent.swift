import Lifeline

/// One reading as a watcher gets it.
struct WatchEvent {
    var sensor: String
    var unit: String
    var value: Double
    var time: String
    var low: Double?
    var high: Double?
    var score: Double
    /// Pulse does not know enough yet.
    var isLearning: Bool
    var isOutside: Bool

    /// nil where the line is no reading.
    init?(_ event: JSONValue) {
        guard let sensor = event["sensor"].text, let value = event["value"].number else { return nil }
        self.sensor = Terminal.plain(sensor)
        self.value = value
        unit = Terminal.plain(event["unit"].text ?? "")
        time = String((event["observed"].text ?? "").dropFirst(11).prefix(8))
        low = event["low"].number
        high = event["high"].number
        score = event["score"].number ?? 0
        isLearning = event["warming"].flag ?? false
        isOutside = event["outside"].flag ?? false
    }

    var valueText: String { JSONWriter.threeDecimals(value) }

    /// `state`, `count` and `1` say nothing that the name does not.
    var unitText: String { ["state", "count", "1"].contains(unit) ? "" : unit }

    var bandText: String {
        guard let low, let high else { return "" }
        return isLearning ? "learning" : "\(JSONWriter.threeDecimals(low)) … \(JSONWriter.threeDecimals(high))"
    }

    /// Any line of a watcher as one line of text.
    static func plain(_ event: JSONValue, _ language: Language) -> String {
        if !event["alert"].isNull { return "ALERT " + AlertView(event["alert"]).line(language) }
        if event["type"].text == "dropped" { return "… \(event["lines"].count) lines were lost: this reader is too slow" }
        guard let reading = WatchEvent(event) else { return "" }
        let score = reading.score > 0 ? "  score \(JSONWriter.threeDecimals((reading.score * 10).rounded() / 10))" : ""
        let line =
            "\(reading.time) \(Terminal.pad(reading.sensor, 24)) \(Terminal.padLeft(reading.valueText, 10)) \(Terminal.pad(reading.unitText, 5)) "
            + Terminal.pad(reading.bandText, 18) + (reading.isOutside ? " outside" : "") + score
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}
