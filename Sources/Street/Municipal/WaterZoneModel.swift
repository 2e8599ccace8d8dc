import Lifeline

/// A district metered area: one inlet with a flow meter, pressure at every point, two more flow meters inside.
///
/// Pressure is head less losses that grow with the square of the flow; what leaks is drawn through the inlet like any demand, and grows with the root of the
/// pressure. Nuisance: weekday, season, heat and holidays, changes at the works, hydrants that are flushed, valves that crews close.
struct WaterZoneModel: MunicipalModel {
    private struct Point: Sendable {
        var asset: Int
        var pressure: Int32
        var flow: Int32?
        /// *Units*: MPa lost at the mean flow.
        var loss: Double
        /// *Units*: MPa by which it lies higher than the inlet.
        var height: Double
        /// The share of the zone's demand that passes here.
        var share: Double
        var phase: Int64
    }

    private let points: [Point]
    private var luck: Luck
    private let head: Double
    /// *Units*: m3/h, the mean demand of the zone.
    private let mean: Double
    private var wander = Wander(memory: 0.9, deviation: 0.02)
    private var works = Wander(memory: 0.98, deviation: 0.003)
    /// The change at the works that holds today, and the flushing.
    private var step = 0.0
    private var swing = 1.0

    private static let season: [Double] = [0.93, 0.91, 0.94, 0.97, 1.02, 1.08, 1.12, 1.11, 1.04, 0.99, 0.96, 0.93]

    init(_ layout: inout MunicipalLayout, number: Int, points count: Int, seed: UInt64) {
        luck = Luck(seed: seed, "DMA-\(number)")
        // At the worst hour of the worst day every point keeps 0.16 MPa while all is well: a network that does not is sick.
        head = luck.between(0.36, 0.43)
        mean = luck.between(60, 140)
        var points: [Point] = []
        for place in 0..<count {
            let id = MunicipalRoster.name("WP", (number - 1) * 8 + place + 1)
            let asset = layout.asset(id, .waterPipe, "\(number)区\(place + 1)号测点", "建设路\(number * 100 + place * 8)号阀井")
            let device = layout.device(asset, hasBattery: true)
            let pressure = layout.sensor(device, "pressure", unit: "MPa", every: 900, cycle: MunicipalLayout.day)
            let isMetered = place < 3
            let flow = isMetered ? layout.sensor(device, "flow", unit: "m3/h", every: 900, cycle: MunicipalLayout.day) : nil
            let far = Double(place) / Double(count)
            points.append(
                Point(
                    asset: asset, pressure: pressure, flow: flow, loss: 0.004 + 0.013 * far * luck.between(0.7, 1.3),
                    height: place == count - 1 ? luck.between(0.07, 0.1) : luck.between(0, 0.06), share: place == 0 ? 1 : luck.between(0.2, 0.45),
                    phase: Int64(luck.unit() * 60) * 1_000_000))
        }
        self.points = points
        let all = points.map(\.asset)
        for point in points { layout.neighbours[point.asset] = all.filter { $0 != point.asset } }
    }

    mutating func pass(_ day: MunicipalDay, _ book: FaultBook, into out: inout DayBuffer) {
        let faults = points.map { book.today($0.asset, day) }
        let visits = points.map { book.visits($0.asset, day) }
        let isQuiet = faults.allSatisfy(\.isEmpty) && visits.allSatisfy(\.isEmpty)
        // The works change a pump about once a month, for all points alike.
        if luck.unit() < 0.03 { step = luck.between(-0.012, 0.012) }
        swing = 1 + 0.015 * luck.normal() + (day.calendar.isFestival ? -0.12 : 0)
        let flushing = luck.unit() < 0.008 ? (from: 36 + Int(luck.unit() * 24), size: luck.between(15, 40)) : nil
        let seasonal = MunicipalWeather.seasonal(WaterZoneModel.season, day.calendar.dayOfYear)
        let curve = MunicipalDay.water[day.calendar.isFree ? 1 : 0]
        for quarter in 0..<96 {
            let at = day.moment(quarter)
            // Heat above 28 °C is watered.
            let heat = 1 + 0.012 * max(0, day.weather.temperature[quarter] - 28)
            var demand = mean * curve[quarter] * seasonal * swing * heat * (1 + wander.step(&luck))
            if let flushing, quarter >= flushing.from, quarter < flushing.from + 3 { demand += flushing.size }
            let lost = isQuiet ? 0 : loss(faults, at)
            let source = head + step + works.step(&luck)
            emit(quarter, demand, lost, source, isQuiet ? nil : (faults, visits), day, into: &out)
        }
    }

