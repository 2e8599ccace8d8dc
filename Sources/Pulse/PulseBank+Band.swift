/// What a series is expected to be at one moment.
package struct Band: Equatable, Sendable {
    /// *Units*: the series' own.
    package var expected: Double
    package var low: Double
    package var high: Double
}

extension PulseBank {
    /// The band of a series at any moment, as it is known now: for charts of what was usual. Nothing is learnt.
    ///
    /// nil while the series warms up, where it is a counter, whose level means nothing, and for a slot that there is not.
    /// - Parameter time: *Units*: seconds on the series' clock.
    package func band(_ slot: Int, time: Double) -> Band? {
        guard let entry = entry(slot), time.isFinite else { return nil }
        return entry.state.pointee.band(time: Numerics.clip(time, SeriesState.timeLimit), season: entry.season, pace: entry.pace)
    }
}

extension SeriesState {
    /// *Range*: a finite time.
    fileprivate mutating func band(time: Double, season: Season, pace: Pace) -> Band? {
        guard Double(count) > pace.warmUp, !isCounter else { return nil }
        let place = Season.Place(position: Season.position(of: time, pace), nodes: pace.nodes)
        let expectation = expectation(at: place, time: time, season: season, pace: pace)
        let middle = origin + expectation.middle
        return Band(expected: middle, low: middle - expectation.half, high: middle + expectation.half)
    }
}
