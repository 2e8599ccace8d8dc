import Lifeline
import Site

/// Gives devices and assets ids that a site file takes and that nobody has yet.
struct AssetNames {
    struct Place {
        var device: String
        var asset: String
        /// The asset needs a table of its own.
        var isNew: Bool
        /// Where a second device of the asset would give a reading of the same name.
        var prefix: String?
    }

    private let plan: SitePlan
    private var assets: [String: String] = [:]
    private var devices: Set<String> = []
    private var sensors: Set<String> = []
    private var byName: [String: String] = [:]

    init(_ plan: SitePlan) {
        self.plan = plan
        for asset in plan.assets {
            assets[asset.id.lowercased()] = asset.id
            byName[asset.name] = asset.id
        }
        devices = Set(plan.devices.map { $0.id.lowercased() })
        sensors = Set(plan.sensors.map { $0.id.lowercased() })
    }

    /// Where a device goes: onto the asset that bears its name, else onto a new one.
    mutating func asset(for device: DiscoveredDevice, readings: [String], template: String) -> Place {
        let id = unused(SiteText.isID(device.id) ? device.id : SiteText.id(from: device.id), or: "device") { devices.contains($0) }
        devices.insert(id.lowercased())
        var place = Place(device: id, asset: "", isNew: false, prefix: nil)
        if let name = device.name, let known = byName[name] {
            place.asset = known
        } else {
            let wanted = device.name.flatMap { SiteText.isID($0) ? $0 : nil } ?? AssetNames.short(id, device.classes[0])
            if let known = assets[wanted.lowercased()], device.name == known {
                place.asset = known
            } else {
                place.asset = unused(wanted, or: device.classes[0].subject) { assets[$0] != nil }
                place.isNew = true
            }
        }
        assets[place.asset.lowercased()] = place.asset
        if let name = device.name { byName[name] = place.asset }
        let taken = { (prefix: String, sensors: Set<String>, asset: String) in
            readings.contains { sensors.contains("\(asset)/\(prefix)\($0)".lowercased()) }
        }
        if taken("", sensors, place.asset) {
            let stem = AssetNames.prefix(template)
            var prefix = stem
            var number = 2
            while taken(prefix + ".", sensors, place.asset) {
                prefix = "\(stem.prefix(28))-\(number)"
                number += 1
            }
            place.prefix = prefix
        }
        for reading in readings { sensors.insert("\(place.asset)/\(place.prefix.map { $0 + "." } ?? "")\(reading)".lowercased()) }
        return place
    }

    /// `24e1247100000017` is nobody's name for a cover: `manhole-000017`.
    private static func short(_ id: String, _ assetClass: AssetClass) -> String {
        id.utf8.count == 16 && id.allSatisfy(\.isHexDigit) ? "\(assetClass.subject)-\(id.suffix(6))" : id
    }

    /// `milesight-em300-mcs` → `em300-mcs`; letters, digits, `-` and `_` only.
    private static func prefix(_ template: String) -> String {
        let model = template.split(separator: "-").dropFirst().joined(separator: "-")
        let plain = (model.isEmpty ? template : model).map { $0 == "." ? "-" : String($0) }.joined()
        return plain.isEmpty ? "b" : String(plain.prefix(32))
    }

    private func unused(_ wanted: String, or word: String, _ isKnown: (String) -> Bool) -> String {
        let stem = wanted.isEmpty ? word : wanted
        if !wanted.isEmpty, !isKnown(stem.lowercased()) { return stem }
        var number = wanted.isEmpty ? 1 : 2
        while isKnown("\(stem.prefix(58))-\(number)".lowercased()) { number += 1 }
        return "\(stem.prefix(58))-\(number)"
    }
}
