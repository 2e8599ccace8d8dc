/// Where a source's connection stands.
package enum SourceState: String, Sendable {
    /// Between two attempts.
    case waiting
    /// Looking up, connecting, or waiting for the broker's answer.
    case connecting
    case connected
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
    /// Connections made after the first.
    package var reconnects: UInt64 = 0
    /// Attempts that failed since the start.
    package var failures: UInt64 = 0
    /// Why the last connection ended, or what the broker refused; nil when all is well.
    package var lastError: String?

    package init(id: String) { self.id = id }
}
