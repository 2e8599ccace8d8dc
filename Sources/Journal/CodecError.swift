/// Why bytes are no segment. The decoder's output is empty after each of them.
package enum CodecError: Error, Equatable, Sendable {
    /// Shorter than any segment, or a column runs past the end.
    case truncated
    /// The first byte is not a segment's.
    case notASegment
    /// Written by a newer codec.
    case unknownVersion(UInt8)
    /// The checksum does not fit the bytes.
    case checksum
    /// A count, a slot, a mode or a scale outside its range; the text says which.
    case malformed(String)
}
