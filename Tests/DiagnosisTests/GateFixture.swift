import Diagnosis
import Lifeline

/// A street of covers under one gateway, with the rules that alarm hygiene is about.
enum GateFixture {
    static let policy = AlarmPolicy(
        floodWindow: 600, floodUpdate: 300, releaseInterval: 30, chatterRaises: 3, chatterWindow: 60, slowChatterRaises: 5, slowChatterWindow: 3600,
        chatterHold: 1800, staleAfter: 86_400, shelveAtMost: 30 * 86_400, repeatAtMost: 3, acceptableADay: 150)

    static func rule(
        _ id: String, kind: RuleKind = .high, of assetClass: AssetClass? = .manholeCover, quantity: String?, _ levels: [(Level, Double)],
        on: Double = 0, off: Double = 0, latched: Bool = false, suppressedBy: [String] = [], shelvable: Bool = true, repeatEvery: Double = 0
    ) -> Rule {
        Rule(
            id: id, origin: "test@1", kind: kind, assetClass: assetClass, quantity: quantity,
            levels: levels.map { LevelLimit(level: $0, limit: $1) }, onDelay: on, offDelay: off, latched: latched, suppressedBy: suppressedBy,
            shelvable: shelvable, repeatEvery: repeatEvery, event: BilingualText(chinese: id, english: id),
            advice: BilingualText(chinese: "看。", english: "Look."))
    }

    static let flood = rule("gateway.flood", of: .gateway, quantity: "alarm_rate", [(.yellow, 10), (.orange, 30)], off: 60)
    static let broker = rule("gateway.broker", kind: .low, of: .gateway, quantity: "broker_connected", [(.yellow, 0)])
    static let tilt = rule("cover.tilt", quantity: "tilt", [(.yellow, 10), (.orange, 20), (.red, 30)])

    /// `count` covers with one tilt sensor each, on one device each; all on broker `b` but the last, which is on `c`.
    static func plan(_ rules: [Rule], covers count: Int = 1, parents: [Int: Int] = [:], maintenance: [MaintenanceWindow] = []) -> SitePlan {
        var plan = SitePlan(
            gateway: "gw7", utcOffsetSeconds: 28_800, assets: [], devices: [], sensors: [], rules: rules, brokers: ["b", "c"], alarms: policy,
            maintenance: maintenance)
        for index in 0..<count {
            plan.assets.append(Asset(id: "A\(index)", assetClass: .manholeCover, name: "A\(index)", parent: parents[index]))
            plan.devices.append(
                Device(
                    id: "d\(index)", broker: count > 1 && index == count - 1 ? 1 : 0, topic: "d\(index)",
                    fields: [FieldBinding(sensor: index, path: ["v"])]))
            plan.sensors.append(
                Sensor(id: "A\(index)/tilt", asset: index, device: index, quantity: Fixture.tilt, interval: nil, cycle: nil))
        }
        return plan.includingGateway
    }

    static func sensor(_ id: String, _ plan: SitePlan) -> Int { plan.sensors.firstIndex { $0.id == id }! }
}

extension Feeder {
    /// Lets `seconds` pass and takes a decision, as the gateway does after it has checked it. Returns what was against it.
    @discardableResult
    mutating func decide(
        _ act: Decision.Act, asset: String = "", rule: String = "", sensor: String = "", episode: String = "", for length: Double? = nil,
        after seconds: Double = 1
    ) -> String? {
        now = now.advanced(byMicroseconds: Int64(seconds * 1e6))
        let decision = Decision(
            act, asset: asset, rule: rule, sensor: sensor, episode: episode, until: length.map { now.advanced(byMicroseconds: Int64($0 * 1e6)) },
            reason: "because", by: "Li Wei", made: now)
        if let objection = diagnosis.objection(to: decision, now: now) { return objection }
        sequence += 1
        // As it comes back from the journal.
        guard let kept = Decision(bytes: decision.bytes) else { return "lost" }
        diagnosis.decide(kept, Reading(series: .tick, observed: now, received: now, value: 0), sequence: sequence, into: &alerts)
        return nil
    }

    /// `raised A0 yellow`, in order.
    var said: [String] { alerts.map { "\($0.kind.rawValue) \($0.asset.id) \($0.level.name)" } }

    /// Lets time pass in ticks of at most a minute, as a gateway does.
    mutating func wait(_ seconds: Double) {
        var left = seconds
        while left > 0 {
            tick(after: min(60, left))
            left -= 60
        }
    }
}
