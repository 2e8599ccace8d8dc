import ArgumentParser
import Deploy
import Gateway
import Glibc
import Lifeline
import Linux
import Site

/// How long the phases of a change may take.
struct PatienceOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Within this time the board must be healthy with the change.", valueName: "time"))
    var health: Span = Span(60)

    @Option(name: .long, help: ArgumentHelp("Within this time the change must be confirmed.", valueName: "time"))
    var confirm: Span = Span(120)

    @Option(name: .long, help: ArgumentHelp("For this long a crash loop still takes the change back.", valueName: "time"))
    var probation: Span = Span(3600)

    func validate() throws {
        for span in [health, confirm, probation] where !(1...86_400).contains(span.seconds) {
            throw ValidationError("--health, --confirm and --probation are 1 s to 1 d each")
        }
    }

    var patience: Transaction.Patience {
        func nanoseconds(_ span: Span) -> Int64 { Int64(span.seconds * 1000) * 1_000_000 }
        return Transaction.Patience(health: nanoseconds(health), confirm: nanoseconds(confirm), probation: nanoseconds(probation))
    }
}

struct PushCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Bring a site to its board over ssh, safely: what is not healthy or not confirmed goes back by itself.",
        discussion: """
            Checked here, compared with what the board has and runs, checked again there by the board's own program, then switched by a guard on the board \
            that takes it back unless this command reaches the board again and confirms. Your own ssh does the rest: configuration, agent, jumps and known \
            hosts stay yours, and no question is asked. Secrets are never sent: bamai secret set, on the board.

            examples: bamai push firmware-config/west root@pump-07
                      bamai push firmware-config/west pump-07 --remote "sudo -n bamai" --dry-run
                      bamai push firmware-config/west pump-07 --yes --json
            exit codes: 0 confirmed, 2 the site is wrong, 3 taken back and healthy, 4 taken back and unhealthy, 5 unknown: the board decides, \
            6 refused: nothing was changed.
            """)

    @Argument(help: "The site's folder or its site.toml.", completion: .directory)
    var site: String

    @OptionGroup var board: BoardOption
    @OptionGroup var patience: PatienceOptions

    @Flag(name: .long, help: "Stop before anything runs: staged and checked on the board, and taken away again.")
    var dryRun = false

    @Flag(name: .long, help: "Ask nothing.")
    var yes = false

    @Option(
        name: .long, help: ArgumentHelp("The hash, or its beginning, of the generation that must be in place (default: as found).", valueName: "hash")
    )
    var expect: String?

    @Flag(name: .long, help: "Replace a generation that was edited by hand on the board.")
    var replaceDrift = false

    @Option(name: .long, help: ArgumentHelp("Who pushes, for the board's history (default: you, at this machine).", valueName: "name"))
    var by: String?

    @Flag(name: .long, help: "One JSON document a line: events, and the result last.")
    var json = false

    func validate() throws {
        if let expect, expect.utf8.count < 8 || expect.utf8.contains(where: { !(48...57).contains($0) && !(97...102).contains($0) }) {
            throw ValidationError("--expect takes at least 8 hexadecimal digits")
        }
    }

    func run() throws {
        let view = PushView(json: json)
        let collection = try PushSite.collect(site, view)
        var order = PushOrder(by: by ?? Worker.name, name: board.name)
        (order.isDry, order.expect, order.replacesDrift, order.patience) = (dryRun, expect, replaceDrift, patience.patience)
        let push = Push(order, through: try board.connector, agree: { _, _ in yes || dryRun || agreed() }, tell: view.tell)
        let result = push.run(
            collection, source: Worker.revision(of: PushSite.folder(site)), now: Timestamp(microseconds: Clocks.wallMicroseconds()))
        view.end(result)
        throw ExitCode(result.outcome.rawValue)
    }

    private func agreed() -> Bool {
        if json || isatty(STDIN_FILENO) != 1 { Terminal.error("nobody can be asked here: say --yes") }
        return !json && Worker.agrees("  push this to \(board.name)?")
    }
}

/// A site that is to be pushed, from disk.
enum PushSite {
    /// The absolute path of the site file.
    static func file(_ site: String) -> String {
        let file = SiteFiles.file(site)
        guard let resolved = realpath(file, nil) else { return file }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func folder(_ site: String) -> String { String(file(site).split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }) }

    /// Collects a site; ends the program with 2 and every finding where it is wrong.
    static func collect(_ site: String, _ view: PushView) throws -> SiteFileCollection {
        view.tell(.begun(.check))
        switch SiteFileCollection.collect(file(site), from: .disk) {
        case .success(let collection):
            let above = file(site).dropLast(collection.site.count + "/site.toml".count)
            for warning in collection.warnings {
                let text = warning.description
                view.tell(.warning(text.hasPrefix(above) ? String(text.dropFirst(above.count)) : text))
            }
            let plan = collection.configuration.plan
            view.tell(
                .done(
                    .check,
                    "gateway \(plan.gateway), \(Terminal.plural(plan.assets.count, "asset")), \(Terminal.plural(plan.devices.count, "device")), "
                        + "revision \(collection.configuration.revision.prefix(8))"))
            return collection
        case .failure(.invalid(let findings)):
            view.tell(.failed(.check, Terminal.plural(findings.count, "error")))
            view.end(
                PushResult(.invalid, "The site is wrong; nothing was sent, nothing was changed.", runs: 0, reasons: findings.map(\.description)))
        case .failure(.unsuitable(let text)):
            view.tell(.failed(.check, text))
            view.end(PushResult(.invalid, "The site cannot be sent: \(text). Nothing was changed.", runs: 0))
        }
        throw ExitCode(2)
    }
}

struct RollbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to an older generation that the board still has, through the same gate as a push.",
        discussion: """
            Without a number it is the youngest confirmed generation before the one that runs. What is not healthy or not confirmed goes back by itself.

            examples: bamai rollback root@pump-07
                      bamai rollback root@pump-07 39 --yes
            exit codes: 0 confirmed, 3 taken back and healthy, 4 taken back and unhealthy, 5 unknown: the board decides, 6 refused: nothing was changed.
            """)

    @OptionGroup var board: BoardOption

    @Argument(help: "The generation's number, as bamai history shows it.")
    var number: Int?

    @OptionGroup var patience: PatienceOptions

    @Flag(name: .long, help: "Ask nothing.")
    var yes = false

    @Option(name: .long, help: ArgumentHelp("Who, for the board's history (default: you, at this machine).", valueName: "name"))
    var by: String?

    @Flag(name: .long, help: "One JSON document a line: events, and the result last.")
    var json = false

    func run() throws {
        let view = PushView(json: json)
        var order = PushOrder(by: by ?? Worker.name, name: board.name)
        order.patience = patience.patience
        order.replacesDrift = true
        let name = board.name
        let push = Push(order, through: try board.connector, agree: { _, _ in yes || Worker.agrees("  roll \(name) back?") }, tell: view.tell)
        let result = push.rollBack(to: number)
        view.end(result)
        throw ExitCode(result.outcome.rawValue)
    }
}
