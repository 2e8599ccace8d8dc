import Linux
import Site

/// The GPIO chips of this machine.
enum FoundChips {
    /// What keeps them from being known.
    static let whyNot = "this user may not open them; add it to the group gpio, or run as root"

    /// Every chip by its label; nil: there are some that this user may not look at.
    static func list() -> [FoundChip]? {
        var chips: [FoundChip] = []
        for path in GPIOChip.paths(in: GPIOFolder.path) {
            do throws(GPIOError) {
                let chip = try GPIOChip(path: path)
                chips.append(FoundChip(label: chip.label, lines: chip.lines))
            } catch .denied {
                return nil
            } catch {
                // It went away between the two looks.
                continue
            }
        }
        return chips
    }
}
