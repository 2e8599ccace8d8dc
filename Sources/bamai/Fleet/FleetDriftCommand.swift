import ArgumentParser
import Deploy
import Lifeline

struct FleetDriftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Which boards are not as the repository says: files, what the daemon runs, the device.",
        discussion: """
            example: bamai fleet drift firmware-config/fleet.toml
            exit codes: 0 no drift, 1 a board has drifted, 2 the inventory or a site is wrong, 6 none has, but a board cannot be reached.
            """)

    @OptionGroup var fleet: FleetOption

    @Option(name: .long, help: ArgumentHelp("Boards that are asked at a time.", valueName: "count"))
    var parallel: Int = 16

    @Flag(name: .long, help: "One JSON document a line: each board as it answers, and a summary last.")
    var json = false

    func validate() throws { if let objection = Parallel.objection(parallel) { throw ValidationError(objection) } }

    private struct Found {
        var lines: [DriftLine] = []
        /// Why it could not be asked.
        var silence: String?
        var hasDrifted: Bool { lines.contains { $0.isWell == false } }
    }

    func run() throws {
        let inventory = try fleet.load()
        let hosts = try fleet.hosts(of: inventory)
        let boards = try FleetSites.boards(hosts, of: inventory, isQuiet: json)
        let found = try FleetSurvey.rows(
            hosts, parallel: parallel,
            row: { index, answer in
                switch answer {
                case .success(let report): Found(lines: lines(report, boards[index]))
                case .failure(let failure): Found(silence: failure.text)
                }
            },
            json: json ? { document(hosts[$0].name, $1) } : nil)
        let drifted = found.count { $0.hasDrifted }
        let silent = found.count { $0.silence != nil }
        if json {
            var json = JSONWriter()
            json.beginObject()
            json.member("event", "summary")
            json.member("boards", hosts.count)
            json.member("drifted", drifted)
            json.member("unreached", silent)
            json.endObject()
            Output.line(json.text)
        } else {
            show(boards.map(\.name), found)
            let rest = silent == 0 ? "" : ", \(silent) cannot be reached"
            let words = "\(drifted) of \(Terminal.plural(hosts.count, "board")) \(drifted == 1 ? "has" : "have") drifted\(rest)"
            Output.line(Terminal.paint(words, drifted + silent == 0 ? .bold : .red))
        }
        throw ExitCode(drifted > 0 ? 1 : silent > 0 ? 6 : 0)
    }

    /// What differs from the board's own generation, and from the repository; another gateway than the site's is the worst drift of all.
    private func lines(_ report: BoardReport, _ board: FleetBoard) -> [DriftLine] {
        let gateway = board.site.configuration.plan.gateway
        guard let adopted = report.adopted else { return [DriftLine(isWell: false, subject: "site", text: "no site was adopted there")] }
        guard adopted.gateway == gateway else {
            return [DriftLine(isWell: false, subject: "gateway", text: "another board answers: it is gateway \(adopted.gateway), the site is for \(gateway)")]
        }
        return DriftLine.lines(report, site: board.site)
    }

    private func show(_ names: [String], _ found: [Found]) {
        let width = names.reduce(0) { max($0, Terminal.width($1)) }
        for (name, board) in zip(names, found) {
            let head = Terminal.pad(name, width)
            if let silence = board.silence {
                Output.line("  ? \(head)  cannot be reached: \(Terminal.plain(silence))")
            } else if board.hasDrifted {
                for line in board.lines where line.isWell == false {
                    Output.line("  \(line.mark) \(head)  \(Terminal.pad(line.subject, 8)) \(Terminal.plain(line.text))")
                }
            } else {
                let unknown = board.lines.first { $0.isWell == nil }.map { "; \($0.subject) \($0.text)" } ?? ""
                Output.line("  \(Terminal.paint("√", .green)) \(head)  as the repository says\(Terminal.plain(unknown))")
            }
        }
    }

    private func document(_ name: String, _ found: Found) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("event", "board")
        json.member("board", name)
        json.member("reached", found.silence == nil)
        json.member("drifted", found.hasDrifted)
        if let silence = found.silence { json.member("why", silence) }
        json.key("findings")
        json.beginArray()
        for line in found.lines {
            json.beginObject()
            json.member("subject", line.subject)
            json.key("well")
            if let isWell = line.isWell { json.value(isWell) } else { json.null() }
            json.member("text", line.text)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        json.endLine()
        return json.text
    }
}
