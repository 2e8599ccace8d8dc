import Lines
import Linux

/// What the kernel's events of one line have shown since it was first taken.
package struct EdgeFigures: Equatable, Sendable {
    /// Events that the kernel handed over.
    package var events: UInt64 = 0
    /// Events that debouncing here took for bounces.
    package var bounces: UInt64 = 0
    /// Events that the kernel has numbered and thrown away because its queue was full.
    package var overflowed: UInt64 = 0
    /// How often the queue was found full by a kernel that does not say whether it threw anything away.
    package var fullQueues: UInt64 = 0

    package init() {}
}

/// Between the kernel's events and the line's edges: says what numbered events have skipped, and takes bounces out where the kernel cannot.
///
/// A level must last as long as debouncing asks for before it is an edge; the edge then has the time at which the level began. The last word is the level's,
/// read again when the time is over, so a bounce whose event was lost leaves no wrong level behind. Time is that of the events: a queue that is read late
/// gives the same edges as one that is read at once.
///
/// *Complexity*: constant, without allocation but for what is handed out. *Isolation*: a value.
package struct EdgeFilter {
    private let debounce: Int64
    /// The level after the last event.
    private var raw: Bool
    private var sequence: UInt32
    /// A change that is not old enough: since when, and when it last moved.
    private var pending: (since: Int64, moved: Int64)?

    /// The level that is believed.
    package private(set) var level: Bool
    package private(set) var figures: EdgeFigures

    /// - Parameters:
    ///   - level: the logical level when the line was taken.
    ///   - debounceNanoseconds: how long a level must last; 0: every event is an edge, or the kernel has seen to it.
    ///   - sequence: of the last event that was left out; 0: none was.
    ///   - figures: to go on with, where the line was held before.
    package init(level: Bool, debounceNanoseconds: Int64, sequence: UInt32 = 0, figures: EdgeFigures = EdgeFigures()) {
        self.sequence = sequence
        self.level = level
        raw = level
        debounce = max(0, debounceNanoseconds)
        self.figures = figures
    }

    /// *Units*: monotonic nanoseconds: when `settle` has something to decide; nil: never.
    package var deadline: Int64? { pending.map { $0.moved + debounce } }

    /// Takes the next event of the kernel.
    package mutating func take(_ event: GPIOEvent, into edges: inout [LineEdge]) {
        figures.events += 1
        let skipped = countSkipped(event)
        figures.overflowed += UInt64(skipped)
        guard debounce > 0 else {
            raw = event.isRising
            level = raw
            // What was skipped among bounces says nothing about the line; here it does.
            edges.append(LineEdge(isActive: raw, time: event.nanoseconds, lost: Int(skipped)))
            return
        }
        settle(until: event.nanoseconds, into: &edges)
        move(to: event.isRising, at: event.nanoseconds)
    }

    /// Decides a change that is old enough. To be called at `deadline` and with every look at the line, after all events that wait were taken.
    ///
    /// - Parameter actual: the level as it is read now; nil: it could not be read, and the last event's counts.
    package mutating func settle(now: Int64, actual: Bool?, into edges: inout [LineEdge]) {
        guard debounce > 0 else { return }
        if let actual, actual != raw {
            // Its event was lost, or is on its way. Either way the level has to last from now on.
            move(to: actual, at: now)
        }
        settle(until: now, into: &edges)
    }

    /// The level was read, and no event explains it. Without meaning where bounces are taken out here: there a level has to last.
    package mutating func believe(_ isActive: Bool) {
        guard debounce == 0 else { return }
        (raw, level) = (isActive, isActive)
    }

    /// The kernel's queue was full, and it does not say whether more came.
    package mutating func noteFullQueue() { figures.fullQueues += 1 }

    private mutating func move(to isActive: Bool, at moment: Int64) {
        raw = isActive
        if let change = pending {
            figures.bounces += 1
            pending = (change.since, moment)
        } else {
            pending = (moment, moment)
        }
    }

    private mutating func countSkipped(_ event: GPIOEvent) -> UInt32 {
        guard event.lineSequence != 0 else { return 0 }
        defer { sequence = event.lineSequence }
        return event.lineSequence &- sequence &- 1
    }

    private mutating func settle(until moment: Int64, into edges: inout [LineEdge]) {
        guard let change = pending, moment - change.moved >= debounce else { return }
        pending = nil
        if raw == level {
            // It came back: what began the change was a bounce too.
            figures.bounces += 1
        } else {
            level = raw
            edges.append(LineEdge(isActive: level, time: change.since))
        }
    }
}
