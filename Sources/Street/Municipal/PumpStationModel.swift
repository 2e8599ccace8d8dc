import Lifeline

/// Secondary water supply: a tank that a float valve fills, a pump that starts and stops on a pressure vessel.
///
/// The tank's balance closes: what the valve lets in and the pump takes out is what the level says. Runs are reported as they begin and end, with the current
/// half a minute after a start. Nuisance: cleaning of the tank, mains pressure that falls at noon, busy evenings.
struct PumpStationModel: MunicipalModel {
    private let asset: Int
    private let inlet: Int32, outlet: Int32, tank: Int32, running: Int32, current: Int32
    private let phase: Int64
    private var luck: Luck
    /// *Units*: m3/h at the mean, m2.
    let demand: Double
    let area: Double
    private let mains: Double
    private let rated: Double
    private let amperes: Double
    /// *Units*: starts an hour at mean demand.
    private let pace: Double
    private(set) var water = 1.8
    private(set) var isFilling = false
    private var wander = Wander(memory: 0.9, deviation: 0.03)
    /// *Units*: microseconds since the start: the pump of now runs until then.
    private var busyUntil: Int64 = 0
    private var isLongRunning = false

    static let low = 1.5, high = 2.2

    init(_ layout: inout MunicipalLayout, number: Int, seed: UInt64) {
        let id = MunicipalRoster.name("PS", number)
        asset = layout.asset(id, .pumpStation, "\(number)号小区二次供水泵房", "桐柏路\(number * 30)号院地下")
        let device = layout.device(asset, hasBattery: false)
        inlet = layout.sensor(device, "inlet_pressure", unit: "MPa", every: 900, cycle: MunicipalLayout.day)
        outlet = layout.sensor(device, "outlet_pressure", unit: "MPa", every: 900, cycle: MunicipalLayout.day)
        tank = layout.sensor(device, "tank_level", unit: "m", every: 900)
        running = layout.sensor(device, "running", unit: "state", every: nil)
        current = layout.sensor(device, "current", unit: "A", every: 1200, cycle: MunicipalLayout.day)
        luck = Luck(seed: seed, id)
        phase = Int64(luck.unit() * 120) * 1_000_000
        demand = luck.between(5, 14)
        area = luck.between(12, 30)
        mains = luck.between(0.22, 0.3)
        rated = luck.between(0.5, 0.85)
        amperes = luck.between(12, 30)
        pace = luck.between(2.2, 3.8)
    }

    mutating func pass(_ day: MunicipalDay, _ book: FaultBook, into out: inout DayBuffer) {
        let faults = book.today(asset, day)
        let isVisited = book.visits(asset, day)
        let curve = MunicipalDay.water[day.calendar.isFree ? 1 : 0]
        for quarter in 0..<96 {
            let at = day.moment(quarter)
            var wear = 0.0
            var isDry = false
            var short = 0.0
            var long = 0.0
            for fault in faults where fault.isOn(at) {
                switch fault.kind {
                case .pumpWear: wear = (0.1 + 0.2 * fault.severity) * fault.progress(at)
                case .dryRun: isDry = true
                case .shortCycling: short = 3 + 5 * fault.severity
                case .overlongRun: long = 2 + 5 * fault.severity
                default: break
                }
            }
            let drawn = isDry ? 0.1 : demand * curve[quarter] * (1 + wander.step(&luck))
            balance(drawn, isDry: isDry)
            run(quarter, curve[quarter], wear, isDry, short, long, day, into: &out)
            let isServiced = isVisited.contains { $0.begins <= at && at < $0.ends }
            let pull = isFilling ? 0.018 : 0
            out.append(inlet, at + phase, mains - 0.03 * curve[quarter] - pull + 0.002 * luck.normal())
            let weak = isDry ? 0.75 : long > 0 ? 0.12 : 0.25 * wear
            out.append(outlet, at + phase + 1000, isServiced ? 0.02 : rated * (1 - weak) + 0.012 * luck.normal() - 0.01 * curve[quarter])
            out.append(tank, at + phase + 2000, (isDry ? 0.12 : water) + 0.004 * luck.normal())
        }
    }

    /// A quarter of an hour of the tank.
    mutating func balance(_ drawn: Double, isDry: Bool) {
        if isDry { return }
        if water < PumpStationModel.low { isFilling = true }
        if water > PumpStationModel.high { isFilling = false }
        let inflow = isFilling ? 2.4 * demand : 0
        water = min(max(water + (inflow - drawn) * 0.25 / area, 0), 3)
    }

    /// The pump's runs that begin in this quarter of an hour.
    private mutating func run(
        _ quarter: Int, _ use: Double, _ wear: Double, _ isDry: Bool, _ short: Double, _ long: Double, _ day: MunicipalDay, into out: inout DayBuffer
    ) {
        let begins = day.moment(quarter)
        guard busyUntil < begins + MunicipalOptions.quarter else { return }
        let load = amperes * (1 + wear) * (isDry ? 0.55 : 1)
        if isDry || long > 0 {
            // It runs until it gets there, which it does not.
            let start = max(begins, busyUntil + 5_000_000)
            let hours = isDry ? 1.0 : long * luck.between(0.8, 1.2)
            let end = start + Int64(hours * Double(MunicipalOptions.hour))
            say(start, min(end, day.ends - 2_000_000), load, into: &out)
            busyUntil = end
            return
        }
        let starts = pace * (0.25 + 0.75 * use) * (1 + short) / 4
        let count = Int(starts + luck.unit())
        guard count > 0 else { return }
        let slot = MunicipalOptions.quarter / Int64(count)
        for index in 0..<count {
            let start = max(begins + Int64(index) * slot + Int64(luck.unit() * 0.2 * Double(slot)), busyUntil + 5_000_000)
            let length = Int64(luck.between(0.3, 0.55) * Double(slot) * (1 + 0.5 * wear))
            guard start + length < day.ends - 2_000_000 else { continue }
            say(start, start + length, load, into: &out)
            busyUntil = start + length
        }
    }

    private mutating func say(_ start: Int64, _ end: Int64, _ load: Double, into out: inout DayBuffer) {
        guard end > start + 1_000_000 else { return }
        out.append(running, start, 1)
        out.append(current, start + min(30_000_000, (end - start) / 2), load * (1 + 0.012 * luck.normal()))
        out.append(running, end, 0)
    }
}
