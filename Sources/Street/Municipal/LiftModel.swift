import Lifeline

/// A lift's monitor: a report at the end of every trip, states when one lasts, codes of its controller in the canonical table.
///
/// Nuisance: people in the doors, goods being loaded, short stops between floors, the fortnightly maintenance with its open safety circuit, empty nights.
struct LiftModel: MunicipalModel {
    private struct Sensors: Sendable {
        var doorClose: Int32, levelling: Int32, travel: Int32, trips: Int32, doorCycles: Int32, fault: Int32
        var car: Int32, zone: Int32, door: Int32, passenger: Int32
    }

    private let asset: Int
    private let sensors: Sensors
    private var luck: Luck
    private let perDay: Double
    private let close: Double
    private let floors: Double
    private var trips: Double
    private var doorCycles: Double
    private var level = Wander(memory: 0.9, deviation: 0.8)

    init(_ layout: inout MunicipalLayout, number: Int, seed: UInt64) {
        let id = MunicipalRoster.name("LF", number)
        asset = layout.asset(id, .lift, "\(number)号楼客梯", "桐柏路\(number * 6)号院\(number)号楼")
        let device = layout.device(asset, hasBattery: false)
        let day = MunicipalLayout.day
        func add(_ layout: inout MunicipalLayout, _ quantity: String, _ unit: String, _ every: Int?, _ cycle: Int? = nil) -> Int32 {
            layout.sensor(device, quantity, unit: unit, every: every, cycle: cycle)
        }
        sensors = Sensors(
            doorClose: add(&layout, "door_close_time", "s", 900, day), levelling: add(&layout, "levelling_error", "mm", 900, day),
            travel: add(&layout, "travel_time", "s", 900, day), trips: add(&layout, "trips", "count", nil),
            doorCycles: add(&layout, "door_cycles", "count", nil), fault: add(&layout, "lift_fault", "state", nil),
            car: add(&layout, "car_status", "state", nil), zone: add(&layout, "door_zone", "state", nil),
            door: add(&layout, "door_status", "state", nil), passenger: add(&layout, "passenger", "state", nil))
        luck = Luck(seed: seed, id)
        perDay = luck.between(45, 110)
        close = luck.between(2.3, 3.2)
        floors = luck.between(8, 30)
        trips = luck.between(1e4, 9e5).rounded()
        doorCycles = (trips * 1.06).rounded()
    }

    mutating func pass(_ day: MunicipalDay, _ book: FaultBook, into out: inout DayBuffer) {
        let faults = book.today(asset, day)
        let visits = book.visits(asset, day)
        let traffic = MunicipalDay.traffic[day.calendar.isFree ? 1 : 0]
        let scale = perDay * (day.calendar.isFestival ? 0.7 : day.calendar.isFree ? 0.9 : 1) / 96
        for hour in 0..<4 {
            let at = day.begins + Int64(hour * 6) * MunicipalOptions.hour + 60_000_000
            if faults.contains(where: { $0.kind.isStandstill && $0.isOn(at) }) { continue }
            state(at, running: 0, zone: 1, door: 0, passenger: 0, into: &out)
        }
        for quarter in 0..<96 {
            let count = Int(scale * traffic[quarter] + luck.unit())
            guard count > 0 else { continue }
            let slot = MunicipalOptions.quarter / Int64(count)
            for index in 0..<count {
                let at = day.moment(quarter) + Int64(index) * slot + Int64(luck.unit() * 0.5 * Double(slot))
                if faults.contains(where: { $0.kind.isStandstill && $0.isOn(at) }) || visits.contains(where: { $0.begins <= at && at < $0.ends }) {
                    continue
                }
                trip(at, faults, into: &out)
            }
        }
        for visit in visits where visit.begins >= day.begins && visit.begins < day.ends { maintain(visit, into: &out) }
        for fault in faults where fault.begins >= day.begins && fault.begins < day.ends { stop(fault, day, into: &out) }
        for fault in faults where fault.kind.isStandstill && fault.ends >= day.begins && fault.ends < day.ends {
            out.append(sensors.fault, fault.ends, 0)
            state(fault.ends, running: 0, zone: 1, door: 0, passenger: 0, into: &out)
        }
    }

