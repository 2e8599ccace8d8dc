import ArgumentParser
import Deploy
import Lifeline

struct FleetStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "How every board of the fleet is: reachable, which generation, confirmed or on probation, which version, what troubles its daemon.",
        discussion: """
            example: bamai fleet status firmware-config/fleet.toml --group west
            exit codes: 0 all are well, 1 one is not well or cannot be reached, 2 the inventory is wrong.
            """)

    @OptionGroup var fleet: FleetOption

    @Option(name: .long, help: ArgumentHelp("Boards that are asked at a time.", valueName: "count"))
    var parallel: Int = 16

    @Flag(name: .long, help: "One JSON document a line: each board as it answers, and a summary last.")
    var json = false

    func validate() throws { if let objection = Parallel.objection(parallel) { throw ValidationError(objection) } }

    func run() throws {
        let hosts = try fleet.hosts(of: try fleet.load())
        let statuses = try FleetSurvey.rows(
            hosts, parallel: parallel, row: { FleetBoardStatus(name: hosts[$0].name, answer: $1) }, json: json ? { $1.json } : nil)
        let well = statuses.count { $0.isWell }
        let silent = statuses.count { $0.report == nil }
        if json {
            var json = JSONWriter()
            json.beginObject()
            json.member("event", "summary")
            json.member("boards", statuses.count)
            json.member("well", well)
            json.member("unreached", silent)
            json.endObject()
            Output.line(json.text)
        } else {
            for line in FleetBoardStatus.table(statuses) { Output.line(line) }
            let rest = silent == 0 ? "" : ", \(silent) cannot be reached"
            let words = "\(well) of \(Terminal.plural(statuses.count, "board")) \(well == 1 ? "is" : "are") well\(rest)"
            Output.line(Terminal.paint(words, well == statuses.count ? .bold : .red))
        }
        throw ExitCode(well == statuses.count ? 0 : 1)
    }
}

/// One board as a survey found it.
struct FleetBoardStatus {
    var name: String
    /// nil: it could not be reached.
    var report: BoardReport?
    /// Why it could not be reached, or what is wrong with it, one sentence each.
    var troubles: [String]

    init(name: String, answer: FleetSurvey.Answer) {
        self.name = name
        switch answer {
        case .failure(let failure): (report, troubles) = (nil, [failure.text])
        case .success(let report):
            self.report = report
            troubles = report.adopted == nil ? ["no site was adopted there; on the board, once: bamai board adopt SITE"] : []
            if !report.flaw.isEmpty { troubles.append(report.flaw) }
            if let change = report.change, change.phase == .stranded { troubles.append("no generation was healthy: \(change.cause)") }
            if report.adopted != nil {
                troubles += report.troubles ?? (report.runningRevision.isEmpty ? ["the daemon does not answer"] : [])
            }
        }
    }

    /// It can be reached, nothing is wrong, and nothing hangs in the air.
    var isWell: Bool { report != nil && troubles.isEmpty && !(report?.change?.isUndecided ?? false) }

    /// `confirmed`, `probation, 42 min left`, `back from 43: …`.
    private var standing: String {
        guard let report else { return "" }
        guard let change = report.change else { return report.generation > 0 ? "adopted" : "none" }
        switch change.phase {
        case .kept: return "confirmed"
        case .probation: return "probation, \(Terminal.duration(change.left)) left"
        case .reverted: return "back from \(change.to)"
        case .stranded: return "stranded"
        default: return "\(change.phase.rawValue), \(Terminal.duration(change.left)) left"
        }
    }

    private var mark: String {
        if report == nil { return "?" }
        if !isWell { return Terminal.paint("×", .red) }
        return report?.change?.phase == .reverted ? Terminal.paint("‼", .yellow) : Terminal.paint("√", .green)
    }

    private var health: String {
        if report == nil { return "cannot be reached: " + (troubles.first ?? "") }
        if let first = troubles.first { return first + (troubles.count > 1 ? ", and \(troubles.count - 1) more" : "") }
        if let change = report?.change, change.phase == .reverted { return "well; \(change.cause)" }
        return isWell ? "well" : "not decided yet"
    }

    /// All boards, in columns; on a terminal not wider than it is, where all is well.
    static func table(_ statuses: [FleetBoardStatus]) -> [String] {
        func width(_ title: String, _ text: (FleetBoardStatus) -> String) -> Int {
            statuses.reduce(Terminal.width(title)) { max($0, Terminal.width(text($1))) }
        }
        let name = width("board") { $0.name }
        let standing = width("stands") { $0.standing }
        let version = width("bamaid") { $0.version }
        func line(_ mark: String, _ cells: [(String, Int)], _ last: String, isWhole: Bool = false) -> String {
            let text = "  \(mark) " + cells.map { Terminal.pad(Terminal.plain($0.0), $0.1) }.joined(separator: "  ") + "  " + Terminal.plain(last)
            return Terminal.isInteractive && !isWhole ? Terminal.cut(text, Terminal.size.columns) : text
        }
        let head = line(" ", [("board", name), ("generation", 10), ("stands", standing), ("revision", 8), ("bamaid", version)], "health")
        return [Terminal.paint(head, .grey)]
            + statuses.map { status in
                let generation = status.report.map { $0.generation > 0 ? "\($0.generation)" : "–" } ?? ""
                let revision = String(status.report?.runningRevision.prefix(8) ?? "")
                return line(
                    status.mark,
                    [(status.name, name), (generation, 10), (status.standing, standing), (revision, 8), (status.version, version)], status.health,
                    // Why is worth a second line.
                    isWhole: !status.isWell)
            }
    }

    private var version: String { report?.daemonVersion ?? "" }

    /// One line.
    var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.member("event", "board")
        json.member("board", name)
        json.member("reached", report != nil)
        json.member("well", isWell)
        if let report {
            json.member("gateway", report.adopted?.gateway ?? "")
            json.member("serial", report.serial)
            json.member("generation", report.generation)
            json.member("revision", report.manifest?.revision ?? "")
            json.member("running_revision", report.runningRevision)
            json.member("bamaid", report.daemonVersion)
            json.member("free_bytes", report.freeBytes)
            json.key("change")
            if let change = report.change {
                json.beginObject()
                json.member("phase", change.phase.rawValue)
                json.member("from", change.from)
                json.member("to", change.to)
                json.member("by", change.by)
                json.member("cause", change.cause)
                json.member("left_s", change.left)
                json.endObject()
            } else {
                json.null()
            }
        }
        json.key("troubles")
        json.beginArray()
        for trouble in troubles { json.value(trouble) }
        json.endArray()
        json.endObject()
        json.endLine()
        return json.text
    }
}
