/// One series' place in the bank's block: state, then the number of its pace, then seasonal nodes.
///
/// Borrowed for the length of one call; the bank owns the memory.
struct Slot {
    /// A cache line: a series never shares one with its neighbour.
    static let alignment = 64
    static let paceOffset = MemoryLayout<SeriesState>.stride
    static let seasonOffset = paceOffset + MemoryLayout<Int64>.stride
    static let stride = (seasonOffset + Season.byteCount + alignment - 1) / alignment * alignment

    let state: UnsafeMutablePointer<SeriesState>
    /// Shared by all series with the same settings: they are many, and one pace stays in the cache.
    private let lentPace: Unmanaged<Pace>
    var pace: Pace { lentPace.takeUnretainedValue() }
    let season: Season

    /// SAFETY: `base` must be the start of an initialised slot in a live block whose pace is among `paces`. Each part is always accessed as the one type it
    /// is bound to here.
    @inline(__always)
    init(_ base: UnsafeMutableRawPointer, paces: UnsafePointer<Pace>) {
        state = base.assumingMemoryBound(to: SeriesState.self)
        lentPace = .passUnretained(paces[Int((base + Slot.paceOffset).assumingMemoryBound(to: Int64.self).pointee)])
        season = Season(base + Slot.seasonOffset)
    }

    /// Makes a slot that has seen nothing, over raw memory or over a used slot (nothing in it needs deinitialising). SAFETY: as above.
    static func initialise(_ base: UnsafeMutableRawPointer, pace: Int) {
        // SAFETY: trivial types: writing over uninitialised memory and over an older value are the same thing.
        base.initializeMemory(as: SeriesState.self, to: SeriesState())
        (base + paceOffset).initializeMemory(as: Int64.self, to: Int64(pace))
        Season.initialise(base + seasonOffset)
    }
}

extension Slot {
    /// `SeriesState.observe` without counting a reference: the bank, which lives longer, owns the pace.
    @inline(__always)
    func observe(time: Double, value: Double) -> Verdict {
        lentPace._withUnsafeGuaranteedRef { state.pointee.observe(time: time, value: value, season: season, pace: $0) }
    }

    /// State and nodes as words of eight bytes, one after the other.
    func withWords(_ stateWords: Int, _ seasonWords: Int, _ body: (UnsafeMutableBufferPointer<UInt64>) -> Void) {
        // SAFETY: both parts are trivial, aligned to eight bytes and at least as long as stated; the binding ends with each closure.
        state.withMemoryRebound(to: UInt64.self, capacity: stateWords) { body(UnsafeMutableBufferPointer(start: $0, count: stateWords)) }
        season.withWords(seasonWords, body)
    }
}
