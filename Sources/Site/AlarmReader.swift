import Lifeline

/// Reads `[alarms]`: the profile states every number, a site those that it wants otherwise.
struct AlarmReader {
    let base: AlarmPolicy

    func read(_ reader: TableReader) -> AlarmPolicy {
        var policy = base
        func seconds(_ key: String, _ range: ClosedRange<Int64>, _ value: inout Double) {
            if let duration = reader.duration(key, in: .seconds(range.lowerBound) ... .seconds(range.upperBound)) { value = duration.value.inSeconds }
        }
        func whole(_ key: String, _ range: ClosedRange<Int>, _ value: inout Int) {
            if let number = reader.whole(key, in: range) { value = number.value }
        }
        let day: Int64 = 86_400
        seconds("flood_window", 60...day, &policy.floodWindow)
        seconds("flood_update", 60...day, &policy.floodUpdate)
        seconds("release_interval", 1...day / 24, &policy.releaseInterval)
        whole("chatter_raises", 0...100, &policy.chatterRaises)
        seconds("chatter_window", 1...day, &policy.chatterWindow)
        whole("slow_chatter_raises", 0...100, &policy.slowChatterRaises)
        seconds("slow_chatter_window", 1...day, &policy.slowChatterWindow)
        seconds("chatter_hold", 0...day, &policy.chatterHold)
        seconds("stale_after", 3600...366 * day, &policy.staleAfter)
        seconds("shelve_at_most", 60...366 * day, &policy.shelveAtMost)
        whole("repeat_at_most", 0...100_000, &policy.repeatAtMost)
        whole("acceptable_a_day", 1...100_000, &policy.acceptableADay)
        return policy
    }
}
