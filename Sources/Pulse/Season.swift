/// The seasonal expectation of one series: values at evenly spaced nodes of the cycle, straight lines between them.
///
/// The values live behind the series' state in the bank's block, as `Float` departures from the series' origin. Straight lines instead of steps: a sample that
/// comes a minute early or late, or any constant offset from the nodes, changes the expectation by as little as the series itself would change.
struct Season {
    /// Nodes of any series: half an hour of a day.
    static let capacity = 48
    /// Bytes behind each series' state: value, weight learnt, and noise for each node.
    static let byteCount = capacity * 3 * MemoryLayout<Float>.stride

    /// Borrowed from the bank for one call.
    let floats: UnsafeMutablePointer<Float>

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
    }

    /// The position of a moment among the nodes. *Range*: any |time| ≤ 1e15; the cycle is at least 0.01 s, so the quotient fits an `Int64`.
    @inline(__always)
    static func position(of time: Double, _ pace: Pace) -> Double {
        let turns = time / pace.cycle
        var part = turns - Double(Int64(turns))
        if part < 0 { part += 1 }
        return part * pace.nodes
    }

    @inline(__always)
    func value(_ node: Int) -> Double { Double(floats[node]) }
    /// How much was learnt at a node: about the number of samples, 0 when it was never met.
    @inline(__always)
    func weight(_ node: Int) -> Double { Double(floats[Season.capacity + node]) }
    @inline(__always)
    func noise(_ node: Int) -> Double { Double(floats[2 * Season.capacity + node]) }

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

    /// Moves the two nodes beside a place toward a value.
    ///
    /// - Parameters:
    ///   - departure: the value less the expectation, already clipped.
    ///   - value: what a node that was never met takes over as it is.
    ///   - pace: 1, or less while learning is slowed.
    ///   - usualNoise: what a node's own noise starts from, once there is such a thing; 0 before.
    @inline(__always)
    func learn(at place: Place, departure: Double, value: Double, gain: Double, pace: Double, usualNoise: Double) {
        let right = place.share
        let left = 1 - right
        // The straight line's error is shared out by the nodes' weights (normalised least mean squares), so that one exact sample at full gain is met exactly.
        let norm = 1 / (left * left + right * right)
        move(place.left, weight: left, norm: norm, departure: departure, value: value, gain: gain, pace: pace, usualNoise: usualNoise)
        if right > 0 {
            move(place.right, weight: right, norm: norm, departure: departure, value: value, gain: gain, pace: pace, usualNoise: usualNoise)
        }
    }

    @inline(__always)
    private func move(
        _ node: Int, weight share: Double, norm: Double, departure: Double, value: Double, gain: Double, pace: Double, usualNoise: Double
    ) {
        let met = weight(node)
        if met <= 0 {
            floats[node] = Float(value)
        } else {
            let own = max(gain, 1 / (met + 1)) * pace * share
            floats[node] += Float(own * norm * departure)
            if usualNoise > 0 {
                // A node sees too few samples to know its noise soon: it starts from the series' and turns its own slowly.
                let known = noise(node)
                floats[2 * Season.capacity + node] = Float(known <= 0 ? usualNoise : known + 0.3 * gain * pace * share * (abs(departure) - known))
            }
        }
        // A million is as good as for ever, and exact in a Float.
        if met < 1_000_000 { floats[Season.capacity + node] = Float(met + share * pace) }
    }

    /// Moves the whole expectation: a new level was accepted, or the origin was moved.
    func shift(by amount: Double) {
        for node in 0..<Season.capacity where floats[Season.capacity + node] > 0 { floats[node] += Float(amount) }
    }

    /// Keeps the values but trusts them less, so that a new shape is learnt quickly.
    func forget(downTo weight: Float) {
        for node in 0..<Season.capacity { floats[Season.capacity + node] = min(weight, floats[Season.capacity + node]) }
    }

    /// Forgets everything.
    func clear() { floats.update(repeating: 0, count: 3 * Season.capacity) }
}
