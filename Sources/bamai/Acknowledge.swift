import ArgumentParser
import Lifeline

struct Acknowledge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say that somebody has seen an episode: it is repeated no more.",
        discussion: """
            The episode's id is the alert's correlationid, and stands in bamai status --json. When it becomes worse, it is new again.

            example: bamai acknowledge ep-gw7-000001840-a1b2c3d4 --reason "help is coming" --by "Li Wei"
            exit codes: 0 taken, 1 the gateway refuses, 2 the site is wrong, 3 no gateway answers.
            """)

    @Argument(help: "The episode's id.")
    var episode: String

    @OptionGroup var options: DecisionOptions

    func run() throws { try options.send(.acknowledge, episode: episode) }
}

struct FalseAlarm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "false-alarm",
        abstract: "Say that an episode told of nothing: it is repeated no more, and stands in bamai alarms with a suggestion.",
        discussion: """
            It ends by itself when its condition does, as ever; no limit is changed. Of an episode that is over the last one at its place is known.

            example: bamai false-alarm ep-gw7-000001840-a1b2c3d4 --reason "pump test" --by "Li Wei"
            exit codes: 0 taken, 1 the gateway refuses, 2 the site is wrong, 3 no gateway answers.
            """)

    @Argument(help: "The episode's id.")
    var episode: String

    @OptionGroup var options: DecisionOptions

    func run() throws { try options.send(.falseAlarm, episode: episode) }
}

struct End: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End a latched episode, such as an entrapment: only a competent person at the place may.",
        discussion: """
            It is cleared with who and why. Where the condition still holds, the next reading raises it again.

            example: bamai end ep-gw7-000001840-a1b2c3d4 --reason "two people freed" --by "Zhang Min"
            exit codes: 0 taken, 1 the gateway refuses, 2 the site is wrong, 3 no gateway answers.
            """)

    @Argument(help: "The episode's id.")
    var episode: String

    @OptionGroup var options: DecisionOptions

    func run() throws { try options.send(.end, episode: episode) }
}
