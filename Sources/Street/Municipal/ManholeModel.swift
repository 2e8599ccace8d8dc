import Lifeline

/// A manhole cover with a tilt sensor and a contact, and in every second well a level and a methane sensor.
///
/// Nuisance: wheels rock it for less than a second, contacts bounce, sun and frost bend the frame, rain comes into the well, sewage breathes
/// methane that stays under 1 %VOL, crews open it.
struct ManholeModel: MunicipalModel {
    private let asset: Int
    private let tilt: Int32, open: Int32
    private let level: Int32?, methane: Int32?
    private let phase: Int64
    private var luck: Luck
    private let thermal: Double
    private let inflow: Double
    private let traffic: Double
    private let breath: Double
    private var wander = Wander(memory: 0.9, deviation: 0.08)
    private var water = 0.05
    private var gas = 0.02
    private var isFlooded = false

    init(_ layout: inout MunicipalLayout, number: Int, seed: UInt64) {
        let id = MunicipalRoster.name("MH", number)
        asset = layout.asset(id, .manholeCover, "中原路\(number)号井", "中原路\(number * 20)号门前")
        let cover = layout.device(asset, "-cover", hasBattery: true)
        tilt = layout.sensor(cover, "tilt", unit: "deg", every: 3600)
        open = layout.sensor(cover, "open", unit: "state", every: 7200)
        luck = Luck(seed: seed, id)
        if number % 2 == 1 {
            let well = layout.device(asset, "-well", hasBattery: true)
            level = layout.sensor(well, "water_level", unit: "m", every: 3600)
            methane = layout.sensor(well, "ch4", unit: "%VOL", every: 3600, cycle: MunicipalLayout.day)
        } else {
            level = nil
            methane = nil
        }
        phase = Int64(luck.unit() * 3500) * 1_000_000
        thermal = luck.between(-0.03, 0.03)
        // Most wells are tight; a few take the street's water.
        inflow = luck.unit() < 0.85 ? luck.between(0.0002, 0.002) : luck.between(0.006, 0.016)
        traffic = luck.between(0.5, 4)
        breath = luck.unit() < 0.7 ? luck.between(0.02, 0.12) : luck.between(0.2, 0.6)
    }

    mutating func pass(_ day: MunicipalDay, _ book: FaultBook, into out: inout DayBuffer) {
        let faults = book.today(asset, day)
        let openings = book.visits(asset, day)
        let shakes = Int(traffic * luck.between(0.4, 1.6) * (day.calendar.isFree ? 0.6 : 1) + luck.unit())
        for _ in 0..<shakes { shake(day, faults, into: &out) }
        if luck.unit() < 0.03 { bounce(day, into: &out) }
        for visit in openings { lift(visit.begins, visit.ends, lean: luck.between(50, 88), day, into: &out) }
        for fault in faults where fault.kind == .coverOpened || fault.kind == .coverDisplaced {
            let isGone = fault.kind == .coverOpened
            let lean = isGone ? 35 + 40 * fault.severity : 8 + 9 * fault.severity
            lift(fault.begins, fault.ends, lean: lean, day, opens: isGone || fault.severity > 0.55, into: &out)
        }
        for hour in 0..<24 { report(hour, day, faults, openings, into: &out) }
    }

    /// How the cover lies when nobody touches it.
    private mutating func rest(_ quarter: Int, _ day: MunicipalDay, _ faults: [MunicipalFault], _ at: Int64) -> Double {
        var value = thermal * (day.weather.temperature[quarter] - 15) + wander.value + 0.04 * luck.normal()
        for fault in faults where fault.kind == .seatDrift {
            // It sinks faster the further it has sunk.
            let progress = fault.progress(at)
            value += (2.5 + 5 * fault.severity) * (0.4 * progress + 0.6 * progress * progress)
        }
        return value
    }

