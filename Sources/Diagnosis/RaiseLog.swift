import Lifeline

/// The last raises, from which follow floods, chattering, and the report on the gateway's own alarms. A ring: when it is full the oldest goes.
struct RaiseLog: Equatable {
    /// A gateway that raises more in a day has its day's report cut short, and says so.
    static let depth = 1024

    /// What became of a raise.
    enum Fate: UInt8 {
        case said
        /// Held back by a flood.
        case held
        /// Said when the flood was over: not counted for the next one.
        case released
    }

    struct Entry: Equatable {
        var received: Int64
        var listening: Int64
        var condition: Int32
        var level: UInt8
        var fate: Fate
    }

    private var ring: [Entry] = []
    private var start = 0

    mutating func append(_ entry: Entry) {
        if ring.count < RaiseLog.depth {
            ring.append(entry)
        } else {
            ring[start] = entry
            start = (start + 1) % RaiseLog.depth
        }
    }

    /// The newest raise was held back after all.
    mutating func holdNewest() {
        guard !ring.isEmpty else { return }
        ring[ring.count < RaiseLog.depth ? ring.count - 1 : (start + RaiseLog.depth - 1) % RaiseLog.depth].fate = .held
    }

    var isFull: Bool { ring.count == RaiseLog.depth }
    var count: Int { ring.count }

    /// Oldest first.
    var entries: [Entry] { Array(ring[start...] + ring[..<start]) }

    /// Raises since a listening time, said or held, but not those that a flood had let wait. Newest first, until an older one is met.
    func count(since listening: Int64, condition: Int32? = nil) -> Int {
        var found = 0
        for offset in 0..<ring.count {
            let entry = ring[(start + ring.count - 1 - offset) % ring.count]
            if entry.listening < listening { break }
            if entry.fate != .released && (condition == nil || condition == entry.condition) { found += 1 }
        }
        return found
    }
}
