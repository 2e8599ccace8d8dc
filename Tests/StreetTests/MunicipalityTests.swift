import Foundation
import Lifeline
import Site
import Testing

@testable import Street

@Suite("The simulated district")
struct MunicipalityTests {
    static let small = MunicipalOptions(seed: 3, days: 60, divisor: 16)

    static func readings(_ options: MunicipalOptions, days: Int) -> [MunicipalReading] {
        var municipality = Municipality(options)
        return (0..<days).flatMap { _ in municipality.nextDay() }
    }

    @Test("The same seed gives the same readings, another seed other ones")
    func determinism() {
        let one = MunicipalityTests.readings(MunicipalityTests.small, days: 4)
        #expect(one == MunicipalityTests.readings(MunicipalityTests.small, days: 4))
        var other = MunicipalityTests.small
        other.seed = 4
        #expect(one != MunicipalityTests.readings(other, days: 4))
        #expect(Municipality(MunicipalityTests.small).truth == Municipality(MunicipalityTests.small).truth)
    }

    @Test("The whole district has two hundred assets of all classes that a city watches")
    func size() {
        let layout = Municipality(MunicipalOptions(days: 31)).layout
        #expect(layout.assets.count >= 200)
        #expect(Set(layout.assets.map(\.assetClass)) == Set(AssetClass.ofSites).subtracting([.other]))
        #expect(Set(layout.sensors.map(\.id)).count == layout.sensors.count)
        #expect(Set(layout.devices.map(\.id)).count == layout.devices.count)
    }

    @Test("Its site file is one that a gateway takes, sensor by sensor", arguments: [1.0, 3600.0])
    func site(speed: Double) throws {
        let layout = Municipality(MunicipalOptions(days: 31)).layout
        let text = MunicipalSite.file(layout, speed: speed)
        let sources = SiteSources(
            read: { path in
                path == "firmware-config/district/site.toml"
                    ? .bytes(Array(text.utf8)) : StreetGatewayTests.read(path).map { .bytes($0) } ?? .absent
            }, list: { _ in [] })
        let outcome = loadSite(at: "firmware-config/district/site.toml", from: sources)
        #expect(outcome.findings.isEmpty, "\(outcome.findings.prefix(3))")
        let plan = try #require(outcome.value).plan
        let names = Set(plan.sensors.map(\.id))
        #expect(layout.sensors.allSatisfy { names.contains($0.id) })
        let flow = try #require(plan.sensors.first { $0.id == "WP-01/flow" })
        #expect(flow.interval == 900 / speed && flow.cycle == 86_400 / speed)
    }

    @Test("Forty days without faults are physical: in range, in order, received after they were seen")
    func ranges() throws {
        let profile = try #require(
            loadProfile(
                at: "firmware-config/profiles/lifeline-cn.toml",
                from: SiteSources(read: { StreetGatewayTests.read($0).map { .bytes($0) } ?? .absent }, list: { _ in [] })
            ).value)
        let quantities = Dictionary(uniqueKeysWithValues: profile.quantities.map { ($0.name, $0) })
        var municipality = Municipality(MunicipalityTests.small)
        let layout = municipality.layout
        let units = layout.sensors.map { quantities[$0.quantity] }
        for (sensor, quantity) in zip(layout.sensors, units) { #expect(quantity?.unit.symbol == sensor.unit, "\(sensor.id)") }
        var counts = [Int](repeating: 0, count: layout.sensors.count)
        var last: Int64 = 0
        for _ in 0..<FaultBook.quietDays {
            for reading in municipality.nextDay() {
                counts[Int(reading.sensor)] += 1
                if units[Int(reading.sensor)]?.range.contains(reading.value) != true || reading.received < reading.observed || reading.received < last
                {
                    Issue.record("\(layout.sensors[Int(reading.sensor)].id) \(reading)")
                    return
                }
                last = reading.received
            }
        }
        for (sensor, count) in zip(layout.sensors, counts) where sensor.interval != nil {
            // No broker is down in the quiet days: what has an interval comes at about that interval.
            let expected = Double(FaultBook.quietDays) * 86_400 / Double(sensor.interval!)
            #expect(Double(count) > 0.4 * expected && Double(count) < 2.5 * expected, "\(sensor.id) \(count) of \(expected)")
        }
    }

    @Test("A year of weather is that of a city of the plain")
    func weather() {
        var weather = MunicipalWeather(seed: 11)
        var (rain, july, january) = (0.0, 0.0, 0.0)
        for day in 0..<366 {
            let calendar = MunicipalCalendar(MunicipalOptions.newYear2024.advanced(byMicroseconds: Int64(day) * MunicipalOptions.day))
            weather.pass(calendar, day: day)
            rain += weather.rainTotal
            let mean = weather.temperature.reduce(0, +) / 96
            if calendar.month == 7 { july += mean / 31 }
            if calendar.month == 1 { january += mean / 31 }
        }
        #expect((250...1300).contains(rain), "\(rain) mm")
        #expect((23...32).contains(july) && (-5...6).contains(january), "\(july) \(january)")
    }

