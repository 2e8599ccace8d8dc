import Lifeline
import Testing

@testable import Street

/// Each model by itself: a day of it looks like the thing, and the truth's windows are where the signal is.
@Suite("The models of the district")
struct MunicipalModelTests {
    static let hour = MunicipalOptions.hour
    static let day = MunicipalOptions.day

    /// A layout that a model has built, and its readings of some days with a story of one's own.
    static func run<Model: MunicipalModel>(
        days: Int = 6, first: Int = 150, faults: [MunicipalFault] = [], visits: [MunicipalVisit] = [], _ build: (inout MunicipalLayout) -> Model
    ) -> (values: [String: [(at: Int64, value: Double)]], events: [MunicipalFaultKind], layout: MunicipalLayout) {
        var layout = MunicipalLayout(seed: 1)
        var model = build(&layout)
        var weather = MunicipalWeather(seed: 1)
        let book = FaultBook(assets: layout.assets.count, faults: faults, visits: visits)
        var values: [String: [(at: Int64, value: Double)]] = [:]
        var events: [MunicipalFaultKind] = []
        for index in 0..<days {
            var buffer = DayBuffer()
            let begins = Int64(index) * day
            let calendar = MunicipalCalendar(MunicipalOptions.newYear2024.advanced(byMicroseconds: Int64(first) * day + begins))
            weather.pass(calendar, day: index)
            model.pass(MunicipalDay(index: index, begins: begins, calendar: calendar, weather: weather), book, into: &buffer)
            for reading in buffer.readings { values[layout.sensors[Int(reading.sensor)].id, default: []].append((reading.observed, reading.value)) }
            events += buffer.events.map(\.kind)
        }
        return (values, events, layout)
    }

    static func fault(_ kind: MunicipalFaultKind, asset: Int = 0, from hours: Int64, _ length: Int64, severity: Double = 0.8) -> MunicipalFault {
        MunicipalFault(
            kind: kind, asset: asset, device: nil, sensor: nil, begins: hours * hour, ends: (hours + length) * hour, severity: severity,
            neighbours: [])
    }

    static func mean(_ values: [(at: Int64, value: Double)]?, hours: Range<Int64>) -> Double {
        let inside = (values ?? []).filter { $0.at >= hours.lowerBound * hour && $0.at < hours.upperBound * hour }.map(\.value)
        return inside.isEmpty ? .nan : inside.reduce(0, +) / Double(inside.count)
    }

    static func most(_ values: [(at: Int64, value: Double)]?, hours: Range<Int64>) -> Double {
        (values ?? []).filter { $0.at >= hours.lowerBound * hour && $0.at < hours.upperBound * hour }.map(\.value).max() ?? .nan
    }

