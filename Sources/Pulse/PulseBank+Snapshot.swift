/// Why a snapshot was not taken over.
package enum SnapshotError: Error, Equatable, Sendable {
    case otherVersion(found: UInt32, expected: UInt32)
    case truncated
    /// The series in the snapshot are not the series of this bank (number or settings).
    case otherSeries
    case damaged
}

/// A series' snapshot: its settings (interval, cycle), its state and its nodes as sealed words. What follows from settings and tuning (`Pace`) is not in it;
/// of another layout or tuning nothing is taken over, and the journal can be replayed instead. A bank's snapshot is its number of series and then theirs, one
/// after the other.
extension PulseBank {
    /// Bumped with every change of layout *or of the arithmetic*.
    static let layout: UInt32 = 2
    private static let magic: UInt64 = 0x736c_5069_616d_6142
    private static let stateWords = MemoryLayout<SeriesState>.size / 8
    private static let seasonWords = Season.byteCount / 8
    private static let settingsWords = 2
    private static let countBytes = 8

    private static var sealedWords: Int { settingsWords + stateWords + seasonWords }

    /// *Units*: bytes of one series' snapshot.
    package static var seriesSnapshotByteCount: Int { Seal.byteCount(words: sealedWords) }

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
        Seal.open(PulseBank.magic, version, &checksum, into: &bytes)
        Seal.put(entry.pace.interval.bitPattern, &checksum, into: &bytes)
        Seal.put(entry.pace.cycle.bitPattern, &checksum, into: &bytes)
        entry.withWords(PulseBank.stateWords, PulseBank.seasonWords) { words in
            for word in words { Seal.put(word, &checksum, into: &bytes) }
        }
        Seal.close(checksum, into: &bytes)
    }

    /// Takes the state of one series over, or throws and leaves it as it was.
    ///
    /// *Throws*: `otherVersion` for another layout or tuning, `truncated` for too few bytes, `damaged` for a wrong magic, a wrong checksum or bytes too many,
    /// `otherSeries` for a sound snapshot of a series with other settings, or a slot that there is not.
    package mutating func restoreSeries(_ slot: Int, from bytes: [UInt8]) throws(SnapshotError) {
        // A closure of a rethrowing function cannot throw a typed error, so it hands it out.
        let problem = bytes.withUnsafeBytes { restoreProblem(slot, $0) }
        if let problem { throw problem }
        bytes.withUnsafeBytes { take(slot, $0) }
    }

    /// Why these bytes are no snapshot of this slot; nil when they are.
    private func restoreProblem(_ slot: Int, _ bytes: UnsafeRawBufferPointer) -> SnapshotError? {
        if let problem = Seal.problem(bytes, PulseBank.magic, version, words: PulseBank.sealedWords) { return problem }
        guard let entry = entry(slot), Seal.word(bytes, index: 0) == entry.pace.interval.bitPattern,
            Seal.word(bytes, index: 1) == entry.pace.cycle.bitPattern
        else { return .otherSeries }
        return nil
    }

    /// Precondition: `restoreProblem` found none.
    private mutating func take(_ slot: Int, _ bytes: UnsafeRawBufferPointer) {
        var next = PulseBank.settingsWords
        entry(slot)?.withWords(PulseBank.stateWords, PulseBank.seasonWords) { words in
            for index in words.indices {
                words[index] = Seal.word(bytes, index: next)
                next += 1
            }
        }
    }

    // MARK: All series

    /// Appends the exact state of every series. *Complexity*: linear, about 1.5 KB a series.
    package func snapshot(into bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + snapshotByteCount)
        Seal.append(UInt64(count), to: &bytes)
        for slot in 0..<count { snapshotSeries(slot, into: &bytes) }
    }

    /// Takes a snapshot over, or throws and leaves the bank as it was.
    ///
    /// The bank must hold the same series, in the same order, with the same settings and tuning. *Throws*: as `restoreSeries`, and `otherSeries` for another
    /// number of series.
    package mutating func restore(from bytes: UnsafeRawBufferPointer) throws(SnapshotError) {
        guard bytes.count >= PulseBank.countBytes else { throw .truncated }
        let stated = Seal.word(bytes, 0)
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
}