    @Test("The calendar knows weekends, festivals and the heating season")
    func calendar() {
        func on(_ year: Int, _ month: Int, _ day: Int) -> MunicipalCalendar {
            MunicipalCalendar(Timestamp(unixSeconds: Int64(CivilTime.days(year: year, month: month, day: day)) * 86_400))
        }
        #expect(on(2026, 1, 3).weekday == 6 && on(2026, 1, 3).isFree && !on(2026, 1, 5).isFree)
        #expect(on(2026, 2, 17).isFestival && !on(2026, 3, 17).isFestival && on(2026, 10, 1).isFestival)
        #expect(on(2026, 11, 15).isHeating && !on(2026, 11, 14).isHeating && on(2026, 3, 14).isHeating && !on(2026, 3, 15).isHeating)
        #expect(on(2026, 1, 1).dayOfYear == 0)
    }

    @Test("Faults are rare, leave the first days alone, and come one at a time")
    func plan() {
        let municipality = Municipality(MunicipalOptions(seed: 5))
        let truth = municipality.truth
        let ofAssets = truth.filter { !$0.kind.traits.isDevice }
        let rate = Double(ofAssets.count) / Double(municipality.layout.assets.count) / 3
        #expect((0.05...0.5).contains(rate), "\(rate) an asset-year")
        #expect(truth.allSatisfy { $0.begins >= Int64(FaultBook.quietDays) * MunicipalOptions.day && $0.ends > $0.begins })
        for (asset, faults) in Dictionary(grouping: ofAssets, by: \.asset) {
            for (one, next) in zip(faults, faults.dropFirst()) { #expect(one.ends <= next.begins, "\(asset)") }
        }
        // Half the kinds at least show in three years.
        #expect(Set(truth.map(\.kind)).count > MunicipalFaultKind.allCases.count / 2)
    }

    @Test("Files go with the truth, but not always")
    func dossiers() {
        let assets = (1...8).flatMap { Municipality(MunicipalOptions(seed: $0, days: 1)).layout.assets }
        func age(_ list: [MunicipalAsset]) -> Double { list.map { $0.dossier.age / $0.dossier.designLife }.reduce(0, +) / Double(list.count) }
        let frail = assets.filter { $0.frailty >= 6 }
        let robust = assets.filter { $0.frailty < 1 }
        #expect(age(frail) > age(robust) + 0.2)
        #expect(frail.contains { $0.dossier.isMisleading && $0.dossier.age < 0.5 * $0.dossier.designLife })
        #expect(robust.contains { $0.dossier.isMisleading && $0.dossier.age > 0.6 * $0.dossier.designLife })
        let mean = assets.map(\.frailty).reduce(0, +) / Double(assets.count)
        #expect((0.8...1.3).contains(mean), "\(mean)")
    }

    @Test("A broker that is down silences its devices; half of them send later what they kept")
    func outage() throws {
        var municipality = Municipality(MunicipalOptions(seed: 3, days: 400, divisor: 16))
        let outage = try #require(municipality.outages.min { $0.begins < $1.begins })
        let layout = municipality.layout
        var today: [MunicipalReading] = []
        while Int64(municipality.daysPassed) * MunicipalOptions.day <= outage.begins { today = municipality.nextDay() }
        let during = today.filter {
            outage.begins <= $0.observed && $0.observed < outage.ends && layout.devices[layout.sensors[Int($0.sensor)].device].broker == outage.broker
        }
        #expect(!during.isEmpty)
        #expect(during.allSatisfy { $0.received >= outage.ends && layout.sensors[Int($0.sensor)].device % 2 == 0 })
    }

    @Test("Broadcast at speed: messages in order, all readings of a moment together, and an end")
    func broadcast() {
        var broadcast = MunicipalBroadcast(
            MunicipalOptions(seed: 3, days: 2, divisor: 16), speed: 3600, start: StreetTests.start)
        let expected = MunicipalityTests.readings(MunicipalOptions(seed: 3, days: 2, divisor: 16), days: 2).count
        var (messages, fields, last) = (0, 0, Int64(0))
        while broadcast.nextDue != .max {
            let message = broadcast.next()
            #expect(message.due >= last)
            last = message.due
            messages += 1
            fields += message.payload.count { $0 == UInt8(ascii: ":") } - 1
        }
        #expect(fields == expected)
        #expect(messages < expected && last <= 48_000_000)
    }
}
