import Foundation
import GatewayTesting
import Journal
import Lifeline
import Testing

@Suite("The segment codec")
struct SegmentCodecTests {
    static func decode(_ bytes: [UInt8]) throws(SegmentError) -> [Reading] {
        var readings: [Reading] = []
        let codec = SegmentCodec()
        var failure: SegmentError?
        bytes.withUnsafeBytes { buffer in
            do throws(SegmentError) { try codec.decode(buffer, into: &readings) } catch { failure = error }
        }
        if let failure { throw failure }
        return readings
    }

    /// Readings in which everything that a codec may stumble over occurs.
    static func hostile(_ generator: inout SeededGenerator) -> [Reading] {
        let count = 1 + generator.below(200)
        let series = 1 + generator.below(20)
        var time = Int64(bitPattern: generator.next()) >> Int64(generator.below(50))
        return (0..<count).map { _ in
            if generator.below(3) == 0 { time = time &+ Int64(bitPattern: generator.next()) >> Int64(generator.below(63)) }
            let value: Double =
                switch generator.below(8) {
                case 0: Double(bitPattern: generator.next())
                case 1: -0.0
                case 2: .infinity
                case 3: .nan
                case 4: Double(generator.below(100_000)) / 1000
                case 5: 9_007_199_254_740_992
                default: Double(generator.below(1000))
                }
            return Reading(
                series: SeriesID(UInt32(truncatingIfNeeded: generator.next() % UInt64(series) &* 0x1234_5677)),
                observed: Timestamp(microseconds: time &- Int64(generator.below(5)) * 1_000_000), received: Timestamp(microseconds: time),
                value: value, flags: ReadingFlags(rawValue: UInt8(generator.below(32))))
        }
    }

    @Test("Every reading comes back bit for bit", arguments: 0..<300)
    func roundTrip(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let readings = SegmentCodecTests.hostile(&generator)
        let back = try SegmentCodecTests.decode(SegmentCodec().encode(readings))
        #expect(back.count == readings.count)
        for (left, right) in zip(readings, back) {
            #expect(left.series == right.series && left.observed == right.observed && left.received == right.received && left.flags == right.flags)
            #expect(left.value.bitPattern == right.value.bitPattern, "seed \(seed)")
        }
    }

    @Test("Whatever is done to its bytes, decoding says no or gives readings, and never crashes")
    func mutations() throws {
        var generator = SeededGenerator(seed: 99)
        var refused = 0
        for _ in 0..<3000 {
            var bytes = SegmentCodec().encode(SegmentCodecTests.hostile(&generator))
            for _ in 0...generator.below(4) {
                switch generator.below(3) {
                case 0: bytes[generator.below(bytes.count)] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes.removeLast(min(bytes.count - 1, generator.below(30)))
                default: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: generator.below(bytes.count))
                }
            }
            // A right checksum over wrong bytes is the harder case.
            if generator.below(2) == 0, bytes.count > 8 { bytes = SegmentCodecTests.resealed(bytes) }
            do throws(SegmentError) {
                #expect(try SegmentCodecTests.decode(bytes).count <= SegmentCodec.maxReadings)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 1000)
    }

    /// The checksum of RFC 3720, written anew here so that the test does not trust the codec's own.
    static func resealed(_ bytes: [UInt8]) -> [UInt8] {
        let body = bytes.dropLast(4)
        var value: UInt32 = .max
        for byte in body {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
        }
        value = ~value
        return Array(body) + [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    @Test("The checksum is the one of the standard: resealing what was not changed changes nothing")
    func checksum() {
        let bytes = SegmentCodec().encode(Sample.readings(5))
        #expect(SegmentCodecTests.resealed(bytes) == bytes)
    }

    @Test("A hundred readings of twenty sensors take less than four bytes each")
    func size() {
        var generator = SeededGenerator(seed: 5)
        var total = 0
        let commits = 50
        for commit in 0..<commits {
            let readings = (0..<100).map { index in
                let second = Int64(commit * 60 + index / 20 * 12)
                let received = Sample.start.advanced(byMicroseconds: second * 1_000_000 + Int64(generator.below(200)) * 1000)
                return Reading(
                    series: SeriesID(UInt32(index % 20 + 1)), observed: Sample.start.advanced(byMicroseconds: second * 1_000_000), received: received,
                    value: (300 + 40 * generator.normal()).rounded() / 1000)
            }
            total += SegmentCodec().encode(readings).count
        }
        let perReading = Double(total) / Double(commits * 100)
        #expect(perReading < 4, "\(perReading) bytes a reading")
    }
}