    /// *Units*: m3/h that leave the zone unmetered. Leaks grow slowly, bursts come at once.
    private func loss(_ faults: [[MunicipalFault]], _ at: Int64) -> Double {
        var sum = 0.0
        for list in faults { for fault in list { sum += WaterZoneModel.loss(fault, at, mean) } }
        return sum
    }

    private static func loss(_ fault: MunicipalFault, _ at: Int64, _ mean: Double) -> Double {
        guard fault.isOn(at) else { return 0 }
        switch fault.kind {
        case .leak: return mean * (0.06 + 0.2 * fault.severity) * min(1, 0.1 + 1.5 * fault.progress(at))
        case .burst: return mean * (0.35 + 0.6 * fault.severity)
        default: return 0
        }
    }

    private mutating func emit(
        _ quarter: Int, _ demand: Double, _ lost: Double, _ source: Double, _ troubles: (faults: [[MunicipalFault]], visits: [[MunicipalVisit]])?,
        _ day: MunicipalDay, into out: inout DayBuffer
    ) {
        let total = demand + lost
        let ratio = total / mean
        for (place, point) in points.enumerated() {
            let at = day.moment(quarter) + point.phase
            var pressure = source - point.height - point.loss * ratio * ratio + 0.0012 * luck.normal()
            var own = point.share * demand + (place == 0 ? lost : 0)
            if let troubles {
                for (other, list) in troubles.faults.enumerated() {
                    for fault in list where fault.isOn(at) {
                        pressure -= fall(fault, isHere: other == place, pressure, at, quarter)
                        if other == place && place > 0 { own += WaterZoneModel.loss(fault, at, mean) }
                    }
                }
                if troubles.visits[place].contains(where: { $0.begins <= at && at < $0.ends }) {
                    // Both valves are closed: what is left in the pipe, and nothing flows.
                    pressure = 0.012 + 0.002 * luck.normal()
                    if place > 0 { own = 0 }
                }
            }
            out.append(point.pressure, at, max(-0.06, pressure))
            if let flow = point.flow { out.append(flow, at + 1000, max(0, own * (1 + 0.008 * luck.normal()))) }
        }
    }

    /// *Units*: MPa by which a fault lowers the pressure here.
    private mutating func fall(_ fault: MunicipalFault, isHere: Bool, _ pressure: Double, _ at: Int64, _ quarter: Int) -> Double {
        switch fault.kind {
        case .leak: return isHere ? 0.006 * fault.severity * fault.progress(at) : 0
        case .burst: return isHere ? pressure * (0.3 + 0.45 * fault.severity) : pressure * (0.05 + 0.1 * fault.severity)
        // Something between here and the main is half closed; it shows when people draw.
        case .lowEndPressure: return isHere ? max(0, pressure - luck.between(0.1, 0.15) + 0.02 * (1 - fault.severity)) * 0.97 : 0
        case .pressureCycling:
            // A valve that hunts: three quarters of an hour up and down.
            let size = (0.03 + 0.05 * fault.severity) * luck.between(0.6, 1.2)
            return (quarter % 3 == 0 ? size : quarter % 3 == 1 ? -size : 0.3 * size) * (isHere ? 1 : 0.25)
        case .negativePressure: return isHere ? pressure + 0.01 + 0.03 * fault.severity : pressure * 0.25
        default: return 0
        }
    }
}
