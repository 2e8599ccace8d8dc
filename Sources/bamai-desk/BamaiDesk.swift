import ArgumentParser

@main
struct BamaiDesk: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bamai-desk",
        abstract: "The review desk: receives the alerts of many gateways and lets a duty officer decide.",
        discussion: """
            Nothing has to be set up: bamai-desk serve keeps its data in a SQLite file and prints a link for the first account.

            exit codes: 0 stopped or done, 1 it failed, 64 wrong use.
            """,
        version: "0.1.0",
        subcommands: [Serve.self, GatewayCommand.self, AccountCommand.self, TokenCommand.self])
}
