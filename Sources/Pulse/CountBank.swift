/// What a counted series is told about itself.
package struct CountSettings: Equatable, Sendable {
    /// *Units*: seconds between two counts. *Range*: > 0.
    package var interval: Double
    /// How loud a healthy series may be. *Units*: false alarms per series-year. *Range*: > 0.
    package var falseAlarmsPerYear: Double

    package init(interval: Double, falseAlarmsPerYear: Double = 1) {
        self.interval = interval
        self.falseAlarmsPerYear = falseAlarmsPerYear
    }
}

/// What the count track thinks of one count.
package struct CountVerdict: Equatable, Sendable {
    /// On the scale of `Verdict.score`: 0 when there is nothing to say.
    package var score: Float = 0
    /// A departure is going on.
    package var isOutside = false
    package var isWarmingUp = true
    /// It is a shift that lasts, found by adding up what single counts do not show; false: this one count is beyond all chance.
    package var isGradual = false
    /// More than expected, or fewer.
    package var isUp = false
    /// What this exposure should have brought, and what was seen.
    package var expected: Double = 0
    package var seen: Double = 0
    /// Events per unit of exposure as they are when all is well.
    package var rate: Double = 0
    /// *Units*: seconds: since when the departure lasts; the count's own time when there is none.
    package var since: Double = 0
}

/// Counts of events: reopenings a trip, pump starts an hour, faults a thousand trips.
///
/// Counts are no measurements: their noise grows with their mean, most are zero, and a doubled rate hides in single counts for long. Each count is held
/// against its expectation by the deviance of a Poisson count, divided by the series' own dispersion (events come in bursts) and by what is not yet known of
/// the rate; two cumulative sums of log-likelihood ratios (Page; for a rate that has doubled and one that has halved) find what lasts. Their limits follow
/// from the false alarms that are allowed: a sum of log-likelihood ratios reaches h by chance at most once in eʰ counts (Lorden).
///
/// *Isolation*: one owner, one thread. Memory is taken in `add` only; `observe` never allocates and never traps, whatever it is given.
package struct CountBank: ~Copyable {
    /// The most series of one bank.
    package static let maximumCount = 1 << 20
    /// *Units*: bytes of memory a series costs.
    package static var bytesPerSeries: Int { MemoryLayout<CountState>.stride }

    /// The number of series.
    package private(set) var count = 0
    private var capacity = 0
    private var block: UnsafeMutablePointer<CountState>?

    package init() {}

    deinit {
        // SAFETY: the bank is the only owner, and the contents are trivial.
        block?.deallocate()
    }

    /// Adds a series and returns its slot: 0, 1, 2 … or −1, which every other function ignores, when the bank is full. Settings that are not positive and
    /// finite are taken for an hour and one false alarm a year.
    package mutating func add(_ settings: CountSettings) -> Int {
        guard count < CountBank.maximumCount else { return -1 }
        if count == capacity {
            let wider = max(4, capacity * 2)
            let fresh = UnsafeMutablePointer<CountState>.allocate(capacity: wider)
            if let block {
                // SAFETY: the new block is larger, the two do not overlap, and the contents are trivial.
                fresh.initialize(from: block, count: count)
                block.deallocate()
            }
            block = fresh
            capacity = wider
        }
        block?.advanced(by: count).initialize(to: CountState(settings))
        count += 1
        return count - 1
    }

    /// Judges one count.
    ///
    /// - Parameters:
    ///   - time: *units*: seconds, for `since` only.
    ///   - events: how many there were. Negative, NaN and infinite counts are no counts: nothing is judged or learnt.
    ///   - exposure: among how many chances or in how long: trips, hours. *Range*: > 0; otherwise nothing is judged or learnt.
    package mutating func observe(_ slot: Int, time: Double, events: Double, exposure: Double = 1) -> CountVerdict {
        guard slot >= 0, slot < count, let block else { return CountVerdict() }
        return block[slot].observe(time: time, events: events, exposure: exposure)
    }

    /// Forgets all that a series has learnt.
    package mutating func reset(_ slot: Int) {
        guard slot >= 0, slot < count, let block else { return }
        let state = block[slot]
        block[slot] = CountState(CountSettings(interval: state.interval, falseAlarmsPerYear: state.allowed))
    }

    // MARK: Snapshot

    /// Bumped with every change of layout *or of the arithmetic*.
    private static let layout: UInt32 = 1
    private static let magic: UInt64 = 0x6f43_4369_616d_6142
    private static let words = MemoryLayout<CountState>.size / 8

    /// The exact state of one series; empty for a slot that there is not.
    package func snapshotSeries(_ slot: Int) -> [UInt8] {
        guard slot >= 0, slot < count, let block else { return [] }
        var bytes: [UInt8] = []
        var checksum = WordHash()
        Seal.open(CountBank.magic, CountBank.layout, &checksum, into: &bytes)
        // SAFETY: the state is a row of eight-byte numbers without gaps.
        withUnsafeBytes(of: block[slot]) { raw in
            for index in 0..<CountBank.words { Seal.put(raw.load(fromByteOffset: index * 8, as: UInt64.self), &checksum, into: &bytes) }
        }
        Seal.close(checksum, into: &bytes)
        return bytes
    }

    /// Takes the state of one series over, or throws and leaves it as it was. *Throws*: as `PulseBank.restoreSeries`.
    package mutating func restoreSeries(_ slot: Int, from bytes: [UInt8]) throws(SnapshotError) {
        guard slot >= 0, slot < count, let block else { throw .otherSeries }
        let known = block[slot]
        let outcome = bytes.withUnsafeBytes { raw -> Result<CountState, SnapshotError> in
            if let problem = Seal.problem(raw, CountBank.magic, CountBank.layout, words: CountBank.words) { return .failure(problem) }
            var state = known
            withUnsafeMutableBytes(of: &state) { target in
                for index in 0..<CountBank.words { target.storeBytes(of: Seal.word(raw, index: index), toByteOffset: index * 8, as: UInt64.self) }
            }
            let isSame = state.interval == known.interval && state.allowed == known.allowed
            return isSame ? .success(state) : .failure(.otherSeries)
        }
        switch outcome {
        case .success(let state): block[slot] = state
        case .failure(let problem): throw problem
        }
    }
}
