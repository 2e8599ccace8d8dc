/// One metric of a Sparkplug B payload. Its texts lie in the message.
struct SparkplugMetric {
    /// Which field of the metric's `value` is set.
    enum Kind {
        case none, integer, float, double, boolean, text, other
    }

    /// *Source*: Sparkplug 3.0, section 6.4.1: the scalar data types.
    enum DataType: UInt32 {
        case int8 = 1
        case int16, int32, int64, uint8, uint16, uint32, uint64, float, double, boolean, string, dateTime, text, uuid
    }

    /// Empty: it goes by its alias.
    var name = UnsafeRawBufferPointer(start: nil, count: 0)
    var alias: UInt64?
    var timestamp: UInt64?
    /// 0: not said, and its birth has said it.
    var dataType: UInt32 = 0
    var isHistorical = false
    var isNull = false
    var kind = Kind.none
    /// The value's bits: of an integer, a float, a double or a boolean.
    var bits: UInt64 = 0
    var text = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Its place among the names that fields read; −1: none reads it.
    var place = -1

    /// Reads one metric; nil: broken. Unknown fields are passed over.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard read(bytes) else { return nil }
    }

    /// Apart from the initialiser: Swift 6.3's optimiser loses the stores to `kind` and `bits` there.
    private mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var reader = ProtobufReader(bytes)
        while !reader.isAtEnd {
            guard let (field, wire) = reader.key() else { return false }
            switch (field, wire) {
            case (1, .block):
                guard let block = reader.block() else { return false }
                name = block
            case (2, .varint):
                guard let number = reader.varint() else { return false }
                alias = number
            case (3, .varint):
                guard let number = reader.varint() else { return false }
                timestamp = number
            case (4, .varint):
                guard let number = reader.varint() else { return false }
                dataType = UInt32(truncatingIfNeeded: number)
            case (5, .varint):
                guard let number = reader.varint() else { return false }
                isHistorical = number != 0
            case (7, .varint):
                guard let number = reader.varint() else { return false }
                isNull = number != 0
            case (10, .varint), (11, .varint):
                guard let number = reader.varint() else { return false }
                (kind, bits) = (.integer, number)
            case (12, .fixed32):
                guard let number = reader.fixed32() else { return false }
                (kind, bits) = (.float, UInt64(number))
            case (13, .fixed64):
                guard let number = reader.fixed64() else { return false }
                (kind, bits) = (.double, number)
            case (14, .varint):
                guard let number = reader.varint() else { return false }
                (kind, bits) = (.boolean, number)
            case (15, .block):
                guard let block = reader.block() else { return false }
                (kind, text) = (.text, block)
            case (16...18, .block):
                guard reader.skip(wire) else { return false }
                kind = .other
            default: if !reader.skip(wire) { return false }
            }
        }
        return true
    }

    /// What a metric says.
    enum Value {
        case number(Double)
        case flag(Bool)
        case text(UnsafeRawBufferPointer)
        /// Null, or a metric without a value.
        case nothing
        /// The type is not known: only the birth tells it.
        case untyped
        case refused(RejectCause)
    }

    /// The value, read as a data type; 0: not known.
    ///
    /// *Range*: integers are two's complement of their type's width, whatever the sender put into the bits above it; beyond 2^53 they are the nearest
    /// double. A `DateTime` is its milliseconds since 1970.
    func value(as type: UInt32) -> Value {
        if isNull || kind == .none { return .nothing }
        switch kind {
        case .none: return .nothing
        case .float: return Value(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
        case .double: return Value(Double(bitPattern: bits))
        case .boolean: return .flag(bits != 0)
        case .text: return .text(text)
        case .other: return .refused(.wrongType)
        case .integer: break
        }
        if type == 0 { return .untyped }
        switch DataType(rawValue: type) {
        case .int8: return .number(Double(Int8(truncatingIfNeeded: bits)))
        case .int16: return .number(Double(Int16(truncatingIfNeeded: bits)))
        case .int32: return .number(Double(Int32(truncatingIfNeeded: bits)))
        case .int64: return .number(Double(Int64(truncatingIfNeeded: bits)))
        case .uint8: return .number(Double(UInt8(truncatingIfNeeded: bits)))
        case .uint16: return .number(Double(UInt16(truncatingIfNeeded: bits)))
        case .uint32: return .number(Double(UInt32(truncatingIfNeeded: bits)))
        case .uint64, .dateTime: return .number(Double(bits))
        case .boolean: return .flag(bits != 0)
        case .float, .double, .string, .text, .uuid, nil: return .refused(.wrongType)
        }
    }
}

extension SparkplugMetric.Value {
    fileprivate init(_ number: Double) { self = number.isFinite ? .number(number) : .refused(.notANumber) }
}

/// What a Sparkplug B payload says beside its metrics.
struct SparkplugPayload {
    var timestamp: UInt64?
    /// nil: there is none, as in deaths of nodes.
    var sequence: UInt64?
    /// Metrics that were more than the limit.
    var isCut = false

    /// Reads a payload; nil: it is no protobuf, and then nothing is said about `metrics`.
    ///
    /// *Source*: Sparkplug 3.0, section 6.4: timestamp 1, metrics 2, seq 3; uuid and body are passed over.
    init?(_ bytes: UnsafeRawBufferPointer, limit: Int, into metrics: inout [SparkplugMetric]) {
        var reader = ProtobufReader(bytes)
        while !reader.isAtEnd {
            guard let (field, wire) = reader.key() else { return nil }
            switch (field, wire) {
            case (1, .varint):
                guard let number = reader.varint() else { return nil }
                timestamp = number
            case (2, .block):
                guard let block = reader.block(), let metric = SparkplugMetric(block) else { return nil }
                if metrics.count < limit { metrics.append(metric) } else { isCut = true }
            case (3, .varint):
                guard let number = reader.varint() else { return nil }
                sequence = number
            default: if !reader.skip(wire) { return nil }
            }
        }
    }
}
