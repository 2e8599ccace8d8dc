/// Why a snapshot was not taken over.
package enum SnapshotError: Error, Equatable, Sendable {
    case otherVersion(found: UInt32, expected: UInt32)
    case truncated
    /// The snapshot's series has other settings than this one (or there are more or fewer of them).
    case otherSeries
    case damaged
}

extension PulseBank {
    /// Counts up whenever the state's meaning or layout changes.
    package static let snapshotVersion: UInt32 = 1
    private static let headerBytes = 16

    /// The exact state of one series: version, length, checksum (all little-endian, 32 bits, a zero word), then the bytes.
    package func snapshotSeries(_ slot: Int) -> [UInt8] {
        let state = bytes(slot)
        var snapshot: [UInt8] = []
        snapshot.reserveCapacity(PulseBank.headerBytes + state.count)
        for word in [PulseBank.snapshotVersion, UInt32(state.count), PulseBank.checksum(UnsafeRawBufferPointer(state)), 0] {
            for shift in [0, 8, 16, 24] as [UInt32] { snapshot.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        snapshot.append(contentsOf: state)
        return snapshot
    }

    /// Takes the state of one series over, or throws and leaves it as it was.
    package mutating func restoreSeries(_ slot: Int, from snapshot: [UInt8]) throws(SnapshotError) {
        let target = bytes(slot)
        guard snapshot.count >= PulseBank.headerBytes else { throw .truncated }
        func word(_ index: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(snapshot[index * 4 + $1]) << UInt32($1 * 8) }
        }
        guard word(0) == PulseBank.snapshotVersion else { throw .otherVersion(found: word(0), expected: PulseBank.snapshotVersion) }
        guard Int(word(1)) == target.count else { throw .otherSeries }
        guard snapshot.count == PulseBank.headerBytes + target.count else { throw .truncated }
        var error: SnapshotError?
        let settings = settings(slot)
        snapshot.withUnsafeBytes { all in
            let body = UnsafeRawBufferPointer(rebasing: all[PulseBank.headerBytes...])
            // SAFETY: the body has the size of a slot's state, whose fields are plain numbers: any bits are values.
            let state = body.loadUnaligned(as: SeriesState.self)
            if PulseBank.checksum(body) != word(2) {
                error = .damaged
            } else if state.interval != settings.interval || state.cycle != settings.cycle {
                error = .otherSeries
            } else {
                target.copyMemory(from: body)
            }
        }
        if let error { throw error }
    }

    /// Appends the exact state of every series.
    package func snapshot(into bytes: inout [UInt8]) {
        for slot in 0..<count { bytes.append(contentsOf: snapshotSeries(slot)) }
    }

    /// Takes all series over, or throws and leaves the bank as it was.
    package mutating func restore(from bytes: UnsafeRawBufferPointer) throws(SnapshotError) {
        let each = PulseBank.headerBytes + (count > 0 ? self.bytes(0).count : 0)
        guard bytes.count == each * count else { throw bytes.count % max(1, each) == 0 ? .otherSeries : .truncated }
        var before: [UInt8] = []
        snapshot(into: &before)
        for slot in 0..<count {
            do throws(SnapshotError) {
                try restoreSeries(slot, from: Array(bytes[(slot * each)..<((slot + 1) * each)]))
            } catch {
                for earlier in 0..<slot { try restoreSeries(earlier, from: Array(before[(earlier * each)..<((earlier + 1) * each)])) }
                throw error
            }
        }
    }

    /// FNV-1a, 32 bits: it finds torn and foreign bytes, not forgeries.
    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        bytes.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }
}
