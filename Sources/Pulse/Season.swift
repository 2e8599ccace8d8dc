/// The seasonal expectation of one series: values at evenly spaced nodes of the cycle, straight lines between them.
///
/// The values live behind the series' state in the bank's block, as `Float` departures from the series' origin. Straight lines instead of steps: a sample that
/// comes a minute early or late, or any constant offset from the nodes, changes the expectation by as little as the series itself would change.
///
/// On top of it lies the week: by how much each of seven cycles in turn departs from the usual one, in 16 cells a cycle. Where a cycle is a day, Sundays need
/// not be strange for ever; where it is not, nothing is found there and nothing is used (`SeriesState.weekHelps`).
struct Season {
    /// Nodes of any series: half an hour of a day.
    static let capacity = 48
    /// The noise is known for two nodes at a time.
    static let noiseCells = (capacity + 1) / 2
    /// The noise of quick changes is known for four nodes at a time.
    static let restCells = (capacity + 3) / 4
    /// Cycles that the week has, and cells of each.
    static let weekCycles = 7
    static let weekCells = 16
    private static let floatCount = capacity + noiseCells + restCells
    /// Bytes behind each series' state: value, noise and weight for each node, and the week's cells.
    static let byteCount =
        capacity * (MemoryLayout<Float>.stride + MemoryLayout<UInt16>.stride) + (noiseCells + restCells) * MemoryLayout<Float>.stride + weekCycles
        * weekCells
    /// A weight is kept in sixteenths: up to 4095 samples, which is as good as for ever.
    private static let weightUnit = 16.0

    /// Value and noise of each node. Borrowed from the bank for one call, like the others.
    let floats: UnsafeMutablePointer<Float>
    let weights: UnsafeMutablePointer<UInt16>
    /// In units of `SeriesState.weekScale`.
    let week: UnsafeMutablePointer<Int8>

    /// SAFETY: `base` must be the start of `byteCount` bytes that `initialise` has set up, aligned to eight.
    @inline(__always)
    init(_ base: UnsafeMutableRawPointer) {
        floats = base.assumingMemoryBound(to: Float.self)
        let behind = base + Season.floatCount * MemoryLayout<Float>.stride
        weights = behind.assumingMemoryBound(to: UInt16.self)
        week = (behind + Season.capacity * MemoryLayout<UInt16>.stride).assumingMemoryBound(to: Int8.self)
    }

    /// Nothing is known yet. SAFETY: `base` must have room for `byteCount` bytes, aligned to eight.
    static func initialise(_ base: UnsafeMutableRawPointer) {
        let behind = base + floatCount * MemoryLayout<Float>.stride
        base.initializeMemory(as: Float.self, repeating: 0, count: floatCount)
        behind.initializeMemory(as: UInt16.self, repeating: 0, count: capacity)
        (behind + capacity * MemoryLayout<UInt16>.stride).initializeMemory(as: Int8.self, repeating: 0, count: weekCycles * weekCells)
    }

    /// All of it as words of eight bytes. Precondition: `count` words are within `byteCount`.
    func withWords(_ count: Int, _ body: (UnsafeMutableBufferPointer<UInt64>) -> Void) {
        // SAFETY: trivial contents, aligned to eight bytes; whatever bits are written are values of each part's type.
        let base = UnsafeMutableRawPointer(floats)
        body(UnsafeMutableBufferPointer(start: base.assumingMemoryBound(to: UInt64.self), count: count))
    }

    /// Where a moment lies between two nodes.
    struct Place {
        var left: Int
        var right: Int
        /// 0 at the left node, towards 1 at the right one.
        var share: Double

        /// *Range*: a position outside 0..<`nodes` (or NaN) is taken for 0, so that no stored number can lead outside the nodes.
        @inline(__always)
        init(position: Double, nodes: Double) {
            let sane = position >= 0 && position < nodes ? position : 0
            left = Int(sane)
            right = Double(left + 1) < nodes ? left + 1 : 0
            share = sane - Double(left)
        }

        /// The straight line's error is shared out by the nodes' weights (normalised least mean squares), so that one exact sample at full gain is met exactly.
        @inline(__always)
        var norm: Double { 1 / (share * share + (1 - share) * (1 - share)) }
    }

    /// The position of a moment among the nodes. *Range*: any |time| ≤ 1e15; the cycle is at least 0.01 s, so the quotient fits an `Int64`.
    @inline(__always)
    static func position(of time: Double, _ pace: Pace) -> Double {
        let turns = time * pace.turnsPerSecond
        var part = turns - Double(Int64(turns))
        if part < 0 { part += 1 }
        return part * pace.nodes
    }

