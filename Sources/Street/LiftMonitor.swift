import Lifeline

/// A monitor on a lift: one message after each trip.
struct LiftMonitor: StreetSource {
    /// Trips of a day: the street's day is short.
    static let tripsPerDay: Int64 = 48
    private let lift: StreetLayout.Lift
    private let asset: String
    private var luck: Luck
    private var wander = Wander(memory: 0.6, deviation: 0.012)
    private var trips: Int
    private var floor = 1
    private(set) var due: Int64

    init(_ lift: StreetLayout.Lift, copy: Int, day: StreetDay, seed: UInt64) {
        self.lift = lift
        asset = StreetLayout.name(lift.id, copy: copy)
        luck = Luck(seed: seed, asset)
        trips = 40_000 + Int(luck.unit() * 300_000)
        due = Int64(luck.unit() * Double(day.length / LiftMonitor.tripsPerDay))
    }

    mutating func speak(_ around: inout Surroundings) -> StreetMessage {
        let now = due
        due += Int64(luck.between(0.85, 1.15) * Double(around.day.length / LiftMonitor.tripsPerDay))
        let from = floor
        // A trip begins or ends at the ground more often than not.
        floor = from != 1 && luck.unit() < 0.6 ? 1 : 1 + Int(luck.unit() * Double(lift.floors))
        if floor == from { floor = from == 1 ? lift.floors : 1 }
        trips += 1
        let close = (lift.doorClose + wander.step(&luck) + 0.02 * luck.normal()) * (1 + around.scenario.wear(asset, at: now))
        let crowd = StreetDay.curve(StreetDay.traffic, hour: around.day.hour(at: now))
        var json = JSONWriter(reserving: 320)
        json.beginObject()
        json.member("lift", asset)
        json.member("time", TimeText.rfc3339(around.moment(now), offsetSeconds: Surroundings.offsetSeconds, digits: 3))
        json.member("trip", trips)
        json.member("from", from)
        json.member("to", floor)
        json.key("door")
        json.beginObject()
        json.member("close_ms", Int((close * 1000).rounded()))
        json.member("open_ms", Int(((2.2 + 0.05 * crowd + 0.05 * luck.normal()) * 1000).rounded()))
        json.endObject()
        json.member("levelling_mm", (min(max(1.5 + 1.1 * luck.normal(), -6), 6) * 10).rounded() / 10)
        json.member("travel_s", ((2.05 + 0.06 * luck.normal()) * 100).rounded() / 100)
        json.member("entrapped", false)
        json.endObject()
        return StreetMessage(due: now, topic: "lift/\(asset)/trip", payload: json.bytes, qos: 1)
    }
}
