import Lifeline

/// One thing that goes wrong in the district: the truth against which alerts are held.
package struct MunicipalFault: Equatable, Sendable {
    package let kind: MunicipalFaultKind
    /// Index into the layout's assets.
    package let asset: Int
    /// The device at fault; nil: it is the asset's fault.
    package let device: Int?
    /// The sensor of the device at fault; nil: all of it.
    let sensor: Int?
    /// *Units*: microseconds since the start.
    package let begins: Int64
    package let ends: Int64
    /// *Range*: 0.3…1: how bad it gets.
    package let severity: Double
    /// Assets that feel it too: an alert there is no false alarm.
    package let neighbours: [Int]

    /// *Range*: 0…1 while it lasts.
    @inline(__always)
    func progress(_ moment: Int64) -> Double {
        guard ends > begins else { return 1 }
        return min(max(Double(moment - begins) / Double(ends - begins), 0), 1)
    }

    @inline(__always)
    func isOn(_ moment: Int64) -> Bool { moment >= begins && moment < ends }
}

/// A crew at an asset: what it does there looks like a fault and is none.
package struct MunicipalVisit: Equatable, Sendable {
    package let asset: Int
    /// *Units*: microseconds since the start.
    package let begins: Int64
    package let ends: Int64
    /// Whether the site was told beforehand: a maintenance window can be set.
    package let isRegistered: Bool
}

/// A field broker that is down: its devices fall silent together, and half of them send later what they kept.
package struct MunicipalOutage: Equatable, Sendable {
    package let broker: Int
    /// *Units*: microseconds since the start; within one day.
    package let begins: Int64
    package let ends: Int64
}

/// What is planned to happen, by asset.
struct FaultBook: Sendable {
    private(set) var faults: [MunicipalFault] = []
    private(set) var visits: [MunicipalVisit] = []
    private(set) var outages: [MunicipalOutage] = []
    private var faultsOfAsset: [[Int]]
    private var visitsOfAsset: [[Int]]

    init(_ layout: MunicipalLayout, options: MunicipalOptions) {
        faultsOfAsset = Array(repeating: [], count: layout.assets.count)
        visitsOfAsset = Array(repeating: [], count: layout.assets.count)
        for asset in layout.assets.indices { plan(asset, layout, options) }
        for device in layout.devices.indices { planDevice(device, layout, options) }
        var luck = Luck(seed: options.seed, "outages")
        for day in 30..<max(30, options.days) {
            for broker in 0..<MunicipalLayout.brokers where luck.unit() < FaultBook.outagesPerYear / 365 {
                let begins = Int64(day) * MunicipalOptions.day + Int64(luck.between(0, 12) * Double(MunicipalOptions.hour))
                let ends = begins + Int64(luck.between(0.5, 10) * Double(MunicipalOptions.hour))
                outages.append(MunicipalOutage(broker: broker, begins: begins, ends: ends))
            }
        }
    }

    /// A story of one's own, for tests of one model.
    init(assets: Int, faults: [MunicipalFault], visits: [MunicipalVisit] = []) {
        self.faults = faults
        self.visits = visits
        faultsOfAsset = (0..<assets).map { asset in faults.indices.filter { faults[$0].asset == asset } }
        visitsOfAsset = (0..<assets).map { asset in visits.indices.filter { visits[$0].asset == asset } }
    }

    /// Nothing goes wrong in the first thirty days: whoever judges must be allowed to see what is usual.
    static let quietDays = 30
    /// A broker's outages a year. Our own choice.
    private static let outagesPerYear = 3.0
    /// Visits a year by class; lifts are seen to every fortnight. *Source*: the fortnightly maintenance that lifts must have; the rest is our own choice.
    private static func visitsPerYear(_ assetClass: AssetClass) -> Double {
        switch assetClass {
        case .manholeCover: 1.5
        case .waterPipe: 0.3
        case .pumpStation: 4
        case .lift: 24
        default: 0
        }
    }

    /// What happens to one asset this day. Empty on nearly all days.
    func today(_ asset: Int, _ day: MunicipalDay) -> [MunicipalFault] {
        guard !faultsOfAsset[asset].isEmpty else { return [] }
        var result: [MunicipalFault] = []
        for index in faultsOfAsset[asset] where faults[index].begins < day.ends && faults[index].ends > day.begins { result.append(faults[index]) }
        return result
    }

    /// The crews at one asset this day.
    func visits(_ asset: Int, _ day: MunicipalDay) -> [MunicipalVisit] {
        guard !visitsOfAsset[asset].isEmpty else { return [] }
        var result: [MunicipalVisit] = []
        for index in visitsOfAsset[asset] where visits[index].begins < day.ends && visits[index].ends > day.begins { result.append(visits[index]) }
        return result
    }

