/// Where the uplink's connection stands.
package enum UplinkState: String, Sendable {
    case waiting, connecting, connected
    /// By HTTPS, which has no connection of its own: nothing was to be sent yet.
    case idle
}

/// Whether the platform's decisions are heard.
package enum DecisionsState: String, Sendable {
    case none, listening
    /// The platform lets nobody ask: its broker refuses the topic, or its server has no such path.
    case refused
}

/// What the uplink says of itself, for status.
package struct UplinkStatus: Equatable, Sendable {
    package var state: UplinkState = .waiting
    /// Messages acknowledged by the platform since the start, by lane.
    package var alertsAcknowledged: UInt64 = 0
    package var readingsAcknowledged: UInt64 = 0
    /// Alerts, and journal entries, that the platform does not have yet.
    package var alertsPending: UInt64 = 0
    package var readingsPending: UInt64 = 0
    package var inFlight = 0
    package var reconnects: UInt64 = 0
    /// Messages that the platform will never take; stepped over, and kept in the journal.
    package var deadLetters: UInt64 = 0
    /// The way of decisions from the platform.
    package var decisions = DecisionsState.none
    /// The gateway's own status documents that the platform has taken since the start, and whether it refuses them.
    package var statusSent: UInt64 = 0
    package var isStatusRefused = false
    package var lastError: String?
    package init() {}
}
