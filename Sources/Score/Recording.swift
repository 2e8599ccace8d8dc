import Lifeline

/// How a recording is to be read.
package struct RecordingOptions {
    /// nil: the first column whose first value is a time.
    package var timeColumn: String?
    /// *Units*: seconds between two rows; nil: the median step, or a second where there is no time.
    package var interval: Double?
    package var skip: Set<String> = []
    /// Of times that name no offset. *Units*: seconds east of UTC.
    package var utcOffsetSeconds = 0

    /// Columns whose fields are kept as they are written, beside the numbers.
    package var textColumns: Set<String> = []

    package init(
        timeColumn: String? = nil, interval: Double? = nil, skip: Set<String> = [], utcOffsetSeconds: Int = 0, textColumns: Set<String> = []
    ) {
        self.textColumns = textColumns
        self.timeColumn = timeColumn
        self.interval = interval
        self.skip = skip
        self.utcOffsetSeconds = utcOffsetSeconds
    }
}

/// A CSV file with one row a moment and one column a sensor.
package struct Recording {
    /// The file's name without its folder and ending.
    package let name: String
    package let columns: [String]
    /// *Units*: microseconds since 1970; made from the interval where the file has no time.
    package private(set) var times: [Int64] = []
    /// The numbers, row by row; NaN where a field is none.
    private var numbers: [Double] = []
    /// The fields of the text columns, row by row.
    package private(set) var texts: [String: [String]] = [:]
    /// *Units*: seconds; the median step.
    package let interval: Double
    /// Rows without a time that could be read.
    package private(set) var lostRows = 0

    /// 2020-01-01, where a file has no time of its own. *Units*: microseconds.
    private static let epoch: Int64 = 1_577_836_800_000_000

    package init(path: String, options: RecordingOptions) throws(RecordingProblem) {
        let bytes: [UInt8]
        switch SmallText.read(path) {
        case .success(let read): bytes = read
        case .failure(let problem): throw problem
        }
        try self.init(bytes: bytes, path: path, options: options)
    }

    package init(bytes: [UInt8], path: String, options: RecordingOptions) throws(RecordingProblem) {
        // A byte order mark is no part of the first name.
        let text = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...]
        let lines = text.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d })
        guard let header = lines.first, lines.count > 1 else { throw RecordingProblem(text: "\(path) holds no rows") }
        // The one that the header has the most of: a name may hold another one.
        let separator = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")].max { left, right in
            header.count { $0 == left } < header.count { $0 == right }
        }!
        let names = CSVFields.split(header, separator)
        let first = CSVFields.split(lines[1], separator)
        var timeIndex: Int?
        if let wanted = options.timeColumn {
            timeIndex = names.firstIndex(of: wanted)
            if timeIndex == nil { throw RecordingProblem(text: "\(path) has no column \"\(wanted)\"; it has \(names.joined(separator: ", "))") }
        } else {
            timeIndex = first.firstIndex { Recording.moment($0, options) != nil }
        }
        let kept = names.indices.filter {
            $0 != timeIndex && !names[$0].isEmpty && !options.skip.contains(names[$0]) && !options.textColumns.contains(names[$0])
        }
        for index in kept where kept.contains(where: { $0 < index && names[$0] == names[index] }) {
            throw RecordingProblem(text: "\(path) has two columns \"\(names[index])\"")
        }
        columns = kept.map { names[$0] }
        name = Recording.name(of: path)
        if columns.isEmpty { throw RecordingProblem(text: "\(path) has no column but the time") }
        let textIndices = names.indices.filter { options.textColumns.contains(names[$0]) }
        times.reserveCapacity(lines.count)
        numbers.reserveCapacity(lines.count * columns.count)
        for (index, line) in lines.dropFirst().enumerated() {
            let fields = CSVFields.split(line, separator)
            if let timeIndex {
                guard timeIndex < fields.count, let moment = Recording.moment(fields[timeIndex], options) else {
                    lostRows += 1
                    continue
                }
                times.append(moment)
            } else {
                times.append(Recording.epoch + Int64(Double(index) * min(options.interval ?? 1, 1e6) * 1e6))
            }
            for column in textIndices { texts[names[column], default: []].append(column < fields.count ? fields[column] : "") }
            for column in kept {
                let number = column < fields.count ? Double(fields[column]) : nil
                numbers.append(number.map { $0.isFinite ? $0 : .nan } ?? .nan)
            }
        }
        guard !times.isEmpty else { throw RecordingProblem(text: "\(path): no row has a time that can be read") }
        let steps = zip(times.dropFirst(), times).map { $0 &- $1 }.filter { $0 > 0 }.sorted()
        interval = options.interval ?? (steps.isEmpty ? 1 : Double(steps[steps.count / 2]) / 1e6)
    }

    /// `2014-04-01 00:00:00` and its kin, or seconds since 1970 of this century.
    static func moment(_ text: String, _ options: RecordingOptions) -> Int64? {
        if let moment = CivilTime.parse(Array(text.utf8), defaultOffsetSeconds: options.utcOffsetSeconds) { return moment.microseconds }
        guard options.timeColumn != nil, let seconds = Double(text), seconds.magnitude < 1e14 else { return nil }
        // Milliseconds since 1970 are beyond any year that seconds could mean.
        return Int64(seconds > 1e11 ? seconds * 1e3 : min(seconds, 1e12) * 1e6)
    }

    private static func name(of path: String) -> String {
        let file = path.split(separator: "/").last ?? "recording"
        let stem = file.split(separator: ".").dropLast().joined(separator: ".")
        let plain = (stem.isEmpty ? String(file) : stem).unicodeScalars.map {
            $0.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains($0) ? $0 : "-"
        }
        return String(String(String.UnicodeScalarView(plain)).prefix(64))
    }

    /// The number of rows.
    package var rowCount: Int { times.count }

    /// *Units*: seconds since 1970.
    package func seconds(_ row: Int) -> Double { Double(times[row]) / 1e6 }

    /// The number of a field; NaN where it is none. Precondition: row and column (index into `columns`) exist.
    package func value(_ row: Int, _ column: Int) -> Double { numbers[row * columns.count + column] }

    /// The row as a device would send it, with the time in seconds and only the columns that hold a number.
    package func payload(_ row: Int) -> [UInt8] {
        var json = JSONWriter(reserving: 32 + 24 * columns.count)
        json.beginObject()
        json.member("t", Double(times[row]) / 1e6)
        for (index, column) in columns.enumerated() {
            let number = numbers[row * columns.count + index]
            if !number.isNaN { json.member(column, number) }
        }
        json.endObject()
        return json.bytes
    }
}

/// Why a recording cannot be used.
package struct RecordingProblem: Error {
    package var text: String

    package init(text: String) { self.text = text }
}
