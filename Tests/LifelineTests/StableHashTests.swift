import GatewayTesting
import Lifeline
import Testing

@Suite("Stable hash")
struct StableHashTests {
    /// The finaliser as published, to be put over published FNV-1a values.
    static func finalised(_ fnv: UInt64) -> UInt64 {
        var mixed = fnv
        mixed ^= mixed >> 33
        mixed &*= 0xff51_afd7_ed55_8ccd
        mixed ^= mixed >> 33
        mixed &*= 0xc4ce_b9fe_1a85_ec53
        return mixed ^ (mixed >> 33)
    }

    static func hash(_ text: String) -> UInt64 {
        var hash = StableHash()
        Array(text.utf8).withUnsafeBytes { hash.combine($0) }
        return hash.value
    }

    @Test(
        "The published values of FNV-1a stand below the finaliser",
        arguments: [
            ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
        ] as [(String, UInt64)])
    func published(text: String, fnv: UInt64) { #expect(StableHashTests.hash(text) == StableHashTests.finalised(fnv)) }

    @Test("Bytes, blocks and numbers are the same stream")
    func streams() {
        var single = StableHash()
        for byte in [1, 2, 3, 4, 5, 6, 7, 8] as [UInt8] { single.combine(byte) }
        var number = StableHash()
        number.combine(0x0807_0605_0403_0201 as UInt64)
        var block = StableHash()
        ([1, 2, 3, 4, 5, 6, 7, 8] as [UInt8]).withUnsafeBytes { block.combine($0) }
        #expect(single.value == number.value && single.value == block.value)
        var text = StableHash()
        text.combine("ab")
        var bytes = StableHash()
        for byte in [97, 98, 255] as [UInt8] { bytes.combine(byte) }
        #expect(text.value == bytes.value, "a text is closed by a byte that no UTF-8 holds")
    }

    @Test("Reading the value does not change it, and a copy goes its own way")
    func copies() {
        var first = StableHash()
        first.combine("x")
        let before = first.value
        var second = first
        second.combine("y")
        #expect(first.value == before && second.value != before)
    }

    @Test("The short text is the upper half, eight digits with their zeros")
    func shortText() {
        var zeros = 0
        for number in 0..<2000 {
            var hash = StableHash()
            hash.combine(UInt64(number))
            let text = hash.shortText
            #expect(text.utf8.count == 8 && UInt64(text, radix: 16) == hash.value >> 32 && text == text.lowercased())
            if text.hasPrefix("0") { zeros += 1 }
        }
        #expect(zeros > 50 && zeros < 250, "one in sixteen begins with a zero")
    }

    @Test("Every bit of the input moves about half of the output's bits")
    func avalanche() {
        var generator = SeededGenerator(seed: 11)
        var counts = [Int](repeating: 0, count: 64)
        let rounds = 200
        for _ in 0..<rounds {
            let number = generator.next()
            for bit in 0..<64 {
                var first = StableHash()
                first.combine(number)
                var second = StableHash()
                second.combine(number ^ (1 << UInt64(bit)))
                counts[bit] += (first.value ^ second.value).nonzeroBitCount
            }
        }
        for (bit, count) in counts.enumerated() { #expect((26...38).contains(count / rounds), "bit \(bit): \(count / rounds) of 64") }
    }

    @Test("A hundred thousand names of devices share no hash, and fill a table evenly")
    func spread() {
        var seen: Set<UInt64> = []
        var buckets = [Int](repeating: 0, count: 256)
        for number in 0..<100_000 {
            let value = StableHashTests.hash("site/\(number)/data")
            seen.insert(value)
            buckets[Int(value & 255)] += 1
        }
        #expect(seen.count == 100_000)
        // 390 are expected in each; five standard deviations are about a hundred.
        #expect(buckets.allSatisfy { (290...490).contains($0) })
    }
}
