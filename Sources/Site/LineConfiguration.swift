import Lifeline

/// Where a line is: a chip by its label, because the kernel's numbers change between releases, and the line's offset on it.
package struct LinePlace: Hashable, Sendable {
    /// What `gpiodetect` prints in brackets.
    package var chip: String
    /// *Range*: 0…1023, and below the chip's number of lines where the board's file states it.
    package var offset: Int
    /// The header's name of it, `P1-11`; empty where no board file names it.
    package var pin: String

    package init(chip: String, offset: Int, pin: String = "") {
        self.chip = chip
        self.offset = offset
        self.pin = pin
    }
}

/// The resistor inside the chip.
package enum LineBias: String, CaseIterable, Sendable {
    /// What the device tree or whoever had the line before has set.
    case asIs = "as-is"
    /// Neither of both; the words are those of libgpiod's own tools.
    case disabled
    case pullUp = "pull-up"
    case pullDown = "pull-down"
}

/// One line of a GPIO chip that the site uses.
package struct LineConfiguration: Equatable, Sendable {
    /// Unique among the site's lines and devices; how status, logs and commands call it, and the end of the kernel's consumer name.
    /// *Range*: 1…24 letters, digits, `-`, `_` and `.`.
    package var id: String
    package var place: LinePlace
    package var bias: LineBias
    /// Active is then the low voltage. Edges and levels in everything that follows are logical: rising is "became active".
    package var isActiveLow: Bool
    package var role: LineRole

    package init(id: String, place: LinePlace, bias: LineBias = .asIs, isActiveLow: Bool = false, role: LineRole) {
        self.id = id
        self.place = place
        self.bias = bias
        self.isActiveLow = isActiveLow
        self.role = role
    }

    /// How long a level must last to be believed; nil for outputs. *Range*: 0…10 s; 0: every edge counts.
    package var debounce: Duration? {
        switch role {
        case .contact(let contact): contact.debounce
        case .state(let state): state.debounce
        case .pulse(let pulse): pulse.debounce
        case .output: nil
        }
    }
}

/// What a line is for, with what only this role has. Sensors are indices into the plan's.
package enum LineRole: Equatable, Sendable {
    case contact(ContactLine)
    case state(StateLine)
    case pulse(PulseLine)
    case output(OutputLine)

    /// As the file writes it.
    package var name: String {
        switch self {
        case .contact: "contact"
        case .state: "state"
        case .pulse: "pulse"
        case .output: "output"
        }
    }
}

/// A contact that matters at once: a cover, a door, a float switch. Its reading is 1 while the line is active and 0 while it is not.
package struct ContactLine: Equatable, Sendable {
    package var sensor: Int
    package var debounce: Duration
    /// How often the level is reported while nothing changes, so that a quiet line is told from a dead one. *Range*: 1 s…1 d.
    package var interval: Duration

    package init(sensor: Int, debounce: Duration, interval: Duration) {
        self.sensor = sensor
        self.debounce = debounce
        self.interval = interval
    }
}

/// A state that counts only when it lasts: a pump runs, mains are there. Its reading is 1 while the line is active and 0 while it is not.
package struct StateLine: Equatable, Sendable {
    package var sensor: Int
    package var debounce: Duration
    /// How long a new level must last before it is the state; the state is then said to have begun with its first edge. *Range*: 0…1 h.
    package var dwell: Duration
    /// As for a contact.
    package var interval: Duration

    package init(sensor: Int, debounce: Duration, dwell: Duration, interval: Duration) {
        self.sensor = sensor
        self.debounce = debounce
        self.dwell = dwell
        self.interval = interval
    }
}

/// A meter's pulses. A pulse is counted when the line becomes active.
///
/// The count itself is journalled (`<asset>/pulses`): it only grows, for as long as the journal knows the series, and is what a start goes on from.
/// What the meter's dial shows follows from the count and this configuration alone.
package struct PulseLine: Equatable, Sendable {
    /// What one meter counts for: from a count on, until the next one's.
    package struct Meter: Equatable, Sendable {
        /// The gateway's count when this meter began. *Range*: 0…2^53; rises from meter to meter.
        package var fromCount: UInt64
        /// What its dial showed then. *Units*: canonical.
        package var reading: Double
        /// *Units*: canonical for one pulse. *Range*: above 0.
        package var perPulse: Double
        /// Where the dial begins anew at 0; nil: never. *Units*: canonical. *Range*: above `perPulse` and `reading`.
        package var wrapsAt: Double?

        package init(fromCount: UInt64 = 0, reading: Double = 0, perPulse: Double, wrapsAt: Double? = nil) {
            self.fromCount = fromCount
            self.reading = reading
            self.perPulse = perPulse
            self.wrapsAt = wrapsAt
        }
    }

    /// Reads the count of pulses, always there.
    package var countSensor: Int
    /// Reads what the dial shows; nil: nobody wants it.
    package var totalSensor: Int?
    /// Reads how fast it runs; nil: nobody wants it.
    package var rateSensor: Int?
    /// At least one; the first holds for smaller counts too.
    package var meters: [Meter]
    /// From canonical units of the total a second to the canonical unit of the rate (m3 a second to m3/h: 3600).
    package var rateFactor: Double
    /// Over how long the rate is taken at most; after so long without a pulse it is 0. *Range*: 1 s…1 d.
    package var window: Duration
    package var debounce: Duration
    /// The fastest that the meter gives pulses. *Units*: hertz. *Range*: above 0…100 000.
    package var maxHz: Double
    /// How often count, total and rate are reported; pulses since the last report are what a power cut can lose. *Range*: 1 s…1 d.
    package var interval: Duration

    package init(
        countSensor: Int, totalSensor: Int? = nil, rateSensor: Int? = nil, meters: [Meter], rateFactor: Double = 1, window: Duration,
        debounce: Duration, maxHz: Double, interval: Duration
    ) {
        self.countSensor = countSensor
        self.totalSensor = totalSensor
        self.rateSensor = rateSensor
        self.meters = meters
        self.rateFactor = rateFactor
        self.window = window
        self.debounce = debounce
        self.maxHz = maxHz
        self.interval = interval
    }
}

/// Something that the gateway switches.
package struct OutputLine: Equatable, Sendable {
    /// What it shows or does.
    package enum Drive: Equatable, Sendable {
        /// On while the gateway runs and has no problem.
        case status
        /// On while an alert of `from` or worse stands that nobody has acknowledged or shelved; at most `atMost` after the last one was raised.
        case siren(from: Level, atMost: Duration)
    }

    package var drive: Drive
    /// The logical level before the start, after a stop, and while nobody judges: true is on.
    package var safe: Bool

    package init(drive: Drive, safe: Bool) {
        self.drive = drive
        self.safe = safe
    }
}

/// Which board the site runs on, with what its file says.
package struct BoardConfiguration: Equatable, Sendable {
    /// The name of the file in the boards folder, without `.toml`.
    package var type: String
    /// The board's own number (`/proc/device-tree/serial-number`) where the site names it: another board is then refused.
    package var serial: String?
    package var board: Board

    package init(type: String, serial: String? = nil, board: Board) {
        self.type = type
        self.serial = serial
        self.board = board
    }
}
