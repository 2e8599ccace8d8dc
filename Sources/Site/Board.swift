import Lifeline

/// A kind of single-board computer: how it is recognised and which GPIO chips it has.
package struct Board: Equatable, Sendable {
    /// One GPIO chip, addressed by its label because its number changes between kernels.
    package struct Chip: Equatable, Sendable {
        package var label: String
        package var lines: Int
    }

    /// `raspberry-pi-4`, the file's name.
    package var id: String
    package var name: String
    /// The device tree's `compatible` strings that mean this board.
    package var compatible: [String]
    package var notes: String
    package var chips: [Chip]
}

/// Reads a file of `boards/`. Returns the board, or everything that is wrong with the file.
package func loadBoard(at path: String, read: @escaping (String) -> [UInt8]?) -> Result<Board, BoardProblem> {
    let findings = Findings()
    let files = FileSet(findings, read: read)
    guard let root = files.root(path, keys: SiteSchema.boardFile, from: nil) else { return .failure(BoardProblem(findings: findings.sorted)) }
    let id = root.identifier("board", example: "raspberry-pi-4") ?? ""
    let name = root.text("name", example: "Raspberry Pi 4 B") ?? ""
    let compatible = root.texts("compatible").map(\.text)
    let chips = root.tables("chip", keys: SiteSchema.chip).compactMap { table -> Board.Chip? in
        guard let label = table.text("label", example: "pinctrl-bcm2711") else { return nil }
        guard table.has("lines") else { return table.missing("lines", "58") }
        return table.integer("lines", in: 1...1024).map { Board.Chip(label: label, lines: $0) }
    }
    guard findings.isEmpty else { return .failure(BoardProblem(findings: findings.sorted)) }
    return .success(Board(id: id, name: name, compatible: compatible, notes: root.text("notes") ?? "", chips: chips))
}

/// What is wrong with a board's file.
package struct BoardProblem: Error, Equatable, Sendable {
    package var findings: [Finding]
}
