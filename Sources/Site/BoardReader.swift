import Lifeline

/// Reads board files.
struct BoardReader {
    let shelf: FileShelf
    private var log: FindingLog { shelf.log }

    init(shelf: FileShelf) { self.shelf = shelf }

    /// The board of a file; nil with a finding where the file cannot be read at all. What is wrong inside it leaves findings.
    func board(at path: String, missing: (() -> (message: String, spot: Spot))? = nil) -> Board? {
        guard let root = shelf.root(of: path, role: "board", missing: missing) else { return nil }
        let reader = TableReader(root, Schema.boardFile, file: path, log: log)
        var board = Board(name: reader.text("name")?.value ?? "")
        board.compatible = reader.texts("compatible", limit: 16).map(\.value)
        board.notes = reader.text("notes", limit: 4000)?.value ?? ""
        board.maxEdgesPerSecond = reader.whole("max_edges_per_second", in: 1...1_000_000)?.value
        board.storage = reader.size("storage", in: 1 << 20...1 << 50, named: "1 MiB … 1024 TiB")?.value
        var labels = IDRegister("chip")
        var names = IDRegister("pin", ignoresCase: true)
        for table in reader.tables("chip", Schema.chip, limit: Limits.chips) {
            let lines = table.whole("lines", in: 1...1024)
            let notes = table.text("notes", limit: 2000)
            let pins = pins(table, lines: lines?.value, &names)
            guard let label = table.text("label", limit: 64), labels.declare(label, log: log).isNew, let lines else { continue }
            board.chips.append(Board.Chip(label: label.value, lines: lines.value, pins: pins, notes: notes?.value ?? ""))
        }
        return board
    }

    private func pins(_ chip: TableReader, lines: Int?, _ names: inout IDRegister) -> [Board.Pin] {
        var pins: [Board.Pin] = []
        for table in chip.tables("pins", Schema.boardPin, limit: 1024) {
            let reserved = table.text("reserved")
            let caution = table.text("caution")
            let own = table.texts("names", limit: 16)
            for name in own {
                if let objection = TextRules.objection(toID: name.value, limit: 32) {
                    log.error("a pin's name \(objection)", at: name.spot)
                } else {
                    names.declare(name, log: log)
                }
            }
            guard let offset = table.whole("offset", in: 0...1023) else { continue }
            if let lines, offset.value >= lines {
                log.error("line \(offset.value) is beyond the chip, whose lines are 0…\(lines - 1)", at: offset.spot)
            } else if pins.contains(where: { $0.offset == offset.value }) {
                log.error("line \(offset.value) stands here already", at: offset.spot)
            } else if own.isEmpty, reserved == nil {
                log.error("this pin has neither names nor a reason why it is reserved", at: table.here)
            } else {
                pins.append(Board.Pin(offset: offset.value, names: own.map(\.value), reserved: reserved?.value, caution: caution?.value))
            }
        }
        return pins
    }
}
