import ArgumentParser
import Lifeline
import Linux
import Site

struct GPIOList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Every line of every chip: its name, how it stands, who holds it, and what the site wants of it.",
        discussion: """
            examples: bamai gpio list
                      bamai gpio list --site firmware-config/west --used
            Chips are addressed by label: the kernel's numbers change between releases. Where the board is known, its names of pins are shown, \
            and what is reserved.
            exit codes: 0 there are chips, 1 there are none or they may not be opened, 2 the site is wrong.
            """)

    @Option(
        name: .long, help: ArgumentHelp("What this site wants of the lines, and its board's names of pins.", valueName: "folder"),
        completion: .directory)
    var site: String?

    @Flag(name: .long, help: "Only lines that somebody holds or the site uses.")
    var used = false

    @Flag(name: .long, help: "One JSON object a line.")
    var json = false

    /// One line of a chip, with all that is known of it.
    private struct Row {
        var chip: String
        var info: GPIOLineInfo
        var pin: Board.Pin?
        var use: LineConfiguration?
    }

    func run() throws {
        let configuration = try site.map { try SiteOption.load($0) }
        let board = configuration?.board?.board ?? GPIOList.thisBoard()
        var rows: [Row] = []
        var problems: [String] = []
        let paths = GPIOChip.paths(in: GPIOFolder.path)
        for path in paths {
            do throws(GPIOError) {
                let chip = try GPIOChip(path: path)
                for offset in 0..<chip.lines {
                    rows.append(
                        Row(
                            chip: chip.label, info: try chip.info(offset: offset),
                            pin: board?.pin(chip: chip.label, offset: offset),
                            use: configuration?.lines.first { $0.place.chip == chip.label && $0.place.offset == offset }))
                }
            } catch {
                problems.append("\(error)")
            }
        }
        if paths.isEmpty { problems.append("this machine has no GPIO chip (no \(GPIOFolder.path)/gpiochip*)") }
        for label in Set((configuration?.lines ?? []).map(\.place.chip)).sorted() where !rows.contains(where: { $0.chip == label }) {
            problems.append("the site uses chip \"\(label)\", which is not there")
        }
        let shown = used ? rows.filter { $0.info.isUsed || $0.use != nil } : rows
        if json {
            for row in shown { Output.line(GPIOList.json(row)) }
        } else {
            table(shown)
        }
        for problem in problems { Terminal.error(problem) }
        if !problems.isEmpty { throw ExitCode(1) }
    }

    /// What the board files say of the board that this is; nil: they do not know it.
    private static func thisBoard() -> Board? {
        guard let identity = BoardIdentity.read(from: .disk) else { return nil }
        return BoardCatalogue(folder: BoardDetect.folder(), from: .disk).entry(for: identity)?.board
    }

    private func table(_ rows: [Row]) {
        guard !rows.isEmpty else { return }
        let header = ["chip", "line", "pin", "name", "direction", "bias", "held by", "site"]
        let cells = rows.map(GPIOList.cells)
        // A column that nobody has anything for is left out.
        let columns = header.indices.filter { column in column < 2 || cells.contains { !$0[column].isEmpty } }
        let widths = columns.map { column in ([header] + cells).map { Terminal.width($0[column]) }.max() ?? 0 }
        func line(_ row: [String]) -> String {
            let text = zip(columns, widths).map { $0 == 1 ? Terminal.padLeft(row[$0], $1) : Terminal.pad(row[$0], $1) }.joined(separator: "  ")
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
        Output.line(Terminal.paint(line(header), .grey))
        for row in cells { Output.line(line(row)) }
    }

    private static func cells(_ row: Row) -> [String] {
        var direction = row.info.isOutput ? "output" : "input"
        if row.info.isActiveLow { direction += " active-low" }
        let holder = !row.info.isUsed ? "" : row.info.consumer.isEmpty ? "?" : row.info.consumer
        var use = row.use.map { "\($0.id) (\($0.role.name))" } ?? ""
        if let reason = row.pin?.reserved { use += (use.isEmpty ? "" : ", ") + "reserved: \(reason)" }
        return [
            Terminal.plain(row.chip), "\(row.info.offset)", Terminal.plain((row.pin?.names ?? []).joined(separator: " ")),
            Terminal.plain(row.info.name),
            direction, row.info.bias.words, Terminal.plain(holder), Terminal.plain(use),
        ]
    }

    private static func json(_ row: Row) -> String {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("chip", row.chip)
        json.member("line", row.info.offset)
        json.key("pins")
        json.beginArray()
        for name in row.pin?.names ?? [] { json.value(name) }
        json.endArray()
        json.member("name", row.info.name)
        json.member("direction", row.info.isOutput ? "output" : "input")
        json.member("active_low", row.info.isActiveLow)
        json.member("bias", row.info.bias == .asIs ? "unknown" : row.info.bias.words)
        json.member("used", row.info.isUsed)
        json.member("consumer", row.info.consumer)
        if let reason = row.pin?.reserved { json.member("reserved", reason) }
        if let use = row.use {
            json.member("site_line", use.id)
            json.member("role", use.role.name)
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
