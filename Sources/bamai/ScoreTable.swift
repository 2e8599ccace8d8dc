import ArgumentParser
import Lifeline
import Score

/// Rows with a name at the left and figures at the right.
struct ScoreTable {
    private var rows: [[String]]

    init(_ header: [String]) { rows = [header] }

    mutating func add(_ row: [String]) { rows.append(row) }

    func print() {
        let widths = rows[0].indices.map { column in rows.map { Terminal.width($0[column]) }.max() ?? 0 }
        for (index, row) in rows.enumerated() {
            let cells = row.indices.map { $0 == 0 ? Terminal.pad(row[$0], widths[$0]) : Terminal.padLeft(row[$0], widths[$0]) }
            let line = cells.joined(separator: "  ")
            Output.line(index == 0 ? Terminal.paint(line, .grey) : line)
        }
    }
}

enum ScoreOutput {
    /// Runs what reads recordings; a problem with them ends the command with its words and exit code 1.
    static func reading<Value>(_ body: () throws(RecordingProblem) -> Value) throws -> Value {
        do throws(RecordingProblem) {
            return try body()
        } catch {
            Terminal.error(error.text)
            throw ExitCode(1)
        }
    }

    /// A number with so many decimals, rounded half away from zero.
    static func fixed(_ number: Double, _ decimals: Int) -> String {
        guard number.isFinite, number.magnitude < 1e12 else { return number.isNaN ? "–" : number > 0 ? "∞" : "-∞" }
        var scale = 1
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int((number.magnitude * Double(scale)).rounded())
        let sign = number < 0 && whole > 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(whole)" }
        let rest = String(whole % scale)
        return "\(sign)\(whole / scale).\(String(repeating: "0", count: decimals - rest.utf8.count))\(rest)"
    }

    /// Without decimals that say nothing.
    static func short(_ number: Double) -> String { number == number.rounded() ? fixed(number, 0) : fixed(number, 2) }

    static func row(_ name: String, _ found: Confusion) -> [String] {
        [name, fixed(found.f1, 3), percent(found.falseAlarmRate), percent(found.missedAlarmRate)]
    }

    static func write(_ found: Confusion, _ writer: inout JSONWriter) {
        writer.member("f1", found.f1)
        writer.member("far", found.falseAlarmRate)
        writer.member("mar", found.missedAlarmRate)
    }

    /// One JSON object: the figures of the first row, what `more` adds, and each further row under its key as a baseline.
    static func json<Figures>(
        _ rows: [(name: String, key: String, found: Figures)], _ write: (Figures, inout JSONWriter) -> Void,
        more: (inout JSONWriter) -> Void = { _ in }
    ) {
        var writer = JSONWriter(reserving: 512)
        writer.beginObject()
        write(rows[0].found, &writer)
        more(&writer)
        writer.key("baselines")
        writer.beginObject()
        for row in rows.dropFirst() {
            writer.key(row.key)
            writer.beginObject()
            write(row.found, &writer)
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
        Output.line(String(decoding: writer.bytes, as: UTF8.self))
    }

    static func percent(_ share: Double) -> String { "\(fixed(100 * share, 1)) %" }
}
