/// Appends fixed-width little-endian values to a byte buffer: the plain format of checkpoints.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// The number in its own width, little-endian.
    package mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// The exact bits, NaN payloads included.
    package mutating func append(_ number: Double) { append(number.bitPattern) }

    /// One byte: 1 or 0.
    package mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    /// A length (32 bits) and the UTF-8. Precondition: shorter than 4 GiB.
    package mutating func append(_ text: String) { append(Array(text.utf8)) }

    /// A length (32 bits) and the bytes. Precondition: shorter than 4 GiB.
    package mutating func append(_ block: [UInt8]) {
        append(UInt32(block.count))
        bytes.append(contentsOf: block)
    }
}

/// Reads what `ByteWriter` wrote. Past the end, or after a nonsensical length, every call returns nil: broken input is a value, never a trap.
package struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
        position = self.bytes.startIndex
    }

    /// Bytes not read yet.
    package var remaining: Int { bytes.endIndex - position }

    /// A number of this width, little-endian.
    package mutating func integer<Number: FixedWidthInteger>(_: Number.Type = Number.self) -> Number? {
        let width = MemoryLayout<Number>.size
        guard remaining >= width else { return nil }
        var number: Number = 0
        for index in 0..<width { number |= Number(truncatingIfNeeded: bytes[position + index]) << Number(truncatingIfNeeded: index * 8) }
        position += width
        return number
    }

    /// The exact bits of a Double.
    package mutating func double() -> Double? { integer(UInt64.self).map { Double(bitPattern: $0) } }

    /// One byte: anything but 0 is true.
    package mutating func flag() -> Bool? { integer(UInt8.self).map { $0 != 0 } }

    /// A text that was written with its length; broken UTF-8 is repaired.
    package mutating func text() -> String? { block().map { String(decoding: $0, as: UTF8.self) } }

    /// A block that was written with its length.
    package mutating func block() -> [UInt8]? {
        guard let count = integer(UInt32.self), remaining >= Int(count) else { return nil }
        defer { position += Int(count) }
        return Array(bytes[position..<(position + Int(count))])
    }
}
