import Lifeline

/// A pole at a low spot of a road: water on the road, and the pole's tilt.
///
/// Ponding deeper than 15 cm is the practice's first step and a true event whenever it happens. Nuisance: puddles, wind in the pole, leaves before the sensor.
struct RoadModel: MunicipalModel {
    private let asset: Int
    private let ponding: Int32, tilt: Int32
    private let phase: Int64
    private var luck: Luck
    /// *Units*: m for each mm/h above what the gully takes, each quarter of an hour.
    private let hollow: Double
    /// *Units*: mm/h.
    private let gully: Double
    private let seat: Double
    private var water = 0.0
    private var isDeep = false

    /// *Units*: m. *Source*: domain practice, the first of the two ponding steps.
    static let deep = 0.15

    init(_ layout: inout MunicipalLayout, number: Int, seed: UInt64) {
        let id = MunicipalRoster.name("RD", number)
        asset = layout.asset(id, .roadDevice, "\(number)号积水监测杆", "农业路低洼点\(number)")
        let device = layout.device(asset, hasBattery: true)
        ponding = layout.sensor(device, "ponding", unit: "m", every: 1800)
        tilt = layout.sensor(device, "tilt", unit: "deg", every: 3600)
        luck = Luck(seed: seed, id)
        phase = Int64(luck.unit() * 120) * 1_000_000
        hollow = luck.between(0.001, 0.004)
        gully = luck.between(12, 35)
        seat = luck.between(0.1, 0.9)
    }

    mutating func pass(_ day: MunicipalDay, _ book: FaultBook, into out: inout DayBuffer) {
        let faults = book.today(asset, day)
        for quarter in 0..<96 {
            let at = day.moment(quarter) + phase
            let rain = day.weather.rain[quarter]
            water = min(max(water + hollow * (rain - gully), 0), 1.2)
            let puddle = rain > 0.5 ? 0.01 : 0
            // Every half hour, and every quarter while water stands.
            if quarter % 2 == 0 || water > 0.02 { out.append(ponding, at, max(0, water + puddle + 0.003 * luck.normal())) }
            isDeep = water + puddle >= (isDeep ? 0.8 : 1) * RoadModel.deep
            if isDeep { out.events.append((asset, .deepPonding, at - 60_000_000, at + MunicipalOptions.quarter)) }
            guard quarter % 4 == 0 else { continue }
            var lean = seat + 0.6 * day.weather.wind * luck.normal() + 0.05 * luck.normal()
            for fault in faults where fault.kind == .poleTilt && fault.isOn(at) { lean += 5.5 + 14 * fault.severity }
            out.append(tilt, at + 1000, lean.magnitude)
        }
        for fault in faults where fault.kind == .poleTilt && fault.begins >= day.begins && fault.begins < day.ends {
            for second in [0, 12, 40] { out.append(tilt, fault.begins + Int64(second) * 1_000_000, seat + 5.5 + 14 * fault.severity) }
        }
    }
}
