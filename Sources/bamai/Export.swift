import ArgumentParser
import Foundation
import Glibc
import Journal
import Lifeline

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a journal's readings as CSV to standard output.",
        discussion: """
            columns: sequence, sensor, observed, received, value (in the quantity's canonical unit), flags
            flags: late, receipt (no time of its own), clock (its clock was refused), range (physically impossible), board (the board's clock was not set)
            example: bamai export --site firmware-config/street --sensor 'WP-*' > pressures.csv
            """)

    @OptionGroup var place: JournalOption

    @Option(name: .long, help: "Only sensors whose id matches, with * and ?.")
    var sensor: String?

    @Option(name: .long, help: "From this sequence on.")
    var from: UInt64 = 1

    @Option(name: .long, help: "Up to this sequence.")
    var to: UInt64 = .max

    func run() throws {
        let reader = try place.open()
        var names = try reader.seriesKeys()
        Output.line("sequence,sensor,observed,received,value,flags")
        var buffer = ""
        try reader.readings(from: max(1, from)) { sequence, reading in
            guard sequence <= to else { return false }
            if reading.series == .tick { return true }
            if names[reading.series] == nil { names = (try? reader.seriesKeys()) ?? names }
            let name = names[reading.series] ?? "series/\(reading.series.rawValue)"
            if let sensor, fnmatch(sensor, name, 0) != 0 { return true }
            buffer += "\(sequence),\(name),\(stamp(reading.observed)),\(stamp(reading.received)),\(JSONWriter.shortest(reading.value)),\(flags(reading.flags))\n"
            if buffer.utf8.count > 1 << 16 {
                guard Output.raw(buffer) else { return false }
                buffer = ""
            }
            return true
        }
        _ = Output.raw(buffer)
    }

    private func stamp(_ moment: Timestamp) -> String {
        let fields = CivilTime.fields(of: moment, offsetSeconds: 0)
        return CivilTime.rfc3339(moment, offsetSeconds: 0).prefix(19) + "." + CivilTime.pad(fields.microsecond, 6) + "Z"
    }

    private func flags(_ flags: ReadingFlags) -> String {
        let names: [(ReadingFlags, String)] = [
            (.late, "late"), (.timeOfReceipt, "receipt"), (.clockRefused, "clock"), (.outOfRange, "range"), (.boardClockUnsynchronised, "board"),
        ]
        return names.filter { flags.contains($0.0) }.map(\.1).joined(separator: " ")
    }
}