    @Test("A closed cover lies still but for wheels that are gone within a second; a lifted one leans until it is put back")
    func cover() {
        let quiet = MunicipalModelTests.run { ManholeModel(&$0, number: 1, seed: 4) }
        let tilts = (quiet.values["MH-01/tilt"] ?? []).sorted { $0.at < $1.at }
        #expect(tilts.count > 6 * 24)
        for (one, next) in zip(tilts, tilts.dropFirst()) where one.value > 9 { #expect(next.value < 9 && next.at - one.at < 1_000_000) }
        let opened = MunicipalModelTests.run(faults: [MunicipalModelTests.fault(.coverOpened, from: 50, 6)]) { ManholeModel(&$0, number: 1, seed: 4) }
        #expect(MunicipalModelTests.mean(opened.values["MH-01/tilt"], hours: 51..<56) > 20)
        #expect(MunicipalModelTests.mean(opened.values["MH-01/open"], hours: 51..<56) == 1)
        #expect(MunicipalModelTests.mean(opened.values["MH-01/tilt"], hours: 57..<70) < 6)
    }

    @Test("A well breathes under 1 %VOL; gas from a leak stays above it")
    func methane() {
        let quiet = MunicipalModelTests.run(days: 60) { GasModel(&$0, number: 1, seed: 4) }
        #expect(MunicipalModelTests.most(quiet.values["GP-01/ch4"], hours: 0..<1440) < 1)
        let leaking = MunicipalModelTests.run(faults: [MunicipalModelTests.fault(.gasLeak, from: 50, 40)]) { GasModel(&$0, number: 1, seed: 4) }
        #expect(MunicipalModelTests.mean(leaking.values["GP-01/ch4"], hours: 60..<90) > 1)
        #expect(MunicipalModelTests.most(leaking.values["GP-01/ch4"], hours: 92..<144) < 1)
    }

    @Test("People draw water by day; the pressure falls as they do; a leak shows in the night flow")
    func water() {
        let quiet = MunicipalModelTests.run { WaterZoneModel(&$0, number: 1, points: 8, seed: 4) }
        let night = MunicipalModelTests.mean(quiet.values["WP-01/flow"], hours: 26..<28)
        let evening = MunicipalModelTests.mean(quiet.values["WP-01/flow"], hours: 42..<44)
        #expect(night > 0 && night < 0.6 * evening)
        #expect(
            MunicipalModelTests.mean(quiet.values["WP-08/pressure"], hours: 26..<28)
                > MunicipalModelTests.mean(quiet.values["WP-08/pressure"], hours: 42..<44))
        #expect((quiet.values["WP-08/pressure"] ?? []).allSatisfy { $0.value > 0.15 && $0.value < 0.5 })
        let leaking = MunicipalModelTests.run(faults: [MunicipalModelTests.fault(.leak, asset: 3, from: 0, 144)]) {
            WaterZoneModel(&$0, number: 1, points: 8, seed: 4)
        }
        let leakNight = MunicipalModelTests.mean(leaking.values["WP-01/flow"], hours: 122..<124)
        #expect(leakNight > 1.25 * MunicipalModelTests.mean(quiet.values["WP-01/flow"], hours: 122..<124))
    }

    @Test("A burst takes the pressure here, some of it at the neighbours, and the inlet pays for it")
    func burst() {
        let story = [MunicipalModelTests.fault(.burst, asset: 4, from: 50, 10)]
        let quiet = MunicipalModelTests.run { WaterZoneModel(&$0, number: 1, points: 8, seed: 4) }
        let burst = MunicipalModelTests.run(faults: story) { WaterZoneModel(&$0, number: 1, points: 8, seed: 4) }
        func ratio(_ sensor: String, _ hours: Range<Int64>) -> Double {
            MunicipalModelTests.mean(burst.values[sensor], hours: hours) / MunicipalModelTests.mean(quiet.values[sensor], hours: hours)
        }
        #expect(ratio("WP-05/pressure", 51..<60) < 0.6)
        #expect((0.7...0.97).contains(ratio("WP-03/pressure", 51..<60)))
        #expect(ratio("WP-01/flow", 51..<60) > 1.4)
        #expect((ratio("WP-05/pressure", 62..<70) - 1).magnitude < 0.03)
    }

    @Test("The tank's balance closes")
    func tank() {
        var layout = MunicipalLayout(seed: 1)
        var model = PumpStationModel(&layout, number: 1, seed: 4)
        var (inflow, outflow) = (0.0, 0.0)
        let before = model.water
        for step in 0..<400 {
            let drawn = model.demand * (0.5 + Double(step % 5) / 4)
            model.balance(drawn, isDry: false)
            if model.isFilling { inflow += 2.4 * model.demand * 0.25 }
            outflow += drawn * 0.25
            #expect(model.water > 0.5 && model.water < 3)
        }
        #expect(inflow > 0)
        #expect((model.area * (model.water - before) - (inflow - outflow)).magnitude < 1e-6)
    }