    private mutating func trip(_ at: Int64, _ faults: [MunicipalFault], into out: inout DayBuffer) {
        var (wear, drift, again, rate) = (0.0, 0.0, 0.025, 1.0)
        for fault in faults where fault.isOn(at) {
            let progress = fault.progress(at)
            switch fault.kind {
            case .doorWear:
                wear = (0.2 + 0.35 * fault.severity) * progress
                again += 0.08 * fault.severity * progress
            case .levellingDrift: drift = (6 + 12 * fault.severity) * progress
            case .reopening: again = 0.12 + 0.3 * fault.severity * min(1, 3 * progress)
            case .faultRate: rate = 1 + (8 + 20 * fault.severity) * min(1, 0.2 + 2 * progress)
            default: break
            }
        }
        trips += 1
        doorCycles += 1
        // People in the doors.
        while luck.unit() < again { doorCycles += 1 }
        let travelled = 1 + luck.unit() * luck.unit() * floors
        // Every fortieth time somebody holds the door or a bag lies in it.
        let held = luck.unit() < 0.025 ? luck.between(0.5, 4) : 0
        out.append(sensors.doorClose, at, close * (1 + wear + 0.02 * luck.normal()) + held)
        out.append(sensors.levelling, at + 1000, 2.5 + drift + level.step(&luck) + 0.7 * luck.normal())
        // Acceleration and three metres a floor at 1.75 m/s.
        out.append(sensors.travel, at + 2000, 3.5 + 1.72 * travelled + 0.12 * luck.normal())
        out.append(sensors.trips, at + 3000, trips)
        out.append(sensors.doorCycles, at + 4000, doorCycles)
        if luck.unit() < 0.0012 * rate {
            code(at + 5_000_000, luck.unit() < 0.6 ? 2 : luck.unit() < 0.6 ? 3 : 4, seconds: luck.between(5, 40), into: &out)
        }
        // It stands between two floors for a moment, or somebody loads goods for minutes with the doors closed again.
        let nuisance = luck.unit()
        if nuisance < 0.0008 {
            state(at + 2_000_000, running: 0, zone: 0, door: 0, passenger: 1, into: &out)
            state(at + 2_000_000 + Int64(luck.between(4, 22) * 1e6), running: 1, zone: 0, door: 0, passenger: 1, into: &out)
        } else if nuisance < 0.0016 {
            state(at + 2_000_000, running: 0, zone: 1, door: 0, passenger: 1, into: &out)
            state(at + Int64(luck.between(60, 300) * 1e6), running: 0, zone: 1, door: 1, passenger: 0, into: &out)
        }
    }

    private func state(_ at: Int64, running: Double, zone: Double, door: Double, passenger: Double, into out: inout DayBuffer) {
        out.append(sensors.car, at, running)
        out.append(sensors.zone, at + 1, zone)
        out.append(sensors.door, at + 2, door)
        out.append(sensors.passenger, at + 3, passenger)
    }

    private func code(_ at: Int64, _ code: Double, seconds: Double, into out: inout DayBuffer) {
        out.append(sensors.fault, at, code)
        out.append(sensors.fault, at + Int64(seconds * 1e6), 0)
    }

    /// The mechanic opens the safety circuit and tries the doors.
    private mutating func maintain(_ visit: MunicipalVisit, into out: inout DayBuffer) {
        out.append(sensors.fault, visit.begins, 1)
        for index in 1...6 {
            doorCycles += 1
            out.append(sensors.doorClose, visit.begins + Int64(index) * 60_000_000, close * luck.between(0.9, 1.6))
            out.append(sensors.doorCycles, visit.begins + Int64(index) * 60_000_000 + 1000, doorCycles)
        }
        out.append(sensors.fault, visit.ends, 0)
    }

    /// What the monitor says when the lift stops for good.
    private mutating func stop(_ fault: MunicipalFault, _ day: MunicipalDay, into out: inout DayBuffer) {
        let at = fault.begins
        switch fault.kind {
        case .entrapment:
            state(at, running: 0, zone: 0, door: 0, passenger: 1, into: &out)
            // Not every controller says so itself.
            if fault.severity > 0.65 { out.append(sensors.fault, at + 20_000_000, 101) } else { out.append(sensors.fault, at + 15_000_000, 4) }
            // The monitor repeats itself while people are shut in.
            var again = at + 60_000_000
            while again < min(fault.ends, day.ends) {
                state(again, running: 0, zone: 0, door: 0, passenger: 1, into: &out)
                again += 120_000_000
            }
        case .unintendedMovement:
            state(at, running: 1, zone: 0, door: 1, passenger: fault.severity > 0.6 ? 1 : 0, into: &out)
            out.append(sensors.fault, at + 1_000_000, 5)
            state(at + 8_000_000, running: 0, zone: 0, door: 1, passenger: 0, into: &out)
        case .overspeed:
            out.append(sensors.fault, at, 102)
            state(at + 3_000_000, running: 0, zone: 0, door: 0, passenger: 0, into: &out)
        default: break
        }
    }
}

extension MunicipalFaultKind {
    /// The lift does not run while it lasts.
    var isStandstill: Bool { self == .entrapment || self == .unintendedMovement || self == .overspeed }
}
