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

/// The detectors of many series, in one contiguous block.
///
/// *Isolation*: one owner, one thread. Memory is taken in `add` only; `observe` never allocates and never traps, whatever it is given.
package struct PulseBank: ~Copyable {
    /// *Units*: bytes of memory a series costs. *Range*: at most 1536. What follows from its settings is shared by all series with the same ones.
    package static var bytesPerSeries: Int { Slot.stride }
    /// New settings are compared with this many; beyond, equal ones may be kept twice.
    private static let paceSearch = 64
    /// The most series that one bank holds.
    package static let maximumCount = 1 << 20

    /// The number of series.
    package private(set) var count = 0
    let tuning: Tuning
    /// What a snapshot must have been made with to be taken over.
    let version: UInt32
    private var capacity = 0
    private var block: UnsafeMutableRawPointer?
    private var paceCount = 0
    private var paceCapacity = 0
    private var paces: UnsafeMutablePointer<Pace>?

    package init() { self.init(tuning: Tuning()) }

    /// A bank with other numbers than the usual ones; for experiments.
    package init(tuning: Tuning) {
        self.tuning = tuning
        version = Seal.version(layout: PulseBank.layout, of: tuning)
    }

    deinit {
        // SAFETY: the bank is the only owner of both, and nothing in the block needs to be deinitialised.
        block?.deallocate()
        paces?.deinitialize(count: paceCount)
        paces?.deallocate()
    }

    /// Adds a series and returns its slot: 0, 1, 2 … Settings that are not positive and finite are taken for a minute and a day.
    ///
    /// Returns −1, which every other function ignores, when the bank is full. *Complexity*: amortised constant; the block doubles when it is full.
    package mutating func add(_ settings: SeriesSettings) -> Int {
        guard count < PulseBank.maximumCount else { return -1 }
        if count == capacity { grow() }
        let slot = count
        guard let block else { return -1 }
        // SAFETY: slot < capacity, so the whole slot lies in the block.
        Slot.initialise(block + slot * Slot.stride, pace: pace(of: settings))
        count += 1
        return slot
    }

    /// The number of the pace for these settings; made when there is none yet.
    private mutating func pace(of settings: SeriesSettings) -> Int {
        let sane = Pace.sanitised(settings)
        if let paces {
            for index in max(0, paceCount - PulseBank.paceSearch)..<paceCount
            where paces[index].interval == sane.interval && paces[index].cycle == sane.cycle {
                return index
            }
        }
        if paceCount == paceCapacity {
            let wider = max(4, paceCapacity * 2)
            let fresh = UnsafeMutablePointer<Pace>.allocate(capacity: wider)
            if let paces {
                // SAFETY: the new memory is larger, the two do not overlap, and the old one is left uninitialised.
                fresh.moveInitialize(from: paces, count: paceCount)
                paces.deallocate()
            }
            paces = fresh
            paceCapacity = wider
        }
        paces?.advanced(by: paceCount).initialize(to: Pace(sane, tuning))
        paceCount += 1
        return paceCount - 1
    }

    /// Judges one sample of one series.
    ///
    /// - Parameters:
    ///   - slot: a number that `add` returned; for any other the verdict is empty.
    ///   - time: *Units*: seconds on any one clock of the series. Repeated and backward times are taken; they never make a gap.
    ///   - value: NaN and infinities count as missing.
    package mutating func observe(_ slot: Int, time: Double, value: Double) -> Verdict {
        guard let entry = entry(slot) else { return Verdict() }
        return entry.observe(time: time, value: value)
    }

    /// Forgets all that a series has learnt: the sensor was exchanged, the asset rebuilt.
    package mutating func reset(_ slot: Int) {
        guard let settings = settings(slot), let block else { return }
        // SAFETY: `settings` has found the slot.
        Slot.initialise(block + slot * Slot.stride, pace: pace(of: settings))
    }

    /// The settings that a series works with, sanitised; nil for a slot that there is not.
    package func settings(_ slot: Int) -> SeriesSettings? {
        guard let entry = entry(slot) else { return nil }
        return SeriesSettings(interval: entry.pace.interval, cycle: entry.pace.cycle)
    }

    /// Where the level of the series' cycles goes, over weeks and months; nil for a slot that there is not.
    package func drift(_ slot: Int) -> Drift? { entry(slot)?.state.pointee.driftReport() }

    @inline(__always)
    func entry(_ slot: Int) -> Slot? {
        guard slot >= 0, slot < count, let block, let paces else { return nil }
        // SAFETY: slot < count ≤ capacity, so the whole slot lies in the block, and `add` has initialised it.
        return Slot(block + slot &* Slot.stride, paces: paces)
    }

    private mutating func grow() {
        let wider = max(4, capacity * 2)
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: wider * Slot.stride, alignment: Slot.alignment)
        if let block {
            // SAFETY: the new block is larger, the two do not overlap, and the contents are plain words.
            fresh.copyMemory(from: block, byteCount: count * Slot.stride)
            block.deallocate()
        }
        block = fresh
        capacity = wider
    }
}
