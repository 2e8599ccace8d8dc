import ArgumentParser
import Journal
import Lifeline
import Site

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a journal's readings as CSV to standard output.",
        discussion: """
            columns: sequence, sensor, observed, received (UTC), value, unit (the quantity's own; empty where no site is given), flags
            flags:   late, receipt (no time of its own), clock (its clock was refused), range (physically impossible), board (the board's clock was not set),
                     corrected (it was learnt later, and the times of this row are put right)

            It streams: a journal of any size needs a few megabytes of memory. --from and --to take a sequence, or a time, which is the site's local \
            time where it has no offset; times are those of observation.

            examples: bamai export --site firmware-config/street --sensor 'WP-*/pressure' > pressures.csv
                      bamai export --site firmware-config/street --from 2026-01-02T06:00 --to 2026-01-02T09:00
            exit codes: 0 written, 1 no journal can be read, 2 the site is wrong.
            """)

    @OptionGroup var place: JournalOption

    @Option(name: .long, help: ArgumentHelp("Only sensors whose id matches, with * and ?.", valueName: "pattern"))
    var sensor: SensorPattern?

    @Option(name: .long, help: ArgumentHelp("From this sequence or time on.", valueName: "position"))
    var from: Position?

    @Option(name: .long, help: ArgumentHelp("Up to this sequence, or before this time.", valueName: "position"))
    var to: Position?

    func run() throws {
        let plan = place.journal == nil ? try place.site.load().plan : nil
        var units: [String: String] = [:]
        for sensor in plan?.sensors ?? [] { units[sensor.id] = sensor.quantity.unit.symbol }
        let offset = plan?.utcOffsetSeconds ?? 0
        var sequences: (Sequence64, Sequence64) = (1, .max)
        var moments = (Timestamp.distantPast, Timestamp.distantFuture)
        switch from {
        case .sequence(let sequence)?: sequences.0 = max(1, sequence)
        case .moment(let text)?: moments.0 = Position.parse(text, offset) ?? .distantPast
        case nil: break
        }
        switch to {
        case .sequence(let sequence)?: sequences.1 = sequence
        case .moment(let text)?: moments.1 = Position.parse(text, offset) ?? .distantFuture
        case nil: break
        }
        let reader = try place.open()
        var rows = ExportRows(sensor: sensor, units: units)
        try reading { () throws(JournalError) in
            rows.names = try reader.seriesKeys()
            let correction = ClockCorrection(try reader.clockMarks())
            try reader.readings(from: sequences.0) { sequence, journalled in
                guard sequence <= sequences.1 else { return false }
                let (reading, trust) = correction.corrected(journalled, at: sequence)
                guard reading.series != .tick, reading.observed >= moments.0, reading.observed < moments.1 else { return true }
                if rows.names[reading.series] == nil, let names = try? reader.seriesKeys() { rows.names = names }
                return rows.append(sequence, reading, trust)
            }
        }
        rows.flush()
    }
}

/// Readings as rows, written in blocks.
struct ExportRows {
    /// *Units*: bytes written at once.
    private static let block = 65_536

    var names: [SeriesID: String] = [:]
    private let sensor: SensorPattern?
    private let units: [String: String]
    /// For each series what stands before and behind its values; nil: not wanted.
    private var columns: [SeriesID: (name: String, unit: String)?] = [:]
    private var bytes: [UInt8] = Array("sequence,sensor,observed,received,value,unit,flags\n".utf8)
    private var second: (moment: Int64, text: String) = (.min, "")

    init(sensor: SensorPattern?, units: [String: String]) {
        self.sensor = sensor
        self.units = units
        bytes.reserveCapacity(ExportRows.block + 512)
    }

    /// Returns false when nobody reads any more.
    mutating func append(_ sequence: Sequence64, _ reading: Reading, _ trust: ClockTrust) -> Bool {
        guard let (name, unit) = column(reading.series) else { return true }
        add(String(sequence), name)
        add(stamp(reading.observed), stamp(reading.received))
        add(JSONWriter.shortest(reading.value), unit)
        bytes.append(contentsOf: ExportRows.text(reading.flags).utf8)
        if trust == .corrected { bytes.append(contentsOf: (reading.flags.isEmpty ? "corrected" : " corrected").utf8) }
        bytes.append(UInt8(ascii: "\n"))
        return bytes.count < ExportRows.block || flush()
    }

    @discardableResult
    mutating func flush() -> Bool {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes.withUnsafeBytes { Output.bytes($0) }
    }

    private mutating func add(_ first: String, _ second: String) {
        bytes.append(contentsOf: first.utf8)
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: second.utf8)
        bytes.append(UInt8(ascii: ","))
    }

    private mutating func column(_ series: SeriesID) -> (name: String, unit: String)? {
        if let known = columns[series] { return known }
        let name = names[series] ?? "series/\(series.rawValue)"
        var column: (name: String, unit: String)?
        if sensor?.matches(name) ?? true { column = (name, units[name] ?? "") }
        columns[series] = .some(column)
        return column
    }

    /// `2026-01-02T03:04:05.250000Z`. The seconds before the point are the same in many rows, so they are made once.
    private mutating func stamp(_ moment: Timestamp) -> String {
        let micro = moment.microseconds % 1_000_000
        let fraction = Int(micro < 0 ? micro + 1_000_000 : micro)
        let whole = moment.microseconds - Int64(fraction)
        if whole != second.moment { second = (whole, String(CivilTime.rfc3339(moment, offsetSeconds: 0).prefix(19))) }
        return second.text + "." + CivilTime.pad(fraction, 6) + "Z"
    }

    private static func text(_ flags: ReadingFlags) -> String {
        if flags.isEmpty { return "" }
        let names: [(ReadingFlags, String)] = [
            (.late, "late"), (.timeOfReceipt, "receipt"), (.clockRefused, "clock"), (.outOfRange, "range"), (.boardClockUnsynchronised, "board"),
        ]
        return names.filter { flags.contains($0.0) }.map(\.1).joined(separator: " ")
    }
}
