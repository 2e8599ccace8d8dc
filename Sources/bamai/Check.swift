import ArgumentParser
import Gateway
import Site

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Validate a site: every error at once, each with its line, column and the nearest known name.",
        discussion: """
            example: bamai check firmware-config/street
            exit codes: 0 valid, 2 errors were found.
            """)

    @Argument(help: "The site's folder or its site.toml.")
    var site: String

    func run() throws {
        switch SiteFiles.load(site) {
        case .invalid(let findings):
            for finding in findings { print(finding.description) }
            print(Terminal.paint("\(findings.count) \(findings.count == 1 ? "error" : "errors")", .red))
            throw ExitCode(2)
        case .valid(let site):
            let plan = site.plan
            let judged = plan.sensors.count { $0.cycle != nil && $0.interval != nil }
            print("\(Terminal.paint("valid", .green))  gateway \(plan.gateway), revision \(site.revision)")
            print("       \(plan.assets.count) assets, \(plan.devices.count) devices, \(plan.sensors.count) sensors (\(judged) judged by Pulse), \(plan.rules.count) rules")
            print("       \(site.brokers.count) \(site.brokers.count == 1 ? "broker" : "brokers"), platform \(site.platform.map { $0.broker.address.host } ?? "none")")
        }
    }
}
