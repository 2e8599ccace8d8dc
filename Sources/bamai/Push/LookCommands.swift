import ArgumentParser
import Deploy
import Glibc
import Lifeline
import Linux
import Site

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "What a push would change: the site here, the files on the board's disk, and what its daemon runs.",
        discussion: """
            example: bamai diff firmware-config/west root@pump-07
            exit codes: 0 no difference, 1 they differ, 2 the site is wrong, 6 the board cannot be reached.
            """)

    @Argument(help: "The site's folder or its site.toml.", completion: .directory)
    var site: String

    @OptionGroup var board: BoardOption

    func run() throws {
        let collection: SiteFileCollection
        switch SiteFileCollection.collect(PushSite.file(site), from: .disk) {
        case .success(let found): collection = found
        case .failure(.invalid(let findings)):
            for finding in findings { Terminal.error(finding.description) }
            throw ExitCode(2)
        case .failure(.unsuitable(let text)):
            Terminal.error(text)
            throw ExitCode(2)
        }
        try board.ask("identify") { connection in
            let report = BoardReport(try connection.receive().message)
            let revision = collection.configuration.revision
            guard let new = Manifest(collection.contents, site: collection.site, revision: revision, created: 0, by: "", source: "") else {
                Terminal.error("the site's files cannot be carried: names must be printable ASCII without spaces")
                throw ExitCode(2)
            }
            let difference = SiteDifference(new: new, old: report.manifest)
            show("here", "revision \(revision.prefix(8)), \(Worker.revision(of: PushSite.folder(site)))")
            show("on disk", "generation \(report.generation), revision \(report.manifest?.revision.prefix(8) ?? "none")" + flaw(report))
            show("running", report.runningRevision.isEmpty ? "unknown: no daemon answers" : "revision \(report.runningRevision.prefix(8))")
            Output.line(difference.sentence)
            guard !difference.files.isEmpty else { throw ExitCode(report.runningRevision == revision && report.flaw.isEmpty ? 0 : 1) }
            let old = try contents(connection, report)
            for file in difference.files {
                Output.line(Terminal.paint("\(file.path) (\(file.kind.rawValue))", .bold))
                for line in SiteDifference.lines(old: old[file.path] ?? [], new: collection.contents[file.path] ?? []) {
                    let colour: Terminal.Colour = line.hasPrefix("+") ? .green : line.hasPrefix("-") ? .red : .grey
                    Output.line(Terminal.paint(Terminal.plain(line), colour))
                }
            }
            throw ExitCode(1)
        }
    }

    private func show(_ name: String, _ text: String) { Output.line("  \(Terminal.pad(name, 9)) \(Terminal.plain(text))") }
    private func flaw(_ report: BoardReport) -> String { report.flaw.isEmpty ? "" : ", but \(report.flaw)" }

    private func contents(_ connection: BoardConnection, _ report: BoardReport) throws -> [String: [UInt8]] {
        guard report.generation > 0 else { return [:] }
        try connection.send("fetch") { $0.member("generation", report.generation) }
        let (name, message) = try connection.receive()
        guard name == "files" else { return [:] }
        var contents: [String: [UInt8]] = [:]
        for file in message["files"].list {
            let size = Int(clamping: file["size"].count)
            guard let path = file["path"].text, (0...Manifest.byteLimit).contains(size) else { break }
            contents[path] = try connection.bytes(size)
        }
        return contents
    }
}

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "The generations of a board, and what became of each change: who, when, why.",
        discussion: """
            example: bamai history root@pump-07
            exit codes: 0 shown, 6 the board cannot be reached.
            """)

    @OptionGroup var board: BoardOption

    @Flag(name: .long, help: "The board's own JSON.")
    var json = false

    func run() throws {
        try board.ask("history") { connection in
            let (_, message) = try connection.receive()
            if json { return Output.line(HistoryCommand.text(message)) }
            let current = Int(message["current"].count)
            for generation in message["generations"].list {
                let number = Int(generation["number"].count)
                let mark = number == current ? Terminal.paint("→", .green) : " "
                let source = generation["source"].text ?? ""
                let flaw = generation["flaw"].text ?? ""
                Output.line(
                    "\(mark) \(Terminal.pad("\(number)", 5)) \((generation["hash"].text ?? "").prefix(12))  "
                        + "\(HistoryCommand.time(generation["created_us"].count))  "
                        + "\(Terminal.plain(generation["by"].text ?? ""))\(source.isEmpty ? "" : "  " + Terminal.plain(source))"
                        + (flaw.isEmpty ? "" : Terminal.paint("  \(Terminal.plain(flaw))", .red)))
            }
            Output.line("")
            for entry in message["entries"].list.compactMap({ HistoryEntry($0) }).suffix(40) {
                let cause = entry.cause.isEmpty ? "" : ": " + Terminal.plain(entry.cause)
                Output.line(
                    "  \(HistoryCommand.time(entry.made.microseconds))  \(Terminal.pad(entry.event.rawValue, 10)) \(Terminal.pad("\(entry.generation)", 5))"
                        + " \(Terminal.plain(entry.by))\(cause)")
            }
            if let change = message["change"]["phase"].text.flatMap(Transaction.Phase.init(rawValue:)), !change.isFinal {
                Output.line("  now: generation \(message["change"]["to"].count) is \(change.rawValue), \(message["change"]["left_s"].count) s left")
            }
        }
    }

    /// By the clock of whoever wrote it, in UTC.
    private static func time(_ microseconds: Int64) -> String {
        let text = CivilTime.rfc3339(Timestamp(microseconds: microseconds), offsetSeconds: 0)
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
    }

    static func text(_ value: JSONValue) -> String {
        var json = JSONWriter()
        write(value, &json)
        return json.text
    }

    private static func write(_ value: JSONValue, _ json: inout JSONWriter) {
        switch value {
        case .null: json.null()
        case .flag(let flag): json.value(flag)
        case .number(let number): json.value(number)
        case .text(let text): json.value(text)
        case .list(let items):
            json.beginArray()
            for item in items { write(item, &json) }
            json.endArray()
        case .object(let members):
            json.beginObject()
            for (name, member) in members.sorted(by: { $0.key < $1.key }) where name != "bamai_board" && name != "is" {
                json.key(name)
                write(member, &json)
            }
            json.endObject()
        }
    }
}

