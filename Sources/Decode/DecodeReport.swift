/// What became of one message. A message with one bad field still gives its good readings.
package struct DecodeReport: Equatable, Sendable {
    /// Readings appended.
    package var readings = 0
    /// The first cause, if anything was refused: the message is worth a sample.
    package var rejection: RejectCause?
    /// How many refusals there were: fields, times, or the whole message (1).
    package var refusals = 0
    /// Meant for somebody else (a join, an acknowledgement): no error.
    package var isIgnored = false

    package init() {}
}
