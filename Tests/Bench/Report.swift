import Foundation
import Lifeline

/// The table, the JSON and the plot of one run.
enum Report {
    static func text(_ value: Double) -> String {
        value.magnitude >= 100 ? grouped(Int(value.rounded())) : JSONWriter.threeDecimals((value * 100).rounded() / 100)
    }

    /// `1 234 567`
    static func grouped(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0 && (digits.count - place) % 3 == 0 { text += " " }
            text.append(digit)
        }
        return text
    }

    private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }

    static let heading = padded("measure", 52) + padded("median", 22) + padded("least … most", 24) + padded("ratio", 8) + padded("reach", 16) + "beside"

    static func line(_ measure: Measure) -> String {
        let spread = measure.spread.map { "\(text($0.lowerBound)) … \(text($0.upperBound))" } ?? "–"
        let mark = measure.reached.map { $0 ? " √" : " ×" } ?? ""
        return padded(measure.name, 52) + padded(text(measure.value) + " " + measure.unit, 22) + padded(spread, 24)
            + padded(measure.ratio.map(text) ?? "–", 8) + padded(measure.reach + mark, 16) + measure.beside
    }

    static func json(_ measures: [Measure]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(measures)
    }

    /// Bars of the ratios, on a scale of powers of ten, with a line at 1. Readable on white and on black.
    static func plot(_ measures: [Measure]) -> String {
        let rows = measures.compactMap { measure in measure.ratio.map { (measure, $0) } }.filter { $0.1 > 0 }
        let (left, width, row, top) = (400.0, 450.0, 26.0, 40.0)
        let low = min(-1, (rows.map { log10($0.1) }.min() ?? -1).rounded(.down))
        let high = max(1, (rows.map { log10($0.1) }.max() ?? 1).rounded(.up))
        func x(_ ratio: Double) -> Double { left + (log10(ratio) - low) / (high - low) * width }
        func point(_ value: Double) -> String { JSONWriter.threeDecimals((value * 10).rounded() / 10) }
        func escaped(_ text: String) -> String {
            text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
        }
        let height = top + Double(rows.count) * row + 30
        var svg = """
            <svg xmlns="http://www.w3.org/2000/svg" width="960" height="\(Int(height))" viewBox="0 0 960 \(Int(height))" font-family="sans-serif" font-size="13">
            <style>text{fill:#555} .bar{fill:#2a7ab0} .low{fill:#c0562b} line{stroke:#999} @media (prefers-color-scheme: dark){text{fill:#bbb}}</style>
            <text x="\(point(left))" y="18">ratio to what stands beside it (logarithmic); right of 1 the gateway is ahead</text>

            """
        for power in Int(low)...Int(high) {
            let place = point(x(pow(10, Double(power))))
            svg += "<line x1=\"\(place)\" x2=\"\(place)\" y1=\"\(point(top - 8))\" y2=\"\(point(height - 24))\" stroke-width=\"\(power == 0 ? 2 : 0.5)\"/>"
            svg += "<text x=\"\(place)\" y=\"\(point(height - 8))\" text-anchor=\"middle\">\(power < 0 ? "0.\(String(repeating: "0", count: -power - 1))1" : "1" + String(repeating: "0", count: power))</text>\n"
        }
        for (index, (measure, ratio)) in rows.enumerated() {
            let y = top + Double(index) * row
            let (begin, end) = (min(x(1), x(ratio)), max(x(1), x(ratio)))
            svg += "<text x=\"\(point(left - 10))\" y=\"\(point(y + 14))\" text-anchor=\"end\">\(escaped(measure.name))</text>"
            svg += "<rect class=\"\(ratio < 1 ? "low" : "bar")\" x=\"\(point(begin))\" y=\"\(point(y + 2))\" width=\"\(point(max(1, end - begin)))\" height=\"16\"/>"
            svg += "<text x=\"\(point(end + 6))\" y=\"\(point(y + 14))\">\(text(ratio))</text>\n"
        }
        return svg + "</svg>\n"
    }
}
