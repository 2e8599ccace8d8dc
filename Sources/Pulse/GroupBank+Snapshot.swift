/// A group's snapshot: all its words, sealed; the first two are its number of channels and its interval.
extension GroupBank {
    /// Bumped with every change of layout *or of the arithmetic*.
    private static let layout: UInt32 = 1
    private static let magic: UInt64 = 0x7270_4769_616d_6142

    private var version: UInt32 { Seal.version(layout: GroupBank.layout, of: tuning) }

    /// The exact state of one group; empty for a slot that there is not.
    package func snapshotGroup(_ slot: Int) -> [UInt8] {
        guard let state = state(slot) else { return [] }
        var bytes: [UInt8] = []
        let words = state.allWords
        bytes.reserveCapacity(Seal.byteCount(words: words.count))
        var checksum = WordHash()
        Seal.open(GroupBank.magic, version, &checksum, into: &bytes)
        for word in words { Seal.put(word, &checksum, into: &bytes) }
        Seal.close(checksum, into: &bytes)
        return bytes
    }

    /// Takes the state of one group over, or throws and leaves it as it was. *Throws*: as `PulseBank.restoreSeries`; `otherSeries` also for another number of
    /// channels.
    package mutating func restoreGroup(_ slot: Int, from bytes: [UInt8]) throws(SnapshotError) {
        guard let state = state(slot) else { throw .otherSeries }
        let words = state.allWords
        let problem = bytes.withUnsafeBytes { raw -> SnapshotError? in
            // Another number of channels has another length: that is another series, not a damaged one.
            if raw.count >= Seal.headerBytes + 8, Seal.word(raw, 0) == GroupBank.magic, Seal.word(raw, index: 0) != words[0] { return .otherSeries }
            if let problem = Seal.problem(raw, GroupBank.magic, version, words: words.count) { return problem }
            guard Seal.word(raw, index: 0) == words[0], Seal.word(raw, index: 1) == words[1] else { return .otherSeries }
            return nil
        }
        if let problem { throw problem }
        bytes.withUnsafeBytes { raw in
            for index in words.indices { words[index] = Seal.word(raw, index: index) }
        }
    }
}
