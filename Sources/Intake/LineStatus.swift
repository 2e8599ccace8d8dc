import Lines
import Linux
import Site

/// Where a line stands.
package enum LineHold: String, Sendable {
    /// Not asked for yet.
    case waiting
    case held
    /// Somebody else has it.
    case busy
    /// There is no such chip now, or it has been taken away.
    case absent
    /// It cannot be had for another reason: no permission, or the chip cannot do what is asked.
    case refused
}

/// What a line says of itself, for status.
package struct LineStatus: Equatable, Sendable {
    /// The site's name of the line.
    package var id: String
    package var place: LinePlace
    /// `contact`, `state`, `pulse`, `output`.
    package var role: String
    package var hold: LineHold = .waiting
    /// *Units*: monotonic nanoseconds since when it stands so.
    package var since: Int64 = 0
    /// The logical level that is believed; of an output, the one that is driven. nil: not held.
    package var level: Bool?
    /// The events of the kernel, bounces and overflows.
    package var events = EdgeFigures()
    /// Edges of a contact or a state that came too often to be readings each; the level is read once a second all the same.
    package var throttled: UInt64 = 0
    /// What the role made of the edges.
    package var edges = LineFigures()
    /// Pulses counted since the series began; nil for other roles.
    package var count: UInt64?
    /// Times that the line was taken after the first.
    package var retakes: UInt64 = 0
    /// Attempts that failed since the start.
    package var failures: UInt64 = 0
    /// Attempts that failed since the line was held.
    var attempts = 0
    var wasHeld = false
    /// Why the line is not held, with what to do; nil when all is well.
    package var lastError: String?

    /// - Parameter line: as the site has it.
    package init(_ line: LineConfiguration) {
        id = line.id
        place = line.place
        role = line.role.name
    }

    /// `cover (P1-11)`, or the chip and the offset where no header's name is known.
    package var words: String { place.pin.isEmpty ? "\(id) (\(place.chip) line \(place.offset))" : "\(id) (\(place.pin))" }
}

/// All lines of a source together.
package struct LinesReport: Equatable, Sendable {
    /// Lines that are not held now.
    package var down: Int
    /// Edges that are known to be lost since the start; a queue that was full counts as one.
    package var edgesLost: UInt64

    /// Readings that were thrown away because the store took nothing for too long.
    package var dropped: UInt64
    /// How often the loop was found standing still, and the outputs were made safe without it.
    package var timesStuck: UInt64

    package init(down: Int, edgesLost: UInt64, dropped: UInt64 = 0, timesStuck: UInt64 = 0) {
        self.down = down
        self.edgesLost = edgesLost
        self.dropped = dropped
        self.timesStuck = timesStuck
    }
}

extension LineHold {
    /// What an error means for the line.
    init(_ error: GPIOError) {
        switch error {
        case .busy: self = .busy
        case .noChip, .gone: self = .absent
        case .ambiguous, .denied, .noLine, .unsupported, .other: self = .refused
        }
    }
}
