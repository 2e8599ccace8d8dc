import GatewayTesting
@testable import Journal
import Testing

@Suite("Receipts as bytes")
struct ReceiptCodecTests {
    private func encoded(_ receipts: [UInt64]) -> [UInt8] {
        var bytes: [UInt8] = [1, 2, 3]
        var scratch = ColumnScratch()
        ReceiptCodec.encode(receipts, into: &bytes, scratch: &scratch)
        return bytes
    }

    private func decoded(_ bytes: [UInt8], _ count: Int) throws -> [UInt64] {
        try bytes.withUnsafeBytes { try ReceiptCodec.decode($0, count: UInt64(count)) }
    }

    /// As a broker numbers them, from `first` on; identifiers leave 0 out.
    private func counted(_ count: Int, from first: Int, _ random: inout SeededGenerator) -> [UInt64] {
        (0..<count).map { UInt64((first - 1 + $0) % 65_535 + 1) << 48 | random.next() >> 16 }
    }

    @Test("come back, however they are numbered", arguments: 0..<60)
    func roundTrip(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let count = 1 + random.below(seed % 3 == 0 ? 3000 : 40)
        var receipts = counted(count, from: 1 + random.below(65_535), &random)
        // Of two brokers, of no order at all, and the ends of the range.
        if seed % 4 == 1 { receipts = zip(receipts, counted(count, from: 30_000, &random)).flatMap { [$0, $1] } }
        if seed % 4 == 2 { receipts = receipts.map { _ in random.next() } }
        if seed % 4 == 3 { receipts += [.max, 0, 1, 0x8000 << 48, .max] }
        #expect(try decoded(encoded(receipts), receipts.count) == receipts)
    }

    @Test("take six bytes each and a few, also where a broker begins to count anew")
    func size() {
        var random = SeededGenerator(seed: 5)
        #expect(encoded(counted(250, from: 7000, &random)).count <= 6 * 250 + 12)
        #expect(encoded(counted(250, from: 65_500, &random)).count <= 6 * 250 + 20)
        #expect(encoded([UInt64(3) << 48 | 77]).count == 8)
        #expect(encoded((0..<300).map { _ in random.next() }).count == 8 * 300)
    }

    @Test("are read in the form of eight bytes each, which earlier versions wrote")
    func plain() throws {
        let receipts: [UInt64] = [.max, 2, 0x0102_0304_0506_0708]
        #expect(try decoded(receipts.flatMap { receipt in (0..<8).map { UInt8(truncatingIfNeeded: receipt >> (8 * UInt64($0))) } }, 3) == receipts)
    }

    @Test("are refused when a byte is missing, one is too many, or the number is wrong")
    func broken() throws {
        var random = SeededGenerator(seed: 9)
        let receipts = counted(100, from: 20, &random)
        let bytes = encoded(receipts)
        #expect(bytes.count < 800)
        #expect(throws: CodecError.self) { try decoded(bytes + [0], 100) }
        for length in 0..<bytes.count { #expect(throws: CodecError.self) { try decoded(Array(bytes[..<length]), 100) } }
        for count in [1, 2, 50, 99, 101, 102, 1 << 40] { #expect(throws: CodecError.self) { try decoded(bytes, count) } }
    }

    @Test("never make the decoder trap", arguments: 0..<20)
    func mutated(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed) &* 31 &+ 3)
        var refused = 0
        for _ in 0..<300 {
            let count = 1 + random.below(60)
            var bytes = encoded(counted(count, from: 1 + random.below(65_535), &random))
            for _ in 0...random.below(3) { bytes[random.below(min(12, bytes.count))] = UInt8(truncatingIfNeeded: random.next()) }
            if random.chance(0.3) { bytes.removeLast(random.below(bytes.count)) }
            do { #expect(try decoded(bytes, count).count == count) } catch { refused += 1 }
        }
        #expect(refused > 20)
    }
}
