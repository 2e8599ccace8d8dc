/// What the clock track thinks of a device's clock.
package struct ClockVerdict: Equatable, Sendable {
    /// Arrival less the device's own time, without the way: *units*: seconds. Positive: the device is behind.
    package var offset: Double = 0
    /// How fast the offset grows. *Units*: seconds per second; 1e-6 is a part per million. 0 until two windows are known.
    package var rate: Double = 0
    /// The offset is beyond what was allowed.
    package var isOff = false
    /// It has just become so.
    package var isBeginning = false
    package var isWarmingUp = true
}

/// A device's clock against the gateway's: one a device.
///
/// Each message has been on its way for a while, by radio perhaps for minutes; but the quickest message of a window shows the clock itself. So the lowest
/// difference of each window is the offset, and the offsets of two windows give the drift.
///
/// A value type of fixed size that never traps. *Isolation*: none; whoever owns it.
package struct ClockTrack: Equatable, Sendable {
    /// *Units*: seconds. What the clock may be off by.
    private var allowed: Double
    /// *Units*: seconds.
    private var window: Double
    private var windowStart = 0.0
    private var lowest = Double.infinity
    private var samples = 0.0
    private var offset = 0.0
    private var offsetTime = 0.0
    private var rate = 0.0
    private var windows = 0.0
    private var isOff = 0.0

    /// Messages that a window needs: a single one may have been slow.
    private static let leastSamples = 4.0

    /// - Parameters:
    ///   - allowed: *units*: seconds. *Range*: > 0; anything else is taken for 30.
    ///   - window: *units*: seconds. *Range*: > 0; anything else is taken for a day. It should hold several messages.
    package init(allowed: Double = 30, window: Double = 86_400) {
        self.allowed = allowed.isFinite && allowed > 0 ? allowed : 30
        self.window = window.isFinite && window > 0 ? window : 86_400
    }

    /// Takes one message. *Units*: seconds, both on the same scale. Times that are not finite are passed over.
    package mutating func observe(own: Double, arrival: Double) -> ClockVerdict {
        guard own.isFinite, arrival.isFinite, abs(own) < 1e15, abs(arrival) < 1e15 else { return verdict(false) }
        if samples == 0 && windows == 0 { windowStart = arrival }
        var began = false
        // A window ends by time, or when the gateway's own clock was set back behind its beginning.
        if arrival - windowStart >= window || arrival < windowStart {
            began = close(arrival)
            windowStart = arrival
            lowest = .infinity
            samples = 0
        }
        lowest = min(lowest, arrival - own)
        samples += 1
        return verdict(began)
    }

    private mutating func close(_ arrival: Double) -> Bool {
        guard samples >= ClockTrack.leastSamples else { return false }
        if windows > 0, arrival > offsetTime { rate = (lowest - offset) / (arrival - offsetTime) }
        offset = lowest
        offsetTime = arrival
        windows += 1
        let wasOff = isOff != 0
        // Half of the allowance back before it is right again: no flutter at the edge.
        isOff = abs(offset) > (wasOff ? 0.5 * allowed : allowed) ? 1 : 0
        return isOff != 0 && !wasOff
    }

    private func verdict(_ began: Bool) -> ClockVerdict {
        ClockVerdict(offset: offset, rate: rate, isOff: isOff != 0, isBeginning: began, isWarmingUp: windows == 0)
    }
}
