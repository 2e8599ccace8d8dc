/// Words of a state, sealed against accidents: magic, version, the words, a checksum; all little-endian, eight bytes each.
enum Seal {
    static let headerBytes = 16
    static let checksumBytes = 8

    /// *Units*: bytes of so many sealed words.
    static func byteCount(words: Int) -> Int { headerBytes + words * 8 + checksumBytes }

    /// Appends a header; the words and `close` follow.
    static func open(_ magic: UInt64, _ version: UInt32, _ checksum: inout WordHash, into bytes: inout [UInt8]) {
        put(magic, &checksum, into: &bytes)
        put(UInt64(version), &checksum, into: &bytes)
    }

    static func put(_ word: UInt64, _ checksum: inout WordHash, into bytes: inout [UInt8]) {
        checksum.combine(word)
        append(word, to: &bytes)
    }

    static func close(_ checksum: WordHash, into bytes: inout [UInt8]) { append(checksum.value, to: &bytes) }

    static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Why these bytes are not `words` words sealed with this magic and version; nil when they are.
    static func problem(_ bytes: UnsafeRawBufferPointer, _ magic: UInt64, _ version: UInt32, words: Int) -> SnapshotError? {
        guard bytes.count >= headerBytes else { return .truncated }
        guard word(bytes, 0) == magic else { return .damaged }
        let found = word(bytes, 8)
        guard found == UInt64(version) else { return .otherVersion(found: UInt32(truncatingIfNeeded: found), expected: version) }
        guard bytes.count >= byteCount(words: words) else { return .truncated }
        guard bytes.count == byteCount(words: words) else { return .damaged }
        let end = bytes.count - checksumBytes
        var checksum = WordHash()
        for offset in stride(from: 0, to: end, by: 8) { checksum.combine(word(bytes, offset)) }
        return checksum.value == word(bytes, end) ? nil : .damaged
    }

    /// The `index`-th sealed word. Precondition: `problem` found none.
    static func word(_ bytes: UnsafeRawBufferPointer, index: Int) -> UInt64 { word(bytes, headerBytes + index * 8) }

    /// *Range*: `offset` + 8 ≤ the number of bytes.
    static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// A layout's number in the upper eight bits, a hash of the numbers that it was learnt with below: records that were learnt under other numbers mean
    /// something else.
    static func version<Numbers>(layout: UInt32, of numbers: Numbers) -> UInt32 {
        var hash = WordHash()
        // SAFETY: tunings are rows of eight-byte numbers without gaps.
        withUnsafeBytes(of: numbers) { bytes in
            for offset in stride(from: 0, to: bytes.count - 7, by: 8) { hash.combine(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
        }
        return layout << 24 | UInt32(truncatingIfNeeded: hash.value) & 0x00ff_ffff
    }
}

/// A checksum over words of eight bytes, for accidents and not for enemies: multiply, rotate, avalanche.
///
/// Each step is a bijection of the state, so no change within one word can go unseen; the rotation keeps two changed sign bits from cancelling.
struct WordHash {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func combine(_ word: UInt64) {
        let product = (state ^ word) &* 0x9e37_79b9_7f4a_7c15
        state = product << 29 | product >> 35
    }

    var value: UInt64 {
        var mixed = state
        mixed ^= mixed >> 33
        mixed = mixed &* 0xff51_afd7_ed55_8ccd
        mixed ^= mixed >> 33
        mixed = mixed &* 0xc4ce_b9fe_1a85_ec53
        return mixed ^ (mixed >> 33)
    }
}
