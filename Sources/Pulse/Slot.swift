/// One series' place in the bank's block: state, then pace, then seasonal nodes.
///
/// Borrowed for the length of one call; the bank owns the memory.
struct Slot {
    /// A cache line: a series never shares one with its neighbour.
    static let alignment = 64
    static let paceOffset = MemoryLayout<SeriesState>.stride
    static let seasonOffset = paceOffset + MemoryLayout<Pace>.stride
    static let stride = (seasonOffset + Season.byteCount + alignment - 1) / alignment * alignment

    let state: UnsafeMutablePointer<SeriesState>
    let pace: UnsafeMutablePointer<Pace>
    let season: Season

    /// SAFETY: `base` must be the start of a slot in a live block. Each part is always accessed as the one type it is bound to here.
    @inline(__always)
    init(_ base: UnsafeMutableRawPointer) {
        state = base.assumingMemoryBound(to: SeriesState.self)
        pace = (base + Slot.paceOffset).assumingMemoryBound(to: Pace.self)
        season = Season(floats: (base + Slot.seasonOffset).assumingMemoryBound(to: Float.self))
    }

    /// Makes a slot that has seen nothing, over raw memory or over a used slot (nothing in it needs deinitialising).
    func initialise(_ settings: SeriesSettings, _ tuning: Tuning) {
        // SAFETY: trivial types: writing over uninitialised memory and over an older value are the same thing.
        state.initialize(to: SeriesState())
        pace.initialize(to: Pace(settings, tuning))
        season.floats.initialize(repeating: 0, count: 3 * Season.capacity)
    }
}

extension Slot {
    /// State and nodes as words of eight bytes, one after the other.
    func withWords(_ stateWords: Int, _ seasonWords: Int, _ body: (UnsafeMutableBufferPointer<UInt64>) -> Void) {
        // SAFETY: both parts are trivial, aligned to eight bytes and at least as long as stated; the binding ends with each closure.
        state.withMemoryRebound(to: UInt64.self, capacity: stateWords) { body(UnsafeMutableBufferPointer(start: $0, count: stateWords)) }
        season.floats.withMemoryRebound(to: UInt64.self, capacity: seasonWords) { body(UnsafeMutableBufferPointer(start: $0, count: seasonWords)) }
    }
}