    private mutating func report(_ hour: Int, _ day: MunicipalDay, _ faults: [MunicipalFault], _ visits: [MunicipalVisit], into out: inout DayBuffer)
    {
        let at = day.begins + Int64(hour) * MunicipalOptions.hour + phase
        let quarter = day.quarter(at)
        _ = wander.step(&luck)
        let moved = faults.first { ($0.kind == .coverOpened || $0.kind == .coverDisplaced) && $0.isOn(at) }
        let isVisited = visits.contains { $0.begins <= at && at < $0.ends }
        var angle = rest(quarter, day, faults, at)
        var isOpen = isVisited
        if let moved {
            angle += moved.kind == .coverOpened ? 35 + 40 * moved.severity : 8 + 9 * moved.severity
            isOpen = moved.kind == .coverOpened || moved.severity > 0.55
        } else if isVisited {
            angle += 60
        }
        out.append(tilt, at, angle.magnitude)
        if hour % 2 == 0 { out.append(open, at + 1_000, isOpen ? 1 : 0) }
        guard let level, let methane else { return }
        fill(quarter, day, faults, at, into: &out)
        out.append(level, at + 2_000, max(0.02, water + 0.006 * luck.normal()))
        out.append(methane, at + 3_000, max(0, gas + 0.008 * luck.normal()))
    }

    /// An hour of water and air in the well.
    private mutating func fill(_ quarter: Int, _ day: MunicipalDay, _ faults: [MunicipalFault], _ at: Int64, into out: inout DayBuffer) {
        let first = quarter & ~3
        var rain = 0.0
        for step in first..<(first + 4) { rain += day.weather.rain[step] / 4 }
        water += inflow * rain * 1.6
        // It seeps away with a time constant of a day.
        water -= (water - 0.05) * 0.04
        var target = 0.05
        for fault in faults where fault.kind == .wellIngress {
            target = 0.05 + (0.55 + 0.9 * fault.severity) * min(1, 1.4 * fault.progress(at))
            // Whoever mends the pipe pumps the well out.
            water = fault.isOn(at) ? max(water, target) : at >= fault.ends ? 0.05 : water
        }
        water = min(water, 3)
        // A well that was flooded is so until the water has gone down for good.
        isFlooded = water >= (isFlooded ? 0.42 : 0.5)
        if isFlooded && !faults.contains(where: { $0.kind == .wellIngress }) {
            out.events.append((asset, .wellFlooded, at, at + MunicipalOptions.hour))
        }
        // Biogenic breath: warm and still days, gone within hours, and by its nature under 1 %VOL here.
        gas -= (gas - 0.02) * 0.35
        if luck.unit() < breath * (day.weather.temperature[quarter] > 15 ? 0.03 : 0.008) { gas = max(gas, luck.between(0.1, 0.85)) }
        for fault in faults where fault.kind == .sewerGas && fault.isOn(at) {
            gas = max(gas, (1.3 + 3 * fault.severity) * min(1, 4 * fault.progress(at) + 0.2) * luck.between(0.9, 1.1))
        }
    }

    /// Wheels right over the cover: over the device's limit for less than a second.
    private mutating func shake(_ day: MunicipalDay, _ faults: [MunicipalFault], into out: inout DayBuffer) {
        var quarter = Int(luck.unit() * 96)
        if luck.unit() > MunicipalDay.traffic[0][quarter] { quarter = 28 + Int(luck.unit() * 48) }
        let at = day.moment(quarter) + Int64(luck.unit() * 890) * 1_000_000
        let still = rest(quarter, day, faults, at)
        out.append(tilt, at, (still + luck.between(11, 19)).magnitude)
        out.append(tilt, at + Int64(luck.between(0.2, 0.9) * 1e6), still.magnitude)
        // A cover that no longer sits rattles its contact too.
        if faults.contains(where: { $0.kind == .seatDrift }), luck.unit() < 0.3 {
            out.append(open, at + 1000, 1)
            out.append(open, at + 400_000, 0)
        }
    }

    private mutating func bounce(_ day: MunicipalDay, into out: inout DayBuffer) {
        let at = day.begins + Int64(luck.between(6, 22) * Double(MunicipalOptions.hour))
        out.append(open, at, 1)
        out.append(open, at + Int64(luck.between(0.1, 1.8) * 1e6), 0)
    }

    /// The messages at which a cover is lifted and put back.
    private mutating func lift(
        _ begins: Int64, _ ends: Int64, lean: Double, _ day: MunicipalDay, opens: Bool = true, into out: inout DayBuffer
    ) {
        if begins >= day.begins && begins < day.ends {
            if opens { out.append(open, begins, 1) }
            out.append(tilt, begins + 200_000, 0.6 * lean)
            // The device looks again while it is over its limit.
            for seconds in [4, 20, 120] { out.append(tilt, begins + Int64(seconds) * 1_000_000, lean + 0.3 * luck.normal()) }
        }
        if ends >= day.begins && ends < day.ends {
            if opens { out.append(open, ends, 0) }
            out.append(tilt, ends + 300_000, 0.2)
        }
    }
}
