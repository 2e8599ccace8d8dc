import Deploy
import Site

/// The GPIO chips of this machine.
enum FoundChips {
    /// What keeps them from being known.
    static let whyNot = "this user may not open them; add it to the group gpio, or run as root"

    /// Every chip by its label; nil: there are some that this user may not look at.
    static func list() -> [FoundChip]? { BoardLines.chips(in: GPIOFolder.path) }
}
