import Lifeline

/// What can go wrong in the district.
package enum MunicipalFaultKind: String, CaseIterable, Sendable {
    case coverOpened = "cover_opened", coverDisplaced = "cover_displaced", seatDrift = "seat_drift", wellIngress = "well_ingress"
    case wellFlooded = "well_flooded", sewerGas = "sewer_gas"
    case leak, burst, lowEndPressure = "low_end_pressure", pressureCycling = "pressure_cycling", negativePressure = "negative_pressure"
    case gasLeak = "gas_leak", regulatorFault = "regulator_fault"
    case heatLeak = "heat_leak", heatBlocked = "heat_blocked"
    case blockage, surcharge, hydrogenSulphide = "hydrogen_sulphide"
    case shortCycling = "short_cycling", dryRun = "dry_run", overlongRun = "overlong_run", pumpWear = "pump_wear"
    case structuralDrift = "structural_drift", overload, scourTilt = "scour_tilt", crackGrowth = "crack_growth"
    case doorWear = "door_wear", levellingDrift = "levelling_drift", reopening, entrapment, unintendedMovement = "unintended_movement"
    case overspeed, faultRate = "fault_rate"
    case poleTilt = "pole_tilt", deepPonding = "deep_ponding"
    case deviceDead = "device_dead", batteryLow = "battery_low", sensorStuck = "sensor_stuck", sensorDrift = "sensor_drift"
    case sensorSpikes = "sensor_spikes", sensorOutOfRange = "sensor_out_of_range"
}

/// How often something goes wrong, for how long, and which rules may honestly speak of it.
package struct MunicipalFaultTraits: Sendable {
    /// Whose fault it is; empty: any device's.
    package let classes: [AssetClass]
    /// Events an asset-year (device faults: a device-year). 0: it comes out of the physics (rain, a battery), nobody plans it.
    package let rate: Double
    /// *Units*: hours from its beginning to its repair.
    package let hours: ClosedRange<Double>
    /// *Units*: days after the repair in which the past may still speak: baselines relearn, a leak's water drains.
    package let aftermathDays: Double
    /// The asset is sick while it lasts, not merely in an accident.
    package let isSickness: Bool
    /// Beginnings of the rule ids that may speak of it. A rule of the future joins by its name.
    package let families: [String]

    package var isDevice: Bool { classes.isEmpty }

    init(_ classes: [AssetClass], _ rate: Double, _ hours: ClosedRange<Double>, aftermath: Double = 3, sickness: Bool = false, _ families: [String]) {
        self.classes = classes
        self.rate = rate
        self.hours = hours
        aftermathDays = aftermath
        isSickness = sickness
        self.families = families
    }
}

