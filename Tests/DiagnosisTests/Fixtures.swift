import Diagnosis
import Lifeline

/// A site with one asset and one sensor, and a journal's worth of entries fed to a diagnosis by hand.
enum Fixture {
    static let tilt = Quantity(name: "tilt", unit: Unit.named("deg")!, range: -180...180, chinese: "倾角", english: "Tilt")
    static let pressure = Quantity(name: "pressure", unit: Unit.named("MPa")!, range: -0.1...4, chinese: "压力", english: "Pressure")

    static func quantity(_ name: String) -> Quantity {
        Quantity(name: name, unit: Unit.named("MPa")!, range: -100...100, chinese: name, english: name)
    }

    static func rule(
        _ id: String = "cover.tilt", kind: RuleKind = .high, direction: RuleDirection = .any, quantity: String? = "tilt",
        levels: [(Level, Double)] = [(.yellow, 10), (.orange, 15)], deadband: Double = 2, on: Double = 0, off: Double = 0, latched: Bool = false,
        confirmedBy: String? = nil
    ) -> Rule {
        Rule(
            id: id, origin: "test@1", kind: kind, direction: direction, quantity: quantity, levels: levels.map { LevelLimit(level: $0, limit: $1) },
            deadband: deadband, onDelay: on, offDelay: off, latched: latched, confirmedBy: confirmedBy,
            event: BilingualText(chinese: "井盖异动", english: "Cover tilted"),
            advice: BilingualText(chinese: "请派人查看。", english: "Send someone to look."))
    }

    static func plan(
        rules: [Rule], quantities: [Quantity] = [tilt], interval: Double? = nil, cycle: Double? = nil, lateAfter: Double = 900
    ) -> SitePlan {
        let asset = Asset(
            id: "MH-17", assetClass: .manholeCover, name: "West Road 17", address: "West Road",
            location: Location(latitude: 34.75, longitude: 113.63, system: .wgs84))
        var sensors: [Sensor] = []
        var fields: [FieldBinding] = []
        for (index, quantity) in quantities.enumerated() {
            sensors.append(
                Sensor(id: "MH-17/\(quantity.name)", asset: 0, device: 0, quantity: quantity, interval: interval, cycle: cycle))
            fields.append(FieldBinding(sensor: index, path: [quantity.name]))
        }
        return SitePlan(
            gateway: "gw7", utcOffsetSeconds: 28_800, assets: [asset],
            devices: [Device(id: "d1", topic: "d1", fields: fields, lateAfter: lateAfter)], sensors: sensors, rules: rules)
    }
}

/// Feeds a diagnosis as the gateway does: every entry has the next sequence and a received time.
struct Feeder: ~Copyable {
    var diagnosis: Diagnosis
    var sequence: Sequence64 = 0
    var now = Timestamp(unixSeconds: 1_767_323_045)
    var alerts: [Alert] = []

    init(_ plan: SitePlan) { diagnosis = Diagnosis(plan: plan) }

    /// Lets `seconds` pass and feeds one reading, observed when it is received unless `observedAgo` says otherwise.
    mutating func feed(_ value: Double, sensor: Int = 0, after seconds: Double = 1, observedAgo: Double = 0, flags: ReadingFlags = []) {
        now = now.advanced(byMicroseconds: Int64(seconds * 1e6))
        sequence += 1
        let reading = Reading(
            series: SeriesID(1), observed: now.advanced(byMicroseconds: Int64(-observedAgo * 1e6)), received: now, value: value, flags: flags)
        _ = diagnosis.judge(sensor: sensor, reading, sequence: sequence, into: &alerts)
    }

    mutating func tick(after seconds: Double) {
        now = now.advanced(byMicroseconds: Int64(seconds * 1e6))
        sequence += 1
        diagnosis.tick(Reading(series: .tick, observed: now, received: now, value: 0), sequence: sequence, into: &alerts)
    }
}
