import Lifeline

/// An alert that reached a person, as the score looks at it: raised or escalated.
package struct MunicipalAlert: Equatable, Sendable {
    /// Index into the layout's assets; nil: the gateway itself.
    package let asset: Int?
    package let rule: String
    package let isEscalation: Bool
    /// When the gateway knew. *Units*: microseconds since the start.
    package let moment: Int64

    package init(asset: Int?, rule: String, isEscalation: Bool, moment: Int64) {
        self.asset = asset
        self.rule = rule
        self.isEscalation = isEscalation
        self.moment = moment
    }

    /// Rules about devices have a line of their own: a silent sensor is no sick asset.
    package var isAboutDevice: Bool { MunicipalAlert.deviceRules.contains { rule.hasPrefix($0) } }

    /// Beginnings of the ids of rules that speak of devices.
    static let deviceRules = ["device.", "gateway."]
}

/// What became of an alert when it was held against the truth.
package enum MunicipalVerdict: Equatable, Sendable {
    /// It speaks of a fault that runs, at the asset or at a neighbour that feels it. The number is the fault's place in the truth.
    case found(Int)
    /// It speaks of a fault that has been mended: late, and not false.
    case aftermath(Int)
    /// A crew was at the asset.
    case visit
    case falseAlarm
}

/// Counts of one class, one kind, or one rule.
package struct MunicipalCount: Equatable, Sendable {
    package internal(set) var faults = 0
    package internal(set) var found = 0
    /// *Units*: seconds from the fault's beginning to the first alert.
    package internal(set) var delays: [Double] = []
    package internal(set) var alarms = 0
    package internal(set) var trueAlarms = 0
    package internal(set) var aftermath = 0
    package internal(set) var duringVisits = 0
    package internal(set) var falseAlarms = 0
    /// False alarms about an asset while one of its devices was broken.
    package internal(set) var falseByDevice = 0
    /// False alarms about an asset or a device while its broker was down or had just come back: what was not heard is nobody's fault.
    package internal(set) var falseByOutage = 0
    /// Faults that the rule found first or later, each counted once.
    package internal(set) var faultsTouched = 0

    /// Nothing counted yet.
    package static let none = MunicipalCount()

    /// *Range*: 0…1; nil: nothing went wrong.
    package var detectionRate: Double? { faults == 0 ? nil : Double(found) / Double(faults) }
    package var medianDelay: Double? { quantile(0.5) }
    package var ninthDelay: Double? { quantile(0.9) }

    private func quantile(_ share: Double) -> Double? {
        guard !delays.isEmpty else { return nil }
        let sorted = delays.sorted()
        return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }

    static func += (left: inout MunicipalCount, right: MunicipalCount) {
        left.faults += right.faults
        left.found += right.found
        left.delays += right.delays
        left.alarms += right.alarms
        left.trueAlarms += right.trueAlarms
        left.aftermath += right.aftermath
        left.duringVisits += right.duringVisits
        left.falseAlarms += right.falseAlarms
        left.falseByDevice += right.falseByDevice
        left.falseByOutage += right.falseByOutage
        left.faultsTouched += right.faultsTouched
    }
}

