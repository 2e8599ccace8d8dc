/// What a decoder has counted since it was made: `messages` = `acceptedMessages` + `refusedMessages` + `ignored`.
package struct DecodeFigures: Equatable, Sendable {
    package var messages: UInt64 = 0
    /// *Units*: bytes of payload, of every message.
    package var bytes: UInt64 = 0
    package var readings: UInt64 = 0
    /// Messages that were sound in every part that was looked at, readings or none.
    package var acceptedMessages: UInt64 = 0
    /// Messages in which something was refused; their sound fields were kept.
    package var refusedMessages: UInt64 = 0
    /// Messages meant for somebody else: ChirpStack's joins, logs and acknowledgements.
    package var ignored: UInt64 = 0
    private var counts = [UInt64](repeating: 0, count: RejectCause.allCases.count)

    package init() {}

    /// Refusals by cause, in the order of `RejectCause.allCases`; a message with two bad fields counts twice.
    package var refusals: [(RejectCause, UInt64)] { Array(zip(RejectCause.allCases, counts)) }

    /// Refusals for one cause.
    package func refusals(for cause: RejectCause) -> UInt64 { counts[cause.place] }

    mutating func count(_ cause: RejectCause) { counts[cause.place] &+= 1 }
}
