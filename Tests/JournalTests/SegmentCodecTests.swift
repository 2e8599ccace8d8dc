import GatewayTesting
import Journal
import Lifeline
import Testing

@Suite("The segment codec")
struct SegmentCodecTests {
    private func encode(_ readings: [Reading]) -> [UInt8] {
        let encoder = SegmentEncoder()
        encoder.encode(readings)
        return encoder.bytes
    }

    private func decode(_ bytes: [UInt8]) throws(CodecError) -> [Reading] {
        var readings: [Reading] = []
        let decoder = SegmentDecoder()
        var failure: CodecError?
        bytes.withUnsafeBytes { lent in
            do throws(CodecError) { try decoder.decode(lent, into: &readings) } catch { failure = error }
        }
        if let failure { throw failure }
        return readings
    }

    /// Bit by bit: `==` would not tell −0 from 0 nor compare NaN.
    private func isSame(_ left: [Reading], _ right: [Reading]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy {
                $0.series == $1.series && $0.observed == $1.observed && $0.received == $1.received
                    && $0.value.bitPattern == $1.value.bitPattern && $0.flags == $1.flags
            }
    }

    private func reading(_ value: Double, series: UInt32 = 7, observed: Int64 = 0, received: Int64 = 0, flags: UInt8 = 0) -> Reading {
        Reading(
            series: SeriesID(series), observed: Timestamp(microseconds: observed), received: Timestamp(microseconds: received), value: value,
            flags: ReadingFlags(rawValue: flags))
    }

    @Test("gives back every kind of double bit by bit")
    func doubles() throws {
        let values: [Double] = [
            0, -0.0, 1, -1, 0.1, -0.1, 0.1 + 0.2, 1e-300, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .pi, -.pi, 1e15, 123_456.789, 0x1p47,
            0x1p47 - 0.5, 0x1p53, 1e300,
            .greatestFiniteMagnitude, .infinity, -.infinity, .nan, .signalingNaN, Double(bitPattern: 0xfff8_0000_dead_beef), 99.99, 312.4 * 1e-3,
            Double(Float(0.37)), 1e10 + 1e-5,
        ]
        for value in values { #expect(isSame(try decode(encode([reading(value)])), [reading(value)]), "\(value)") }
        let oneSeries = values.map { reading($0) }
        #expect(isSame(try decode(encode(oneSeries)), oneSeries))
        let reversed = values.reversed().map { reading($0) }
        #expect(isSame(try decode(encode(Array(reversed))), Array(reversed)))
        let each = values.enumerated().map { reading($1, series: UInt32($0)) }
        #expect(isSame(try decode(encode(each)), each))
    }

    @Test("gives back the ends of time, of series and of flags")
    func extremes() throws {
        let moments: [Int64] = [.min, .max, 0, -1, 1, .min + 1, .max - 1, 1_700_000_000_000_000]
        var readings: [Reading] = []
        for observed in moments {
            for received in moments {
                let series: UInt32 = readings.count % 2 == 0 ? .max : 0
                readings.append(reading(1, series: series, observed: observed, received: received, flags: UInt8(readings.count * 3 % 256)))
            }
        }
        #expect(isSame(try decode(encode(readings)), readings))
        for one in readings { #expect(isSame(try decode(encode([one])), [one])) }
    }

    @Test("gives back random readings of every temper", arguments: 0..<300)
    func random(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let readings = CodecSamples.random(&random)
        #expect(isSame(try decode(encode(readings)), readings), "seed \(seed)")
    }

    @Test("serves again and again with the same buffers")
    func reuse() throws {
        var random = SeededGenerator(seed: 5)
        let encoder = SegmentEncoder()
        let decoder = SegmentDecoder()
        var decoded: [Reading] = []
        for _ in 0..<200 {
            let readings = CodecSamples.random(&random)
            encoder.encode(readings)
            try encoder.bytes.withUnsafeBytes { try decoder.decode($0, into: &decoded) }
            #expect(isSame(decoded, readings))
            #expect(encoder.receivedRange.lowerBound == readings.map(\.received).min())
            #expect(encoder.receivedRange.upperBound == readings.map(\.received).max())
        }
    }

    @Test("holds the largest segment there may be")
    func largest() throws {
        var random = SeededGenerator(seed: 6)
        let readings = (0..<SegmentCodec.countLimit).map { index in
            let series = UInt32(truncatingIfNeeded: random.next())
            return reading(Double(bitPattern: random.next()), series: series, observed: Int64(index), received: Int64(index))
        }
        #expect(isSame(try decode(encode(readings)), readings))
    }

    @Test("needs few bytes for what sensors send")
    func size() throws {
        var random = SeededGenerator(seed: 7)
        let rounds = encode(Samples.realistic(100, series: 20, &random))
        #expect(rounds.count < 360)
        let steady = (0..<1000).map { second in
            let moment = Samples.start + Int64(second) * 1_000_000
            return reading(21.5, observed: moment, received: moment)
        }
        #expect(encode(steady).count < 48)
        #expect(encode([reading(0.125, observed: Samples.start, received: Samples.start + 70_000)]).count < 48)
    }

    @Test("keeps its format: a known segment is a known sequence of bytes")
    func golden() throws {
        let readings = [
            reading(1.25, series: 3, observed: 1_000_000, received: 1_000_500), reading(-7, series: 4, observed: 2_000_000, received: 2_000_500),
            reading(1.5, series: 3, observed: 3_000_000, received: 3_000_500, flags: 1),
        ]
        let bytes = encode(readings)
        let text = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(text == CodecSamples.golden)
        #expect(isSame(try decode(bytes), readings))
    }

    @Test("says what is wrong with bytes that are no segment")
    func refuses() throws {
        let good = encode(Samples.readings(10))
        #expect(throws: CodecError.truncated) { try decode([]) }
        #expect(throws: CodecError.truncated) { try decode(Array(good.prefix(7))) }
        #expect(throws: CodecError.checksum) { try decode(Array(good.dropLast())) }
        #expect(throws: CodecError.notASegment) { try decode([0] + good.dropFirst()) }
        #expect(throws: CodecError.unknownVersion(9)) { try decode([good[0], 9] + good.dropFirst(2)) }
        #expect(throws: CodecError.checksum) { try decode(good + [0]) }
    }
}
