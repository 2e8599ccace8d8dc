/// A kind of board that the gateway may run on.
package struct Board: Equatable, Sendable {
    /// One GPIO chip, addressed by its label: the kernel's numbers change between releases.
    package struct Chip: Equatable, Sendable {
        /// What `gpiodetect` prints in brackets.
        package var label: String
        /// *Range*: 1…1024.
        package var lines: Int
        /// What is known of single lines, in the order of the file; each offset once.
        package var pins: [Pin]
        /// For people only; may be empty.
        package var notes: String

        package init(label: String, lines: Int, pins: [Pin] = [], notes: String = "") {
            self.label = label
            self.lines = lines
            self.pins = pins
            self.notes = notes
        }
    }

    /// One line that has a name, or a reason to keep away from it.
    package struct Pin: Equatable, Sendable {
        /// *Range*: 0 to below the chip's number of lines.
        package var offset: Int
        /// The place on a header first (`P1-11`), then other names (`GPIO17`); unique on the board, ASCII case ignored. Empty: the line is on no header.
        package var names: [String]
        /// Why a site must not use it; nil: it may.
        package var reserved: String?
        /// What to know before using it; nil: nothing.
        package var caution: String?

        package init(offset: Int, names: [String] = [], reserved: String? = nil, caution: String? = nil) {
            self.offset = offset
            self.names = names
            self.reserved = reserved
            self.caution = caution
        }
    }

    /// What people call it.
    package var name: String
    /// Device-tree names, any of which identifies the board; empty: any board.
    package var compatible: [String]
    /// Labels are unique.
    package var chips: [Chip]
    /// How many edges a second all lines together may bring; nil: not known. *Range*: 1…1 000 000.
    package var maxEdgesPerSecond: Int?
    /// *Units*: bytes of the storage that is soldered to it; nil: a card or disk of the owner's choice.
    package var storage: Int64?
    /// For people only; may be empty.
    package var notes: String

    package init(
        name: String, compatible: [String] = [], chips: [Chip] = [], maxEdgesPerSecond: Int? = nil, storage: Int64? = nil, notes: String = ""
    ) {
        self.name = name
        self.compatible = compatible
        self.chips = chips
        self.maxEdgesPerSecond = maxEdgesPerSecond
        self.storage = storage
        self.notes = notes
    }

    /// The chip of a label.
    package func chip(labelled label: String) -> Chip? { chips.first { $0.label == label } }

    /// What the file says of a line; nil: nothing, or the chip is not in the file.
    package func pin(chip label: String, offset: Int) -> Pin? { chip(labelled: label)?.pins.first { $0.offset == offset } }

    /// Where the pin of a name is, ASCII case ignored; nil: no pin has the name.
    package func place(ofPin name: String) -> LinePlace? {
        let wanted = name.lowercased()
        for chip in chips {
            for pin in chip.pins where pin.names.contains(where: { $0.lowercased() == wanted }) {
                return LinePlace(chip: chip.label, offset: pin.offset, pin: pin.names.first ?? "")
            }
        }
        return nil
    }

    /// Every name of every pin, in the order of the file.
    package var pinNames: [String] { chips.flatMap { $0.pins.flatMap(\.names) } }
}

/// Reads and validates a board file, `boards/<board>.toml`.
package func loadBoard(at path: String, from sources: SiteSources) -> Validation<Board> {
    let log = FindingLog()
    return Validation(BoardReader(shelf: FileShelf(sources, log: log)).board(at: path), log)
}
