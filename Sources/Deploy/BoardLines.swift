import Glibc
import Intake
import Linux
import Site

/// What a board says about the hardware that a site wants: which board it is, its GPIO chips, and whether each line can be had.
package struct BoardLines {
    /// nil: it has no device tree.
    package var identity: BoardIdentity?
    /// nil: there are chips that this user may not look at.
    package var found: [FoundChip]?
    package var chips: any LineChips

    package init(identity: BoardIdentity?, found: [FoundChip]?, chips: any LineChips) {
        (self.identity, self.found, self.chips) = (identity, found, chips)
    }

    /// The board that this program runs on.
    package static func ofThisBoard() -> BoardLines {
        // The daemon looks in the same folder.
        let folder = getenv("BAMAI_DEVICES").map { String(cString: $0) } ?? "/dev"
        return BoardLines(identity: BoardIdentity.read(from: .disk), found: chips(in: folder), chips: MachineChips(folder: folder))
    }

    /// Every chip by its label; nil where there is one that this user may not look at.
    package static func chips(in folder: String) -> [FoundChip]? {
        var chips: [FoundChip] = []
        for path in GPIOChip.paths(in: folder) {
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

    /// What is against a site on this board, one sentence each; empty: nothing.
    ///
    /// Lines that the site which runs does not have are taken for a moment, with the bias and the edges that they will need. An output is taken as an
    /// input: what hangs on it must not move before the change is wanted.
    ///
    /// - Parameter running: the site whose lines the daemon holds now; nil where none runs.
    package func objections(to site: SiteConfiguration, running: SiteConfiguration?) -> [String] {
        let objections = BoardComparison.objections(of: site, to: identity, found: found)
        guard objections.isEmpty else { return objections }
        let held = Set(running?.lines.map { Self.key($0) } ?? [])
        var refused: [String] = []
        for line in site.lines where !held.contains(Self.key(line)) {
            var settings = line.settings
            if case .output = settings.direction { settings.direction = .input(edges: .none, debounceNanoseconds: 0) }
            do throws(GPIOError) {
                let taken = try chips.take(settings, chip: line.place.chip, consumer: "bamai push")
                withExtendedLifetime(taken) {}
            } catch {
                let pin = line.place.pin.isEmpty ? "" : " (\(line.place.pin))"
                refused.append("line \"\(line.id)\", line \(line.place.offset) of \(line.place.chip)\(pin): \(error)")
            }
        }
        return refused
    }

    private static func key(_ line: LineConfiguration) -> String { "\(line.place.chip) \(line.place.offset)" }
}
