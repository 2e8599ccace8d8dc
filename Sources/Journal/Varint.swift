/// Numbers in as few bytes as they need: seven bits a byte, the lowest first, the top bit says that more follow. *Range*: 1…10 bytes.
extension [UInt8] {
    mutating func appendVarint(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// Small magnitudes of either sign become small numbers: 0, −1, 1, −2 … → 0, 1, 2, 3 …
    mutating func appendZigzag(_ number: Int64) { appendVarint(UInt64(bitPattern: number << 1 ^ number >> 63)) }
}

/// Reads what the extension above wrote; every step past the end or beyond 64 bits throws.
struct VarintReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    mutating func byte() throws(SegmentError) -> UInt8 {
        guard position < bytes.count else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func varint() throws(SegmentError) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            guard shift < 63 || (shift == 63 && byte <= 1) else { throw .malformed }
            number |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
    }

    mutating func zigzag() throws(SegmentError) -> Int64 {
        let number = try varint()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }
}
