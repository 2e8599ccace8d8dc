/// A snapshot: a header, for each series its settings, state and nodes, and a checksum; all little-endian words of eight bytes.
///
///     0   magic "BamaiPls"        8   version        16  number of series        24  series …        end−8  checksum
///
/// What follows from settings and tuning (`Pace`) is not in it. The version holds the layout's number and a hash of the tuning: records that were learnt under other
/// numbers mean something else, and the journal can be replayed instead.
extension PulseBank {
    /// Bumped with every change of layout *or of the arithmetic*.
    static let layout: UInt32 = 1
    private static let magic: UInt64 = 0x736c_5069_616d_6142
    private static let stateWords = MemoryLayout<SeriesState>.size / 8
    private static let seasonWords = Season.byteCount / 8
    private static let seriesBytes = 16 + (stateWords + seasonWords) * 8
    private static let headerBytes = 24
    private static let checksumBytes = 8

    /// The layout in the upper eight bits, the tuning's hash below.
    var version: UInt32 { PulseBank.layout << 24 | UInt32(truncatingIfNeeded: tuning.hash) & 0x00ff_ffff }

    /// *Units*: bytes that `snapshot` appends.
    package var snapshotByteCount: Int { PulseBank.headerBytes + count * PulseBank.seriesBytes + PulseBank.checksumBytes }

    /// Appends the exact state of every series, with version and checksum. *Complexity*: linear, about 1.2 KB a series.
    package func snapshot(into bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + snapshotByteCount)
        var checksum = WordHash()
        func put(_ word: UInt64) {
            checksum.combine(word)
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
        put(PulseBank.magic)
        put(UInt64(version))
        put(UInt64(count))
        for slot in 0..<count {
            guard let entry = entry(slot) else { continue }
            put(entry.pace.pointee.interval.bitPattern)
            put(entry.pace.pointee.cycle.bitPattern)
            entry.withWords(PulseBank.stateWords, PulseBank.seasonWords) { words in
                for word in words { put(word) }
            }
        }
        let sum = checksum.value
        withUnsafeBytes(of: sum.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Takes a snapshot over, or throws and leaves the bank as it was.
    ///
    /// The bank must hold the same series, in the same order, with the same settings and tuning. *Throws*: `otherVersion` for another layout or tuning, `truncated` for
    /// too few bytes, `damaged` for a wrong magic, a wrong checksum or bytes too many, `otherSeries` for a sound snapshot of other series.
    package mutating func restore(from bytes: UnsafeRawBufferPointer) throws(SnapshotError) {
        guard bytes.count >= PulseBank.headerBytes else { throw .truncated }
        guard PulseBank.word(bytes, 0) == PulseBank.magic else { throw .damaged }
        let found = PulseBank.word(bytes, 8)
        guard found == UInt64(version) else { throw .otherVersion(found: UInt32(truncatingIfNeeded: found), expected: version) }
        let stated = PulseBank.word(bytes, 16)
        guard stated <= UInt64(PulseBank.maximumCount) else { throw .damaged }
        let expectedBytes = PulseBank.headerBytes + Int(stated) * PulseBank.seriesBytes + PulseBank.checksumBytes
        guard bytes.count >= expectedBytes else { throw .truncated }
        guard bytes.count == expectedBytes else { throw .damaged }

        var checksum = WordHash()
        for offset in stride(from: 0, to: expectedBytes - PulseBank.checksumBytes, by: 8) { checksum.combine(PulseBank.word(bytes, offset)) }
        guard checksum.value == PulseBank.word(bytes, expectedBytes - PulseBank.checksumBytes) else { throw .damaged }

        guard stated == UInt64(count) else { throw .otherSeries }
        for slot in 0..<count {
            guard let entry = entry(slot) else { throw .otherSeries }
            let start = PulseBank.headerBytes + slot * PulseBank.seriesBytes
            guard PulseBank.word(bytes, start) == entry.pace.pointee.interval.bitPattern,
                PulseBank.word(bytes, start + 8) == entry.pace.pointee.cycle.bitPattern
            else { throw .otherSeries }
        }
        // Nothing can fail from here on.
        for slot in 0..<count {
            guard let entry = entry(slot) else { continue }
            var offset = PulseBank.headerBytes + slot * PulseBank.seriesBytes + 16
            entry.withWords(PulseBank.stateWords, PulseBank.seasonWords) { words in
                for index in words.indices {
                    words[index] = PulseBank.word(bytes, offset)
                    offset += 8
                }
            }
        }
    }

    /// *Range*: `offset` + 8 ≤ the number of bytes; callers have checked the length.
    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
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

extension Tuning {
    /// The same for the same numbers on every machine.
    var hash: UInt64 {
        var hash = WordHash()
        // SAFETY: a tuning is a row of doubles without gaps.
        withUnsafeBytes(of: self) { bytes in
            for offset in stride(from: 0, to: bytes.count, by: 8) { hash.combine(bytes.load(fromByteOffset: offset, as: UInt64.self)) }
        }
        return hash.value
    }
}
