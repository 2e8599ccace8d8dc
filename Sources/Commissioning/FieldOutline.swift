import Lifeline

/// How a payload is laid out, as far as its bytes tell.
package enum PayloadGuess: String, Sendable {
    case json = "JSON"
    case text
    case number = "a bare number"
    case sparkplug = "Sparkplug B"
    case binary
    case empty

    init(_ topic: String, _ payload: [UInt8]) {
        if payload.isEmpty {
            self = .empty
        } else if topic.hasPrefix("spBv1.0/") {
            self = .sparkplug
        } else if let document = JSONValue(payload) {
            switch document {
            case .object, .list: self = .json
            case .number: self = .number
            default: self = .text
            }
        } else {
            let isText = String(validating: payload, as: UTF8.self)?.unicodeScalars.allSatisfy { $0.value >= 32 || [9, 10, 13].contains($0.value) }
            self = isText == true ? .text : .binary
        }
    }
}

/// One field of a device's messages, by its path.
package struct FieldOutline: Equatable, Sendable {
    /// What a field holds.
    package enum Kind: String, Sendable { case number, text, flag, moment }

    package var path: [String]
    package var kind: Kind
    /// The last value, as a person reads it.
    package var sample: String
    /// Worth a reading: a number, a number written as a text, or a flag.
    package var isMeasurement: Bool
    /// Of a moment.
    package var timeFormat: TimeFormat?

    /// The most fields that are shown of a device.
    package static let limit = 40
    /// *Units*: characters of a sample.
    private static let sampleLength = 80

    /// The fields of the newest of some JSON messages, in the order of their paths; at most `limit`.
    static func fields(of messages: [HeardMessage]) -> (fields: [FieldOutline], leftOut: Int) {
        var found: [String: FieldOutline] = [:]
        var leftOut = 0
        for message in messages {
            guard let document = JSONValue(message.payload) else { continue }
            collect(document, []) { field in
                let key = field.path.joined(separator: "\u{1}")
                if found[key] == nil && found.count >= limit {
                    leftOut += 1
                } else {
                    found[key] = field
                }
            }
        }
        return (found.values.sorted { $0.path.lexicographicallyPrecedes($1.path) }, leftOut)
    }

    private static func collect(_ value: JSONValue, _ path: [String], _ body: (FieldOutline) -> Void) {
        // A name as long as that is nobody's; it would only fill the screen.
        guard path.count <= 8, path.reduce(0, { $0 + $1.utf8.count }) <= 200 else { return }
        switch value {
        case .object(let members): for (name, member) in members.sorted(by: { $0.key < $1.key }) { collect(member, path + [name], body) }
        // The first entry of a list stands for the others.
        case .list(let items): if let first = items.first { collect(first, path + ["0"], body) }
        case .null: break
        case .number(let number):
            if path.isEmpty { return }
            let format = clock(number, path)
            body(
                FieldOutline(
                    path: path, kind: format == nil ? .number : .moment, sample: JSONWriter.shortest(number), isMeasurement: format == nil,
                    timeFormat: format))
        case .flag(let flag):
            if path.isEmpty { return }
            body(FieldOutline(path: path, kind: .flag, sample: flag ? "true" : "false", isMeasurement: true, timeFormat: nil))
        case .text(let text):
            if path.isEmpty { return }
            let bytes = Array(text.utf8)
            if CivilTime.parse(bytes, defaultOffsetSeconds: 0) != nil {
                let hasOffset = text.last == "Z" || text.utf8.dropFirst(19).contains { [UInt8(ascii: "+"), UInt8(ascii: "-")].contains($0) }
                return body(
                    FieldOutline(
                        path: path, kind: .moment, sample: String(text.prefix(sampleLength)), isMeasurement: false,
                        timeFormat: hasOffset ? .rfc3339 : .local))
            }
            let isNumber = text.utf8.count <= 16 && Double(text)?.isFinite == true
            body(FieldOutline(path: path, kind: .text, sample: String(text.prefix(sampleLength)), isMeasurement: isNumber, timeFormat: nil))
        }
    }

    /// Seconds or milliseconds of this decade, under a name that says time: nothing that a sensor measures.
    private static func clock(_ number: Double, _ path: [String]) -> TimeFormat? {
        guard let name = path.last?.lowercased(),
            name == "t" || name.hasPrefix("ts") || ["time", "date", "stamp"].contains(where: { name.contains($0) })
        else { return nil }
        if (1.5e9..<4.1e9).contains(number) { return .unixSeconds }
        if (1.5e12..<4.1e12).contains(number) { return .unixMilliseconds }
        return nil
    }
}
