import Foundation
import Lifeline
import Site
import Testing

@testable import Decode

/// One folder of `Tests/Cases/decode/<format>/<case>`: the payload, `case.json` (where and when it arrived, and the devices) and `expected.json`
/// (readings, refusals). A new sensor arrives with its folder and no new test code.
///
/// The payload is `payload.json` or `payload.txt` (the raw bytes), `payload.hex` (bytes in hexadecimal digits), or `payload.spb.json` (a Sparkplug payload
/// in words, which the test encodes). A device is spelled out in `devices`, or, as a site would, by `template`, `id` and further lines of TOML in `site`.
struct DecodeCase: CustomTestStringConvertible {
    struct Arrival: Decodable {
        /// One sentence: what is special here.
        var about: String
        var topic: String
        var received: String
        var utc_offset: String?
        var devices: [Source]?
        var template: String?
        var id: String?
        /// Lines of the `[[device]]`, and further tables.
        var site: [String]?
        /// What arrived before, in order; its readings do not count here.
        var before: [Earlier]?
        /// How many nodes ask to be born again.
        var rebirths: Int?
    }

    struct Earlier: Decodable {
        var topic: String
        /// A file of the folder, named as the payload's are.
        var payload: String
    }

    struct Source: Decodable {
        var id: String
        var topic: String
        var identity: [String]?
        var time: [String]?
        var time_format: String?
        var late_after: Double?
        var fields: [Field]
    }

    struct Field: Decodable {
        var sensor: String
        var path: [String]
        var event: String?
        var scale: Double?
        var shift: Double?
        var baseline: Double?
        var absolute: Bool?
        var codes: [String: Double]?
        var when_absent: Double?
        var required: Bool?
        var range: [Double]?
    }

    struct Expected: Decodable {
        var readings: [Reading]
        var refused: [String: UInt64]
        var ignored: Bool?
    }

    struct Reading: Decodable, Equatable {
        var sensor: String
        var value: Double
        /// The time of receipt where it is not said.
        var observed: String?
        var flags: [String]?
    }

    enum Fault: Error {
        case unknownKey(String), unreadable(String)
    }

    var format: PayloadFormat
    var name: String
    var payload: [UInt8]
    var arrival: Arrival
    var expected: Expected
    var before: [(topic: String, payload: [UInt8])]
    private var madePlan: Result<SitePlan, any Error> = .failure(Fault.unreadable("no plan"))

    var testDescription: String { format.rawValue + "/" + name }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Cases/decode")

    /// All cases, in the order of their names.
    static func all() throws -> [DecodeCase] { try loaded.get() }

    /// Read once: most of them load a site and its profile.
    private static let loaded = Result { try load() }

    private static func load() throws -> [DecodeCase] {
        var cases: [DecodeCase] = []
        for format in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            guard let payloadFormat = PayloadFormat(rawValue: format) else { throw Fault.unreadable(format) }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(format).path).sorted()
            cases += try names.map { try DecodeCase(payloadFormat, $0) }
        }
        return cases
    }

    init(_ format: PayloadFormat, _ name: String) throws {
        self.format = format
        self.name = name
        let place = DecodeCase.folder.appendingPathComponent(format.rawValue).appendingPathComponent(name)
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
        guard let main = names.first(where: { $0.hasPrefix("payload.") }) else { throw Fault.unreadable(name) }
        payload = try DecodeCase.bytes(place.appendingPathComponent(main))
        let arrivalData = try Data(contentsOf: place.appendingPathComponent("case.json"))
        let expectedData = try Data(contentsOf: place.appendingPathComponent("expected.json"))
        try DecodeCase.checkKeys(arrivalData)
        try DecodeCase.checkKeys(expectedData)
        arrival = try JSONDecoder().decode(Arrival.self, from: arrivalData)
        expected = try JSONDecoder().decode(Expected.self, from: expectedData)
        before = try (arrival.before ?? []).map { ($0.topic, try DecodeCase.bytes(place.appendingPathComponent($0.payload))) }
        madePlan = Result { try makePlan() }
    }

    private static func bytes(_ file: URL) throws -> [UInt8] {
        let data = try Data(contentsOf: file)
        if file.lastPathComponent.hasSuffix(".spb.json") { return try SparkplugWords.encode(data) }
        guard file.pathExtension == "hex" else { return Array(data) }
        let digits = data.filter { !" \n".utf8.contains($0) }.map { Character(UnicodeScalar($0)).hexDigitValue ?? 0 }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    private static let keys: Set<String> = [
        "about", "topic", "received", "utc_offset", "devices", "id", "identity", "time", "time_format", "late_after", "fields", "sensor", "path",
        "event",
        "scale", "shift", "baseline", "absolute", "codes", "when_absent", "required", "range", "readings", "refused", "ignored", "value", "observed",
        "flags", "template", "site", "before", "payload", "rebirths",
    ]

    /// A misspelt key would be an expectation that nobody checks.
    private static func checkKeys(_ data: Data) throws {
        func check(_ value: Any) throws {
            if let object = value as? [String: Any] {
                for (key, inner) in object {
                    guard keys.contains(key) else { throw Fault.unknownKey(key) }
                    if key != "codes" && key != "refused" { try check(inner) }
                }
            } else if let list = value as? [Any] {
                for inner in list { try check(inner) }
            }
        }
        try check(JSONSerialization.jsonObject(with: data))
    }
}

