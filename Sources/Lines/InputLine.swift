import Site

/// One input line: edges, levels and time in, readings in the site's terms out.
///
/// It reads no clock and no chip. Whoever owns the chip gives every edge in the kernel's order, and then, when `nextDeadline` has come, a `tick` with the level
/// as it reads it.
///
/// *Complexity*: an edge allocates nothing (the readings' array keeps its capacity). *Isolation*: one thread's.
package struct InputLine {
    // Each line has exactly one of them; as cases of an enum they would be copied with every edge.
    private var contact: ContactInput?
    private var state: StateInput?
    private var pulse: PulseCounter?

    /// - Parameters:
    ///   - role: what the line is for; nil comes back for an output.
    ///   - journalled: for pulses, the newest value of `countSensor` in the journal; nil: there is none, and the count begins at 0.
    package init?(_ role: LineRole, journalled: Double? = nil) {
        switch role {
        case .contact(let settings): contact = ContactInput(settings)
        case .state(let settings): state = StateInput(settings)
        case .pulse(let settings): pulse = PulseCounter(settings, journalled: journalled)
        case .output: return nil
        }
    }

    /// The line is held, or held again after it was not: its level counts from here, and what happened before is unknown.
    package mutating func start(isActive: Bool, at now: Int64, into readings: inout [LineReading]) {
        contact?.start(isActive: isActive, at: now, into: &readings)
        state?.start(isActive: isActive, at: now, into: &readings)
        pulse?.start(isActive: isActive, at: now, into: &readings)
    }

    /// One edge, after `start`.
    package mutating func edge(_ edge: LineEdge, into readings: inout [LineReading]) {
        contact?.edge(edge, into: &readings)
        state?.edge(edge, into: &readings)
        pulse?.edge(edge, into: &readings)
    }

    /// Time has passed.
    ///
    /// - Parameter isActive: the level as it is read now, after every edge that had arrived was given; nil: it was not read.
    package mutating func tick(isActive: Bool?, at now: Int64, into readings: inout [LineReading]) {
        contact?.tick(isActive: isActive, at: now, into: &readings)
        state?.tick(isActive: isActive, at: now, into: &readings)
        pulse?.tick(isActive: isActive, at: now, into: &readings)
    }

    /// The last word before the line is let go: what was counted since the last report.
    package mutating func stop(at now: Int64, into readings: inout [LineReading]) {
        pulse?.report(now, &readings)
    }

    /// *Units*: nanoseconds of the monotonic clock; when `tick` wants to be called next.
    package var nextDeadline: Int64 { contact?.nextDeadline ?? state?.nextDeadline ?? pulse?.nextDeadline ?? .max }

    /// What it has gone through since it was made.
    package var figures: LineFigures { contact?.figures ?? state?.figures ?? pulse?.figures ?? LineFigures() }

    /// The count of a pulse line; nil for others.
    package var count: UInt64? { pulse?.count }
}
