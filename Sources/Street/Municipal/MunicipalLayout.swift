import Lifeline

/// An asset of the district, with what its file says of it and what is true of it.
package struct MunicipalAsset: Sendable {
    package let id: String
    package let assetClass: AssetClass
    package let name: String
    package let address: String
    /// How much more often than the mean of its class things go wrong here. Nobody but the simulation knows it.
    package let frailty: Double
    package let dossier: MunicipalDossier
}

/// A device of the district: one message carries the readings of one moment.
package struct MunicipalDevice: Sendable {
    package let id: String
    package let asset: Int
    /// Which of the district's field brokers it speaks to; a broker that fails silences all its devices.
    package let broker: Int
    package let hasBattery: Bool
    package internal(set) var sensors: [Int] = []
}

/// A series of the district.
package struct MunicipalSensor: Sendable {
    /// `WP-03/pressure`: as the site's plan names it.
    package let id: String
    /// The reading's name, also its key in the message.
    package let name: String
    package let quantity: String
    package let unit: String
    package let device: Int
    /// *Units*: seconds; nil: it speaks when something happens.
    package let interval: Int?
    /// *Units*: seconds; nil: Pulse does not judge it.
    package let cycle: Int?
}

/// What stands in the district. The site's file and the models are made from the same layout, so the two cannot drift apart.
package struct MunicipalLayout: Sendable {
    package internal(set) var assets: [MunicipalAsset] = []
    package internal(set) var devices: [MunicipalDevice] = []
    package internal(set) var sensors: [MunicipalSensor] = []
    /// Assets that feel what is wrong with one: by asset.
    package internal(set) var neighbours: [[Int]] = []

    let seed: UInt64

    init(seed: UInt64) { self.seed = seed }

    static let brokers = 3
    static let day = 86_400

    mutating func asset(_ id: String, _ assetClass: AssetClass, _ name: String, _ address: String) -> Int {
        var luck = Luck(seed: seed, id + "/dossier")
        let frailty = MunicipalDossier.frailty(&luck)
        let dossier = MunicipalDossier(assetClass, frailty: frailty, &luck)
        assets.append(MunicipalAsset(id: id, assetClass: assetClass, name: name, address: address, frailty: frailty, dossier: dossier))
        neighbours.append([])
        return assets.count - 1
    }

    mutating func device(_ asset: Int, _ suffix: String = "", hasBattery: Bool) -> Int {
        let id = assets[asset].id + suffix
        devices.append(MunicipalDevice(id: id, asset: asset, broker: devices.count % MunicipalLayout.brokers, hasBattery: hasBattery))
        return devices.count - 1
    }

    /// A reading of a device, in the quantity's canonical unit.
    mutating func sensor(
        _ device: Int, _ quantity: String, unit: String, every interval: Int?, cycle: Int? = nil, as name: String? = nil
    ) -> Int32 {
        let name = name ?? quantity
        let asset = assets[devices[device].asset].id
        sensors.append(
            MunicipalSensor(id: "\(asset)/\(name)", name: name, quantity: quantity, unit: unit, device: device, interval: interval, cycle: cycle))
        devices[device].sensors.append(sensors.count - 1)
        return Int32(sensors.count - 1)
    }
}
