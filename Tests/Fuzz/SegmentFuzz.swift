import Journal
import Lifeline

// libFuzzer's target over the segment decoder: `make fuzz`. The first byte of an input says what is put right before the rest is decoded.

/// What one input meets. Made once: the buffers are reused as in a journal.
private final class Bench {
    let decoder = SegmentDecoder()
    let encoder = SegmentEncoder()
    var readings: [Reading] = []
    var again: [Reading] = []

    /// Decodes `bytes`; false when they are refused.
    func decode(_ bytes: [UInt8], into readings: inout [Reading]) -> Bool {
        bytes.withUnsafeBytes { lent in
            do throws(CodecError) {
                try decoder.decode(lent, into: &readings)
                return true
            } catch {
                precondition(readings.isEmpty, "readings after \(error)")
                return false
            }
        }
    }

    /// What holds for all bytes whatever. A trap is what libFuzzer reports.
    func check(_ bytes: [UInt8]) {
        guard decode(bytes, into: &readings) else { return }
        precondition(!readings.isEmpty && readings.count <= SegmentCodec.countLimit, "\(readings.count) readings")
        encoder.encode(readings)
        precondition(decode(encoder.bytes, into: &again), "a segment of our own is refused")
        precondition(readings.count == again.count && zip(readings, again).allSatisfy(isSame), "other readings after encoding anew")
    }

    /// Bit by bit: `==` would not tell −0 from 0 nor compare NaN.
    private func isSame(_ left: Reading, _ right: Reading) -> Bool {
        left.series == right.series && left.observed == right.observed && left.received == right.received
            && left.value.bitPattern == right.value.bitPattern && left.flags == right.flags
    }
}

nonisolated(unsafe) private let bench = Bench()

/// Called by libFuzzer on one thread.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 0 else { return 0 }
    var bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
    // Half of the inputs get their checksum, or no byte that is changed would ever reach the columns.
    if start[0] & 1 == 1 { seal(&bytes) }
    bench.check(bytes)
    return 0
}

/// Puts the right checksum under the bytes.
func seal(_ bytes: inout [UInt8]) {
    guard bytes.count >= 8 else { return }
    let crc = bytes.dropLast(4).withUnsafeBytes { CRC32C.shared.checksum($0) }
    for place in 0..<4 { bytes[bytes.count - 4 + place] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * place)) }
}
