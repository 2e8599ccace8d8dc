import Foundation
import GatewayTesting
import Journal
import Lifeline

/// Recorded series as a gateway receives them: rows of sensors with the time that the device gave.
struct RecordedData {
    /// One message: values of some sensors at one time. *Units*: microseconds since the epoch.
    struct Message {
        var time: Int64
        var values: [(series: UInt32, value: Double)]
    }

    var name: String
    var messages: [Message] = []

    static let folder = RecordedFiles.folder.map { URL(fileURLWithPath: $0) }

    static func files(_ folder: URL, _ ending: String) -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(ending) }.sorted().map { folder.appendingPathComponent($0) }
    }

    /// Adds the rows of a table; the first column is the time. What is not a number is left out, as the decoder would.
    mutating func add(_ file: URL, separator: UInt8, columns: [String]? = nil, firstSeries: UInt32) throws {
        let bytes = [UInt8](try Data(contentsOf: file))
        let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let names = lines[0].split(separator: separator, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        let places = (columns ?? Array(names.dropFirst())).compactMap { names.firstIndex(of: $0) }
        for line in lines.dropFirst() {
            let fields = line.split(separator: separator, omittingEmptySubsequences: false)
            guard let time = CivilTime.parse(Array(fields[0]), defaultOffsetSeconds: 0) else { continue }
            var message = Message(time: time.microseconds, values: [])
            for (number, place) in places.enumerated() where place < fields.count {
                guard let value = Double(String(decoding: fields[place], as: UTF8.self)), value.isFinite else { continue }
                message.values.append((firstSeries + UInt32(number), value))
            }
            if !message.values.isEmpty { messages.append(message) }
        }
    }

    /// The readings in the order of time. Each message takes 30 … 50 ms to arrive, to the microsecond, as on a quiet network.
    func readings() -> [Reading] {
        var random = SeededGenerator(seed: 1)
        var received: Int64 = .min
        var all: [Reading] = []
        // Of equal times the first stays first.
        for (_, message) in messages.enumerated().sorted(by: { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }) {
            received = max(received + 50, message.time + 30_000 + Int64(random.below(20_000)))
            for (series, value) in message.values {
                all.append(
                    Reading(
                        series: SeriesID(series), observed: Timestamp(microseconds: message.time), received: Timestamp(microseconds: received), value: value))
            }
        }
        return all
    }

    static func everything() throws -> [RecordedData] {
        guard let folder else { return [] }
        var all: [RecordedData] = []
        var valves = RecordedData(name: "SKAB valve1")
        let sensors = [
            "Accelerometer1RMS", "Accelerometer2RMS", "Current", "Pressure", "Temperature", "Thermocouple", "Voltage", "Volume Flow RateRMS",
        ]
        for file in files(folder.appendingPathComponent("SKAB/valve1"), ".csv") {
            try valves.add(file, separator: UInt8(ascii: ";"), columns: sensors, firstSeries: 1)
        }
        all.append(valves)
        for file in files(folder.appendingPathComponent("pyhydroqc"), ".csv") {
            var river = RecordedData(name: "pyhydroqc \(file.deletingPathExtension().lastPathComponent)")
            try river.add(file, separator: UInt8(ascii: ","), columns: ["temp", "cond", "ph", "do", "turb", "stage"], firstSeries: 1)
            all.append(river)
        }
        for part in files(folder.appendingPathComponent("NAB/data"), "") where part.pathExtension.isEmpty {
            var site = RecordedData(name: "NAB \(part.lastPathComponent)")
            for (number, file) in files(part, ".csv").enumerated() {
                try site.add(file, separator: UInt8(ascii: ","), firstSeries: UInt32(number + 1))
            }
            all.append(site)
        }
        return all
    }
}
