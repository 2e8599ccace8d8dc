/// How much `bamai discover` takes in. Beyond a limit nothing is kept, and what was left out is counted and said.
package struct ListeningLimits: Sendable {
    /// Devices told apart. *Source*: what one site may hold.
    package var devices = 4096
    /// Topics of one device.
    package var topics = 16
    /// Messages kept of one topic of one device: the first ones, for a Sparkplug birth comes before its data. Later ones are counted and timed.
    package var messages = 16
    /// *Units*: bytes. A larger message is counted and not kept. *Source*: the most that the decoder takes.
    package var messageBytes = 262_144
    /// *Units*: bytes of all messages kept. A board with 512 MB must bear it beside its gateway.
    package var bytes = 48 << 20

    package init() {}
}
