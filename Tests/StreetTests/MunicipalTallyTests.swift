import Lifeline
import Testing

@testable import Street

/// The arithmetic of the score on lists that a person can check.
@Suite("The district's score")
struct MunicipalTallyTests {
    static let day = MunicipalOptions.day
    static let hour = MunicipalOptions.hour
    static let assets: [(id: String, assetClass: AssetClass)] = [
        ("WP-01", .waterPipe), ("WP-02", .waterPipe), ("MH-01", .manholeCover),
    ]

    static func fault(
        _ kind: MunicipalFaultKind, asset: Int, from: Int64, hours: Int64, device: Int? = nil, neighbours: [Int] = []
    ) -> MunicipalFault {
        MunicipalFault(
            kind: kind, asset: asset, device: device, sensor: nil, begins: from, ends: from + hours * hour, severity: 0.5, neighbours: neighbours)
    }

    static func alert(_ asset: Int?, _ rule: String, _ moment: Int64, escalation: Bool = false) -> MunicipalAlert {
        MunicipalAlert(asset: asset, rule: rule, isEscalation: escalation, moment: moment)
    }

    static func tally(_ truth: [MunicipalFault], _ alerts: [MunicipalAlert], visits: [MunicipalVisit] = [], days: Int = 40) -> MunicipalTally {
        MunicipalTally(assets: assets, truth: truth, visits: visits, alerts: alerts, learning: 10, days: days)
    }

    @Test("An alert of the right family while the fault lasts finds it; the first one gives the delay")
    func found() {
        let burst = MunicipalTallyTests.fault(.burst, asset: 0, from: 20 * MunicipalTallyTests.day, hours: 10)
        let tally = MunicipalTallyTests.tally(
            [burst],
            [
                MunicipalTallyTests.alert(0, "water.burst", burst.begins + 300_000_000),
                MunicipalTallyTests.alert(0, "water.burst", burst.begins + 900_000_000, escalation: true),
            ])
        #expect(tally.total.faults == 1 && tally.total.found == 1)
        #expect(tally.total.medianDelay == 300)
        #expect(tally.total.trueAlarms == 2 && tally.total.falseAlarms == 0)
        #expect(tally.alarmsPerDay == 2.0 / 30)
        #expect(tally.rules["water.burst"]?.faultsTouched == 1)
        #expect(tally.kinds[.burst]?.detectionRate == 1)
    }

    @Test("A neighbour that feels it may say so; another asset may not")
    func neighbour() {
        let burst = MunicipalTallyTests.fault(.burst, asset: 0, from: 20 * MunicipalTallyTests.day, hours: 10, neighbours: [1])
        let at = burst.begins + MunicipalTallyTests.hour
        let felt = MunicipalTallyTests.tally([burst], [MunicipalTallyTests.alert(1, "water.burst", at)])
        #expect(felt.total.found == 1 && felt.total.falseAlarms == 0)
        let other = MunicipalTallyTests.tally([burst], [MunicipalTallyTests.alert(2, "water.burst", at)])
        #expect(other.total.found == 0 && other.total.falseAlarms == 1)
        #expect(other.missed == ["WP-01 burst day 20, 10 h, severity 0.50"])
    }

    @Test("The asset's own fault comes before a neighbour's")
    func ownFirst() {
        let near = MunicipalTallyTests.fault(.burst, asset: 0, from: 20 * MunicipalTallyTests.day, hours: 10, neighbours: [1])
        let own = MunicipalTallyTests.fault(.leak, asset: 1, from: 19 * MunicipalTallyTests.day, hours: 300, neighbours: [0])
        let tally = MunicipalTallyTests.tally([near, own], [MunicipalTallyTests.alert(1, "water.burst", near.begins + 1)])
        #expect(tally.kinds[.leak]?.found == 1 && tally.kinds[.burst]?.found == 0)
    }

    @Test("Before it, of another family, or long after it: false. Soon after it: neither found nor false")
    func times() {
        let burst = MunicipalTallyTests.fault(.burst, asset: 0, from: 20 * MunicipalTallyTests.day, hours: 10)
        func one(_ rule: String, _ moment: Int64) -> MunicipalTally {
            MunicipalTallyTests.tally([burst], [MunicipalTallyTests.alert(0, rule, moment)])
        }
        #expect(one("water.burst", burst.begins - 1).total.falseAlarms == 1)
        #expect(one("water.turbidity", burst.begins + 1).total.falseAlarms == 1)
        let soon = one("water.burst", burst.ends + MunicipalTallyTests.day)
        #expect(soon.total.found == 0 && soon.total.falseAlarms == 0 && soon.total.aftermath == 1)
        let aftermath = Int64(MunicipalFaultKind.burst.traits.aftermathDays) * MunicipalTallyTests.day
        #expect(one("water.burst", burst.ends + aftermath).total.falseAlarms == 1)
    }

    @Test("Faults of devices have their own line, and excuse no alarm about the asset")
    func devices() {
        let stuck = MunicipalTallyTests.fault(.sensorStuck, asset: 0, from: 20 * MunicipalTallyTests.day, hours: 100, device: 0)
        let tally = MunicipalTallyTests.tally(
            [stuck],
            [
                MunicipalTallyTests.alert(0, "device.fault", stuck.begins + MunicipalTallyTests.hour),
                MunicipalTallyTests.alert(0, "water.burst", stuck.begins + MunicipalTallyTests.hour),
                MunicipalTallyTests.alert(2, "device.fault", stuck.begins + MunicipalTallyTests.hour),
            ])
        #expect(tally.devices.faults == 1 && tally.devices.found == 1 && tally.devices.falseAlarms == 1)
        #expect(tally.total.faults == 0 && tally.total.falseAlarms == 1 && tally.total.falseByDevice == 1)
        #expect(tally.points == ["water.burst WP-01": 1, "device.fault MH-01": 1])
    }

