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
/// *Isolation*: one owner, one thread. *Memory*: `bytesPerSeries` a series, taken in `add` only; `observe` never allocates and never traps, whatever it
/// is given.
package struct PulseBank: ~Copyable {
    static let stateBytes = MemoryLayout<SeriesState>.size
    static let levelBytes = Judge.buckets * MemoryLayout<Float>.size
    /// *Units*: bytes.
    package static let bytesPerSeries = (stateBytes + levelBytes + Judge.buckets + 63) / 64 * 64

    private var block: UnsafeMutableRawPointer
    private var capacity: Int
    /// The number of series.
    package private(set) var count = 0
    private let judge = Judge()

    package init() {
        capacity = 16
        block = UnsafeMutableRawPointer.allocate(byteCount: capacity * PulseBank.bytesPerSeries, alignment: 64)
    }

    deinit { block.deallocate() }

    /// Adds a series and returns its slot: 0, 1, 2 … Settings that make no sense are replaced by ones that do.
    package mutating func add(_ settings: SeriesSettings) -> Int {
        if count == capacity {
            let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity * 2 * PulseBank.bytesPerSeries, alignment: 64)
            larger.copyMemory(from: block, byteCount: count * PulseBank.bytesPerSeries)
            block.deallocate()
            block = larger
            capacity *= 2
        }
        count += 1
        reset(count - 1, SeriesState(settings, judge.tuning))
        return count - 1
    }

    /// Forgets everything about a series but its settings. Precondition: the slot exists.
    package mutating func reset(_ slot: Int) {
        let settings = settings(slot)
        reset(slot, SeriesState(settings, judge.tuning))
    }

    /// What the series was told, made sensible. Precondition: the slot exists.
    package func settings(_ slot: Int) -> SeriesSettings {
        let state = state(slot).pointee
        return SeriesSettings(interval: state.interval, cycle: state.cycle)
    }

    /// Judges one sample of one series. Precondition: the slot exists.
    ///
    /// - Parameters:
    ///   - time: *Units*: seconds on any one clock of the series. Repeated and backward times are taken; they never make a gap.
    ///   - value: NaN and infinities count as missing.
    package mutating func observe(_ slot: Int, time: Double, value: Double) -> Verdict {
        judge.observe(&state(slot).pointee, level: level(slot), seen: seen(slot), time: time, value: value)
    }

    // SAFETY: every slot below `count` was initialised by `reset`; the three regions of a slot do not overlap, and nothing else holds pointers into them.
    func state(_ slot: Int) -> UnsafeMutablePointer<SeriesState> {
        precondition(slot >= 0 && slot < count, "no such series")
        return (block + slot * PulseBank.bytesPerSeries).assumingMemoryBound(to: SeriesState.self)
    }

    private func level(_ slot: Int) -> UnsafeMutablePointer<Float> {
        (block + slot * PulseBank.bytesPerSeries + PulseBank.stateBytes).assumingMemoryBound(to: Float.self)
    }

    private func seen(_ slot: Int) -> UnsafeMutablePointer<UInt8> {
        (block + slot * PulseBank.bytesPerSeries + PulseBank.stateBytes + PulseBank.levelBytes).assumingMemoryBound(to: UInt8.self)
    }

    /// The bytes of a slot that are its state.
    func bytes(_ slot: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(
            start: block + slot * PulseBank.bytesPerSeries, count: PulseBank.stateBytes + PulseBank.levelBytes + Judge.buckets)
    }

    private mutating func reset(_ slot: Int, _ state: SeriesState) {
        (block + slot * PulseBank.bytesPerSeries).initializeMemory(as: UInt8.self, repeating: 0, count: PulseBank.bytesPerSeries)
        (block + slot * PulseBank.bytesPerSeries).initializeMemory(as: SeriesState.self, to: state)
    }
}
