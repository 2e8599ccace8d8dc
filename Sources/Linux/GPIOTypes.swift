internal import CLinux
import Glibc

/// The resistor inside a chip that holds a line where nothing drives it.
package enum GPIOBias: UInt8, Sendable {
    /// As it was left; of a line that is only looked at: not known.
    case asIs = 0
    case disabled, pullUp, pullDown
}

/// Which edges an input reports.
package enum GPIOEdges: UInt8, Sendable {
    /// Only the level can be read.
    case none = 0
    case rising, falling, both
}

/// How a line is to be taken.
package struct GPIOSettings: Equatable, Sendable {
    /// What a line is used as.
    package enum Direction: Equatable, Sendable {
        /// `debounceNanoseconds` is the kernel's part; ignored where it has none (`GPIOAbilities.debounces`). *Range*: 0…4 000 s, to a microsecond.
        case input(edges: GPIOEdges, debounceNanoseconds: Int64)
        /// Driven to this logical level from the first moment on.
        case output(initial: Bool)
    }

    package var offset: Int
    package var direction: Direction
    package var bias: GPIOBias
    /// Levels and edges are logical then: the low voltage is active.
    package var isActiveLow: Bool

    package init(offset: Int, direction: Direction, bias: GPIOBias = .asIs, isActiveLow: Bool = false) {
        self.offset = offset
        self.direction = direction
        self.bias = bias
        self.isActiveLow = isActiveLow
    }
}

/// One edge, as the kernel saw it.
package struct GPIOEvent: Equatable, Sendable {
    /// *Units*: nanoseconds of the monotonic clock, taken in the interrupt.
    package var nanoseconds: Int64
    /// Counts the line's edges from 1, lost ones too; 0: not numbered.
    package var lineSequence: UInt32
    /// Logical: became active.
    package var isRising: Bool

    package init(nanoseconds: Int64, lineSequence: UInt32 = 0, isRising: Bool) {
        self.nanoseconds = nanoseconds
        self.lineSequence = lineSequence
        self.isRising = isRising
    }
}

/// How a line of a chip stands.
package struct GPIOLineInfo: Equatable, Sendable {
    package var offset: Int
    /// The device tree's name of it; may be empty.
    package var name: String
    /// Who holds it; empty: nobody, or somebody without a name.
    package var consumer: String
    package var isUsed: Bool
    package var isOutput: Bool
    package var isActiveLow: Bool
    package var bias: GPIOBias

    package init(offset: Int, name: String, consumer: String, isUsed: Bool, isOutput: Bool, isActiveLow: Bool, bias: GPIOBias) {
        self.offset = offset
        self.name = name
        self.consumer = consumer
        self.isUsed = isUsed
        self.isOutput = isOutput
        self.isActiveLow = isActiveLow
        self.bias = bias
    }
}

/// What libgpiod and the kernel do for us on this system.
package struct GPIOAbilities: Equatable, Sendable {
    /// 1 or 2: libgpiod's interface.
    package var interface: Int
    /// Events are numbered, so that lost ones are seen and counted.
    package var numbersEvents: Bool
    /// The kernel debounces, before its queue.
    package var debounces: Bool
    /// Events that the kernel keeps for a line that nobody reads.
    package var queue: Int

    package init(interface: Int, numbersEvents: Bool, debounces: Bool, queue: Int) {
        self.interface = interface
        self.numbersEvents = numbersEvents
        self.debounces = debounces
        self.queue = queue
    }

    /// Of the library that this program is linked with.
    package static var present: GPIOAbilities {
        let found = bamai_gpio_abilities()
        return GPIOAbilities(
            interface: Int(found.interface), numbersEvents: found.numbers_events, debounces: found.debounces, queue: Int(found.queue))
    }
}

/// Why a chip or a line cannot be had, with what to do about it.
package enum GPIOError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No chip of this label; the labels that there are.
    case noChip(String, present: [String])
    /// Several chips have the label; their device files.
    case ambiguous(String, [String])
    /// The device files may not be opened.
    case denied([String])
    /// The chip has only so many lines.
    case noLine(Int, lines: Int)
    /// Somebody else holds the line.
    case busy(consumer: String)
    /// The chip was taken away.
    case gone
    /// The chip cannot do what was asked (edges, a bias).
    case unsupported(SystemError)
    case other(SystemError)

    package var description: String {
        switch self {
        case .noChip(let label, let present) where present.isEmpty:
            "no GPIO chip \"\(label)\": this machine has none (no /dev/gpiochip*)"
        case .noChip(let label, let present): "no GPIO chip \"\(label)\"; there are: \(present.joined(separator: ", "))"
        case .ambiguous(let label, let paths):
            "\(paths.count) GPIO chips are called \"\(label)\" (\(paths.joined(separator: ", "))): nobody can tell which is meant"
        case .denied(let paths):
            "no permission for \(paths.joined(separator: ", ")): add the user to the group gpio, or give it the device by a udev rule (SUBSYSTEM==\"gpio\", GROUP=\"gpio\", MODE=\"0660\")"
        case .noLine(let offset, let lines): "the chip has lines 0 to \(lines - 1), not \(offset)"
        case .busy(let consumer) where consumer.isEmpty: "held by another program or driver, which gives no name"
        case .busy(let consumer): "held by \"\(consumer)\": stop it, or remove the overlay that claims the line"
        case .gone: "the chip has gone"
        case .unsupported(let error): "the chip cannot do what the line asks for (\(error))"
        case .other(let error): "\(error)"
        }
    }

    init(_ call: String, _ result: Int32) {
        let error = SystemError(call, -result)
        switch error.code {
        case ENODEV: self = .gone
        case EBUSY: self = .busy(consumer: "")
        case ENXIO, EINVAL, ENOTSUP, EOPNOTSUPP: self = .unsupported(error)
        default: self = .other(error)
        }
    }
}
