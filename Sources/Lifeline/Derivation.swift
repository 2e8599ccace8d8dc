/// How a quantity that nobody measures is made from those that are: what engineers reckon from a day of readings before they judge it.
///
/// Derived values are a function of the journal like everything else: they are not journalled, and a replay gives them again.
package struct Derivation: Equatable, Sendable {
    /// What is done with the source's readings. Days are the site's local days; a period is counted from local midnight.
    package enum Method: Equatable, Sendable {
        /// The smallest mean of any `window` between two times of the night. One value a day, when `to` has passed.
        /// *Units*: seconds; `from` and `to` since local midnight.
        case lowestMean(window: Double, from: Double, to: Double)
        /// The median of a period, of the values within `low…high`. *Units*: seconds; the source's.
        case median(period: Double, low: Double, high: Double)
        /// How often the value swung up by at least `amplitude` (source's unit) and down again, in a period of so many seconds. A state swings by 1.
        case cycles(amplitude: Double, period: Double)
        /// The share of hour means outside `low…high`, in percent, over so many days; one value a day.
        case shareOfHours(low: Double, high: Double, days: Int)
        /// What a counter grew by, for each `scale`-th of what another counter of the asset (`per`) grew by, over so many days; one value a day, where `per`
        /// grew by `atLeast`.
        case growth(per: String, scale: Double, days: Int, atLeast: Double)
        /// How often the source came into `low…high` anew, for each `scale`-th of what a counter (`per`) grew by.
        case onsets(low: Double, high: Double, per: String, scale: Double, days: Int, atLeast: Double)
        /// The daily mean less what the daily mean of `by` explains; the line between the two is learned in the first `days` days. One value a day.
        case compensated(by: String, days: Int)
        /// The highest, or the lowest, value of the last `window` seconds; with every reading.
        case highest(window: Double)
        case lowest(window: Double)
        /// How far the value is below the highest of the last `window` seconds; with every reading.
        case fall(window: Double)
        /// How far the value is above the lowest of the last `window` seconds; with every reading.
        case rise(window: Double)
        /// The source less the newest value of another quantity of the asset that is not older than `age` seconds; with every reading.
        case difference(minus: String, age: Double)
    }

    /// What comes out; its unit is that of the values that the method gives.
    package var quantity: Quantity
    /// nil: every class.
    package var assetClass: AssetClass?
    /// The name of the measured quantity that goes in.
    package var source: String
    package var method: Method

    package init(quantity: Quantity, assetClass: AssetClass?, source: String, method: Method) {
        self.quantity = quantity
        self.assetClass = assetClass
        self.source = source
        self.method = method
    }

    /// The second quantity that the method needs, if it needs one.
    package var companion: String? {
        switch method {
        case .growth(let per, _, _, _), .onsets(_, _, let per, _, _, _): per
        case .compensated(let by, _): by
        case .difference(let minus, _): minus
        case .lowestMean, .median, .cycles, .shareOfHours, .highest, .lowest, .fall, .rise: nil
        }
    }

    /// *Units*: seconds between two derived values; nil: as often as the source speaks.
    package var period: Double? {
        switch method {
        case .median(let period, _, _), .cycles(_, let period): period
        case .lowestMean, .shareOfHours, .growth, .onsets, .compensated: 86_400
        case .highest, .lowest, .fall, .rise, .difference: nil
        }
    }
}

/// Where a derived sensor comes from: indices into the same plan.
package struct DerivedSource: Equatable, Sendable {
    /// Index into the plan's derivations.
    package var derivation: Int
    /// Index of the sensor that goes in, and of the companion, into the plan's sensors.
    package var source: Int
    package var companion: Int?
}

extension SitePlan {
    /// The plan with a sensor for every derivation that one of its sensors can feed. Those sensors come last.
    ///
    /// An asset with several sensors of the source quantity has the derived one for each; a companion is sought on the same device first.
    package var includingDerived: SitePlan {
        var plan = self
        let neighbours = SensorsOfAssets(self)
        var ids: Set<String> = []
        for (index, derivation) in derivations.enumerated() {
            for (position, sensor) in sensors.enumerated() where sensor.quantity.name == derivation.source && sensor.derived == nil {
                guard derivation.assetClass == nil || derivation.assetClass == assets[sensor.asset].assetClass else { continue }
                var companion: Int?
                if let name = derivation.companion {
                    companion = neighbours.sensor(of: name, beside: sensor)
                    // Nothing to compare with: the quantity does not exist here.
                    if companion == nil { continue }
                }
                var made = Sensor(
                    // No id of a site can hold a "~".
                    id: sensor.id + "~" + derivation.quantity.name, asset: sensor.asset, device: sensor.device, quantity: derivation.quantity,
                    interval: derivation.period, cycle: nil)
                // The first one counts: where a class has its own way, it comes before the general one.
                guard ids.insert(made.id).inserted else { continue }
                made.derived = DerivedSource(derivation: index, source: position, companion: companion)
                plan.sensors.append(made)
            }
        }
        return plan
    }
}

/// Finds the sensors of an asset without looking at all of a plan's.
package struct SensorsOfAssets: Sendable {
    private let sensors: [Sensor]
    private let ofAsset: [[Int]]
    private let ofQuantity: [String: [Int]]

    /// - Parameter plan: every index in it is in range.
    package init(_ plan: SitePlan) {
        sensors = plan.sensors
        ofQuantity = Dictionary(grouping: plan.sensors.indices, by: { plan.sensors[$0].quantity.name })
        var ofAsset = [[Int]](repeating: [], count: plan.assets.count)
        for (index, sensor) in plan.sensors.enumerated() { ofAsset[sensor.asset].append(index) }
        self.ofAsset = ofAsset
    }

    /// All sensors of a quantity, of all assets.
    package func sensors(of quantity: String) -> [Int] { ofQuantity[quantity] ?? [] }

    /// The sensor of a quantity on the same asset, of the same device where there is one; nil: there is none.
    package func sensor(of quantity: String, beside sensor: Sensor) -> Int? {
        let fitting = ofAsset[sensor.asset].filter { sensors[$0].quantity.name == quantity }
        return fitting.first { sensors[$0].device == sensor.device } ?? fitting.first
    }
}
