import ArgumentParser

struct FleetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Many boards at once: push to all of them in stages, ask how they are, find what has drifted.",
        discussion: """
            The inventory is a file that names each board, how ssh reaches it, and its site; firmware-config/sample/fleet.toml shows every key.

            example: bamai fleet status firmware-config/fleet.toml
            exit codes: those of the subcommands.
            """,
        subcommands: [FleetPushCommand.self, FleetStatusCommand.self, FleetDriftCommand.self])
}
