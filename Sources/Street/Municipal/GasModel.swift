import Lifeline

/// Two lengths of gas pipe behind one regulator, each with a pressure point and a methane sensor in the well beside it.
///
/// Nuisance: sewage breathes methane into the same wells, under 1 %VOL and for an hour or two; winter and the hours of cooking pull the pressure.
struct GasModel: MunicipalModel {
    private struct Length: Sendable {
        var asset: Int
        var methane: Int32
        var pressure: Int32
        var phase: Int64
        var breath: Double
        var gas = 0.02
    }

    private var lengths: [Length]
    private var luck: Luck
    /// *Units*: MPa; medium pressure B lies between 0.01 and 0.2.
    private let set: Double
    private var wander = Wander(memory: 0.95, deviation: 0.0008)

    private static let cooking: [Double] = (0..<96).map { quarter in
        let hour = Double(quarter) / 4
        let meals = [(7.0, 0.5), (11.8, 0.8), (18.4, 1.0)]
        return meals.reduce(0.08) { sum, meal in sum + meal.1 * max(0, 1 - (hour - meal.0).magnitude / 1.6) }
    }
    private static let season: [Double] = [1, 0.95, 0.7, 0.4, 0.3, 0.25, 0.22, 0.22, 0.28, 0.38, 0.65, 0.95]

    init(_ layout: inout MunicipalLayout, number: Int, seed: UInt64) {
        luck = Luck(seed: seed, "REG-\(number)")
        set = luck.between(0.09, 0.16)
        lengths = []
        for side in 0..<2 {
            let id = MunicipalRoster.name("GP", (number - 1) * 2 + side + 1)
            let asset = layout.asset(id, .gasPipe, "燃气\(number)线\(side + 1)段", "工人路\(number * 60 + side * 30)号")
            let device = layout.device(asset, hasBattery: true)
            lengths.append(
                Length(
                    asset: asset, methane: layout.sensor(device, "ch4", unit: "%VOL", every: 1800, cycle: MunicipalLayout.day),
                    pressure: layout.sensor(device, "pressure", unit: "MPa", every: 900, cycle: MunicipalLayout.day),
                    phase: Int64(luck.unit() * 300) * 1_000_000, breath: luck.unit() < 0.75 ? luck.between(0.01, 0.1) : luck.between(0.3, 0.9)))
        }
        layout.neighbours[lengths[0].asset] = [lengths[1].asset]
        layout.neighbours[lengths[1].asset] = [lengths[0].asset]
    }

    mutating func pass(_ day: MunicipalDay, _ book: FaultBook, into out: inout DayBuffer) {
        let faults = lengths.map { book.today($0.asset, day) }
        let seasonal = MunicipalWeather.seasonal(GasModel.season, day.calendar.dayOfYear) * (day.calendar.isFestival ? 0.9 : 1)
        for quarter in 0..<96 {
            let drawn = 0.006 * seasonal + 0.005 * GasModel.cooking[quarter] * (1 + 0.1 * luck.normal())
            let base = set - drawn + wander.step(&luck)
            for index in lengths.indices { emit(index, quarter, base, faults, day, into: &out) }
        }
    }

    private mutating func emit(
        _ index: Int, _ quarter: Int, _ base: Double, _ faults: [[MunicipalFault]], _ day: MunicipalDay, into out: inout DayBuffer
    ) {
        let at = day.moment(quarter) + lengths[index].phase
        var pressure = base + 0.0004 * luck.normal()
        var leaked = 0.0
        for (other, list) in faults.enumerated() {
            for fault in list where fault.isOn(at) {
                let share = other == index ? 1.0 : 0.35
                switch fault.kind {
                case .regulatorFault: pressure -= base * (0.2 + 0.3 * fault.severity)
                case .gasLeak:
                    // It gathers within hours and breathes with the air above.
                    leaked = max(leaked, share * (1.4 + 4 * fault.severity) * min(1, 0.15 + 8 * fault.progress(at)) * luck.between(0.85, 1.1))
                    pressure -= base * 0.02 * fault.severity * share
                default: break
                }
            }
        }
        out.append(lengths[index].pressure, at, pressure)
        guard quarter % 2 == 0 else { return }
        lengths[index].gas -= (lengths[index].gas - 0.02) * 0.2
        let warmth = day.weather.temperature[quarter] > 15 ? 0.015 : 0.004
        if luck.unit() < lengths[index].breath * warmth { lengths[index].gas = luck.between(0.1, 0.9) }
        out.append(lengths[index].methane, at + 1000, max(0, max(lengths[index].gas, leaked) + 0.008 * luck.normal()))
    }
}
