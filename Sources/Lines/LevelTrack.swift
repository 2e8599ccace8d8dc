/// Follows a line's level by its edges, and finds what was missed: levels alternate, so what does not fit tells of edges that never came.
///
/// Besides edges it takes the level as it was read. Such a reading may tell of a lost edge, or overtake edges that are still on their way, and the kernel's count of
/// lost edges may come only with the next one: so what a reading was taken to mean stands until the next edge, which says how it really was.
struct LevelTrack {
    /// What one edge means, with what must have happened before it.
    struct Step {
        /// The level had been read as the edge says, and nothing else happened: it is told already.
        var isTold: Bool
        /// How often the line became active, lost edges included, beyond what readings of the level have counted.
        var activations: UInt64
        /// The line was at the opposite level in between, unseen.
        var hadUnseenOpposite: Bool
        /// Of all activations since the last edge, those without an edge of their own, less what readings of the level have counted so.
        var recovered: Int64
        /// Edges that never came, less what readings of the level have counted; below 0 where a reading had only overtaken its edge.
        var lost: Int64
    }

    /// nil: before the start.
    private(set) var isActive: Bool?
    /// The level by edges alone.
    private var byEdges = false
    /// Since the last edge: when the level was last read as another, how often, and how often as active.
    private var correctedAt = Int64.min
    private var corrections: UInt64 = 0
    private var activeCorrections: UInt64 = 0

    mutating func start(isActive: Bool) {
        self.isActive = isActive
        forgetCorrections(isActive)
    }

    /// - Returns: what follows from an edge; edges come in the kernel's order.
    mutating func edge(_ edge: LineEdge) -> Step {
        let known = isActive ?? !edge.isActive
        // Without a number of lost edges, and later than the reading: the reading stands for an edge that nobody will tell of.
        let isReopened = corrections > 0 && (edge.lost > 0 || edge.time <= correctedAt)
        let before = isReopened ? byEdges : known
        let (told, toldActive) = isReopened ? (corrections, activeCorrections) : (0, 0)
        isActive = edge.isActive
        forgetCorrections(edge.isActive)
        var lost = UInt64(max(0, edge.lost))
        // After an odd number of edges, this one included, the level is the other one.
        if (lost % 2 == 0) == (edge.isActive == before) { lost += 1 }
        // Both numbers are the least that can have happened, so the larger one did.
        let activations = max((before ? lost / 2 : (lost + 1) / 2) + (edge.isActive ? 1 : 0), toldActive)
        return Step(
            isTold: isReopened && edge.isActive == known, activations: activations - toldActive,
            hadUnseenOpposite: edge.isActive == known && !isReopened,
            recovered: Int64(activations) - (edge.isActive ? 1 : 0) - Int64(toldActive), lost: Int64(lost) - Int64(told))
    }

    /// The level as it was read.
    ///
    /// - Returns: whether it differs from what is known: an edge was lost, or is still on its way.
    mutating func read(isActive level: Bool, at now: Int64) -> Bool {
        guard let known = isActive, known != level else { return false }
        isActive = level
        correctedAt = now
        corrections += 1
        if level { activeCorrections += 1 }
        return true
    }

    private mutating func forgetCorrections(_ level: Bool) {
        (byEdges, correctedAt, corrections, activeCorrections) = (level, .min, 0, 0)
    }
}
