import Lifeline
import Testing

@testable import Diagnosis

/// A random script of readings, silences, broker outages and decisions; the same seed gives the same script.
struct GateScript {
    let plan = GateFixture.plan(
        [
            GateFixture.rule(
                "cover.tilt", quantity: "tilt", [(.yellow, 10), (.orange, 20), (.red, 30)], on: 2, off: 5, suppressedBy: ["gateway.broker"]),
            GateFixture.rule("cover.twin", quantity: "tilt", [(.yellow, 15)], suppressedBy: ["cover.tilt"], shelvable: false),
            GateFixture.rule("trapped", quantity: "tilt", [(.red, 38)], latched: true, shelvable: false, repeatEvery: 120),
            GateFixture.rule("device.silent", kind: .silent, of: nil, quantity: nil, [(.yellow, 300)], suppressedBy: ["gateway.broker"]),
            GateFixture.flood, GateFixture.broker,
        ], covers: 12, parents: [3: 2, 2: 1, 5: 4],
        maintenance: [
            MaintenanceWindow(
                assets: [6, 7], span: .once(from: Timestamp(unixSeconds: 1_767_323_545), to: Timestamp(unixSeconds: 1_767_325_045)), reason: "r",
                by: "b")
        ])
    private var state: UInt64
    private(set) var decisions = 0

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

    private mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    mutating func step(_ feeder: inout Feeder) {
        switch below(100) {
        case 0..<70: feeder.feed(below(3) == 0 ? Double(below(45)) : 1, sensor: below(12), after: Double(below(20)) / 4)
        case 70..<84: feeder.tick(after: Double(below(60)))
        case 84..<87:
            feeder.feed(Double(below(2)), sensor: GateFixture.sensor(below(2) == 0 ? "gw7/broker_connected.b" : "gw7/broker_connected.c", plan))
        default: decide(&feeder)
        }
    }

    private mutating func decide(_ feeder: inout Feeder) {
        let asset = "A\(below(12))"
        let rule = ["", "cover.tilt", "cover.twin", "device.silent"][below(4)]
        let episodes = feeder.diagnosis.activeEpisodes()
        let episode = episodes.isEmpty ? "" : episodes[below(episodes.count)].episode
        let length = Double(30 + below(900))
        let before = feeder.sequence
        switch below(7) {
        case 0, 1: feeder.decide(.shelve, asset: below(3) == 0 ? "" : asset, rule: rule, for: length)
        case 2: feeder.decide(.unshelve, asset: asset, rule: rule)
        case 3: feeder.decide(.maintain, asset: asset, for: length)
        case 4: feeder.decide(.resume, asset: asset)
        case 5: feeder.decide(.acknowledge, episode: episode)
        default: feeder.decide(.end, episode: episode)
        }
        if feeder.sequence != before { decisions += 1 }
    }
}

@Suite("A replay with decisions says the same")
struct GateReplayTests {
    static let steps = 1500

    @Test("Stopping anywhere, restoring and going on is the same as never stopping, alerts and state", arguments: 0..<12 as Range<UInt64>)
    func restored(seed: UInt64) {
        var script = GateScript(seed: seed)
        var whole = Feeder(script.plan)
        for _ in 0..<GateReplayTests.steps { script.step(&whole) }
        #expect(script.decisions > 30 && whole.alerts.count > 50, "seed \(seed)")

        var again = GateScript(seed: seed)
        var feeder = Feeder(again.plan)
        for step in 0..<GateReplayTests.steps {
            again.step(&feeder)
            guard step % 97 == Int(seed % 97) else { continue }
            var next = Feeder(again.plan)
            #expect(next.diagnosis.restore(from: feeder.diagnosis.snapshot()) == .complete)
            (next.sequence, next.now, next.alerts) = (feeder.sequence, feeder.now, feeder.alerts)
            feeder = next
        }
        #expect(feeder.alerts == whole.alerts, "seed \(seed)")
        #expect(feeder.diagnosis.snapshot() == whole.diagnosis.snapshot(), "seed \(seed)")
        #expect(Set(whole.alerts.map(\.id)).count == whole.alerts.count, "no two alerts share an id, seed \(seed)")
    }

    @Test("What the platform has been told fits together, whatever was withheld", arguments: 0..<12 as Range<UInt64>)
    func coherent(seed: UInt64) {
        var script = GateScript(seed: seed)
        var feeder = Feeder(script.plan)
        for _ in 0..<GateReplayTests.steps { script.step(&feeder) }
        var standing: [String: Level] = [:]
        for alert in feeder.alerts {
            let before = standing[alert.episode]
            switch alert.kind {
            case .raised: #expect(before == nil, "raised twice: \(alert.id)")
            case .escalated: #expect(before.map { $0 < alert.level } == true, "\(alert.id)")
            case .eased: #expect(before.map { $0 > alert.level } == true, "\(alert.id)")
            case .repeated: #expect(before == alert.level, "\(alert.id)")
            case .cleared: #expect(before == alert.level, "\(alert.id)")
            }
            standing[alert.episode] = alert.kind == .cleared ? nil : alert.level
        }
        for episode in feeder.diagnosis.activeEpisodes() where episode.withheld == nil {
            #expect(standing[episode.episode] == episode.level, "\(episode)")
        }
    }
}
