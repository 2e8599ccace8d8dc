import Lifeline

/// What a gateway saw beside what it expected, as a drawing: from the alert's own numbers and nothing else.
struct EvidenceChart {
    private struct Point {
        var at: Double
        var value: Double
    }

    /// A stretch of time with what was expected in it.
    private struct Band {
        var at: Double
        var low: Double
        var high: Double
    }

    private let language: Language
    private let utcOffsetSeconds: Int
    private let unit: String
    private var points: [Point] = []
    private var bands: [Band] = []
    /// The least and the most of each stretch.
    private var ranges: [Band] = []
    private var limit: Double?
    private var step = 0.0
    private var start = Timestamp(microseconds: 0)
    private var isHistory = false

    private static let (width, height, left, right, top, bottom) = (720.0, 240.0, 58.0, 14.0, 14.0, 28.0)
    /// Points that are drawn at most; a gateway sends 24.
    private static let pointLimit = 200

    /// The last readings. nil where the document has fewer than two.
    static func window(_ event: JSONValue, frame: PageFrame) -> EvidenceChart? {
        let evidence = event["data"]["bamai"]["evidence"]
        var chart = EvidenceChart(frame, event)
        guard let start = moment(evidence["window_start"]) else { return nil }
        chart.start = start
        for pair in evidence["window"].list.prefix(pointLimit) {
            guard let at = pair.list.first?.number, let value = pair.list.last?.number, pair.list.count == 2 else { continue }
            chart.points.append(Point(at: at, value: value))
        }
        guard chart.points.count > 1, let first = chart.points.first, let last = chart.points.last, last.at > first.at else { return nil }
        // What was expected at the end is drawn over the whole: an alert says it for its own moment.
        if let low = evidence["expected_low"].number, let high = evidence["expected_high"].number, low <= high {
            chart.bands = [Band(at: first.at, low: low, high: high), Band(at: last.at, low: low, high: high)]
        }
        return chart
    }

    /// The day or cycle before. nil where the document has none.
    static func history(_ event: JSONValue, frame: PageFrame) -> EvidenceChart? {
        let history = event["data"]["bamai"]["evidence"]["history"]
        var chart = EvidenceChart(frame, event)
        guard let start = moment(history["start"]), let step = history["step_s"].number, step > 0 else { return nil }
        (chart.start, chart.step, chart.isHistory, chart.limit) = (start, step, true, nil)
        let (low, high) = (history["low"].list, history["high"].list)
        let (expectedLow, expectedHigh) = (history["expected_low"].list, history["expected_high"].list)
        for index in 0..<min(low.count, high.count, pointLimit) {
            let at = (Double(index) + 0.5) * step
            if let least = low[index].number, let most = high[index].number, least <= most {
                chart.ranges.append(Band(at: at, low: least, high: most))
            }
            if index < min(expectedLow.count, expectedHigh.count), let least = expectedLow[index].number, let most = expectedHigh[index].number,
                least <= most
            {
                chart.bands.append(Band(at: at, low: least, high: most))
            }
        }
        return chart.ranges.count > 1 ? chart : nil
    }

    private init(_ frame: PageFrame, _ event: JSONValue) {
        language = frame.language
        utcOffsetSeconds = frame.utcOffsetSeconds
        unit = Plain.text(event["data"]["bamai"]["unit"].text, limit: 12)
        // The limit of a rule of Pulse is a score, not a value.
        let evidence = event["data"]["bamai"]["evidence"]
        limit = evidence["score"].isNull ? evidence["limit"].number : nil
    }

    /// A unit that people do not say: of states, counts and shares.
    static func isBare(_ unit: String) -> Bool { ["", "1", "state", "count", "code"].contains(unit) }

    private static func moment(_ value: JSONValue) -> Timestamp? {
        value.text.flatMap { CivilTime.parse(Array($0.utf8), defaultOffsetSeconds: 0) }
    }

    // MARK: - Drawing

