/// One pressure district: what its people draw at this moment.
struct District: Sendable {
    private let day: StreetDay
    private let seed: UInt64
    private let name: String
    private var luck: Luck
    /// Customers are many: their sum wanders a little and slowly.
    private var wander = Wander(memory: 0.7, deviation: 0.006)
    private var tick: Int64 = -1
    private var today: Int64 = -1
    private var mood = 0.0

    init(_ name: String, day: StreetDay, seed: UInt64) {
        self.name = name
        self.day = day
        self.seed = seed
        luck = Luck(seed: seed, name)
    }

    /// Demand as a share of the mean. To be asked in the order of time.
    mutating func demand(at offset: Int64) -> Double {
        let now = offset / max(1, day.length / 96)
        while tick < now {
            tick += 1
            _ = wander.step(&luck)
        }
        if offset / day.length != today {
            today = offset / day.length
            // No two days are the same: a match on television, a hot afternoon.
            var luck = Luck(seed: seed, name + "/\(today)")
            mood = 0.003 * luck.normal()
        }
        return StreetDay.curve(StreetDay.water, hour: day.hour(at: offset)) * (1 + mood + wander.value)
    }
}