    @Test("A pump starts some times an hour; short-cycling multiplies it; what runs stops again")
    func pump() {
        func starts(_ run: [String: [(at: Int64, value: Double)]]) -> Double {
            Double(
                (run["PS-01/running"] ?? []).count {
                    $0.value == 1 && $0.at >= 48 * MunicipalModelTests.hour && $0.at < 72 * MunicipalModelTests.hour
                }) / 24
        }
        let quiet = MunicipalModelTests.run { PumpStationModel(&$0, number: 1, seed: 4) }
        let short = MunicipalModelTests.run(faults: [MunicipalModelTests.fault(.shortCycling, from: 48, 24)]) {
            PumpStationModel(&$0, number: 1, seed: 4)
        }
        #expect((0.5...5).contains(starts(quiet.values)), "\(starts(quiet.values))")
        #expect(starts(short.values) > 3 * starts(quiet.values))
        let events = (quiet.values["PS-01/running"] ?? []).sorted { $0.at < $1.at }
        for (one, next) in zip(events, events.dropFirst()) { #expect(one.value != next.value) }
        let dry = MunicipalModelTests.run(faults: [MunicipalModelTests.fault(.dryRun, from: 52, 5)]) { PumpStationModel(&$0, number: 1, seed: 4) }
        #expect(MunicipalModelTests.mean(dry.values["PS-01/tank_level"], hours: 53..<56) < 0.2)
        #expect(
            MunicipalModelTests.mean(dry.values["PS-01/current"], hours: 53..<56) < 0.7
                * MunicipalModelTests.mean(dry.values["PS-01/current"], hours: 20..<48))
    }