    @inline(__always)
    func value(_ node: Int) -> Double { Double(floats[node]) }
    /// How much was learnt at a node: about the number of samples, 0 when it was never met.
    @inline(__always)
    func weight(_ node: Int) -> Double { Double(weights[node]) / Season.weightUnit }
    @inline(__always)
    func noise(_ node: Int) -> Double { Double(floats[Season.capacity + (node >> 1)]) }

    /// Mean absolute size of quick changes around a node; 0 when none is known.
    @inline(__always)
    func restlessness(_ node: Int) -> Double { Double(floats[Season.capacity + Season.noiseCells + (node >> 2)]) }

    /// Turns the restlessness around a place toward one change's size.
    @inline(__always)
    func learnRestlessness(at place: Place, size: Double, gain: Double, usual: Double) {
        let known = restlessness(place.left)
        floats[Season.capacity + Season.noiseCells + (place.left >> 2)] = Float(known <= 0 ? usual : known + 0.15 * gain * (size - known))
    }

    @inline(__always)
    private func keep(_ weight: Double, _ node: Int) {
        let units = weight * Season.weightUnit + 0.5
        weights[node] = units < 65_535 ? UInt16(max(0, units)) : 65_535
    }

    /// The expectation at a place; meaningless while `knowledge` is 0.
    @inline(__always)
    func expectation(at place: Place) -> Double {
        if weight(place.left) <= 0 { return value(place.right) }
        if weight(place.right) <= 0 { return value(place.left) }
        return value(place.left) + place.share * (value(place.right) - value(place.left))
    }

    /// How many samples stand behind the expectation at a place.
    @inline(__always)
    func knowledge(at place: Place) -> Double { weight(place.left) + place.share * (weight(place.right) - weight(place.left)) }

    /// The mean absolute departure around a place.
    @inline(__always)
    func noise(at place: Place) -> Double { noise(place.left) + place.share * (noise(place.right) - noise(place.left)) }

    /// Moves the two nodes beside a place toward a value at once: while a cycle is learnt for the first time.
    ///
    /// - Parameters:
    ///   - departure: the value less the expectation.
    ///   - value: what a node that was never met takes over as it is.
    ///   - pace: 1, or less while learning is slowed.
    @inline(__always)
    func learn(at place: Place, departure: Double, value: Double, gain: Double, pace: Double) {
        let norm = place.norm
        for (node, share) in [(place.left, 1 - place.share), (place.right, place.share)] where share > 0 {
            let met = weight(node)
            if met <= 0 {
                floats[node] = Float(value)
            } else {
                floats[node] += Float(max(gain, 1 / (met + 1)) * pace * share * norm * departure)
            }
            meet(node, share * pace)
        }
    }

    /// Moves a node by the mean departure of a part of the cycle that is over: a step for each sample, more while the node has been met seldom, never beyond.
    @inline(__always)
    func take(_ node: Int, lesson: Double, weight lessonWeight: Double, step: Double) {
        // The second test is for a state that came out of a forged snapshot.
        guard lessonWeight > 0, abs(lesson) < 1e36 else { return }
        let share = min(1, max(step * lessonWeight, lessonWeight / max(weight(node), lessonWeight)))
        floats[node] += Float(share * lesson / lessonWeight)
    }

    /// Turns the noise around a place toward one departure's size. `usual`: what a part that has none starts from.
    @inline(__always)
    func learnNoise(at place: Place, size: Double, gain: Double, usual: Double) {
        // A part sees too few samples to know its noise soon: it turns slowly.
        let known = noise(place.left)
        floats[Season.capacity + (place.left >> 1)] = Float(known <= 0 ? usual : known + 0.3 * gain * (size - known))
    }

    @inline(__always)
    func meet(_ node: Int, _ share: Double) {
        // A node that was met once is known, however small the share was.
        keep(max(weight(node) + share, 1 / Season.weightUnit), node)
    }

    /// The mean of the nodes that were met; nil when none was.
    var mean: Double? {
        var sum = 0.0
        var met = 0.0
        for node in 0..<Season.capacity where weight(node) > 0 {
            sum += value(node)
            met += 1
        }
        return met > 0 ? sum / met : nil
    }

    /// Moves the whole expectation: a new level was accepted, or the origin was moved.
    func shift(by amount: Double) {
        for node in 0..<Season.capacity where weights[node] > 0 { floats[node] += Float(amount) }
    }

    /// Keeps the values but trusts them less, so that a new shape is learnt quickly.
    func forget(downTo weight: Double) {
        for node in 0..<Season.capacity { keep(min(weight, self.weight(node)), node) }
    }

    /// Forgets everything.
    func clear() { Season.initialise(UnsafeMutableRawPointer(floats)) }
}
