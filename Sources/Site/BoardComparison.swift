/// A board's file beside the chips that are there, and a site beside the board that it is to run on.
package struct BoardComparison: Equatable, Sendable {
    /// What became of a chip that the file names.
    package enum Presence: Equatable, Sendable {
        case present
        /// It is there with another number of lines: another release of the board or of its kernel.
        case otherLines(Int)
        case missing
        /// Several have the label: none of them can be addressed.
        case ambiguous
    }

    /// The file's chips in its order.
    package var chips: [(chip: Board.Chip, presence: Presence)]
    /// Labels that the file does not know.
    package var others: [FoundChip]

    package init(_ board: Board, found: [FoundChip]) {
        chips = board.chips.map { chip -> (chip: Board.Chip, presence: Presence) in
            let alike = found.filter { $0.label == chip.label }
            guard let one = alike.first else { return (chip, .missing) }
            if alike.count > 1 { return (chip, .ambiguous) }
            return (chip, one.lines == chip.lines ? .present : .otherLines(one.lines))
        }
        others = found.filter { board.chip(labelled: $0.label) == nil }
    }

    /// Whether every chip of the file is there as the file says.
    package var isExact: Bool { chips.allSatisfy { $0.presence == .present } }

    package static func == (left: BoardComparison, right: BoardComparison) -> Bool {
        left.others == right.others && left.chips.elementsEqual(right.chips) { $0.chip == $1.chip && $0.presence == $1.presence }
    }

    /// What a site has against running on a board, each as a sentence that says what to do; empty: nothing.
    ///
    /// - Parameters:
    ///   - identity: what the board says of itself; nil: it has no device tree.
    ///   - found: the chips that are there; nil: not known, and then nothing is said of them.
    package static func objections(of site: SiteConfiguration, to identity: BoardIdentity?, found: [FoundChip]?) -> [String] {
        var objections: [String] = []
        if let wanted = site.board {
            objections += mismatch(wanted, identity)
        }
        guard let found else { return objections }
        var told: Set<String> = []
        for line in site.lines {
            let alike = found.filter { $0.label == line.place.chip }
            if let chip = alike.first, alike.count == 1 {
                guard line.place.offset >= chip.lines else { continue }
                objections.append(
                    "line \(Wording.quote(line.id)) is line \(line.place.offset) of \(chip.label), which has the lines 0…\(chip.lines - 1) here")
            } else if told.insert(line.place.chip).inserted {
                let present = found.isEmpty ? "there is none" : "there are " + Wording.list(found.map(\.label), joining: "and")
                objections.append(
                    alike.isEmpty
                        ? "no GPIO chip is labelled \(Wording.quote(line.place.chip)), which line \(Wording.quote(line.id)) is on; \(present)"
                        : "\(alike.count) GPIO chips are labelled \(Wording.quote(line.place.chip)); line \(Wording.quote(line.id)) could be on any")
            }
        }
        return objections
    }

    private static func mismatch(_ wanted: BoardConfiguration, _ identity: BoardIdentity?) -> [String] {
        var objections: [String] = []
        let names = wanted.board.compatible
        if !names.isEmpty {
            if let identity {
                if !identity.compatible.contains(where: { names.contains($0) }) {
                    let here = identity.model.isEmpty ? identity.compatible.first ?? "no name" : identity.model
                    objections.append(
                        "the site is made for \(wanted.type) (\(wanted.board.name)), and this board is \(here): change [board] type, or take the right board"
                    )
                }
            } else {
                objections.append(
                    "the site is made for \(wanted.type) (\(wanted.board.name)), and this machine has no device tree: it is no such board")
            }
        }
        if let serial = wanted.serial, identity?.serial != serial {
            let here = identity.map { $0.serial.isEmpty ? "has no number" : "is \($0.serial)" } ?? "has no number"
            objections.append(
                "the site is made for the board with the number \(serial), and this one \(here): change [board] serial, or take the right board")
        }
        return objections
    }
}
