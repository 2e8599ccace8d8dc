import Lifeline

/// Readings of one sensor at rest, from which its installed baseline is taken.
package struct BaselineSample: Equatable, Sendable {
    /// Why no baseline can be taken.
    package enum Refusal: Error, Equatable, Sendable {
        case tooFew(heard: Int, needed: Int)
        /// What is measured moves. *Units*: canonical.
        case moving(spread: Double, limit: Double)
    }

    /// A baseline, and how well it is known. *Units*: canonical.
    package struct Outcome: Equatable, Sendable {
        package var median: Double
        package var spread: Double
        package var readings: Int
    }

    /// The most readings that are kept; further ones take the place of the oldest.
    package static let limit = 1024

    /// *Units*: canonical; before a baseline is taken off, with their sign. The oldest first.
    package private(set) var values: [Double] = []

    package init() {}

    /// Takes one reading in; what is not finite is no reading.
    package mutating func take(_ value: Double) {
        guard value.isFinite else { return }
        if values.count == BaselineSample.limit { values.removeFirst() }
        values.append(value)
    }

    /// - Parameters:
    ///   - limit: how far apart the readings may be, from the profile.
    ///   - needed: how many there must be. *Range*: from 1.
    package func outcome(limit: Double, needed: Int) -> Result<Outcome, Refusal> {
        guard let low = values.min(), let high = values.max(), values.count >= needed else {
            return .failure(.tooFew(heard: values.count, needed: needed))
        }
        if high - low > limit { return .failure(.moving(spread: high - low, limit: limit)) }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        return .success(Outcome(median: median, spread: high - low, readings: values.count))
    }

    /// A baseline as it is written in a unit: as exact as a hundredth of what the readings may be apart, and no more.
    package static func text(_ canonical: Double, in unit: Unit, of quantity: Quantity) -> String {
        let conversion = unit.conversion(to: quantity.unit)
        let value = (canonical - conversion.shift) / conversion.scale
        var step = 1.0
        let wanted = max((quantity.baselineSpread ?? 1) / conversion.scale.magnitude / 100, 1e-9)
        while step > wanted { step /= 10 }
        let digits = (value / step).rounded() * step
        // A decimal that no binary number is exactly: nine digits say all that there is.
        let text = JSONWriter.shortest((digits * 1e9).rounded() / 1e9)
        return text.contains(where: { $0 == "." || $0 == "e" }) ? text : text + ".0"
    }
}

extension SitePlan {
    /// The plan of a gateway that takes no baseline off and drops no sign: what the sensors measure before they are put right.
    package var withoutBaselines: SitePlan {
        var plan = self
        for device in plan.devices.indices {
            for field in plan.devices[device].fields.indices {
                plan.devices[device].fields[field].baseline = 0
                plan.devices[device].fields[field].absolute = false
            }
        }
        return plan
    }

    /// Sensors that an asset's id, a sensor's id or a pattern over sensors' ids means and that have an installed baseline.
    ///
    /// - Parameter matches: whether a word means a sensor.
    package func sensorsWithBaseline(_ matches: (Sensor, Asset) -> Bool) -> [Int] {
        sensors.indices.filter {
            sensors[$0].derived == nil && sensors[$0].quantity.baselineSpread != nil && matches(sensors[$0], assets[sensors[$0].asset])
        }
    }

    /// What turns a sensor's raw number into its reading; nil where no device gives it.
    package func binding(of sensor: Int) -> FieldBinding? {
        guard devices.indices.contains(sensors[sensor].device) else { return nil }
        return devices[sensors[sensor].device].fields.first { $0.sensor == sensor }
    }
}
