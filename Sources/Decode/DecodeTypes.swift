import Lifeline

/// Why a message, or one field of it, gave no reading.
package enum RejectCause: String, CaseIterable, Sendable {
    /// No device of the site listens to this topic.
    case unmatchedTopic = "unmatched-topic"
    /// The topic is known, the device that the payload names is not.
    case unknownDevice = "unknown-device"
    case tooLarge = "too-large"
    case empty
    case notJSON = "not-json"
    case invalidUTF8 = "invalid-utf8"
    case tooDeep = "too-deep"
    /// A network server that has no codec for the device sends no decoded object.
    case noCodec = "no-codec"
    /// A field that the site calls required is not there.
    case missingField = "missing-field"
    case wrongType = "wrong-type"
    /// A text that is no number, or a number that no Double holds.
    case notANumber = "not-a-number"
    /// The time of observation cannot be read; the reading is kept with the time of receipt.
    case badTime = "bad-time"
    /// The parser could get no memory.
    case noMemory = "no-memory"
}

/// One value on its way to the journal.
package struct DecodedReading: Equatable, Sendable {
    /// Index into the plan's sensors.
    package var sensor: Int
    package var observed: Timestamp
    /// *Units*: the quantity's canonical unit. Always finite.
    package var value: Double
    package var flags: ReadingFlags
}

/// What became of one message. A message with one bad field still gives its good readings.
package struct DecodeReport: Equatable, Sendable {
    /// Readings appended.
    package var readings = 0
    /// The first cause, if anything was refused: the message is worth a sample.
    package var rejection: RejectCause?
    /// Meant for somebody else (a join, an acknowledgement): no error.
    package var isIgnored = false
    package init() {}
}

/// What a decoder has counted.
package struct DecodeFigures: Equatable, Sendable {
    package var messages: UInt64 = 0
    package var bytes: UInt64 = 0
    package var readings: UInt64 = 0
    package var ignored: UInt64 = 0
    /// Messages in which something was refused.
    package var refusedMessages: UInt64 = 0
    private var counts = [UInt64](repeating: 0, count: RejectCause.allCases.count)

    package init() {}

    /// Refusals by cause; a message with two bad fields counts twice.
    package var refusals: [(RejectCause, UInt64)] { Array(zip(RejectCause.allCases, counts)) }

    mutating func count(_ cause: RejectCause) { counts[cause.index] += 1 }
}

extension RejectCause {
    /// The place in `allCases`.
    var index: Int { RejectCause.allCases.firstIndex(of: self) ?? 0 }
}
