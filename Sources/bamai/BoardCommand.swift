import ArgumentParser

/// What the command line does with the board that it runs on.
struct BoardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "board",
        abstract: "The board that this program runs on.",
        discussion: """
            example: bamai board detect
            exit codes: those of the subcommand.
            """,
        subcommands: [BoardDetect.self])
}
