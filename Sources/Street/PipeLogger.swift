import Lifeline

/// A pressure logger at a point of the network, of one of two makes that agree on nothing.
struct PipeLogger: StreetSource {
    /// Quarters of an hour in a day: how often loggers report.
    static let reportsPerDay: Int64 = 96
    private let pipe: StreetLayout.Pipe
    private let asset: String
    private var luck: Luck
    private var wander = Wander(memory: 0.7, deviation: 0.0007)
    private(set) var due: Int64
    private let battery: Double

    init(_ pipe: StreetLayout.Pipe, copy: Int, day: StreetDay, seed: UInt64) {
        self.pipe = pipe
        asset = StreetLayout.name(pipe.id, copy: copy)
        luck = Luck(seed: seed, asset)
        battery = luck.between(60, 98)
        due = Int64(luck.unit() * Double(day.length / PipeLogger.reportsPerDay))
    }

    mutating func speak(_ around: inout Surroundings) -> StreetMessage {
        let now = due
        due += around.day.length / PipeLogger.reportsPerDay
        let demand = around.districts[pipe.district].demand(at: now)
        let burst = around.scenario.burst(at: now)
        var pressure = pipe.head - pipe.loss * demand * demand + wander.step(&luck)
        pressure = pressure * (1 - pipe.burst * burst) + 0.0006 * luck.normal()
        // A third more than the district's mean runs out of the hole.
        let flow = pipe.flow * (demand * (1 + 0.008 * luck.normal()) + (pipe.burst > 0 ? 0.55 * burst : 0))
        let charge = max(1, battery - 0.03 * around.day.days(at: now))
        let payload = pipe.district == 0 ? texts(around.moment(now), pressure, flow, charge) : numbers(around.moment(now), pressure, charge)
        return StreetMessage(due: now, topic: "water/\(asset)/data", payload: payload, qos: 1)
    }

    /// The first make: MPa, every number a text, local time without an offset.
    private func texts(_ moment: Timestamp, _ pressure: Double, _ flow: Double, _ battery: Double) -> [UInt8] {
        var json = JSONWriter(reserving: 160)
        json.beginObject()
        json.member("devId", asset)
        json.member("devPressure", TimeText.fixed(pressure, 4))
        if pipe.flow > 0 { json.member("devFlow", TimeText.fixed(flow, 2)) }
        json.member("devBattery", TimeText.fixed(battery, 0))
        json.member("valueTime", TimeText.local(moment, offsetSeconds: Surroundings.offsetSeconds))
        json.endObject()
        return json.bytes
    }

    /// The second make: kPa as numbers, milliseconds since 1970.
    private func numbers(_ moment: Timestamp, _ pressure: Double, _ battery: Double) -> [UInt8] {
        var json = JSONWriter(reserving: 160)
        json.beginObject()
        json.member("sn", asset)
        json.member("t", moment.microseconds / 1000)
        json.key("v")
        json.beginObject()
        json.member("p", (pressure * 10_000).rounded() / 10)
        json.member("batt", battery.rounded())
        json.endObject()
        json.endObject()
        return json.bytes
    }
}
