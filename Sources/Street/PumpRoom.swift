import Lifeline

/// The pump room of a block of flats: a tank that fills and empties, and a pump that holds the pressure behind it.
struct PumpRoom: StreetSource {
    private let asset: String
    private var luck: Luck
    private var wander = Wander(memory: 0.7, deviation: 0.0008)
    /// *Units*: metres of water in the tank. The float valve opens below 1.4 and closes above 2.5.
    private var level: Double
    private var isFilling = false
    private(set) var due: Int64

    init(copy: Int, day: StreetDay, seed: UInt64) {
        asset = StreetLayout.name(StreetLayout.pumpRoom.id, copy: copy)
        luck = Luck(seed: seed, asset)
        level = luck.between(1.5, 2.4)
        due = Int64(luck.unit() * Double(day.length / PipeLogger.reportsPerDay))
    }

    mutating func speak(_ around: inout Surroundings) -> StreetMessage {
        let now = due
        due += around.day.length / PipeLogger.reportsPerDay
        // The flats are in the west, where nothing bursts.
        let demand = around.districts[1].demand(at: now)
        if level < 1.4 { isFilling = true } else if level > 2.5 { isFilling = false }
        level += (isFilling ? 0.11 : 0) - 0.035 * demand
        let inlet = 0.372 - 0.021 * demand * demand - (isFilling ? 0.006 : 0) + wander.step(&luck)
        let outlet = 0.620 - 0.004 * demand + 0.0015 * luck.normal()
        let current = 9.5 + 7.5 * demand + 0.25 * luck.normal()
        var json = JSONWriter(reserving: 200)
        json.beginObject()
        json.member("station", asset)
        json.member("ts", Double(around.moment(now).microseconds / 1000) / 1000)
        json.key("pressure")
        json.beginObject()
        json.member("in_bar", (inlet * 10_000).rounded() / 1000)
        json.member("out_bar", (outlet * 10_000).rounded() / 1000)
        json.endObject()
        json.member("current_a", (current * 100).rounded() / 100)
        json.member("tank_cm", (min(max(level + 0.002 * luck.normal(), 0), 3) * 1000).rounded() / 10)
        json.member("valve", isFilling ? "open" : "shut")
        json.endObject()
        return StreetMessage(due: now, topic: "pump/\(asset)/data", payload: json.bytes, qos: 1)
    }
}