struct DriftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Whether a board still is as it was pushed: its files, what its daemon runs, its device, and a site if one is named.",
        discussion: """
            examples: bamai drift root@pump-07
                      bamai drift root@pump-07 --site firmware-config/west
            exit codes: 0 no drift, 1 something has drifted, 2 the site is wrong, 6 the board cannot be reached.
            """)

    @OptionGroup var board: BoardOption

    @Option(name: .long, help: ArgumentHelp("Compare with this site too: its folder or its site.toml.", valueName: "folder"), completion: .directory)
    var site: String?

    func run() throws {
        var collection: SiteFileCollection?
        if let site {
            switch SiteFileCollection.collect(PushSite.file(site), from: .disk) {
            case .success(let found): collection = found
            case .failure:
                Terminal.error("the site is wrong: bamai check \(site)")
                throw ExitCode(2)
            }
        }
        try board.ask("identify") { connection in
            let report = BoardReport(try connection.receive().message)
            let lines = DriftLine.lines(report, site: collection)
            for line in lines { Output.line("  \(line.mark) \(Terminal.pad(line.subject, 9)) \(Terminal.plain(line.text))") }
            throw ExitCode(lines.contains { $0.isWell == false } ? 1 : 0)
        }
    }
}

struct ConfirmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "Confirm a change that waits for it, where the push itself could not.",
        discussion: """
            The token is what the push has said. Confirming twice is no error; after the board has gone back it is too late.

            example: bamai confirm root@pump-07 42-3fa91c20d4e5b678
            exit codes: 0 confirmed, 3 too late: the board has gone back, 5 unknown, 6 refused.
            """)

    @OptionGroup var board: BoardOption

    @Argument(help: "The change's token.")
    var token: String

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let (name, message): (String, JSONValue)
        do {
            let connection = try board.connector.connect(isFresh: true)
            try connection.send("confirm") { $0.member("token", token) }
            (name, message) = try connection.receive()
        } catch let failure as LinkFailure {
            Terminal.error("\(board.name) cannot be reached: \(failure.text)")
            throw ExitCode(5)
        }
        guard name == "confirmation" else {
            Terminal.error(message["why"].list.first?.text ?? "the board gives no reason")
            throw ExitCode(5)
        }
        try finish(message)
    }

    private func finish(_ message: JSONValue) throws {
        let runs = message["change"]["runs"].count
        switch message["answer"].text {
        case "taken": Output.line("Confirmed: generation \(runs) runs on \(board.name).")
        case "late":
            Output.line("Too late: the board has gone back, generation \(runs) runs on \(board.name).")
            throw ExitCode(3)
        case "early":
            Output.line("Not yet: the change is \(message["change"]["phase"].text ?? "?"); it can be confirmed once it is healthy.")
            throw ExitCode(6)
        default:
            Output.line("Refused: the token is not that of the change on \(board.name).")
            throw ExitCode(6)
        }
    }
}