extension DecodeCase {
    /// Sensors in the order in which the fields name them first.
    private var spelledSensors: [String] {
        var seen: Set<String> = []
        return (arrival.devices ?? []).flatMap(\.fields).map(\.sensor).filter { seen.insert($0).inserted }
    }

    /// Whether it stands on a birth of its own.
    var begins: Bool { (before.map(\.topic) + [arrival.topic]).contains { $0.contains("/NBIRTH/") } }

    /// The plan's sensors, in its order.
    func sensors() throws -> [String] { try plan().sensors.map(\.id) }

    func plan() throws -> SitePlan { try madePlan.get() }

    private func makePlan() throws -> SitePlan {
        if arrival.devices == nil { return try sitePlan() }
        let names = spelledSensors
        var ranges: [String: ClosedRange<Double>] = [:]
        for field in (arrival.devices ?? []).flatMap(\.fields) {
            if let range = field.range, range.count == 2 { ranges[field.sensor] = range[0]...range[1] }
        }
        let devices = try (arrival.devices ?? []).map { source in
            guard let timeFormat = TimeFormat(rawValue: source.time_format ?? "rfc3339") else { throw Fault.unreadable(source.time_format ?? "") }
            return Device(
                id: source.id, topic: source.topic, format: format, identityPath: source.identity ?? [], timePath: source.time ?? [],
                timeFormat: timeFormat,
                fields: source.fields.map { field in
                    FieldBinding(
                        sensor: names.firstIndex(of: field.sensor) ?? 0, path: field.path, event: field.event ?? "up", scale: field.scale ?? 1,
                        shift: field.shift ?? 0, baseline: field.baseline ?? 0, absolute: field.absolute ?? false, codes: field.codes ?? [:],
                        whenAbsent: field.when_absent, required: field.required ?? false)
                }, lateAfter: source.late_after ?? 900)
        }
        guard let offset = CivilTime.parseOffset(arrival.utc_offset ?? "+08:00") else { throw Fault.unreadable(arrival.utc_offset ?? "") }
        return SitePlan(
            gateway: "g", utcOffsetSeconds: offset, assets: [Asset(id: "A", assetClass: .other, name: "A")], devices: devices,
            sensors: names.map {
                Sensor(
                    id: $0, asset: 0, device: 0, quantity: DecodeFixture.quantity($0, ranges[$0] ?? -1e300...1e300), interval: nil, cycle: nil)
            }, rules: [])
    }

    /// The plan that a site with these lines has.
    private func sitePlan() throws -> SitePlan {
        let repository = DecodeCase.folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let path = repository.appendingPathComponent("firmware-config/case/site.toml").path
        var lines = ["schema = 1", "[site]", "id = \"case\"", "utc_offset = \"\(arrival.utc_offset ?? "+08:00")\""]
        lines += ["[[broker]]", "id = \"local\"", "url = \"mqtt://127.0.0.1\"", "[[asset]]", "id = \"A\"", "class = \"other\""]
        lines += ["[[device]]", "id = \"\(arrival.id ?? "d1")\"", "asset = \"A\""]
        if let template = arrival.template { lines.append("template = \"\(template)\"") }
        let text = (lines + (arrival.site ?? [])).joined(separator: "\n") + "\n"
        let sources = SiteSources(read: { $0 == path ? .bytes(Array(text.utf8)) : SiteSources.disk.read($0) }, list: SiteSources.disk.list)
        switch loadSite(at: path, from: sources) {
        case .valid(let site, _): return site.plan
        case .invalid(let findings): throw Fault.unreadable("\(findings)")
        }
    }

    func moment(_ text: String) throws -> Timestamp {
        guard let moment = CivilTime.parse(Array(text.utf8), defaultOffsetSeconds: 0) else { throw Fault.unreadable(text) }
        return moment
    }

    /// What `expected.json` says, as the decoder would.
    func expectedReadings() throws -> [DecodedReading] {
        let names = try sensors()
        let received = try moment(arrival.received)
        return try expected.readings.map { reading in
            guard let sensor = names.firstIndex(of: reading.sensor) else { throw Fault.unreadable(reading.sensor) }
            var flags: ReadingFlags = []
            for name in reading.flags ?? [] {
                guard let flag = DecodeCase.flags[name] else { throw Fault.unreadable(name) }
                flags.insert(flag)
            }
            let observed = try reading.observed.map(moment) ?? received
            return DecodedReading(sensor: sensor, observed: observed, value: reading.value, flags: flags)
        }
    }

    private static let flags: [String: ReadingFlags] = [
        "late": .late, "time-of-receipt": .timeOfReceipt, "clock-refused": .clockRefused, "out-of-range": .outOfRange,
    ]
}
