/// A series' snapshot, all little-endian words of eight bytes:
///
///     0   magic "BamaiPls"        8   version        16  interval        24  cycle        32  state, nodes …        end−8  checksum
///
/// What follows from settings and tuning (`Pace`) is not in it. The version holds the layout's number and a hash of the tuning: records that were learnt under other
/// numbers mean something else, and the journal can be replayed instead. A bank's snapshot is its number of series and then theirs, one after the other.
extension PulseBank {
    /// Bumped with every change of layout *or of the arithmetic*.
    static let layout: UInt32 = 1
    private static let magic: UInt64 = 0x736c_5069_616d_6142
    private static let stateWords = MemoryLayout<SeriesState>.size / 8
    private static let seasonWords = Season.byteCount / 8
    private static let headerBytes = 32
    private static let checksumBytes = 8
    private static let countBytes = 8

    /// *Units*: bytes of one series' snapshot.
    package static var seriesSnapshotByteCount: Int { headerBytes + (stateWords + seasonWords) * 8 + checksumBytes }

    /// The layout in the upper eight bits, the tuning's hash below.
    var version: UInt32 { PulseBank.layout << 24 | UInt32(truncatingIfNeeded: tuning.hash) & 0x00ff_ffff }

    /// *Units*: bytes that `snapshot` appends.
    package var snapshotByteCount: Int { PulseBank.countBytes + count * PulseBank.seriesSnapshotByteCount }

    // MARK: One series

    /// The exact state of one series; empty for a slot that there is not.
    package func snapshotSeries(_ slot: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(PulseBank.seriesSnapshotByteCount)
        snapshotSeries(slot, into: &bytes)
        return bytes
    }

    private func snapshotSeries(_ slot: Int, into bytes: inout [UInt8]) {
        guard let entry = entry(slot) else { return }
        var checksum = WordHash()
        func put(_ word: UInt64) {
            checksum.combine(word)
            PulseBank.append(word, to: &bytes)
        }
        put(PulseBank.magic)
        put(UInt64(version))
        put(entry.pace.pointee.interval.bitPattern)
        put(entry.pace.pointee.cycle.bitPattern)
        entry.withWords(PulseBank.stateWords, PulseBank.seasonWords) { words in
            for word in words { put(word) }
        }
        PulseBank.append(checksum.value, to: &bytes)
    }

    /// Takes the state of one series over, or throws and leaves it as it was.
    ///
    /// *Throws*: `otherVersion` for another layout or tuning, `truncated` for too few bytes, `damaged` for a wrong magic, a wrong checksum or bytes too many,
    /// `otherSeries` for a sound snapshot of a series with other settings, or a slot that there is not.
    package mutating func restoreSeries(_ slot: Int, from bytes: [UInt8]) throws(SnapshotError) {
        // The closure cannot throw a typed error, so it hands it out.
        let problem = bytes.withUnsafeBytes { restoreProblem(slot, $0) }
        if let problem { throw problem }
        bytes.withUnsafeBytes { take(slot, $0) }
    }

    /// Why these bytes are no snapshot of this slot; nil when they are.
    private func restoreProblem(_ slot: Int, _ bytes: UnsafeRawBufferPointer) -> SnapshotError? {
        guard bytes.count >= PulseBank.headerBytes else { return .truncated }
        guard PulseBank.word(bytes, 0) == PulseBank.magic else { return .damaged }
        let found = PulseBank.word(bytes, 8)
        guard found == UInt64(version) else { return .otherVersion(found: UInt32(truncatingIfNeeded: found), expected: version) }
        guard bytes.count >= PulseBank.seriesSnapshotByteCount else { return .truncated }
        guard bytes.count == PulseBank.seriesSnapshotByteCount else { return .damaged }
        let end = bytes.count - PulseBank.checksumBytes
        var checksum = WordHash()
        for offset in stride(from: 0, to: end, by: 8) { checksum.combine(PulseBank.word(bytes, offset)) }
        guard checksum.value == PulseBank.word(bytes, end) else { return .damaged }
        guard let entry = entry(slot), PulseBank.word(bytes, 16) == entry.pace.pointee.interval.bitPattern,
            PulseBank.word(bytes, 24) == entry.pace.pointee.cycle.bitPattern
        else { return .otherSeries }
        return nil
    }

    /// Precondition: `restoreProblem` found none.
    private mutating func take(_ slot: Int, _ bytes: UnsafeRawBufferPointer) {
        var offset = PulseBank.headerBytes
        entry(slot)?.withWords(PulseBank.stateWords, PulseBank.seasonWords) { words in
            for index in words.indices {
                words[index] = PulseBank.word(bytes, offset)
                offset += 8
            }
        }
    }

    // MARK: All series

    /// Appends the exact state of every series. *Complexity*: linear, about 1.3 KB a series.
    package func snapshot(into bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + snapshotByteCount)
        PulseBank.append(UInt64(count), to: &bytes)
        for slot in 0..<count { snapshotSeries(slot, into: &bytes) }
    }

    /// Takes a snapshot over, or throws and leaves the bank as it was.
    ///
    /// The bank must hold the same series, in the same order, with the same settings and tuning. *Throws*: as `restoreSeries`, and `otherSeries` for another number of
    /// series.
    package mutating func restore(from bytes: UnsafeRawBufferPointer) throws(SnapshotError) {
        guard bytes.count >= PulseBank.countBytes else { throw .truncated }
        let stated = PulseBank.word(bytes, 0)
        guard stated <= UInt64(PulseBank.maximumCount) else { throw .damaged }
        let size = PulseBank.seriesSnapshotByteCount
        guard bytes.count >= PulseBank.countBytes + Int(stated) * size else { throw .truncated }
        guard bytes.count == PulseBank.countBytes + Int(stated) * size else { throw .damaged }
        guard stated == UInt64(count) else { throw .otherSeries }
        func part(_ slot: Int) -> UnsafeRawBufferPointer {
            let begin = PulseBank.countBytes + slot * size
            return UnsafeRawBufferPointer(rebasing: bytes[begin..<begin + size])
        }
        for slot in 0..<count {
            if let problem = restoreProblem(slot, part(slot)) { throw problem }
        }
        for slot in 0..<count { take(slot, part(slot)) }
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
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
