import GatewayTesting
import Journal
import Lifeline
import Testing

/// No bytes whatever make the decoder trap or take more than it may.
@Suite("The segment decoder under fire")
struct SegmentFuzzTests {
    /// Puts the right checksum under wrong bytes: the checksum must not be what holds the decoder up.
    private func seal(_ bytes: inout [UInt8]) {
        guard bytes.count >= 8 else { return }
        let crc = bytes.dropLast(4).withUnsafeBytes { CRC32C.shared.checksum($0) }
        for place in 0..<4 { bytes[bytes.count - 4 + place] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * place)) }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        for _ in 0...Int(random.next() % 4) where !bytes.isEmpty {
            let place = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 6 {
            case 0: bytes[place] ^= 1 << UInt8(random.next() % 8)
            case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + Int(random.next() % 5)))
            case 3: bytes.insert(contentsOf: (0...Int(random.next() % 5)).map { _ in UInt8(truncatingIfNeeded: random.next()) }, at: place)
            case 4: bytes[place] = 0xff
            default: bytes.replaceSubrange(place..<min(bytes.count, place + 10), with: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])
            }
        }
    }

    @Test("throws or decodes, whatever is done to a segment", arguments: 0..<40)
    func mutations(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed) &* 977)
        let encoder = SegmentEncoder()
        let decoder = SegmentDecoder()
        var readings: [Reading] = []
        var refused = 0
        var decoded = 0
        for _ in 0..<250 {
            encoder.encode(CodecSamples.random(&random))
            var bytes = encoder.bytes
            mutate(&bytes, &random)
            seal(&bytes)
            do {
                try bytes.withUnsafeBytes { try decoder.decode($0, into: &readings) }
                decoded += 1
                #expect(!readings.isEmpty && readings.count <= SegmentCodec.countLimit)
            } catch {
                refused += 1
                #expect(readings.isEmpty, "seed \(seed)")
            }
        }
        // Both happen, or the test does not reach what it is for.
        #expect(refused > 10 && decoded > 2, "seed \(seed): \(refused) refused, \(decoded) decoded")
    }

    @Test("finds every single wrong bit by the checksum")
    func singleBits() {
        let encoder = SegmentEncoder()
        encoder.encode(Samples.readings(20))
        let decoder = SegmentDecoder()
        var readings: [Reading] = []
        for place in encoder.bytes.indices {
            for bit in 0..<8 {
                var bytes = encoder.bytes
                bytes[place] ^= 1 << UInt8(bit)
                #expect(throws: CodecError.self) { try bytes.withUnsafeBytes { try decoder.decode($0, into: &readings) } }
            }
        }
    }

    @Test("refuses noise, and every beginning of a segment")
    func noise() {
        var random = SeededGenerator(seed: 99)
        let decoder = SegmentDecoder()
        var readings: [Reading] = []
        for _ in 0..<2000 {
            var bytes = (0..<Int(random.next() % 200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if bytes.count >= 2 { (bytes[0], bytes[1]) = (0xB1, 1) }
            seal(&bytes)
            do { try bytes.withUnsafeBytes { try decoder.decode($0, into: &readings) } } catch { #expect(readings.isEmpty) }
        }
        let encoder = SegmentEncoder()
        encoder.encode(CodecSamples.random(&random))
        for length in 0..<encoder.bytes.count {
            var bytes = Array(encoder.bytes.prefix(length))
            seal(&bytes)
            #expect(throws: CodecError.self) { try bytes.withUnsafeBytes { try decoder.decode($0, into: &readings) } }
        }
    }
}
