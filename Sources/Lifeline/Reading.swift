/// The number under which the journal knows a sensor's series; stable for the life of a journal file.
package struct SeriesID: Hashable, Comparable, Sendable {
    package var rawValue: UInt32
    @inlinable
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }
    @inlinable
    package static func < (left: SeriesID, right: SeriesID) -> Bool { left.rawValue < right.rawValue }

    /// The gateway's own series: a *tick* says that time has passed without a reading, so that the passing of time is in the journal too.
    package static let tick = SeriesID(0)
}

/// The position of a reading in the journal: 1, 2, 3 … without gaps, never used twice.
package typealias Sequence64 = UInt64

/// What is known about a reading beyond its value.
package struct ReadingFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Asked several times for every reading: the standard library's own goes through tables of the protocol.
    package func contains(_ member: ReadingFlags) -> Bool { rawValue & member.rawValue == member.rawValue }

    /// Observed long before it was received: history and evidence, not news.
    package static let late = ReadingFlags(rawValue: 1 << 0)
    /// The message carried no usable time: `observed` is the time of receipt.
    package static let timeOfReceipt = ReadingFlags(rawValue: 1 << 1)
    /// The device's clock was refused (before 2000, or too far ahead): `observed` is the time of receipt.
    package static let clockRefused = ReadingFlags(rawValue: 1 << 2)
    /// Outside the physical range of its quantity: kept as evidence, judged as a sensor fault.
    package static let outOfRange = ReadingFlags(rawValue: 1 << 3)
    /// The board's own clock had never been synchronised when this was received.
    package static let boardClockUnsynchronised = ReadingFlags(rawValue: 1 << 4)
}

/// One value of one sensor, as it stands in the journal.
package struct Reading: Hashable, Sendable {
    package var series: SeriesID
    /// When the sensor saw it (the device's word, or the time of receipt).
    package var observed: Timestamp
    /// When it reached this gateway.
    package var received: Timestamp
    /// *Units*: the canonical unit of the sensor's quantity. Always finite: what is not a number is refused by the decoder.
    package var value: Double
    package var flags: ReadingFlags

    package init(series: SeriesID, observed: Timestamp, received: Timestamp, value: Double, flags: ReadingFlags = []) {
        self.series = series
        self.observed = observed
        self.received = received
        self.value = value
        self.flags = flags
    }
}
