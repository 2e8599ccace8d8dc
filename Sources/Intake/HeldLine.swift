import Linux
import Site

/// A line that is held, real or simulated. `GPIOLine` says what each part does.
///
/// *Isolation*: one thread at a time.
package protocol HeldLine: AnyObject {
    /// Readable while events wait; below 0: the line reports none.
    var descriptor: Int32 { get }
    func level() throws(GPIOError) -> Bool
    func set(_ isActive: Bool) throws(GPIOError)
    /// Hands over events that wait, oldest first; returns how many.
    func read(_ body: (GPIOEvent) -> Void) throws(GPIOError) -> Int
}

extension GPIOLine: HeldLine {}

/// Where lines are taken from.
package protocol LineChips: AnyObject {
    /// What the kernel does for us.
    var abilities: GPIOAbilities { get }
    /// Takes a line of the chip that has this label now.
    func take(_ settings: GPIOSettings, chip: String, consumer: String) throws(GPIOError) -> any HeldLine
}

/// The chips of this machine.
package final class MachineChips: LineChips {
    package let abilities = GPIOAbilities.present
    private let folder: String

    /// - Parameter folder: where the device files are.
    package init(folder: String = "/dev") { self.folder = folder }

    package func take(_ settings: GPIOSettings, chip: String, consumer: String) throws(GPIOError) -> any HeldLine {
        try GPIOChip.open(label: chip, in: folder).request(settings, consumer: consumer)
    }
}

extension LineConfiguration {
    /// What others see as the holder of the line. *Range*: 31 bytes.
    package var consumer: String { "bamai \(id)" }

    /// How the line is to be taken.
    package var settings: GPIOSettings {
        let direction: GPIOSettings.Direction
        if case .output(let output) = role {
            direction = .output(initial: output.safe)
        } else {
            // Both edges, always: that they take turns is how a lost one is noticed.
            direction = .input(edges: .both, debounceNanoseconds: debounceNanoseconds)
        }
        return GPIOSettings(offset: place.offset, direction: direction, bias: GPIOBias(bias), isActiveLow: isActiveLow)
    }

    /// *Units*: nanoseconds; 0 for outputs.
    var debounceNanoseconds: Int64 {
        guard let (seconds, attoseconds) = debounce?.components else { return 0 }
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}

extension GPIOBias {
    /// The site's word.
    package init(_ bias: LineBias) {
        switch bias {
        case .asIs: self = .asIs
        case .disabled: self = .disabled
        case .pullUp: self = .pullUp
        case .pullDown: self = .pullDown
        }
    }
}
