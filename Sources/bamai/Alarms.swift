import ArgumentParser
import Score

struct Alarms: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "How a gateway's own alerts are: how many, which points are the worst, what chatters, is stale, shelved or withheld.",
        discussion: """
            The marks are those of EEMUA 191; the profile's [alarms] has the numbers.

            examples: bamai alarms --site firmware-config/street
                      bamai alarms --site firmware-config/street --json | jq .alarms.worst
            exit codes: 0 shown, 2 the site is wrong, 3 no gateway answers.
            """)

    @OptionGroup var place: SocketOption

    @Flag(name: .long, help: "The gateway's own JSON: the stable interface for programs.")
    var json = false

    func run() throws {
        let answer = try ControlLine.ask("alarms", at: place.path(), within: 5000)
        if json { return Output.line(answer.text) }
        let width = Terminal.isInteractive ? Terminal.size.columns : .max
        for line in AlarmsView(report: answer.value).lines { Output.line(width == .max ? line : Terminal.cut(line, width)) }
    }
}

struct Shelves: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what is put aside: shelves and maintenances, until when, by whom and why.",
        discussion: """
            example: bamai shelves --site firmware-config/street
            exit codes: 0 shown, 2 the site is wrong, 3 no gateway answers.
            """)

    @OptionGroup var place: SocketOption

    @Flag(name: .long, help: "The decisions as JSON, one a line.")
    var json = false

    func run() throws {
        let answer = try ControlLine.ask("alarms", at: place.path(), within: 5000)
        let shelves = answer.value["alarms"]["shelves"].list
        if json {
            for shelf in shelves { Output.line(ShelfView.json(shelf)) }
            return
        }
        if shelves.isEmpty { return Output.line("nothing is shelved") }
        for shelf in shelves { Output.line(ShelfView.line(shelf)) }
    }
}