extension MunicipalFaultKind {
    /// The one table of rates, durations and families.
    ///
    /// All rates are our own choice. They stand above what cities report (a cover stolen in a thousand a year, a break in five kilometres of pipe a year), so
    /// that three years of two hundred assets show each kind a few times; they remain rare against days: most assets have a quiet year.
    package static let table: [MunicipalFaultKind: MunicipalFaultTraits] = {
        let weeks = 24.0 * 7
        typealias Traits = MunicipalFaultTraits
        var table: [MunicipalFaultKind: MunicipalFaultTraits] = [:]
        // Covers: found by a passer-by within hours; a seat rots for months.
        table[.coverOpened] = Traits([.manholeCover], 0.03, 2...10, aftermath: 1, ["cover.open", "cover.tilt", "cover.displace", "cover.removed"])
        table[.coverDisplaced] = Traits(
            [.manholeCover], 0.03, 3...30, aftermath: 1, ["cover.open", "cover.tilt", "cover.displace", "cover.seat", "cover.removed"])
        table[.seatDrift] = Traits(
            [.manholeCover], 0.05, (12 * weeks)...(30 * weeks), sickness: true, ["cover.seat", "cover.drift", "cover.tilt", "cover.displace"])
        table[.wellIngress] = Traits(
            [.manholeCover], 0.04, 72...480, sickness: true, ["cover.water", "cover.flood", "cover.freeboard", "cover.immersion"])
        table[.wellFlooded] = Traits([.manholeCover], 0, 0...0, aftermath: 1, ["cover.water", "cover.flood", "cover.freeboard", "cover.immersion"])
        table[.sewerGas] = Traits([.manholeCover], 0.02, 12...72, aftermath: 1, ["gas.methane", "gas.ch4", "cover.ch4", "cover.gas"])
        // Water: a leak runs for weeks before anybody hears of it, a burst is closed within a day.
        table[.leak] = Traits([.waterPipe], 0.06, (4 * weeks)...(17 * weeks), aftermath: 7, sickness: true, waterLoss)
        table[.burst] = Traits(
            [.waterPipe], 0.03, 4...24, aftermath: 4, waterLoss + ["water.negative", "water.pressure"])
        table[.lowEndPressure] = Traits(
            [.waterPipe], 0.04, (2 * weeks)...(9 * weeks), aftermath: 7, sickness: true,
            ["water.low_pressure", "water.end_pressure", "water.pressure_low", "water.burst", "water.pressure_drop", "water.drift"])
        table[.pressureCycling] = Traits(
            [.waterPipe], 0.04, (1 * weeks)...(5 * weeks), aftermath: 4, sickness: true,
            ["water.pressure_cycling", "water.unrest", "water.hunting", "water.burst"])
        table[.negativePressure] = Traits(
            [.waterPipe], 0.01, 0.6...3, aftermath: 1,
            ["water.negative", "water.low_pressure", "water.end_pressure", "water.burst", "water.pressure"])
        // Gas.
        table[.gasLeak] = Traits([.gasPipe], 0.03, 12...72, aftermath: 2, sickness: true, ["gas.methane", "gas.ch4", "gas.leak", "gas.pressure"])
        table[.regulatorFault] = Traits([.gasPipe], 0.03, 12...96, aftermath: 3, ["gas.pressure", "gas.regulator"])
        // Heat: only in its season, a third of the year, and only what ends in it: these two rates are three times what comes of them.
        table[.heatLeak] = Traits([.heatPipe], 0.25, (1 * weeks)...(4 * weeks), aftermath: 5, sickness: true, ["heat."])
        table[.heatBlocked] = Traits([.heatPipe], 0.2, (2 * weeks)...(6 * weeks), aftermath: 5, sickness: true, ["heat."])
        // Drainage.
        table[.blockage] = Traits(
            [.drainagePipe], 0.08, (2 * weeks)...(7 * weeks), aftermath: 4, sickness: true,
            ["drainage.level", "drainage.blockage", "drainage.silting", "drainage.freeboard", "drainage.flow"])
        table[.surcharge] = Traits(
            [.drainagePipe], 0, 0...0, aftermath: 1,
            ["drainage.level", "drainage.storm", "drainage.surcharge", "drainage.freeboard", "drainage.blockage", "drainage.rain"])
        table[.hydrogenSulphide] = Traits(
            [.drainagePipe], 0.05, 48...400, aftermath: 1, sickness: true, ["gas.hydrogen_sulphide", "drainage.h2s", "gas.h2s"])
        // Secondary supply.
        table[.shortCycling] = Traits(
            [.pumpStation], 0.10, (1 * weeks)...(6 * weeks), aftermath: 4, sickness: true, ["pump.short_cycling", "pump.starts", "pump.outlet"])
        table[.dryRun] = Traits(
            [.pumpStation], 0.06, 0.7...6, aftermath: 1, ["pump.dry_run", "pump.current", "pump.outlet", "pump.tank", "pump.overlong"])
        table[.overlongRun] = Traits([.pumpStation], 0.06, 24...240, aftermath: 3, sickness: true, ["pump.overlong", "pump.outlet", "pump.run"])
        table[.pumpWear] = Traits(
            [.pumpStation], 0.10, (9 * weeks)...(26 * weeks), aftermath: 7, sickness: true, ["pump.wear", "pump.current", "pump.vibration"])
        // Structures: slow, but for lorries that are too heavy.
        table[.structuralDrift] = Traits(
            [.bridge, .tunnel], 0.12, (17 * weeks)...(43 * weeks), aftermath: 10, sickness: true, structure)
        table[.overload] = Traits([.bridge], 0.10, 0.6...5, aftermath: 1, ["bridge.overload", "bridge.deflection", "bridge.strain"])
        table[.scourTilt] = Traits(
            [.bridge], 0.08, (3 * weeks)...(13 * weeks), aftermath: 10, sickness: true, ["bridge.tilt", "bridge.drift", "bridge.scour"])
        table[.crackGrowth] = Traits(
            [.bridge, .tunnel], 0.08, (9 * weeks)...(35 * weeks), aftermath: 10, sickness: true,
            ["bridge.crack", "bridge.drift", "tunnel.crack", "tunnel.drift"])
        // Lifts: the weeks of wear before the trapped quarter of an hour.
        table[.doorWear] = Traits(
            [.lift], 0.12, (6 * weeks)...(21 * weeks), aftermath: 7, sickness: true, ["lift.door", "lift.reopening", "lift.fault_rate"])
        table[.levellingDrift] = Traits([.lift], 0.10, (6 * weeks)...(17 * weeks), aftermath: 7, sickness: true, ["lift.levelling"])
        table[.reopening] = Traits(
            [.lift], 0.10, (2 * weeks)...(6 * weeks), aftermath: 5, sickness: true, ["lift.reopening", "lift.door", "lift.fault_rate"])
        table[.entrapment] = Traits([.lift], 0.15, 0.3...1, aftermath: 0.5, ["lift.entrapment", "lift.fault", "lift.stopped"])
        table[.unintendedMovement] = Traits([.lift], 0.02, 0.5...4, aftermath: 0.5, ["lift.unintended", "lift.fault"])
        table[.overspeed] = Traits([.lift], 0.01, 0.5...4, aftermath: 0.5, ["lift.overspeed", "lift.fault"])
        table[.faultRate] = Traits([.lift], 0.10, (2 * weeks)...(9 * weeks), aftermath: 5, sickness: true, ["lift.fault", "lift.travel"])
        // Roads.
        table[.poleTilt] = Traits([.roadDevice], 0.04, 12...200, aftermath: 1, ["road.tilt", "road.pole"])
        table[.deepPonding] = Traits([.roadDevice], 0, 0...0, aftermath: 1, ["road.ponding", "road.flood"])
        // Devices. *Source of the order of magnitude*: battery devices in wells are lost at some per cent a year.
        table[.deviceDead] = Traits([], 0.05, 100...600, aftermath: 4, ["device.", "gateway.device"])
        table[.batteryLow] = Traits([], 0, 0...0, aftermath: 2, ["device.battery", "device.low_battery"])
        table[.sensorStuck] = Traits([], 0.03, 72...500, aftermath: 4, ["device."])
        table[.sensorDrift] = Traits([], 0.02, (4 * weeks)...(13 * weeks), aftermath: 7, ["device."])
        table[.sensorSpikes] = Traits([], 0.03, 48...400, aftermath: 3, ["device."])
        table[.sensorOutOfRange] = Traits([], 0.02, 24...300, aftermath: 3, ["device."])
        return table
    }()

    private static let waterLoss = [
        "water.burst", "water.night_flow", "water.flow", "water.leak", "water.pressure_drop", "water.low_pressure", "water.end_pressure",
    ]
    private static let structure = [
        "bridge.drift", "bridge.strain", "bridge.deflection", "bridge.crack", "tunnel.drift", "tunnel.displacement", "tunnel.crack", "tunnel.strain",
    ]

    package var traits: MunicipalFaultTraits { MunicipalFaultKind.table[self]! }

    /// The quantity without which nothing can be seen of it; nil: the class's devices all see it. What no device could see is not planned.
    var needs: String? {
        switch self {
        case .wellIngress: "water_level"
        case .sewerGas: "ch4"
        default: nil
        }
    }

    /// Whether a rule may honestly speak of this.
    package func mayBeSaid(by rule: String) -> Bool { traits.families.contains { rule.hasPrefix($0) } }
}
