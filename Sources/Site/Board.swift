/// A kind of board that the gateway may run on.
package struct Board: Equatable, Sendable {
    /// One GPIO chip, addressed by its label: the kernel's numbers change between releases.
    package struct Chip: Equatable, Sendable {
        /// What `gpiodetect` prints in brackets.
        package var label: String
        /// *Range*: 1…1024.
        package var lines: Int
        /// For people only; may be empty.
        package var notes: String
    }

    /// What people call it.
    package var name: String
    /// Device-tree names, any of which identifies the board; empty: any board.
    package var compatible: [String]
    /// Labels are unique.
    package var chips: [Chip]
    /// For people only; may be empty.
    package var notes: String
}

/// Reads and validates a board file, `boards/<board>.toml`.
package func loadBoard(at path: String, from sources: SiteSources) -> Validation<Board> {
    let log = FindingLog()
    guard let root = FileShelf(sources, log: log).root(of: path, role: "board") else { return Validation(nil, log) }
    let reader = TableReader(root, Schema.boardFile, file: path, log: log)
    let name = reader.text("name")
    let compatible = reader.texts("compatible", limit: 16)
    let notes = reader.text("notes", limit: 2000)
    var labels = IDRegister("chip")
    var chips: [Board.Chip] = []
    for table in reader.tables("chip", Schema.chip, limit: Limits.chips) {
        let lines = table.whole("lines", in: 1...1024)
        let notes = table.text("notes", limit: 2000)
        guard let label = table.text("label", limit: 64), labels.declare(label, log: log).isNew, let lines else { continue }
        chips.append(Board.Chip(label: label.value, lines: lines.value, notes: notes?.value ?? ""))
    }
    return Validation(Board(name: name?.value ?? "", compatible: compatible.map(\.value), chips: chips, notes: notes?.value ?? ""), log)
}
