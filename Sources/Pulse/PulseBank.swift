/// What a series is told about itself; nothing else.
package struct SeriesSettings: Equatable, Sendable {
    /// *Units*: seconds between two samples. *Range*: > 0.
    package var interval: Double
    /// *Units*: seconds of one cycle. *Range*: > 0.
    package var cycle: Double

    package init(interval: Double, cycle: Double) {
        self.interval = interval
        self.cycle = cycle
    }
}

/// Why a snapshot was not taken over.
package enum SnapshotError: Error, Equatable, Sendable {
    case otherVersion(found: UInt32, expected: UInt32)
    case truncated
    /// The series in the snapshot are not the series of this bank (number or settings).
    case otherSeries
    case damaged
}

/// The detectors of many series, in one contiguous block.
///
/// *Isolation*: one owner, one thread. Memory is taken in `add` only; `observe` never allocates and never traps, whatever it is given.
package struct PulseBank: ~Copyable {
    package init() {}

    /// The number of series.
    package var count: Int { 0 }

    /// Adds a series and returns its slot: 0, 1, 2 …
    package mutating func add(_ settings: SeriesSettings) -> Int { 0 }

    /// Judges one sample of one series.
    ///
    /// - Parameters:
    ///   - time: *Units*: seconds on any one clock of the series. Repeated and backward times are taken; they never make a gap.
    ///   - value: NaN and infinities count as missing.
    package mutating func observe(_ slot: Int, time: Double, value: Double) -> Verdict { Verdict() }

    /// Appends the exact state of every series, with version and checksum.
    package func snapshot(into bytes: inout [UInt8]) {}

    /// Takes a snapshot over, or throws and leaves the bank as it was.
    package mutating func restore(from bytes: UnsafeRawBufferPointer) throws(SnapshotError) {}
}
