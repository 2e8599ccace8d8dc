import ArgumentParser
import Gateway
import Site

/// Which site a command is about.
struct SiteOption: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The site's folder or its site.toml.", valueName: "folder"), completion: .directory)
    var site: String = "/var/lib/bamai/current"

    func load() throws -> SiteConfiguration { try SiteOption.load(site) }

    /// A site's configuration; ends the program with code 2 and every finding when it is wrong.
    static func load(_ path: String) throws -> SiteConfiguration {
        switch SiteFiles.load(path) {
        case .valid(let configuration, _): return configuration
        case .invalid(let findings):
            for finding in findings { Terminal.error(finding.description) }
            throw ExitCode(2)
        }
    }
}
