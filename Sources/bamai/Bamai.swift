import ArgumentParser
import Gateway

@main
struct Bamai: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bamai",
        abstract: "Feels the pulse of a city's lifelines: the command line of the Bamai gateway.",
        discussion: """
            A site is a folder with a site.toml, such as firmware-config/street. Colours appear on a terminal only, and not where NO_COLOR is set.

            exit codes: 0 all is well, 1 it failed, 2 the configuration is wrong, 3 no gateway answers, 64 wrong use.
            """,
        version: Version.text,
        subcommands: [
            Check.self, BoardCommand.self, DoctorCommand.self, Discover.self, BaselineCommand.self, Status.self, Watch.self, Alerts.self, Alarms.self,
            Acknowledge.self, FalseAlarm.self,
            End.self,
            Shelve.self, Unshelve.self, Shelves.self,
            Maintain.self, IndexCommand.self, Export.self, Rejected.self, GPIOCommand.self, Replay.self, Simulate.self, ScoreCommand.self,
            PushCommand.self, DiffCommand.self, HistoryCommand.self, RollbackCommand.self, DriftCommand.self, ConfirmCommand.self,
            FleetCommand.self, SecretCommand.self,
        ])
}
