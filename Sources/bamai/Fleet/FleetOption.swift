import ArgumentParser
import Deploy
import Gateway
import Glibc
import Lifeline
import Linux
import Site

/// Which boards a command is about.
struct FleetOption: ParsableArguments {
    @Argument(help: "The inventory of boards.", completion: .file(extensions: ["toml"]))
    var inventory: String = "fleet.toml"

    @Option(
        name: .long,
        help: ArgumentHelp("Only the boards of this group, or the board of this name; repeatable (default: all).", valueName: "name"))
    var group: [String] = []

    /// The inventory; ends the program with 2 and every finding where it is wrong.
    func load() throws -> FleetInventory {
        switch loadFleetInventory(at: inventory, from: .disk) {
        case .valid(let inventory, _): return inventory
        case .invalid(let findings):
            for finding in findings { Terminal.error(finding.description) }
            throw ExitCode(2)
        }
    }

    /// The boards that were asked for, in the order of the inventory.
    func hosts(of inventory: FleetInventory) throws -> [FleetInventory.Host] {
        do throws(FleetInventory.UnknownName) {
            return try inventory.hosts(in: group)
        } catch {
            Terminal.error(error.text)
            throw ExitCode(2)
        }
    }
}

/// How many boards are talked to at a time.
enum Parallel {
    static func objection(_ number: Int) -> String? {
        (1...FleetPush.parallelLimit).contains(number) ? nil : "--parallel is 1 to \(FleetPush.parallelLimit)"
    }

    /// As many as were asked for, or as the descriptors of this process are enough for.
    static func allowed(_ wanted: Int) -> Int {
        // What is open anyway, and a little more.
        let own = 32
        let limit = DescriptorLimit.raise(to: wanted * FleetPush.descriptorsEach + own)
        return min(wanted, max(1, (limit - own) / FleetPush.descriptorsEach))
    }
}

extension FleetInventory.Host {
    var connector: any BoardConnector & Sendable {
        get throws {
            try BoardAddress(
                destination: destination, configuration: reach.configuration, options: reach.options, remote: reach.remote ?? "bamai",
                root: reach.root ?? BoardFolder.usualRoot
            ).connector
        }
    }
}

/// The sites of a fleet's boards.
enum FleetSites {
    /// Reads and validates every site; ends the program with 2 and every finding where one is wrong. Nothing was sent then.
    ///
    /// - Parameter isQuiet: no line on a terminal tells how far it is.
    static func boards(_ hosts: [FleetInventory.Host], of inventory: FleetInventory, isQuiet: Bool) throws -> [FleetBoard] {
        defer { if !isQuiet { FleetSurvey.progress(hosts.count, of: hosts.count, "") } }
        var boards: [FleetBoard] = []
        var findings: [Finding] = []
        var gateways: [String: FleetInventory.Host] = [:]
        for (index, host) in hosts.enumerated() {
            if !isQuiet { FleetSurvey.progress(index, of: hosts.count, "sites are read") }
            switch SiteFileCollection.collect(PushSite.file(host.site), from: .disk) {
            case .success(let site):
                let gateway = site.configuration.plan.gateway
                if let other = gateways[gateway] {
                    findings.append(inventory.finding(host, "its site is gateway \(gateway), as is that of \(other.name) on line \(other.line)"))
                }
                gateways[gateway] = host
                let revision = site.configuration.revision
                guard let manifest = Manifest(site.contents, site: site.site, revision: revision, created: 0, by: "", source: "") else {
                    findings.append(inventory.finding(host, "its site's files cannot be carried: names must be printable ASCII without spaces"))
                    continue
                }
                boards.append(
                    FleetBoard(
                        name: host.name, connector: try host.connector, site: site, source: "", hash: manifest.hash, isCanary: host.isCanary))
            case .failure(.invalid(let wrong)): findings += wrong
            case .failure(.unsuitable(let text)): findings.append(inventory.finding(host, text))
            }
        }
        guard findings.isEmpty else {
            var seen: Set<Finding> = []
            for finding in findings where seen.insert(finding).inserted { Terminal.error(finding.description) }
            Terminal.error("\(Terminal.plural(seen.count, "error")) in the sites; nothing was sent, nothing was changed")
            throw ExitCode(2)
        }
        // Most sites lie in one repository, and asking git takes longer than reading a site.
        var revisions: [String: String] = [:]
        for (index, host) in hosts.enumerated() {
            let folder = PushSite.folder(host.site)
            let above = String(folder.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 })
            let revision = revisions[above] ?? Worker.revision(of: folder)
            revisions[above] = revision
            boards[index].source = revision
        }
        return boards
    }
}
