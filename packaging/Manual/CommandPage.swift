/// bamai(1): every command with its options, as its own help says.
struct CommandPage {
    private let root: CommandHelp

    init(_ root: CommandHelp) { self.root = root }

    var roff: String {
        var page = Roff(title: "bamai", section: 1, summary: "ask, commission and maintain a Bamai gateway")
        page.heading("Synopsis")
        page.literal(["bamai <command> [options]", "bamai help <command>"])
        page.heading("Description")
        page.paragraph(root.abstract ?? "")
        describe(root.discussion, &page)
        page.heading("Commands")
        for command in root.shownCommands { add(command, as: command.commandName, &page) }
        page.heading("Options everywhere")
        page.entry("-h, --help", ["Show help, of a command when it follows one."])
        page.entry("--version", ["Show the version."])
        page.heading("Files")
        page.entry("/var/lib/bamai/current", ["The site that the board runs."])
        page.entry("/usr/share/bamai", ["Profiles, device templates, code tables, mappings and boards; sample/site.toml shows every key of a site."])
        page.seeAlso([("bamaid", 8), ("bamai-site", 5)])
        return page.text
    }

    private func add(_ command: CommandHelp, as name: String, _ page: inout Roff) {
        let children = command.shownCommands
        page.subheading("bamai " + ([name] + command.ownArguments.map(\.synopsis)).joined(separator: " ") + (children.isEmpty ? "" : " <command>"))
        page.paragraph(command.abstract ?? "")
        describe(command.discussion, &page)
        for argument in command.ownArguments {
            var words = [argument.abstract ?? ""]
            if let value = argument.defaultValue { words[0] += " Default: \(value)." }
            if let more = argument.discussion, !more.isEmpty { words.append(more) }
            page.entry(argument.term, words)
        }
        for child in children { add(child, as: "\(name) \(child.commandName)", &page) }
    }

    /// Paragraphs stay paragraphs; one of several lines is a list or an example and keeps them.
    private func describe(_ discussion: String?, _ page: inout Roff) {
        for block in (discussion ?? "").split(separator: "\n\n") {
            let lines = block.split(separator: "\n").map(String.init)
            if lines.count == 1 { page.paragraph(lines[0]) } else { page.literal(lines) }
        }
    }
}
