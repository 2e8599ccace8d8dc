/// A manual page in the making: text goes in as it is, and comes out so that roff takes none of it for a request.
struct Roff {
    private(set) var text: String

    init(title: String, section: Int, summary: String) {
        text = ".TH \(title.uppercased()) \(section) \"\" Bamai\n"
        heading("NAME")
        text += "\(Roff.escaped(title)) \\- \(Roff.escaped(summary))\n"
    }

    mutating func heading(_ name: String) { text += ".SH \(Roff.quoted(name.uppercased()))\n" }

    /// A heading that is a name and keeps its letters.
    mutating func table(_ name: String) { text += ".SH \(Roff.quoted(name))\n" }

    /// The same, one step lower.
    mutating func subheading(_ name: String) { text += ".SS \(Roff.quoted(name))\n" }

    mutating func paragraph(_ words: String) { text += ".PP\n\(Roff.line(words))\n" }

    /// A term and what it means.
    mutating func entry(_ term: String, _ words: [String]) {
        text += ".TP\n.B \(Roff.quoted(term))\n\(Roff.line(words.first ?? ""))\n"
        for more in words.dropFirst() { text += ".IP\n\(Roff.line(more))\n" }
    }

    /// Lines that stay as they are.
    mutating func literal(_ lines: [String]) {
        text += ".PP\n.nf\n.RS 4\n"
        for line in lines { text += Roff.line(line) + "\n" }
        text += ".RE\n.fi\n"
    }

    /// Programs, sections of manual and the like under one roof.
    mutating func seeAlso(_ pages: [(name: String, section: Int)]) {
        heading("SEE ALSO")
        text += pages.map { ".BR \(Roff.escaped($0.name)) (\($0.section))" }.joined(separator: " ,\n") + "\n"
    }

    /// A whole line: at its start a full stop or an apostrophe would be a request.
    private static func line(_ words: String) -> String {
        let escaped = escaped(words)
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }

    private static func quoted(_ words: String) -> String { "\"" + escaped(words).replacing("\"", with: "\\(dq") + "\"" }

    private static func escaped(_ words: String) -> String {
        var out = ""
        for character in words {
            switch character {
            case "\\": out += "\\e"
            case "-": out += "\\-"
            case "'": out += "\\(aq"
            case "`": out += "\\(ga"
            case "^": out += "\\(ha"
            case "~": out += "\\(ti"
            default: out.append(character)
            }
        }
        return out
    }
}
