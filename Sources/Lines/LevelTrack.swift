/// Follows a line's level and how often it became active, by its edges and by the level as it is read now and then.
///
/// Levels alternate, so two edges alike in a row, a number of lost edges from the kernel, and a level that no edge explains all tell of edges that never came.
/// A reading of the level may also overtake edges that are still in the kernel's queue. So readings are kept with their times until an edge arrives that is
/// younger: those before it tell of lost edges, those after it are explained by it or by the edges behind it.
///
/// What is told never goes back. *Memory*: fixed; at most `readingLimit` readings are kept between two edges.
struct LevelTrack {
    private struct LevelReading {
        var time: Int64
        var isActive: Bool
    }

    /// More changes than this without an edge are edges that will not come.
    private static let readingLimit = 8

    /// The level after the last edge; nil: before the start.
    private var byEdges: Bool?
    /// Readings of another level than was known, younger than the last edge, oldest first.
    private var readings: [LevelReading] = []
    /// Up to the last edge.
    private var activations: UInt64 = 0
    private var lostByEdges: UInt64 = 0
    private var risingEdges: UInt64 = 0
    /// Activations that were given to the caller.
    private var told: UInt64 = 0

    init() { readings.reserveCapacity(LevelTrack.readingLimit) }

    /// The level as it is known; nil: before the start.
    var isActive: Bool? { readings.last?.isActive ?? byEdges }

    /// Edges that never came, as far as is known now: a reading that had only overtaken its edge is taken back when that arrives.
    var lost: UInt64 { lostByEdges + UInt64(readings.count) }

    /// Activations without an edge of their own, as far as is known now.
    var recovered: UInt64 { told > risingEdges ? told - risingEdges : 0 }

    mutating func start(isActive: Bool) {
        lostByEdges = lost
        activations = told
        readings.removeAll(keepingCapacity: true)
        byEdges = isActive
    }

    /// - Returns: how often the line became active that the caller does not know of yet. Edges come in the kernel's order.
    mutating func edge(_ edge: LineEdge) -> UInt64 {
        let base = byEdges ?? !edge.isActive
        var level = base
        var (seen, missing): (UInt64, UInt64) = (0, 0)
        var older = 0
        while older < readings.count, readings[older].time < edge.time {
            // Readings alternate, beginning with another level than the edges': each is one edge that did not come.
            level = readings[older].isActive
            missing += 1
            if level { seen += 1 }
            older += 1
        }
        if edge.lost > 0 {
            var number = UInt64(edge.lost)
            // After an odd number of edges, this one included, the level is the other one.
            if (number % 2 == 0) == (edge.isActive == base) { number += 1 }
            // Both numbers are the least that can have happened, so the larger one did.
            seen = max(seen, (base ? number / 2 : (number + 1) / 2) + (edge.isActive ? 1 : 0))
            missing = max(missing, number)
        } else {
            if edge.isActive == level {
                missing += 1
                if !level { seen += 1 }
            }
            if edge.isActive { seen += 1 }
        }
        activations += seen
        lostByEdges += missing
        if edge.isActive { risingEdges += 1 }
        byEdges = edge.isActive
        keep(from: older)
        return tell()
    }

    /// The level as it was read.
    ///
    /// - Returns: as for an edge; nil: the level is the one that is known.
    mutating func read(isActive level: Bool, at now: Int64) -> UInt64? {
        guard let known = isActive, known != level else { return nil }
        if readings.count == LevelTrack.readingLimit {
            activations += UInt64(readings.count { $0.isActive })
            lostByEdges += UInt64(readings.count)
            byEdges = known
            readings.removeAll(keepingCapacity: true)
        }
        readings.append(LevelReading(time: now, isActive: level))
        return tell()
    }

    /// Leaves out the readings before `first`, and those that say nothing that the edges do not say.
    private mutating func keep(from first: Int) {
        readings.removeFirst(first)
        if let next = readings.first, next.isActive == byEdges { readings.removeFirst() }
    }

    private mutating func tell() -> UInt64 {
        let total = activations + UInt64(readings.count { $0.isActive })
        guard total > told else { return 0 }
        defer { told = total }
        return total - told
    }
}