    @Test("An alarm about what a dead broker kept back is false, and marked so")
    func outages() {
        let outage = MunicipalOutage(broker: 0, begins: 15 * MunicipalTallyTests.day, ends: 15 * MunicipalTallyTests.day + MunicipalTallyTests.hour)
        func tally(_ asset: Int, _ moment: Int64) -> MunicipalTally {
            MunicipalTally(
                assets: MunicipalTallyTests.assets, truth: [], visits: [], outages: [0: [outage]],
                alerts: [MunicipalTallyTests.alert(asset, "device.fault", moment)], learning: 10, days: 40)
        }
        #expect(tally(0, outage.ends + 60_000_000).devices.falseByOutage == 1)
        #expect(tally(0, outage.ends + 60_000_000).devices.falseAlarms == 1)
        #expect(tally(1, outage.ends + 60_000_000).devices.falseByOutage == 0)
        #expect(tally(0, outage.ends + 4 * MunicipalTallyTests.hour).devices.falseByOutage == 0)
    }

    @Test("A crew at the asset is no false alarm, but a person heard it")
    func visits() {
        let visit = MunicipalVisit(
            asset: 2, begins: 15 * MunicipalTallyTests.day, ends: 15 * MunicipalTallyTests.day + MunicipalTallyTests.hour, isRegistered: true)
        let tally = MunicipalTallyTests.tally([], [MunicipalTallyTests.alert(2, "cover.open", visit.begins + 5)], visits: [visit])
        #expect(tally.total.duringVisits == 1 && tally.total.falseAlarms == 0)
        #expect(tally.alarmsPerDay > 0)
        #expect(tally.total.detectionRate == nil)
    }

    @Test("What is said while learning is not counted, nor what the gateway says of itself against an asset")
    func learning() {
        let tally = MunicipalTallyTests.tally(
            [],
            [
                MunicipalTallyTests.alert(0, "water.burst", 9 * MunicipalTallyTests.day),
                MunicipalTallyTests.alert(nil, "gateway.clock", 20 * MunicipalTallyTests.day),
            ])
        #expect(tally.total.alarms == 0 && tally.gatewayAlarms == 1)
        #expect(tally.alarmsPerDay == 1.0 / 30)
    }

    @Test("A fault counts when it had half its time before the end")
    func half() {
        let late = MunicipalTallyTests.fault(.leak, asset: 0, from: 39 * MunicipalTallyTests.day, hours: 24 * 30)
        #expect(MunicipalTallyTests.tally([late], []).total.faults == 0)
        #expect(MunicipalTallyTests.tally([late], [], days: 60).total.faults == 1)
    }

    @Test("False alarms are counted against the time of all assets; runs add up")
    func rates() {
        let alerts = (0..<3).map { MunicipalTallyTests.alert(0, "water.burst", (20 + Int64($0)) * MunicipalTallyTests.day) }
        var sum = MunicipalTally()
        sum.add(MunicipalTallyTests.tally([], alerts))
        sum.add(MunicipalTallyTests.tally([], alerts))
        #expect((sum.totalAssetYears - 3 * 60 / 365.25).magnitude < 1e-9)
        #expect((sum.falseAlarmsPerAssetYear - 6 / (3 * 60 / 365.25)).magnitude < 1e-9)
        #expect(sum.points["water.burst WP-01"] == 6)
        #expect(sum.mostInADay == 1 && sum.days == 60)
    }

    @Test("Every kind of fault has its line in the table, and rules that may speak of it")
    func table() {
        for kind in MunicipalFaultKind.allCases {
            let traits = kind.traits
            #expect(!traits.families.isEmpty, "\(kind)")
            #expect(traits.hours.upperBound > 0 || traits.rate == 0, "\(kind)")
            #expect(kind.rawValue != "" && traits.rate < 1)
        }
        #expect(MunicipalFaultKind.entrapment.mayBeSaid(by: "lift.entrapment"))
        #expect(!MunicipalFaultKind.entrapment.mayBeSaid(by: "lift.door_wear"))
    }

    @Test("The ranking of an index, by hand")
    func ranking() throws {
        let perfect = try #require(RankingQuality([(1, false), (2, false), (3, true)]))
        #expect(perfect.auc == 1 && perfect.shareOfSickInTopTenth == 1)
        let worst = try #require(RankingQuality([(3, false), (2, false), (1, true)]))
        #expect(worst.auc == 0 && worst.shareOfSickInTopTenth == 0)
        let tied = try #require(RankingQuality([(5, false), (5, true), (5, false), (5, true)]))
        #expect(tied.auc == 0.5 && tied.shareOfSickInTopTenth == 0.25)
        // Sick at 4 and 2 against healthy at 1, 3, 5: 2 + 1 of 6 pairs.
        let mixed = try #require(RankingQuality([(1, false), (2, true), (3, false), (4, true), (5, false)]))
        #expect(mixed.auc == 0.5)
        #expect(RankingQuality([(1, true)]) == nil && RankingQuality([]) == nil)
        #expect(RankingQuality([(.nan, true), (1, false)]) == nil)
    }
}
