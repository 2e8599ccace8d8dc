import Lifeline

/// Why the bytes of a segment are not one.
package enum SegmentError: Error, Equatable, Sendable {
    case truncated
    case malformed
    case checksum
    case unknownVersion(UInt8)
}

/// The readings of one commit as one columnar block.
///
/// ```
/// byte 0…1   "BS"
/// byte 2     version, 1
/// varint     number of readings n, 1…65 536
/// zigzag     received time of the first reading, µs since 1970
/// byte       time units: low half for received, high half for observed times (0: µs, 1: ms, 2: s)
/// varint     number k of series; then k zigzags: each series' number less the one before (the first less 0), in order of first appearance
/// column     series: for each reading the place of its series in that list. Predicted to be the one that followed the same predecessor before (the
///            first time: the next in the list). Pairs of varints: how many predictions hit, then the place of the one that missed; ends with n readings.
/// column     received: differences to the reading before, in the unit, as a column of groups (`ColumnWriter`)
/// column     observed: differences to the prediction, in the unit: for the first reading of a series the reading before (for the segment's first its
///            received time, cut to the unit), later the series' last time plus its last step. Groups as above.
/// column     modes, one a series: groups. 0…9: decimal places; 15: raw bits.
/// column     values, series by series. Decimal: zigzags of value · 10^mode, each less the one before. Raw: the bits XOR those before, bytes reversed,
///            as varints.
/// column     flags: groups
/// 4 bytes    CRC-32C over all before, little-endian
/// ```
///
/// Every finite or not finite number comes back bit for bit. Decoding is bounded by the declared number and never traps, whatever the bytes are.
package struct SegmentCodec {
    /// The most readings of one segment.
    package static let maxReadings = 65_536
    private static let version: UInt8 = 1
    static let powers: [Double] = [1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
    static let rawMode: UInt8 = 15
    static let unitMicroseconds: [Int64] = [1, 1000, 1_000_000]

    package init() {}

    /// Encodes the readings of one commit. Precondition: 1…`maxReadings` of them.
    package func encode(_ readings: [Reading]) -> [UInt8] {
        precondition(!readings.isEmpty && readings.count <= SegmentCodec.maxReadings)
        var columns = SegmentColumns(readings)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + readings.count * 5)
        bytes += [UInt8(ascii: "B"), UInt8(ascii: "S"), SegmentCodec.version]
        bytes.appendVarint(UInt64(readings.count))
        bytes.appendZigzag(readings[0].received.microseconds)
        columns.write(readings, to: &bytes)
        let checksum = CRC32C.of(bytes)
        for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: checksum >> shift)) }
        return bytes
    }

    /// Decodes a segment into `readings` (which is emptied first).
    package func decode(_ bytes: UnsafeRawBufferPointer, into readings: inout [Reading]) throws(SegmentError) {
        readings.removeAll(keepingCapacity: true)
        guard bytes.count >= 12 else { throw .truncated }
        guard bytes[0] == UInt8(ascii: "B"), bytes[1] == UInt8(ascii: "S") else { throw .malformed }
        guard bytes[2] == SegmentCodec.version else { throw .unknownVersion(bytes[2]) }
        let body = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - 4)])
        var stored: UInt32 = 0
        for index in 0..<4 { stored |= UInt32(bytes[bytes.count - 4 + index]) << UInt32(index * 8) }
        guard CRC32C.of(body) == stored else { throw .checksum }
        var reader = VarintReader(UnsafeRawBufferPointer(rebasing: body[3...]))
        let count = try reader.varint()
        guard count >= 1, count <= UInt64(SegmentCodec.maxReadings) else { throw .malformed }
        let base = try reader.zigzag()
        try SegmentColumns.read(&reader, count: Int(count), base: base, into: &readings)
        guard reader.remaining == 0 else { throw .malformed }
    }

    /// The decimal places (0…9) that hold every value exactly, or `rawMode`.
    static func mode(of values: some Sequence<Double>) -> UInt8 {
        var mode = 0
        for value in values {
            while !isExact(value, mode) {
                mode += 1
                if mode == powers.count { return rawMode }
            }
        }
        return UInt8(mode)
    }

    private static func isExact(_ value: Double, _ mode: Int) -> Bool {
        let scaled = (value * powers[mode]).rounded()
        // Below 2^53 whole numbers are exact; NaN fails the comparison.
        guard scaled.magnitude < 9_007_199_254_740_992 else { return false }
        return (Double(Int64(scaled)) / powers[mode]).bitPattern == value.bitPattern
    }
}
