import Foundation
import Gateway
import Lifeline

/// A CSV file with one row a moment and one column a sensor.
struct Recording {
    var name: String
    var columns: [String]
    /// *Units*: microseconds since 1970; made from the interval where the file has no time.
    var times: [Int64] = []
    /// A row's texts, in the order of the columns; what is no number is left out.
    var rows: [[String]] = []
    /// *Units*: seconds; the median step.
    var interval = 1.0

    /// - Parameter timeColumn: nil: the first column whose first value is a time.
    init(path: String, timeColumn: String?, interval: Double?, skip: Set<String>) throws {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { throw RecordingProblem(text: "\(path) cannot be read as UTF-8") }
        let lines = text.split(whereSeparator: \.isNewline)
        guard let header = lines.first, lines.count > 1 else { throw RecordingProblem(text: "\(path) holds no rows") }
        let separator: Character = header.contains(";") ? ";" : header.contains("\t") ? "\t" : ","
        func fields(_ line: Substring) -> [String] {
            line.split(separator: separator, omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \"")) }
        }
        let names = fields(header)
        let first = fields(lines[1])
        var timeIndex = names.firstIndex { $0 == timeColumn }
        if let timeColumn, timeIndex == nil { throw RecordingProblem(text: "\(path) has no column \"\(timeColumn)\"; it has \(names.joined(separator: ", "))") }
        if timeColumn == nil { timeIndex = first.firstIndex { CivilTime.parse(Array($0.utf8), defaultOffsetSeconds: 0) != nil } }
        name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        let kept = names.indices.filter { $0 != timeIndex && !skip.contains(names[$0]) && !names[$0].isEmpty }
        columns = kept.map { names[$0] }
        for (index, line) in lines.dropFirst().enumerated() {
            let values = fields(line)
            if let timeIndex {
                guard timeIndex < values.count, let moment = CivilTime.parse(Array(values[timeIndex].utf8), defaultOffsetSeconds: 0) else { continue }
                times.append(moment.microseconds)
            } else {
                times.append(1_577_836_800_000_000 + Int64(Double(index) * (interval ?? 1) * 1e6))
            }
            rows.append(kept.map { $0 < values.count ? values[$0] : "" })
        }
        guard !rows.isEmpty else { throw RecordingProblem(text: "\(path): no row has a time that can be read") }
        let steps = zip(times.dropFirst(), times).map { $0 - $1 }.filter { $0 > 0 }.sorted()
        self.interval = interval ?? (steps.isEmpty ? 1 : Double(steps[steps.count / 2]) / 1e6)
    }

    /// The row as a device would send it: JSON, numbers as texts.
    func payload(_ row: Int) -> [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("t", Double(times[row]) / 1e6)
        for (column, text) in zip(columns, rows[row]) where Double(text) != nil { json.member(column, text) }
        json.endObject()
        return json.bytes
    }
}

/// Why a recording cannot be used.
struct RecordingProblem: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}
