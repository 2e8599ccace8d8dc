import Lifeline

/// A bridge or a tunnel: strain, deflection, crack width, tilt and the structure's temperature.
///
/// Steel and concrete follow the air late: the structure's temperature lags, and everything measured moves with it; what is left over is the structure's own.
/// Nuisance: the sun and the season (larger than most damage), traffic, wind.
struct StructureModel: MunicipalModel {
    private let asset: Int
    private let isBridge: Bool
    private let strain: Int32, deflection: Int32?, crack: Int32, tilt: Int32?, temperature: Int32
    private let phase: Int64
    private var luck: Luck
    private let expansion: Double
    private let sag: Double
    private let opening: Double
    private let initial: Double
    private let lag: Double
    private var inside = 5.0
    private var wander = Wander(memory: 0.98, deviation: 1.2)

    init(_ layout: inout MunicipalLayout, _ assetClass: AssetClass, number: Int, seed: UInt64) {
        isBridge = assetClass == .bridge
        let id = MunicipalRoster.name(isBridge ? "BR" : "TN", number)
        asset = layout.asset(id, assetClass, isBridge ? "\(number)号跨河桥" : "\(number)号下穿隧道", isBridge ? "滨河路\(number)号桥" : "京广路隧道\(number)段")
        let device = layout.device(asset, hasBattery: false)
        let cycle = MunicipalLayout.day
        strain = layout.sensor(device, "strain", unit: "uE", every: 1800, cycle: cycle)
        deflection = isBridge ? layout.sensor(device, "deflection", unit: "mm", every: 1800, cycle: cycle) : nil
        crack = layout.sensor(device, "crack_width", unit: "mm", every: 1800, cycle: cycle)
        tilt = isBridge ? layout.sensor(device, "tilt", unit: "deg", every: 1800, cycle: cycle) : nil
        temperature = layout.sensor(device, "temperature", unit: "degC", every: 1800, cycle: cycle)
        luck = Luck(seed: seed, id)
        phase = Int64(luck.unit() * 600) * 1_000_000
        expansion = luck.between(6, 11) * (isBridge ? 1 : 0.6)
        sag = luck.between(-0.35, -0.15)
        opening = luck.between(-0.0022, -0.0008)
        initial = luck.between(0.06, 0.14)
        lag = isBridge ? 0.06 : 0.01
    }

    mutating func pass(_ day: MunicipalDay, _ book: FaultBook, into out: inout DayBuffer) {
        let faults = book.today(asset, day)
        let traffic = MunicipalDay.traffic[day.calendar.isFree ? 1 : 0]
        for step in 0..<48 {
            let quarter = step * 2
            let at = day.moment(quarter) + phase
            // Half an hour of conduction; the sun on the deck adds to the air by day.
            let sun = isBridge && quarter > 30 && quarter < 68 && day.weather.rainTotal < 1 ? 6.0 : 0
            inside += (day.weather.temperature[quarter] + sun - inside) * lag
            let warm = inside - 15
            let load = isBridge ? traffic[quarter] * luck.between(0.3, 1.7) : 0
            let slow = wander.step(&luck)
            var (creep, cracks, scour) = (0.0, 0.0, 0.0)
            for fault in faults where fault.isOn(at) {
                let progress = fault.progress(at)
                switch fault.kind {
                case .structuralDrift: creep = (0.5 + fault.severity) * progress
                case .crackGrowth: cracks = (0.1 + 0.25 * fault.severity) * progress
                case .scourTilt: scour = (0.08 + 0.4 * fault.severity) * progress
                default: break
                }
            }
            out.append(strain, at, expansion * warm + slow + 4 * load + 90 * creep + luck.normal())
            if let deflection { out.append(deflection, at + 1000, sag * warm + 0.5 * load + 0.08 * slow + 7 * creep + 0.1 * luck.normal()) }
            out.append(crack, at + 2000, max(0, initial + opening * warm + 0.03 * creep + cracks + 0.0015 * luck.normal()))
            if let tilt { out.append(tilt, at + 3000, 0.0016 * warm + 0.004 * day.weather.wind * luck.normal() + scour + 0.003 * luck.normal()) }
            out.append(temperature, at + 4000, inside + 0.1 * luck.normal())
        }
        for fault in faults where fault.kind == .overload { overload(fault, day, into: &out) }
    }

    /// Convoys that are too heavy: the device reports out of turn above its own limit, several times an hour.
    private mutating func overload(_ fault: MunicipalFault, _ day: MunicipalDay, into out: inout DayBuffer) {
        guard let deflection else { return }
        var at = max(fault.begins, day.begins)
        while at < min(fault.ends, day.ends - 40_000_000) {
            let size = (1 + fault.severity) * luck.between(0.8, 1.2)
            let warm = inside - 15
            for (second, share) in [(0, 0.6), (4, 1.0), (8, 0.9), (14, 0.05)] {
                let moment = at + Int64(second) * 1_000_000
                out.append(strain, moment, expansion * warm + 55 * size * share + luck.normal())
                out.append(deflection, moment + 1000, sag * warm + 9 * size * share + 0.1 * luck.normal())
            }
            at += Int64(luck.between(5, 25) * 60e6)
        }
    }
}
