import Diagnosis
import Lifeline
import Site
import Street

/// One seed of the simulated district, judged by the rules of a profile exactly as a gateway would: site file, parser, plan, diagnosis.
struct DistrictRun {
    var tally: MunicipalTally
    var ranking: [RankingQuality]
    var readings: Int
    var assets: Int

    /// How often the index is asked. *Units*: days.
    private static let indexEvery = 90

    /// The plan that a site with this district's file has.
    ///
    /// *Throws*: the parser's findings, as it words them.
    static func plan(_ layout: MunicipalLayout, profile: String, profiles: String, year: Int) throws(DistrictProblem) -> SitePlan {
        let path = profiles + "/district.toml"
        let text = MunicipalSite.file(layout, profile: profile, profiles: ".", year: year)
        let disk = SiteSources.disk
        let sources = SiteSources(read: { $0 == path ? .bytes(Array(text.utf8)) : disk.read($0) }, list: disk.list)
        let outcome = loadSite(at: path, from: sources)
        guard let site = outcome.value else { throw DistrictProblem(lines: outcome.findings.map { "\($0)" }) }
        return site.plan.includingGateway
    }

    /// - Parameters:
    ///   - learning: days in which nothing is counted.
    ///   - onAlert: every message that a platform would get, with the day on which it would.
    init(
        _ options: MunicipalOptions, profile: String, profiles: String, learning: Int, onAlert: (Alert, Int) -> Void = { _, _ in }
    ) throws(DistrictProblem) {
        var municipality = Municipality(options)
        let layout = municipality.layout
        let year = CivilTime.fields(of: options.start, offsetSeconds: 28_800).year
        let plan = try DistrictRun.plan(layout, profile: profile, profiles: profiles, year: year)
        var world = DistrictWorld(municipality, plan: plan)
        var places: [String: Int] = [:]
        for (place, sensor) in plan.sensors.enumerated() { places[sensor.id] = place }
        let map = layout.sensors.map { places[$0.id] ?? -1 }
        let ranges = map.map { $0 < 0 ? -Double.infinity...Double.infinity : plan.sensors[$0].quantity.range }
        var assetPlaces: [String: Int] = [:]
        for (place, asset) in layout.assets.enumerated() { assetPlaces[asset.id] = place }
        var diagnosis = Diagnosis(plan: plan)
        var sequence: Sequence64 = 0
        var alerts: [Alert] = []
        var heard: [MunicipalAlert] = []
        var now: Int64 = 0
        readings = 0
        ranking = []
        for day in 0..<options.days {
            for reading in municipality.nextDay() {
                // A gateway journals a tick a minute when nothing else comes.
                while reading.received - now > 60_000_000 {
                    now += 60_000_000
                    sequence += 1
                    let moment = options.start.advanced(byMicroseconds: now)
                    diagnosis.tick(Reading(series: .tick, observed: moment, received: moment, value: 0), sequence: sequence, into: &alerts)
                }
                now = reading.received
                for event in world.events(until: now) {
                    sequence += 1
                    event.happen(&diagnosis, sequence: sequence, start: options.start, into: &alerts)
                }
                let sensor = map[Int(reading.sensor)]
                guard sensor >= 0 else { continue }
                var flags: ReadingFlags = []
                if !ranges[Int(reading.sensor)].contains(reading.value) { flags.insert(.outOfRange) }
                if reading.received - reading.observed > 900_000_000 { flags.insert(.late) }
                sequence += 1
                readings += 1
                _ = diagnosis.judge(
                    sensor: sensor,
                    Reading(
                        series: SeriesID(UInt32(sensor) + 1), observed: options.start.advanced(byMicroseconds: reading.observed),
                        received: options.start.advanced(byMicroseconds: reading.received), value: reading.value, flags: flags),
                    sequence: sequence, into: &alerts)
                guard !alerts.isEmpty else { continue }
                for alert in alerts {
                    onAlert(alert, day)
                    guard alert.kind == .raised || alert.kind == .escalated else { continue }
                    heard.append(
                        MunicipalAlert(
                            asset: assetPlaces[alert.asset.id], rule: alert.rule.id, isEscalation: alert.kind == .escalated,
                            moment: alert.recorded.microseconds(since: options.start)))
                }
                alerts.removeAll(keepingCapacity: true)
            }
            if day >= learning && (day + 1) % DistrictRun.indexEvery == 0 {
                let end = Int64(day + 1) * 86_400_000_000
                let sick = municipality.sickness(at: end)
                let moment = options.start.advanced(byMicroseconds: end)
                let pairs = layout.assets.indices.compactMap { place in
                    diagnosis.conditionIndex(asset: place, now: moment).map { (index: $0.points, isSick: sick[place] > 0) }
                }
                if let quality = RankingQuality(pairs) { ranking.append(quality) }
            }
        }
        assets = layout.assets.count
        var outages: [Int: [MunicipalOutage]] = [:]
        for device in layout.devices { outages[device.asset, default: []] += municipality.outages.filter { $0.broker == device.broker } }
        tally = MunicipalTally(
            assets: layout.assets.map { ($0.id, $0.assetClass) }, truth: municipality.truth, visits: municipality.visits, outages: outages,
            alerts: heard,
            learning: learning, days: options.days)
    }
}

/// Why a district cannot be scored, in lines for a person.
struct DistrictProblem: Error {
    var lines: [String]
}