/// Alerts held against the truth of one run, or of several added up.
///
/// A fault is found when a rule of a family that may speak of it raises or escalates an alert while it lasts, at its asset or at one that feels it.
/// An alert for which there is no such fault, no aftermath of one and no crew at the asset is false. Alerts about devices are counted apart, and only
/// faults of devices excuse them.
package struct MunicipalTally: Sendable {
    package private(set) var classes: [AssetClass: MunicipalCount] = [:]
    package private(set) var devices = MunicipalCount()
    package private(set) var kinds: [MunicipalFaultKind: MunicipalCount] = [:]
    package private(set) var rules: [String: MunicipalCount] = [:]
    /// False alarms by rule and asset: `cover.tilt MH-03`.
    package private(set) var points: [String: Int] = [:]
    package private(set) var missed: [String] = []
    package private(set) var assetYears: [AssetClass: Double] = [:]
    /// *Units*: days that were counted.
    package private(set) var days = 0.0
    /// Alarms of the gateway about itself.
    package private(set) var gatewayAlarms = 0
    /// By day of all runs: alarms that reached a person.
    package private(set) var byDay: [Int: Int] = [:]

    /// A device that kept what it could not send needs minutes, one with an hourly report an hour or two until it is heard again.
    private static let catchingUp = 3 * MunicipalOptions.hour

    package init() {}

    /// - Parameters:
    ///   - truth: in any order.
    ///   - outages: by asset, those of its devices' brokers.
    ///   - learning: days at the beginning in which nothing is counted.
    ///   - days: days that were simulated.
    package init(
        assets: [(id: String, assetClass: AssetClass)], truth: [MunicipalFault], visits: [MunicipalVisit], outages: [Int: [MunicipalOutage]] = [:],
        alerts: [MunicipalAlert], learning: Int, days total: Int
    ) {
        let from = Int64(learning) * MunicipalOptions.day
        let end = Int64(total) * MunicipalOptions.day
        days = Double(max(0, total - learning))
        for asset in assets { assetYears[asset.assetClass, default: 0] += days / 365.25 }
        var faultsOf = [[Int]](repeating: [], count: assets.count)
        for (index, fault) in truth.enumerated() {
            for asset in [fault.asset] + fault.neighbours { faultsOf[asset].append(index) }
        }
        var visitsOf = [[MunicipalVisit]](repeating: [], count: assets.count)
        for visit in visits { visitsOf[visit.asset].append(visit) }
        var first = [Int64?](repeating: nil, count: truth.count)
        var touched: [String: Set<Int>] = [:]
        for alert in alerts where alert.moment >= from && alert.moment < end {
            byDay[Int(alert.moment / MunicipalOptions.day), default: 0] += 1
            guard let asset = alert.asset else {
                gatewayAlarms += 1
                continue
            }
            let verdict = MunicipalTally.verdict(alert, asset, faultsOf[asset], truth, visitsOf[asset])
            var one = MunicipalCount()
            one.alarms = 1
            switch verdict {
            case .found(let fault):
                one.trueAlarms = 1
                first[fault] = min(first[fault] ?? .max, alert.moment)
                touched[alert.rule, default: []].insert(fault)
            case .aftermath: one.aftermath = 1
            case .visit: one.duringVisits = 1
            case .falseAlarm:
                // An escalation of what was false already is a second alarm, but no second mistake.
                if !alert.isEscalation {
                    one.falseAlarms = 1
                    let isBroken = faultsOf[asset].contains {
                        truth[$0].kind.traits.isDevice && truth[$0].begins <= alert.moment && alert.moment < truth[$0].ends
                    }
                    if isBroken && !alert.isAboutDevice { one.falseByDevice = 1 }
                    let isAfter = outages[asset]?.contains {
                        $0.begins <= alert.moment && alert.moment < $0.ends + MunicipalTally.catchingUp
                    }
                    if isAfter == true { one.falseByOutage = 1 }
                    points["\(alert.rule) \(assets[asset].id)", default: 0] += 1
                }
            }
            rules[alert.rule, default: MunicipalCount()] += one
            if alert.isAboutDevice { devices += one } else { classes[assets[asset].assetClass, default: MunicipalCount()] += one }
        }
        for (rule, faults) in touched { rules[rule]?.faultsTouched = faults.count }
        for (index, fault) in truth.enumerated() where MunicipalTally.counts(fault, from, end) {
            var one = MunicipalCount()
            one.faults = 1
            if let moment = first[index] {
                one.found = 1
                one.delays = [Double(max(0, moment - fault.begins)) / 1e6]
            } else {
                missed.append(MunicipalTally.words(fault, assets[fault.asset].id))
            }
            kinds[fault.kind, default: MunicipalCount()] += one
            if fault.kind.traits.isDevice { devices += one } else { classes[assets[fault.asset].assetClass, default: MunicipalCount()] += one }
        }
    }

    /// A fault counts when it began after the learning time, and had half its time before the end.
    private static func counts(_ fault: MunicipalFault, _ from: Int64, _ end: Int64) -> Bool {
        fault.begins >= from && fault.begins + (fault.ends - fault.begins) / 2 <= end
    }

    private static func verdict(
        _ alert: MunicipalAlert, _ asset: Int, _ candidates: [Int], _ truth: [MunicipalFault], _ visits: [MunicipalVisit]
    ) -> MunicipalVerdict {
        var best = MunicipalVerdict.falseAlarm
        for index in candidates {
            let fault = truth[index]
            guard fault.kind.traits.isDevice == alert.isAboutDevice, alert.moment >= fault.begins, fault.kind.mayBeSaid(by: alert.rule) else {
                continue
            }
            // The gateway hears of it some seconds after the device has seen it.
            if alert.moment < fault.ends + 10_000_000 {
                // The asset's own fault before a neighbour's.
                if fault.asset == asset { return .found(index) }
                best = .found(index)
            } else if alert.moment < fault.ends + Int64(fault.kind.traits.aftermathDays * Double(MunicipalOptions.day)), best == .falseAlarm {
                best = .aftermath(index)
            }
        }
        guard best == .falseAlarm, !alert.isAboutDevice else { return best }
        // Half an hour before a detector with a slow report has seen that the crew is gone.
        let grace = 2 * MunicipalOptions.hour
        return visits.contains { alert.moment >= $0.begins && alert.moment < $0.ends + grace } ? .visit : .falseAlarm
    }

    private static func words(_ fault: MunicipalFault, _ asset: String) -> String {
        let from = fault.begins / MunicipalOptions.day
        let hours = (fault.ends - fault.begins) / MunicipalOptions.hour
        return "\(asset) \(fault.kind.rawValue) day \(from), \(hours) h, severity \(TimeText.fixed(fault.severity, 2))"
    }

    /// Adds another run, of the same or of another seed.
    package mutating func add(_ other: MunicipalTally) {
        for (key, value) in other.classes { classes[key, default: MunicipalCount()] += value }
        for (key, value) in other.kinds { kinds[key, default: MunicipalCount()] += value }
        for (key, value) in other.rules { rules[key, default: MunicipalCount()] += value }
        for (key, value) in other.points { points[key, default: 0] += value }
        for (key, value) in other.assetYears { assetYears[key, default: 0] += value }
        devices += other.devices
        missed += other.missed
        let shift = (byDay.keys.max() ?? -1) + 1
        for (key, value) in other.byDay { byDay[shift + key] = value }
        days += other.days
        gatewayAlarms += other.gatewayAlarms
    }

    /// All classes together, without devices.
    package var total: MunicipalCount {
        var sum = MunicipalCount()
        for count in classes.values { sum += count }
        return sum
    }
    /// Added up in one order: a dictionary's own is another in every run, and the last bit with it.
    package var totalAssetYears: Double { AssetClass.allCases.reduce(0) { $0 + (assetYears[$1] ?? 0) } }
    /// Alarms that reached a person, those about devices and the gateway among them, a day of one operator who has the whole district.
    package var alarmsPerDay: Double { days > 0 ? Double(total.alarms + devices.alarms + gatewayAlarms) / days : 0 }
    /// The worst day.
    package var mostInADay: Int { byDay.values.max() ?? 0 }
    package var falseAlarmsPerAssetYear: Double { totalAssetYears > 0 ? Double(total.falseAlarms) / totalAssetYears : 0 }
}
