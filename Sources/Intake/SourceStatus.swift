/// Where a source's connection stands.
package enum SourceState: String, Sendable {
    /// Between two attempts.
    case waiting
    /// Looking up, connecting, or waiting for the broker's answer.
    case connecting
    case connected
    /// The store takes nothing; the broker keeps what comes.
    case paused
}

/// What a source says of itself, for status.
package struct SourceStatus: Equatable, Sendable {
    /// The site's name of the broker.
    package var id: String
    package var state: SourceState = .waiting
    /// *Units*: monotonic nanoseconds since when the state lasts.
    package var since: Int64 = 0
    /// Messages and payload bytes handed over since the start.
    package var messages: UInt64 = 0
    package var bytes: UInt64 = 0
    /// Messages that were durable already and came again.
    package var redelivered: UInt64 = 0
    /// Messages above `MQTTOptions.packetLimit`, which only a 3.1.1 broker sends: acknowledged and thrown away.
    package var oversized: UInt64 = 0
    /// What the last connection spoke: `5.0` or `3.1.1`; empty before the first.
    package var protocolVersion = ""
    /// Topic filters that the broker has granted on the present connection; all of them: nothing is missed.
    package var grantedFilters = 0
    /// Connections made after the first.
    package var reconnects: UInt64 = 0
    /// *Units*: monotonic nanoseconds, to the second; nil before the first message.
    package var lastMessage: Int64?
    /// *Units*: nanoseconds without any message after which something is wrong; nil: nobody knows how often sensors speak here.
    package var quietLimit: Int64?
    /// Connections that were made anew because nothing had come for so long.
    package var quietRenewals: UInt64 = 0
    /// Attempts that failed since the start.
    package var failures: UInt64 = 0
    /// Why the last connection ended, or what the broker refused; nil when all is well.
    package var lastError: String?

    package init(id: String) { self.id = id }

    /// How long nothing has come, where that is too long. *Units*: nanoseconds.
    package func quiet(monotonicNanoseconds now: Int64) -> Int64? {
        guard state == .connected, let lastMessage, let quietLimit, now - lastMessage > quietLimit else { return nil }
        return now - lastMessage
    }
}
