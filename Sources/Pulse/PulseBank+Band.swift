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
        let (state, pace) = (entry.state.pointee, entry.pace.pointee)
        guard Double(state.count) > pace.warmUp, !state.isCounter else { return nil }
        let moment = Numerics.clip(time, SeriesState.timeLimit)
        let place = Season.Place(position: Season.position(of: moment, pace), nodes: pace.nodes)
        let expectation = state.expectation(at: place, time: moment, season: entry.season, pace: pace, tuning: tuning)
        let middle = state.origin + expectation.middle
        return Band(expected: middle, low: middle - expectation.half, high: middle + expectation.half)
    }
}