    private mutating func plan(_ asset: Int, _ layout: MunicipalLayout, _ options: MunicipalOptions) {
        let what = layout.assets[asset]
        let seen = Set(layout.sensors.filter { layout.devices[$0.device].asset == asset }.map(\.quantity))
        let kinds = MunicipalFaultKind.allCases.filter { kind in
            kind.traits.rate > 0 && kind.traits.classes.contains(what.assetClass) && kind.needs.map { seen.contains($0) } ?? true
        }
        var luck = Luck(seed: options.seed, what.id + "/faults")
        var free: Int64 = 0
        for day in FaultBook.quietDays..<max(FaultBook.quietDays, options.days) {
            for kind in kinds {
                let traits = kind.traits
                let place = luck.unit()
                // Sickness comes to the frail; accidents to anybody.
                let rate = traits.rate * (traits.isSickness ? what.frailty : 1)
                guard place < rate / 365 else { continue }
                let begins = Int64(day) * MunicipalOptions.day + Int64(luck.unit() * Double(MunicipalOptions.day))
                let length = Int64(luck.between(traits.hours.lowerBound, traits.hours.upperBound) * Double(MunicipalOptions.hour))
                let severity = luck.between(0.3, 1)
                // One thing at a time: what the next one looks like beside a running one is nobody's to say.
                guard begins >= free, FaultBook.isInSeason(kind, begins, length, options) else { continue }
                free = begins + length + Int64(traits.aftermathDays * Double(MunicipalOptions.day))
                faultsOfAsset[asset].append(faults.count)
                faults.append(
                    MunicipalFault(
                        kind: kind, asset: asset, device: nil, sensor: nil, begins: begins, ends: begins + length, severity: severity,
                        neighbours: layout.neighbours[asset]))
            }
        }
        planVisits(asset, what, options)
    }

    private static func isInSeason(_ kind: MunicipalFaultKind, _ begins: Int64, _ length: Int64, _ options: MunicipalOptions) -> Bool {
        guard kind == .heatLeak || kind == .heatBlocked else { return true }
        let first = MunicipalCalendar(options.start.advanced(byMicroseconds: begins))
        let last = MunicipalCalendar(options.start.advanced(byMicroseconds: begins + length))
        return first.isHeating && last.isHeating
    }

    private mutating func planVisits(_ asset: Int, _ what: MunicipalAsset, _ options: MunicipalOptions) {
        let rate = FaultBook.visitsPerYear(what.assetClass)
        guard rate > 0 else { return }
        var luck = Luck(seed: options.seed, what.id + "/visits")
        // Lifts by the calendar, the rest as it comes.
        let period = what.assetClass == .lift ? 15 : 0
        let phase = Int(luck.unit() * 15)
        for day in 0..<options.days {
            guard period > 0 ? day % period == phase : luck.unit() < rate / 365 else { continue }
            let begins = Int64(day) * MunicipalOptions.day + Int64(luck.between(8.5, 16) * Double(MunicipalOptions.hour))
            let hours =
                what.assetClass == .waterPipe
                ? luck.between(1.5, 5) : what.assetClass == .manholeCover ? luck.between(0.15, 0.7) : luck.between(0.5, 1.5)
            visitsOfAsset[asset].append(visits.count)
            visits.append(
                MunicipalVisit(
                    asset: asset, begins: begins, ends: begins + Int64(hours * Double(MunicipalOptions.hour)), isRegistered: luck.unit() < 0.85))
        }
    }

    private mutating func planDevice(_ device: Int, _ layout: MunicipalLayout, _ options: MunicipalOptions) {
        var luck = Luck(seed: options.seed, layout.devices[device].id + "/device-faults")
        let targets = layout.devices[device].sensors.filter { DeviceMishap.scale(layout.sensors[$0].quantity) > 0 }
        let kinds = MunicipalFaultKind.allCases.filter { $0.traits.isDevice && $0.traits.rate > 0 }
        var free: Int64 = 0
        for day in FaultBook.quietDays..<max(FaultBook.quietDays, options.days) {
            for kind in kinds where luck.unit() < kind.traits.rate / 365 {
                let begins = Int64(day) * MunicipalOptions.day + Int64(luck.unit() * Double(MunicipalOptions.day))
                let hours = kind.traits.hours
                let length = Int64(luck.between(hours.lowerBound, hours.upperBound) * Double(MunicipalOptions.hour))
                let severity = luck.between(0.3, 1)
                let pick = luck.unit()
                guard begins >= free, kind == .deviceDead || !targets.isEmpty else { continue }
                free = begins + length + Int64(kind.traits.aftermathDays * Double(MunicipalOptions.day))
                let sensor = kind == .deviceDead ? nil : targets[Int(pick * Double(targets.count))]
                faults.append(
                    MunicipalFault(
                        kind: kind, asset: layout.devices[device].asset, device: device, sensor: sensor, begins: begins, ends: begins + length,
                        severity: severity, neighbours: []))
            }
        }
    }
}
