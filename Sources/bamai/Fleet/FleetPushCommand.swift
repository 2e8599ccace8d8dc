import ArgumentParser
import Deploy
import Glibc
import Lifeline
import Linux
import Site

extension FailureAllowance: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
    package var defaultValueDescription: String {
        switch self {
        case .boards(let count): "\(count)"
        case .percent(let percent): "\(percent)%"
        }
    }
}

struct FleetPushCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Bring their sites to many boards: to the canaries first, then to a tenth, then to the rest.",
        discussion: """
            Every site is checked before the first board is reached, and each board is pushed to as by bamai push, with a guard of its own. A canary \
            that fails stops everything, also one that goes back while --bake lasts; of the others so many may fail as --max-fail says. What has been \
            done stands in a state file beside the inventory: the same command goes on where it was stopped, looks after pushes that were torn off, and \
            leaves boards alone that are through. Ctrl-C begins no further board and sees those under way to their end; once more, and it leaves them to \
            their guards.

            examples: bamai fleet push firmware-config/fleet.toml --dry-run
                      bamai fleet push firmware-config/fleet.toml --group west --parallel 8 --max-fail 5%
                      bamai fleet push firmware-config/fleet.toml --yes --json
            exit codes: 0 all boards confirmed, 1 the state cannot be written, 2 the inventory or a site is wrong; else that of the board that fared worst, as \
            bamai push has them: 4 taken back and unhealthy, 5 unknown: the board decides, 3 taken back and healthy, 2 wrong on the board, 6 refused: nothing \
            was changed; 130 stopped by you with nothing failed.
            """)

    @OptionGroup var fleet: FleetOption

    @Option(name: .long, help: ArgumentHelp("Boards that are pushed to at a time.", valueName: "count"))
    var parallel: Int = 4

    @Option(
        name: .long,
        help: ArgumentHelp("So many boards beyond the canaries may fail, or so many of a hundred; one more stops the rest.", valueName: "count|percent%"))
    var maxFail: FailureAllowance = .boards(1)

    @Option(
        name: .long, help: ArgumentHelp("Watch the canaries for this long before the others follow (default: not at all).", valueName: "time"))
    var bake: Span?

    @OptionGroup var patience: PatienceOptions

    @Flag(name: .long, help: "Stop before anything runs: staged and checked on every board, and taken away again.")
    var dryRun = false

    @Flag(name: .long, help: "Ask nothing.")
    var yes = false

    @Flag(name: .long, help: "Replace generations that were edited by hand on their boards.")
    var replaceDrift = false

    @Option(
        name: .long, help: ArgumentHelp("Where the state is kept (default: the inventory's path with .state).", valueName: "file"), completion: .file())
    var state: String?

    @Flag(name: .long, help: "Forget what an earlier run has done: every board is asked again.")
    var afresh = false

    @Option(name: .long, help: ArgumentHelp("Who pushes, for the boards' history (default: you, at this machine).", valueName: "name"))
    var by: String?

    @Flag(name: .long, help: "One line a board, also on a terminal.")
    var plain = false

    @Flag(name: .long, help: "One JSON document a line: the plan, events of each board, and a summary last.")
    var json = false

    func validate() throws {
        if let objection = Parallel.objection(parallel) { throw ValidationError(objection) }
        if let bake, bake.seconds > 86_400 { throw ValidationError("--bake is at most 1 d") }
        if json && plain { throw ValidationError("--json or --plain, not both") }
    }

    func run() throws {
        let inventory = try fleet.load()
        let hosts = try fleet.hosts(of: inventory)
        let boards = try FleetSites.boards(hosts, of: inventory, isQuiet: json)
        var order = PushOrder(by: by ?? Worker.name, name: "")
        (order.isDry, order.replacesDrift, order.patience) = (dryRun, replaceDrift, patience.patience)
        let record = dryRun ? nil : try open(state ?? inventory.path + ".state")
        let view = FleetViewBox()
        let push: FleetPush
        let atATime = Parallel.allowed(min(parallel, boards.count))
        do throws(SystemError) {
            push = try FleetPush(
                boards, order: order, parallel: atATime, allowance: maxFail, record: record,
                watch: Int64((bake?.seconds ?? 0) * 1e9), now: { Timestamp(microseconds: Clocks.wallMicroseconds()) }, tell: { view.tell($0) })
        } catch {
            Terminal.error("\(error)")
            throw ExitCode(1)
        }
        let plan = FleetPlan(push: push, inventory: inventory.path, parallel: atATime, allowed: maxFail.boards(of: boards.count), record: record)
        if json { Output.raw(plan.json) } else { plan.show() }
        if push.isOver { return try end(push, record, left: []) }
        try agree(boards.count)
        try begin(record, order)
        if json {
            view.view = FleetJSONView(boards)
        } else if Terminal.isInteractive && !plain {
            view.view = FleetTable(push)
        } else {
            view.view = FleetLineView(boards)
        }
        let left = try drive(push, view)
        view.close()
        try end(push, record, left: left)
    }

    private func open(_ path: String) throws -> FleetRecord {
        do throws(FleetRecord.Failure) {
            return try FleetRecord(path, isAfresh: afresh)
        } catch {
            Terminal.error(error.text)
            throw ExitCode(1)
        }
    }

    private func begin(_ record: FleetRecord?, _ order: PushOrder) throws {
        do throws(FleetRecord.Failure) {
            try record?.begin(by: order.by, now: Timestamp(microseconds: Clocks.wallMicroseconds()))
        } catch {
            Terminal.error("\(error.text); nothing was changed")
            throw ExitCode(1)
        }
    }

    private func agree(_ count: Int) throws {
        if yes || dryRun { return }
        if json || isatty(STDIN_FILENO) != 1 { Terminal.error("nobody can be asked here: say --yes") }
        if !json, Worker.agrees("push to \(Terminal.plural(count, "board"))?") { return }
        if !json { Output.line("Nothing was changed.") }
        throw ExitCode(6)
    }

    /// Waits and turns until all is over, or somebody has asked twice to leave. Returns the boards that are left to their guards.
    private func drive(_ push: FleetPush, _ view: FleetViewBox) throws -> [Int] {
        let wait = try view.waiter()
        var hasAsked = false
        push.turn()
        view.draw()
        while !push.isOver {
            if case .quit = wait(push.descriptor, 200) {
                if hasAsked { return push.pending }
                hasAsked = true
                push.stop()
            }
            push.turn()
            view.draw()
        }
        return []
    }

    private func end(_ push: FleetPush, _ record: FleetRecord?, left: [Int]) throws {
        let summary = FleetSummary(push: push, left: left, isDry: dryRun, state: record?.path)
        if json { Output.raw(summary.json) } else { summary.show() }
        // Threads that still follow a board end with the program, at once.
        if !left.isEmpty { Glibc._exit(summary.code) }
        throw ExitCode(summary.code)
    }
}