    func svg() -> HTML {
        let times = points.map(\.at) + ranges.map(\.at) + bands.map(\.at)
        let ends = (times.min() ?? 0, times.max() ?? 1)
        var values: [Double] = points.map(\.value) + ranges.flatMap { [$0.low, $0.high] }
        let seen = (values.min() ?? 0, values.max() ?? 1)
        for band in bands { values += [band.low, band.high] }
        // A limit that is far away would press all else flat.
        if let limit, limit <= seen.1 + 2 * max(seen.1 - seen.0, seen.1.magnitude * 0.2),
            limit >= seen.0 - 2 * max(seen.1 - seen.0, seen.0.magnitude * 0.2)
        {
            values.append(limit)
        }
        let scale = Scale(values.min() ?? 0, values.max() ?? 1)
        func x(_ at: Double) -> Double {
            EvidenceChart.left + (at - ends.0) / max(ends.1 - ends.0, 1e-9) * (EvidenceChart.width - EvidenceChart.left - EvidenceChart.right)
        }
        func y(_ value: Double) -> Double {
            EvidenceChart.top + (scale.high - value) / (scale.high - scale.low) * (EvidenceChart.height - EvidenceChart.top - EvidenceChart.bottom)
        }
        var parts: HTML = ""
        for tick in scale.ticks {
            parts += """
                <line class="grid" x1="\(n(EvidenceChart.left))" x2="\(n(EvidenceChart.width - EvidenceChart.right))" y1="\(n(y(tick)))" y2="\(n(y(tick)))"/>
                <text class="tick" x="\(n(EvidenceChart.left - 6))" y="\(n(y(tick) + 4))" text-anchor="end">\(JSONWriter.threeDecimals(tick))</text>
                """
        }
        if bands.count > 1 {
            let path = bands.map { "\(n(x($0.at))),\(n(y($0.high)))" } + bands.reversed().map { "\(n(x($0.at))),\(n(y($0.low)))" }
            parts += "<polygon class=\"band\" points=\"\(path.joined(separator: " "))\"/>"
        }
        if let limit, limit >= scale.low, limit <= scale.high {
            parts +=
                "<line class=\"limit\" x1=\"\(n(EvidenceChart.left))\" x2=\"\(n(EvidenceChart.width - EvidenceChart.right))\" y1=\"\(n(y(limit)))\" y2=\"\(n(y(limit)))\"/>"
        }
        let bar = max(3, (EvidenceChart.width - EvidenceChart.left - EvidenceChart.right) / Double(max(ranges.count, 1)) * 0.5)
        for range in ranges {
            let height = max(2, y(range.low) - y(range.high))
            parts +=
                "<rect class=\"range\" x=\"\(n(x(range.at) - bar / 2))\" y=\"\(n(y(range.high)))\" width=\"\(n(bar))\" height=\"\(n(height))\" rx=\"1\"/>"
        }
        if !points.isEmpty {
            parts += "<polyline class=\"seen\" points=\"\(points.map { "\(n(x($0.at))),\(n(y($0.value)))" }.joined(separator: " "))\"/>"
            for (index, point) in points.enumerated() {
                let isLast = index == points.count - 1
                parts += "<circle class=\"\(isLast ? "last" : "dot")\" cx=\"\(n(x(point.at)))\" cy=\"\(n(y(point.value)))\" r=\"\(isLast ? 5 : 2)\"/>"
            }
        }
        parts += timeLabels(ends, x)
        return """
            <figure class="chart"><figcaption>\(caption()) <span class="legend">\(legend())</span></figcaption>
            <svg viewBox="0 0 \(n(EvidenceChart.width)) \(n(EvidenceChart.height))" role="img" aria-label="\(caption())">\(parts)</svg></figure>
            """
    }

    private func timeLabels(_ ends: (Double, Double), _ x: (Double) -> Double) -> HTML {
        let isLong = ends.1 - ends.0 > 86_400 * 1.5
        var parts: HTML = ""
        for step in 0...4 {
            let at = ends.0 + (ends.1 - ends.0) * Double(step) / 4
            let text = CivilTime.local(start.advanced(byMicroseconds: Int64(at * 1e6)), offsetSeconds: utcOffsetSeconds)
            // `01-02 11:04`, `11:04` or `11:04:05`.
            let label = isLong ? text.dropFirst(5).prefix(11) : ends.1 - ends.0 < 600 ? text.suffix(8) : text.dropFirst(11).prefix(5)
            let anchor = step == 0 ? "start" : step == 4 ? "end" : "middle"
            parts += "<text class=\"tick\" x=\"\(n(x(at)))\" y=\"\(n(EvidenceChart.height - 8))\" text-anchor=\"\(anchor)\">\(String(label))</text>"
        }
        return parts
    }

    private func caption() -> String {
        let units = EvidenceChart.isBare(unit) ? "" : language("（\(unit)）", " (\(unit))")
        return (isHistory ? language("此前的变化", "The time before") : language("最近读数", "The last readings")) + units
    }

    private func legend() -> HTML {
        var parts: HTML =
            "<i class=\"key-\(isHistory ? "range" : "seen")\"></i>\(isHistory ? language("每段最小到最大", "least to most") : language("实测", "seen"))"
        if bands.count > 1 { parts += " <i class=\"key-band\"></i>\(language("预期范围", "expected"))" }
        if limit != nil { parts += " <i class=\"key-limit\"></i>\(language("限值", "limit"))" }
        return parts
    }

    /// A coordinate: a tenth of a unit is finer than a pixel.
    private func n(_ value: Double) -> String { JSONWriter.shortest((value * 10).rounded() / 10) }
}

/// Round numbers for an axis.
struct Scale {
    var low: Double
    var high: Double
    var ticks: [Double]

    /// Precondition: both are finite.
    init(_ least: Double, _ most: Double) {
        let middle = (least + most) / 2
        let span = max(most - least, middle.magnitude * 0.02, 1e-6) * 1.12
        let rough = span / 4
        var power = 1.0
        while power * 10 <= rough { power *= 10 }
        while power > rough { power /= 10 }
        let step = rough / power < 2 ? power * 2 : rough / power < 5 ? power * 5 : power * 10
        low = ((middle - span / 2) / step).rounded(.down) * step
        high = ((middle + span / 2) / step).rounded(.up) * step
        // Nothing negative is shown where nothing negative was measured.
        if least >= 0 && low < 0 { low = 0 }
        ticks = []
        var tick = low
        while tick <= high + step / 2, ticks.count < 12 {
            ticks.append((tick / step).rounded() * step)
            tick += step
        }
    }
}
