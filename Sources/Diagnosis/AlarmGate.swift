import Lifeline

/// What stands between an episode and the platform: shelves, maintenance, repeats, and what was raised of late.
///
/// *Memory*: 24 bytes × `RaiseLog.depth`, at most `shelfLimit` shelves, and an entry for each condition that is withheld or repeats.
struct AlarmGate: Equatable {
    /// The most shelves and maintenances at once: more are refused.
    static let shelfLimit = 256
    /// *Units*: microseconds of listening time between two looks at what is withheld.
    static let interval: Int64 = 5_000_000

    /// One shelf, or one maintenance that was begun by command.
    struct Shelf: Equatable {
        var decision: Decision
        /// Listening time at which it ends, whatever the wall clock has done: a clock that steps back must not silence for years.
        var endsListening: Int64

        /// Whether it is about this condition.
        func covers(asset: String, rule: String, sensor: String) -> Bool {
            (decision.asset.isEmpty || decision.asset == asset) && (decision.rule.isEmpty || decision.rule == rule)
                && (decision.sensor.isEmpty || decision.sensor == sensor)
        }

        func isOver(_ now: Timestamp, listening: Int64) -> Bool {
            listening >= endsListening || now >= decision.until ?? .distantPast
        }
    }

    /// A latched episode that is said again.
    struct Repeat: Equatable {
        var condition: Int32
        /// Listening time.
        var due: Int64
        var said: Int
    }

    /// In the order of their decisions.
    var shelves: [Shelf] = []
    /// Conditions with more than the platform knows, ascending.
    var withheld: [Int32] = []
    /// Ascending by condition.
    var repeats: [Repeat] = []
    var log = RaiseLog()
    /// By reason: how often something was withheld, and how often it ended without a word.
    var withheldCount: [UInt64] = [0, 0, 0, 0]
    var unsaidCount: [UInt64] = [0, 0, 0, 0]
    var chatterCount: UInt64 = 0
    var lastLook: Int64 = 0
    var lastRelease: Int64 = 0
    var lastFloodUpdate: Int64 = 0
    /// Told, and left without a rule or a sensor by a change of the site: ended with the next entry.
    var removed: [RemovedEpisode] = []
    /// In the order of their last reports; at most `falseAlarmLimit`.
    var falseAlarms: [FalseAlarmPoint] = []
    /// A decision was taken: look at once.
    var isDirty = false

    func isDue(listening: Int64) -> Bool { isDirty || listening &- lastLook >= AlarmGate.interval }

    /// *Units*: microseconds until something is to be said again. What is withheld waits for the next entry: a minute at most.
    func nextDue(listening: Int64) -> Int64? {
        guard let soonest = repeats.map(\.due).min() else { return nil }
        // The look itself comes at intervals: asked earlier, it would do nothing.
        return max(0, soonest &- listening, lastLook &+ AlarmGate.interval &- listening)
    }

    mutating func withhold(_ condition: Int32) {
        let place = withheld.firstIndex { $0 >= condition } ?? withheld.count
        if place == withheld.count || withheld[place] != condition { withheld.insert(condition, at: place) }
    }

    mutating func release(_ condition: Int32) {
        if let place = withheld.firstIndex(of: condition) { withheld.remove(at: place) }
    }

    mutating func beginRepeat(_ condition: Int32, due: Int64) {
        endRepeat(condition)
        let place = repeats.firstIndex { $0.condition > condition } ?? repeats.count
        repeats.insert(Repeat(condition: condition, due: due, said: 0), at: place)
    }

    mutating func endRepeat(_ condition: Int32) { repeats.removeAll { $0.condition == condition } }
}
