/// What `bamai --experimental-dump-help` says of a command.
struct CommandHelp: Decodable {
    struct Document: Decodable {
        var command: CommandHelp
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String

            var written: String { kind == "long" ? "--\(name)" : "-\(name)" }
        }

        var kind: String
        var shouldDisplay: Bool
        var isOptional: Bool
        var isRepeating: Bool
        var names: [Name]?
        var valueName: String?
        var defaultValue: String?
        var abstract: String?
        var discussion: String?

        /// `-h, --help`, `--for <time>`, `<site>`.
        var term: String {
            let value = "<\(valueName ?? "value")>"
            guard kind != "positional" else { return value + (isRepeating ? " ..." : "") }
            let written = (names ?? []).map(\.written).joined(separator: ", ")
            return kind == "flag" ? written : "\(written) \(value)"
        }

        /// As it stands in a synopsis.
        var synopsis: String {
            let value = "<\(valueName ?? "value")>"
            let name = names?.first { $0.kind == "long" } ?? names?.first
            let core = kind == "positional" ? value : kind == "flag" ? name?.written ?? "" : "\(name?.written ?? "") \(value)"
            return (isOptional ? "[\(core)]" : core) + (isRepeating ? "..." : "")
        }
    }

    var commandName: String
    var abstract: String?
    var discussion: String?
    var shouldDisplay: Bool
    var arguments: [Argument]?
    var subcommands: [CommandHelp]?

    /// `--help` and `--version` are the same everywhere.
    var ownArguments: [Argument] {
        (arguments ?? []).filter { argument in
            argument.shouldDisplay && !(argument.names ?? []).contains { ["help", "version"].contains($0.name) }
        }
    }

    var shownCommands: [CommandHelp] { (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" } }
}
