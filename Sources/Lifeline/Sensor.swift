/// One series: one quantity of one asset, seen by one device.
package struct Sensor: Equatable, Sendable {
    /// `MH-17/tilt`: the asset's id and the reading's name. Unique within a site; the journal's key for the series.
    package var id: String
    /// Index into the site's assets.
    package var asset: Int
    /// Index into the site's devices.
    package var device: Int
    package var quantity: Quantity
    /// *Units*: seconds between two readings when all is well. nil: the sensor speaks only when something happens.
    package var interval: Double?
    /// *Units*: seconds of one cycle (a day, a pump cycle). nil: no cycle is known; Pulse does not judge this series.
    package var cycle: Double?
    /// Set where nobody measures it: the gateway reckons it from other sensors (`SitePlan.includingDerived`).
    package var derived: DerivedSource?

    package init(id: String, asset: Int, device: Int, quantity: Quantity, interval: Double?, cycle: Double?) {
        self.id = id
        self.asset = asset
        self.device = device
        self.quantity = quantity
        self.interval = interval
        self.cycle = cycle
    }
}
