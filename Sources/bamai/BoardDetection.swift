import Lifeline
import Site

/// What was found out about a board, for people and for programs.
struct BoardDetection {
    /// nil: no device tree.
    let identity: BoardIdentity?
    let folder: String
    let catalogue: BoardCatalogue
    /// nil: no file is made for this board.
    let entry: BoardCatalogue.Entry?
    /// nil: no file, or nobody knows which chips there are.
    let comparison: BoardComparison?
    /// nil: this user may not look at them.
    let chips: [FoundChip]?
    /// What the site that was asked about has against this board.
    let objections: [String]

    var isSound: Bool { entry != nil && comparison?.isExact != false && objections.isEmpty }

    /// What to write into the site's file.
    var toml: String {
        guard let entry else { return "[board]\ntype = \"generic\"" }
        let serial = identity.map { $0.serial.isEmpty ? "" : "\n# serial = \(SiteText.quoted($0.serial))    # only this very board" } ?? ""
        return "[board]\ntype = \(SiteText.quoted(entry.type))" + serial
    }

    // MARK: - For people

    var lines: [String] {
        var lines = [
            BoardDetection.row(
                "board", identity.map { $0.model.isEmpty ? "without a name" : $0.model } ?? "no device tree: a PC or a virtual machine")
        ]
        if let identity, !identity.serial.isEmpty { lines.append(BoardDetection.row("number", identity.serial)) }
        if let entry {
            let names = entry.board.compatible.filter { identity?.compatible.contains($0) == true }.joined(separator: ", ")
            lines.append(BoardDetection.row("file", "\(Terminal.paint("√", .green)) \(entry.path): \(entry.board.name) (\(names))"))
        } else {
            lines.append(BoardDetection.row("file", "\(Terminal.paint("‼", .yellow)) \(unmatched)"))
        }
        for finding in catalogue.findings { lines.append(BoardDetection.row("", "\(Terminal.paint("×", .red)) \(finding.description)")) }
        lines += chipLines
        for objection in objections { lines.append(BoardDetection.row("site", "\(Terminal.paint("×", .red)) \(objection)")) }
        if let notes = entry?.board.notes, !notes.isEmpty {
            for (index, line) in Terminal.wrap(notes, 90).enumerated() { lines.append(BoardDetection.row(index == 0 ? "notes" : "", line)) }
        }
        lines += ["", "For the site's file:", ""] + toml.split(separator: "\n").map { "    " + $0 }
        return lines
    }

    private var unmatched: String {
        if catalogue.entries.isEmpty, catalogue.findings.isEmpty { return "there are no board files in \(folder); name their folder with --boards" }
        guard let identity else { return "nothing to look up; a site here names its lines by chip and offset" }
        let names = identity.compatible.joined(separator: ", ")
        return
            "none of \(catalogue.entries.count) knows \(names); copy \(folder)/generic.toml, and put \"\(identity.compatible.first ?? "")\" under compatible"
    }

    private var chipLines: [String] {
        guard let chips else { return [BoardDetection.row("chips", "\(Terminal.paint("?", .grey)) not known: \(FoundChips.whyNot)")] }
        var texts: [String] = []
        for (chip, presence) in comparison?.chips ?? [] {
            let name = "\(chip.label), \(Terminal.plural(chip.lines, "line"))"
            switch presence {
            case .present: texts.append("\(Terminal.paint("√", .green)) \(name)")
            case .otherLines(let lines):
                texts.append("\(Terminal.paint("‼", .yellow)) \(name) in the file, \(lines) here: another release of the board or kernel")
            case .missing: texts.append("\(Terminal.paint("×", .red)) \(name): not there")
            case .ambiguous: texts.append("\(Terminal.paint("×", .red)) \(name): several have this label")
            }
        }
        for chip in comparison?.others ?? chips {
            texts.append("  \(chip.label), \(Terminal.plural(chip.lines, "line"))" + (comparison == nil ? "" : ": not in the file"))
        }
        if texts.isEmpty { texts = ["there is none"] }
        return texts.enumerated().map { BoardDetection.row($0.offset == 0 ? "chips" : "", $0.element) }
    }

    private static func row(_ name: String, _ text: String) -> String { Terminal.pad(name, 8) + text }

    // MARK: - For programs

    var json: String {
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("schema", "bamai.board/1")
        json.member("sound", isSound)
        json.member("model", identity?.model ?? "")
        json.member("serial", identity?.serial ?? "")
        json.key("compatible")
        json.beginArray()
        for name in identity?.compatible ?? [] { json.value(name) }
        json.endArray()
        if let entry {
            json.member("type", entry.type)
            json.member("file", entry.path)
            json.member("name", entry.board.name)
        }
        if let chips {
            json.key("chips")
            json.beginArray()
            for (chip, presence) in comparison?.chips ?? [] { write(chip.label, expected: chip.lines, found: presence, &json) }
            for chip in comparison?.others ?? chips { write(chip.label, expected: nil, found: .otherLines(chip.lines), &json) }
            json.endArray()
        }
        json.key("objections")
        json.beginArray()
        for objection in objections { json.value(objection) }
        json.endArray()
        json.member("toml", toml)
        json.endObject()
        return json.text
    }

    private func write(_ label: String, expected: Int?, found: BoardComparison.Presence, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("label", label)
        if let expected { json.member("lines_expected", expected) }
        switch found {
        case .present: json.member("lines", expected ?? 0)
        case .otherLines(let lines): json.member("lines", lines)
        case .missing: json.member("missing", true)
        case .ambiguous: json.member("ambiguous", true)
        }
        json.endObject()
    }
}
