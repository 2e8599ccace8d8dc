import Lifeline

/// A chamber of the heat network: supply and return temperature, pressure, a water contact in the trench.
///
/// In the season the supply follows the weather by the heating curve, the return lags behind; out of it the water cools to the ground's temperature and stands
/// at the filling pressure. Nuisance: the season's first and last days, refilling, rain in the trench.
struct HeatModel: MunicipalModel {
    private let asset: Int
    private let supply: Int32, back: Int32, pressure: Int32, wet: Int32
    private let phase: Int64
    private var luck: Luck
    private let rated: Double
    private let spread: Double
    private var hot = 20.0
    private var cool = 20.0
    private var gauge = 0.3
    private var isWet = false
    private var drains = 0.0
    private var wander = Wander(memory: 0.9, deviation: 0.6)

    init(_ layout: inout MunicipalLayout, number: Int, seed: UInt64) {
        let id = MunicipalRoster.name("HP", number)
        asset = layout.asset(id, .heatPipe, "供热\(number)号小室", "热力路\(number * 40)号")
        let device = layout.device(asset, hasBattery: false)
        supply = layout.sensor(device, "supply_temperature", unit: "degC", every: 1800, cycle: MunicipalLayout.day)
        back = layout.sensor(device, "return_temperature", unit: "degC", every: 1800, cycle: MunicipalLayout.day)
        pressure = layout.sensor(device, "pressure", unit: "MPa", every: 1800, cycle: MunicipalLayout.day)
        wet = layout.sensor(device, "immersion", unit: "state", every: 14_400)
        luck = Luck(seed: seed, id)
        phase = Int64(luck.unit() * 600) * 1_000_000
        rated = luck.between(0.6, 0.95)
        spread = luck.between(0.38, 0.5)
    }

    mutating func pass(_ day: MunicipalDay, _ book: FaultBook, into out: inout DayBuffer) {
        let faults = book.today(asset, day)
        // A cloudburst runs into some trenches and drains within a day.
        if day.weather.rainTotal > 60 && luck.unit() < 0.2 { drains = luck.between(4, 24) }
        for step in 0..<48 {
            let at = day.moment(step * 2) + phase
            let air = day.weather.temperature[step * 2]
            let isHeating = day.calendar.isHeating
            let wanted = isHeating ? min(max(78 - 1.6 * air, 55), 105) + wander.step(&luck) : 18
            hot += (wanted - hot) * (isHeating ? 0.12 : 0.02)
            var leak = 0.0
            var isBlocked = 0.0
            for fault in faults where fault.isOn(at) {
                if fault.kind == .heatLeak { leak = fault.severity * min(1, 0.2 + 1.5 * fault.progress(at)) }
                if fault.kind == .heatBlocked { isBlocked = fault.severity * min(1, 0.3 + 2 * fault.progress(at)) }
            }
            let returned = isHeating ? hot - (hot - 18) * (spread + 0.25 * isBlocked + 0.06 * leak) : 18
            cool += (returned - cool) * (isHeating ? 0.08 : 0.02)
            gauge += ((isHeating ? rated : 0.3) - gauge) * 0.05
            out.append(supply, at, hot + 0.15 * luck.normal())
            out.append(back, at + 1000, cool + 0.15 * luck.normal())
            out.append(pressure, at + 2000, max(0.02, gauge * (1 - 0.22 * leak) + 0.004 * luck.normal()))
            drains = max(0, drains - 0.5)
            let isNowWet = drains > 0 || leak > 0.35
            if isNowWet != isWet || step % 8 == 0 { out.append(wet, at + 3000, isNowWet ? 1 : 0) }
            isWet = isNowWet
        }
    }
}
