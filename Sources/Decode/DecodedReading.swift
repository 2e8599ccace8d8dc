import Lifeline

/// One value on its way to the journal.
package struct DecodedReading: Equatable, Sendable {
    /// Index into the plan's sensors.
    package var sensor: Int
    /// The device's word, or the time of receipt where it gave none that can be believed (see `flags`).
    package var observed: Timestamp
    /// *Units*: the quantity's canonical unit. Always finite.
    package var value: Double
    package var flags: ReadingFlags

    package init(sensor: Int, observed: Timestamp, value: Double, flags: ReadingFlags = []) {
        self.sensor = sensor
        self.observed = observed
        self.value = value
        self.flags = flags
    }
}
