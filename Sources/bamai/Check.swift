import ArgumentParser
import Gateway
import Glibc
import Lifeline
import Site

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Validate a site: every error at once, each with its line, column and the nearest known name.",
        discussion: """
            Errors go to standard error, one a line, as file:line:column: what is wrong.

            example: bamai check firmware-config/street
            exit codes: 0 valid, 2 errors were found.
            """)

    @Argument(help: "The site's folder or its site.toml.", completion: .directory)
    var site: String

    func run() throws {
        switch SiteFiles.load(site) {
        case .invalid(let findings):
            for finding in findings { Output.raw(finding.description + "\n", to: STDERR_FILENO) }
            Output.raw("\(Terminal.plural(findings.count, "error")) in \(site)\n", to: STDERR_FILENO)
            throw ExitCode(2)
        case .valid(let site, let warnings):
            for warning in warnings { Output.raw("\(warning.description) (warning)\n", to: STDERR_FILENO) }
            let plan = site.plan
            let now = Timestamp(unixSeconds: Int64(time(nil)))
            for asset in plan.assets {
                for key in asset.dossier?.keysInTheFuture(now: now) ?? [] {
                    Output.raw("asset \(asset.id): \(key) lies in the future; the index does not believe it (warning)\n", to: STDERR_FILENO)
                }
            }
            let judged = plan.sensors.count { $0.cycle != nil && $0.interval != nil }
            Output.line("\(Terminal.paint("valid", .green))  gateway \(plan.gateway), revision \(site.revision)")
            Output.line(
                "       \(Terminal.plural(plan.assets.count, "asset")), \(Terminal.plural(plan.devices.count, "device")), "
                    + "\(Terminal.plural(plan.sensors.count, "sensor")) (\(judged) judged by Pulse), \(Terminal.plural(plan.rules.count, "rule"))")
            let platform =
                site.platform.map { platform in
                    "platform \(platform.place)"
                        + (platform.mapping.map { ", mapping \($0.name)@\($0.version)" } ?? "")
                } ?? "no platform: alerts stay here"
            Output.line("       \(Terminal.plural(site.brokers.count, "broker")), \(platform)")
            if let board = Check.boardLine(site) { Output.line("       " + board) }
        }
    }
    /// The board and how many lines of it are wired to what; nil: none of both.
    private static func boardLine(_ site: SiteConfiguration) -> String? {
        guard site.board != nil || !site.lines.isEmpty else { return nil }
        var counts: [(role: String, count: Int)] = []
        for line in site.lines {
            if let place = counts.firstIndex(where: { $0.role == line.role.name }) {
                counts[place].count += 1
            } else {
                counts.append((line.role.name, 1))
            }
        }
        let board = site.board.map { "board \($0.type)" } ?? "no board named"
        let roles = counts.map { Terminal.plural($0.count, $0.role) }.joined(separator: ", ")
        return board + ", " + Terminal.plural(site.lines.count, "line") + (roles.isEmpty ? "" : " (\(roles))")
    }
}