    @Test("Heat follows the weather in its season and stands still out of it")
    func heat() {
        let winter = MunicipalModelTests.run(first: 10) { HeatModel(&$0, number: 1, seed: 4) }
        let supply = MunicipalModelTests.mean(winter.values["HP-01/supply_temperature"], hours: 72..<144)
        let back = MunicipalModelTests.mean(winter.values["HP-01/return_temperature"], hours: 72..<144)
        #expect((55...105).contains(supply) && back < supply - 15 && back > 25)
        let summer = MunicipalModelTests.run(days: 10, first: 190) { HeatModel(&$0, number: 1, seed: 4) }
        #expect(MunicipalModelTests.mean(summer.values["HP-01/supply_temperature"], hours: 200..<240) < 25)
        let leaking = MunicipalModelTests.run(first: 10, faults: [MunicipalModelTests.fault(.heatLeak, from: 72, 72)]) {
            HeatModel(&$0, number: 1, seed: 4)
        }
        #expect(
            MunicipalModelTests.mean(leaking.values["HP-01/pressure"], hours: 120..<144) < 0.92
                * MunicipalModelTests.mean(winter.values["HP-01/pressure"], hours: 120..<144))
    }

    @Test("Sewage follows the water that people use; a blockage raises it")
    func drainage() {
        let quiet = MunicipalModelTests.run(first: 20) { DrainageModel(&$0, number: 1, seed: 4) }
        #expect(
            MunicipalModelTests.mean(quiet.values["DP-01/water_level"], hours: 26..<28)
                < MunicipalModelTests.mean(quiet.values["DP-01/water_level"], hours: 43..<45))
        let blocked = MunicipalModelTests.run(first: 20, faults: [MunicipalModelTests.fault(.blockage, from: 24, 120)]) {
            DrainageModel(&$0, number: 1, seed: 4)
        }
        #expect(
            MunicipalModelTests.mean(blocked.values["DP-01/water_level"], hours: 120..<144) > 1.8
                * MunicipalModelTests.mean(quiet.values["DP-01/water_level"], hours: 120..<144))
    }

    @Test("A bridge's strain follows its temperature; a drift does not; a convoy bends it for seconds")
    func bridge() {
        let quiet = MunicipalModelTests.run(days: 20) { StructureModel(&$0, .bridge, number: 1, seed: 4) }
        let warm = quiet.values["BR-01/temperature"] ?? []
        let strain = quiet.values["BR-01/strain"] ?? []
        #expect(warm.count == strain.count && warm.count == 20 * 48)
        let order = warm.indices.sorted { warm[$0].value < warm[$1].value }
        func average(_ part: ArraySlice<Int>) -> Double { part.map { strain[$0].value }.reduce(0, +) / Double(part.count) }
        #expect(average(order.suffix(200)) > average(order.prefix(200)) + 10)
        let drifting = MunicipalModelTests.run(days: 20, faults: [MunicipalModelTests.fault(.structuralDrift, from: 0, 480)]) {
            StructureModel(&$0, .bridge, number: 1, seed: 4)
        }
        let creep =
            MunicipalModelTests.mean(drifting.values["BR-01/strain"], hours: 456..<480)
            - MunicipalModelTests.mean(quiet.values["BR-01/strain"], hours: 456..<480)
        #expect(creep > 60)
        let convoy = MunicipalModelTests.run(days: 20, faults: [MunicipalModelTests.fault(.overload, from: 100, 3)]) {
            StructureModel(&$0, .bridge, number: 1, seed: 4)
        }
        #expect(
            MunicipalModelTests.most(convoy.values["BR-01/deflection"], hours: 100..<103) > MunicipalModelTests.most(
                quiet.values["BR-01/deflection"], hours: 0..<480) + 5)
    }

    @Test("A lift runs by day, counts its trips, and says who is shut in")
    func lift() {
        let quiet = MunicipalModelTests.run { LiftModel(&$0, number: 1, seed: 4) }
        let trips = (quiet.values["LF-01/trips"] ?? []).sorted { $0.at < $1.at }
        #expect((6 * 30...6 * 130).contains(trips.count))
        #expect(zip(trips, trips.dropFirst()).allSatisfy { $0.value < $1.value })
        #expect(quiet.values["LF-01/lift_fault"]?.contains { $0.value > 5 } != true)
        let shut = MunicipalModelTests.run(faults: [MunicipalModelTests.fault(.entrapment, from: 60, 1)]) { LiftModel(&$0, number: 1, seed: 4) }
        #expect(shut.values["LF-01/lift_fault"]?.contains { $0.value == 101 } == true)
        #expect(MunicipalModelTests.mean(shut.values["LF-01/passenger"], hours: 60..<61) == 1)
        #expect(MunicipalModelTests.mean(shut.values["LF-01/door_zone"], hours: 60..<61) == 0)
        #expect(shut.values["LF-01/trips"]?.contains { $0.at >= 60 * MunicipalModelTests.hour && $0.at < 61 * MunicipalModelTests.hour } != true)
        let worn = MunicipalModelTests.run(days: 10, faults: [MunicipalModelTests.fault(.doorWear, from: 0, 240)]) {
            LiftModel(&$0, number: 1, seed: 4)
        }
        #expect(
            MunicipalModelTests.mean(worn.values["LF-01/door_close_time"], hours: 200..<240) > 1.2
                * MunicipalModelTests.mean(worn.values["LF-01/door_close_time"], hours: 0..<40))
    }

    @Test("Deep water on a road is the truth whenever it stands there; a pole that was hit leans")
    func road() {
        let hit = MunicipalModelTests.run(days: 365, first: 0, faults: [MunicipalModelTests.fault(.poleTilt, from: 100, 50)]) {
            RoadModel(&$0, number: 1, seed: 4)
        }
        let deep = hit.values["RD-01/ponding"]?.contains { $0.value > 0.16 } ?? false
        #expect(deep == hit.events.contains(.deepPonding))
        #expect(MunicipalModelTests.mean(hit.values["RD-01/tilt"], hours: 101..<149) > 5)
        #expect(MunicipalModelTests.mean(hit.values["RD-01/tilt"], hours: 151..<400) < 3)
    }
}
