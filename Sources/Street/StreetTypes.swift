import Lifeline

/// How a street is simulated.
package struct StreetOptions: Equatable, Sendable {
    /// The same seed and start give the same bytes.
    package var seed: UInt64
    /// *Units*: seconds of real time in which a day of the street passes. *Range*: 1…86 400.
    package var dayLength: Double
    /// When the first message is due; the devices' own clocks start from it.
    package var start: Timestamp
    /// Whether anything goes wrong.
    package var hasFaults: Bool
    /// *Units*: seconds east of UTC of the devices that write local time.
    package var utcOffsetSeconds: Int

    package init(seed: UInt64 = 1, dayLength: Double = 24, start: Timestamp, hasFaults: Bool = true, utcOffsetSeconds: Int = 28_800) {
        self.seed = seed
        self.dayLength = dayLength
        self.start = start
        self.hasFaults = hasFaults
        self.utcOffsetSeconds = utcOffsetSeconds
    }
}

/// One message as a device or its network server publishes it.
package struct StreetMessage: Equatable, Sendable {
    /// *Units*: microseconds since the start.
    package var due: Int64
    package var topic: String
    package var payload: [UInt8]
}

/// One thing that goes wrong: the truth against which alerts are held.
package struct StreetFault: Equatable, Sendable {
    /// What can go wrong in a street.
    package enum Kind: String, Sendable {
        case openCover, burst, doorWear
    }

    package var kind: Kind
    /// The asset that is sick.
    package var asset: String
    /// *Units*: days of the street.
    package var begins: Double
    package var ends: Double
    /// Rules that should speak about it.
    package var rules: [String]
    /// What happens, in a few words.
    package var words: BilingualText
}

/// The faults of the one street that there is.
package enum StreetFaults {
    package static let all = [
        StreetFault(
            kind: .openCover, asset: "MH-02", begins: 1.3, ends: 2.9, rules: ["cover.open", "cover.tilt"],
            words: BilingualText(chinese: "井盖被掀开", english: "somebody lifts the cover")),
        StreetFault(
            kind: .doorWear, asset: "LF-1", begins: 1.6, ends: 4.4, rules: ["lift.door_wear"],
            words: BilingualText(chinese: "门机开始劣化", english: "the lift's door begins to wear")),
        StreetFault(
            kind: .burst, asset: "WP-03", begins: 2.6, ends: 4.1, rules: ["water.burst"],
            words: BilingualText(chinese: "管道爆裂", english: "the pipe bursts")),
    ]
    /// The last fault is mended before this. *Units*: days.
    package static let allClear = 4.6
}
