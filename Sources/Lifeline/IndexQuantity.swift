/// The daily value of an asset's index, journalled by the gateway like any reading: forwarded, exported and replayed as all others are.
package enum IndexQuantity {
    package static let name = "sick_index"

    package static let quantity: Quantity = {
        guard let unit = Unit.named("1") else { preconditionFailure("the bare number is a unit") }
        return Quantity(name: name, unit: unit, range: 0...100, chinese: "带病运行指数", english: "sick-running index")
    }()

    /// `GP-1/sick_index`: the journal's key of the series.
    package static func sensorID(_ asset: Asset) -> String { asset.id + "/" + name }

    /// Whether a quantity says something of the device and nothing of the asset that it watches.
    package static func isOfDevice(_ quantity: Quantity) -> Bool {
        ["battery", "battery_voltage", "rssi", "link_margin", "link_quality", "tamper"].contains(quantity.name)
    }
}

extension SitePlan {
    /// The plan with one further sensor, as the last ones, for each asset whose class has an index. A site that has a sensor of that id itself keeps it.
    package var includingIndices: SitePlan {
        guard let indexModel else { return self }
        let taken = Set(sensors.map(\.id))
        let indexed = assets.indices.filter { indexModel.class(assets[$0].assetClass) != nil && !taken.contains(IndexQuantity.sensorID(assets[$0])) }
        guard !indexed.isEmpty else { return self }
        var plan = self
        plan.devices.append(Device(id: "index", topic: "", fields: []))
        for asset in indexed {
            plan.sensors.append(
                Sensor(
                    id: IndexQuantity.sensorID(assets[asset]), asset: asset, device: plan.devices.count - 1, quantity: IndexQuantity.quantity,
                    interval: nil, cycle: nil))
        }
        return plan
    }
}
