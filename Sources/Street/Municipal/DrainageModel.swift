import Lifeline

/// A length of sewer: level, hydrogen sulphide, and rain at every fourth.
///
/// Dry-weather level follows the water that people use; rain runs off through a reservoir and, where the pipe is too small, stands above 1.2 m: a
/// surcharge that deserves an alarm whoever's fault it is. Nuisance: each rain's rise, the first flush after a dry week.
struct DrainageModel: MunicipalModel {
    private let asset: Int
    private let level: Int32, sulphide: Int32
    private let rainGauge: Int32?
    private let phase: Int64
    private var luck: Luck
    /// *Units*: m at mean dry-weather flow.
    private let dry: Double
    /// *Units*: m for each mm/h that runs off.
    private let runoff: Double
    private let stench: Double
    private var store = 0.0
    private var wander = Wander(memory: 0.8, deviation: 0.03)
    private var gas = 0.5
    private var isSurcharged = false

    /// *Units*: m: the water stands above the crown of the pipe.
    static let crown = 1.2

    init(_ layout: inout MunicipalLayout, number: Int, seed: UInt64) {
        let id = MunicipalRoster.name("DP", number)
        asset = layout.asset(id, .drainagePipe, "排水\(number)号检查井", "金水路\(number * 50)号")
        let device = layout.device(asset, hasBattery: true)
        level = layout.sensor(device, "water_level", unit: "m", every: 900, cycle: MunicipalLayout.day)
        sulphide = layout.sensor(device, "h2s", unit: "ppm", every: 3600, cycle: MunicipalLayout.day)
        rainGauge = number % 4 == 1 ? layout.sensor(device, "rain_rate", unit: "mm/h", every: 900) : nil
        luck = Luck(seed: seed, id)
        phase = Int64(luck.unit() * 120) * 1_000_000
        dry = luck.between(0.12, 0.3)
        runoff = luck.unit() < 0.8 ? luck.between(0.01, 0.03) : luck.between(0.04, 0.07)
        stench = luck.between(0.3, 2)
    }

    mutating func pass(_ day: MunicipalDay, _ book: FaultBook, into out: inout DayBuffer) {
        let faults = book.today(asset, day)
        let curve = MunicipalDay.water[day.calendar.isFree ? 1 : 0]
        for quarter in 0..<96 {
            let at = day.moment(quarter) + phase
            let rain = day.weather.rain[quarter]
            // A linear reservoir with a time constant of an hour: what comes in goes out.
            store += (rain - store) * 0.22
            var blocked = 0.0
            var rotten = 0.0
            for fault in faults where fault.isOn(at) {
                if fault.kind == .blockage { blocked = fault.severity * min(1, 0.1 + 1.3 * fault.progress(at)) }
                if fault.kind == .hydrogenSulphide { rotten = 11 + 25 * fault.severity }
            }
            let flow = dry * (0.55 + 0.45 * curve[quarter]) * (1 + wander.step(&luck))
            let water = flow * (1 + 2.2 * blocked) + runoff * store * (1 + 1.2 * blocked)
            out.append(level, at, water + 0.004 * luck.normal())
            isSurcharged = water > (isSurcharged ? 0.9 : 1) * DrainageModel.crown
            if isSurcharged { out.events.append((asset, .surcharge, at, at + MunicipalOptions.quarter)) }
            if let rainGauge { out.append(rainGauge, at + 1000, (rain * 5).rounded() / 5) }
            guard quarter % 4 == 0 else { continue }
            // Warm and low water smells; rain dilutes.
            let warmth = max(0, day.weather.temperature[quarter] - 5) / 20
            gas += (stench * warmth * (1.4 - 0.5 * curve[quarter]) / (1 + store) - gas) * 0.3
            out.append(sulphide, at + 2000, max(0, max(gas, rotten * luck.between(0.85, 1.15)) + 0.15 * luck.normal()))
        }
    }
}
