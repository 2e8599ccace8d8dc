/// A cursor over borrowed bytes; never reads past their end.
///
/// The memory must outlive the cursor: it lives only inside the `withUnsafeBytes` of its owner.
struct ByteSource {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    mutating func byte() throws(CodecError) -> UInt8 {
        guard position < bytes.count else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }

    /// LEB128 of up to ten bytes; what would not fit 64 bits is malformed.
    mutating func varint() throws(CodecError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            if shift == 63 && next > 1 { throw .malformed("varint") }
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    /// A varint with its sign folded in.
    mutating func zigzag() throws(CodecError) -> Int64 {
        let folded = try varint()
        return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
    }
}

extension Array where Element == UInt8 {
    /// Appends a LEB128 varint.
    @inline(__always)
    mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends a varint with its sign folded in: 0, −1, 1, −2 … become 0, 1, 2, 3 …
    @inline(__always)
    mutating func appendZigzag(_ value: Int64) { appendVarint(folded(value)) }
}

/// The sign in the lowest bit.
@inline(__always)
func folded(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

/// Bytes of a varint. *Range*: 1…10.
@inline(__always)
func varintSize(_ value: UInt64) -> Int { (70 - (value | 1).leadingZeroBitCount) / 7 }
