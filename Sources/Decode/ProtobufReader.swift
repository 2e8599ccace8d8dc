/// A cursor over a protobuf message. Broken input is a value: every call returns nil then.
///
/// *Source*: Protocol Buffers, "Encoding": varints of at most ten bytes, fixed 32 and 64 bits lowest byte first, length-delimited blocks. Groups, which
/// nothing of this field uses, are refused.
struct ProtobufReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// - Parameter bytes: borrowed: they must outlive the reader.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }

    /// How a field's value is written.
    enum Wire: UInt8 {
        case varint = 0
        case fixed64 = 1
        case block = 2
        case fixed32 = 5
    }

    /// The next field's number and form.
    mutating func key() -> (field: UInt64, wire: Wire)? {
        guard let key = varint(), key >> 3 != 0, key >> 3 <= 536_870_911, let wire = Wire(rawValue: UInt8(key & 7)) else { return nil }
        return (key >> 3, wire)
    }

    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count, shift < 70 {
            let byte = bytes[position]
            position += 1
            // The tenth byte has room for one bit.
            if shift == 63, byte > 1 { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    mutating func fixed32() -> UInt32? { fixed(4).map { UInt32(truncatingIfNeeded: $0) } }

    mutating func fixed64() -> UInt64? { fixed(8) }

    /// A block, borrowed from the message.
    mutating func block() -> UnsafeRawBufferPointer? {
        guard let length = varint(), length <= UInt64(bytes.count - position) else { return nil }
        let start = position
        position += Int(length)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    /// Passes over a value; false when it is broken.
    mutating func skip(_ wire: Wire) -> Bool {
        switch wire {
        case .varint: varint() != nil
        case .fixed32: fixed(4) != nil
        case .fixed64: fixed(8) != nil
        case .block: block() != nil
        }
    }

    private mutating func fixed(_ count: Int) -> UInt64? {
        guard bytes.count - position >= count else { return nil }
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
        position += count
        return value
    }
}
