import ArgumentParser
import Glibc
import Journal

struct Alerts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the alerts of a journal, the newest last.",
        discussion: """
            The journal is only read, so the gateway may run meanwhile.

            examples: bamai alerts --site firmware-config/street --lang zh
                      bamai alerts --site firmware-config/street --follow
                      bamai alerts --journal journal.db --json | jq -r .data.info[0].headline
            exit codes: 0 shown, 1 no journal can be read, 2 the site is wrong.
            """)

    @OptionGroup var place: JournalOption

    @Option(name: .shortAndLong, help: "At most this many of those that are there.")
    var limit: Int = 50

    @Option(name: .long, help: "Language of the sentences: en or zh (default: the terminal's).")
    var lang: Language = .ofTerminal

    @Flag(name: .long, help: "One CloudEvents document a line.")
    var json = false

    @Flag(name: .shortAndLong, help: "Go on with new alerts as they come.")
    var follow = false

    @Option(name: .long, help: .hidden)
    var seconds: Int = .max

    func validate() throws {
        guard limit >= 0, limit <= 1_000_000 else { throw ValidationError("--limit is 0 to 1000000") }
    }

    func run() throws {
        let reader = try place.open()
        let latest = try reading { () throws(JournalError) in try reader.latestAlerts(limit: max(1, limit)) }
        for record in latest.prefix(limit).reversed() { show(record) }
        if latest.isEmpty && !follow && !json { Output.line("no alerts") }
        var position = latest.first?.position ?? 0
        let end = time(nil) + (seconds == .max ? 1 << 40 : seconds)
        while follow && time(nil) < end {
            let more = try reading { () throws(JournalError) in try reader.alerts(after: position, limit: 100) }
            for record in more {
                show(record)
                position = record.position
            }
            if more.isEmpty { usleep(200_000) }
        }
    }

    private func show(_ record: AlertRecord) {
        if json {
            Output.line(String(decoding: record.body, as: UTF8.self))
        } else if let view = AlertView(record.body) {
            Output.line(view.line(lang, columns: Terminal.isInteractive ? Terminal.size.columns : nil))
        }
    }
}
