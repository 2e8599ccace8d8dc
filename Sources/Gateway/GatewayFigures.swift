/// What the line has counted since the daemon started.
package struct GatewayFigures: Equatable, Sendable {
    package var commits: UInt64 = 0
    package var failedCommits: UInt64 = 0
    /// QoS 0 messages of failed commits: nobody sends them again.
    package var lostUnacknowledgeable: UInt64 = 0
    /// Retained messages that told nothing new.
    package var staleRetained: UInt64 = 0
    package var ticks: UInt64 = 0
    package var alerts: UInt64 = 0
    /// Readings of the journal judged again at start.
    package var replayed: UInt64 = 0
    /// Checkpoints that were larger than a journal takes.
    package var checkpointsTooLarge: UInt64 = 0
    package init() {}
}
