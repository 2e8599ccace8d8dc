import Foundation

/// A Sparkplug B payload in words, made into protobuf: `{ "timestamp": …, "seq": …, "metrics": [ { "name", "alias", "timestamp", "type", "untyped",
/// "historical", "null", "value" } ] }`. `type` says how the value is written; `untyped` leaves the type out of the message.
enum SparkplugWords {
    struct Payload: Decodable {
        var timestamp: UInt64?
        var seq: UInt64?
        var metrics: [Metric]?
    }

    struct Metric: Decodable {
        var name: String?
        var alias: UInt64?
        var timestamp: UInt64?
        var type: String
        var untyped: Bool?
        var historical: Bool?
        var null: Bool?
        var value: Scalar?
    }

    enum Scalar: Decodable {
        case flag(Bool), unsigned(UInt64), signed(Int64), number(Double), text(String)

        init(from decoder: any Swift.Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? container.decode(UInt64.self) {
                self = .unsigned(number)
            } else if let number = try? container.decode(Int64.self) {
                self = .signed(number)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        var bits: UInt64 {
            switch self {
            case .flag(let flag): flag ? 1 : 0
            case .unsigned(let number): number
            case .signed(let number): UInt64(bitPattern: number)
            case .number(let number): UInt64(number)
            case .text: 0
            }
        }

        var number: Double {
            switch self {
            case .number(let number): number
            case .unsigned(let number): Double(number)
            case .signed(let number): Double(number)
            case .flag, .text: 0
            }
        }
    }

    static let types = [
        "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float", "Double", "Boolean", "String", "DateTime", "Text", "UUID",
        "DataSet",
    ]

    static func encode(_ words: Data) throws -> [UInt8] { encode(try JSONDecoder().decode(Payload.self, from: words)) }

    static func encode(_ payload: Payload) -> [UInt8] {
        var bytes: [UInt8] = []
        if let timestamp = payload.timestamp { bytes += [0x08] + varint(timestamp) }
        for metric in payload.metrics ?? [] {
            let inner = encode(metric)
            bytes += [0x12] + varint(UInt64(inner.count)) + inner
        }
        if let seq = payload.seq { bytes += [0x18] + varint(seq) }
        return bytes
    }

    private static func encode(_ metric: Metric) -> [UInt8] {
        var bytes: [UInt8] = []
        if let name = metric.name { bytes += [0x0a] + varint(UInt64(name.utf8.count)) + Array(name.utf8) }
        if let alias = metric.alias { bytes += [0x10] + varint(alias) }
        if let timestamp = metric.timestamp { bytes += [0x18] + varint(timestamp) }
        let type = (types.firstIndex(of: metric.type) ?? 98) + 1
        if metric.untyped != true { bytes += [0x20] + varint(UInt64(type)) }
        if metric.historical == true { bytes += [0x28, 1] }
        if metric.null == true { bytes += [0x38, 1] }
        guard let value = metric.value else { return bytes }
        switch metric.type {
        case "Int64", "UInt64", "DateTime": bytes += [0x58] + varint(value.bits)
        case "Float": bytes += [0x65] + withUnsafeBytes(of: Float(value.number).bitPattern.littleEndian) { Array($0) }
        case "Double": bytes += [0x69] + withUnsafeBytes(of: value.number.bitPattern.littleEndian) { Array($0) }
        case "Boolean": bytes += [0x70] + varint(value.bits)
        case "String", "Text", "UUID":
            if case .text(let text) = value { bytes += [0x7a] + varint(UInt64(text.utf8.count)) + Array(text.utf8) }
        case "DataSet": bytes += [0x8a, 0x01, 0]
        // 32 bits of two's complement.
        default: bytes += [0x50] + varint(value.bits & 0xffff_ffff)
        }
        return bytes
    }

    private static func varint(_ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
