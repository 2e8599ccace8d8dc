import ArgumentParser
import Journal
import Lifeline

struct Rejected: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show samples of the messages that could not be read, the newest first.",
        discussion: """
            A journal keeps the last 256, each with its first 512 bytes; what would move the cursor is shown as ·.

            example: bamai rejected --site firmware-config/street
            exit codes: 0 shown, 1 no journal can be read, 2 the site is wrong.
            """)

    @OptionGroup var place: JournalOption

    @Option(name: .shortAndLong, help: "At most this many.")
    var limit: Int = 20

    @Option(name: .long, help: "Offset from UTC that times are shown in.")
    var utcOffset: String = "+08:00"

    func run() throws {
        guard let offset = CivilTime.parseOffset(utcOffset) else { throw ValidationError("--utc-offset is written as +08:00") }
        let reader = try place.open()
        let samples = try reading { () throws(JournalError) in try reader.rejected(limit: max(0, min(limit, 256))) }
        if samples.isEmpty { Output.line("no message was refused") }
        let columns = Terminal.isInteractive ? Terminal.size.columns - 2 : 160
        for sample in samples {
            let time = CivilTime.rfc3339(sample.received, offsetSeconds: offset).dropFirst(5).prefix(14).split(separator: "T").joined(separator: " ")
            Output.line(
                "\(Terminal.paint(time, .grey))  \(Terminal.paint(Terminal.pad(sample.cause, 16), .yellow)) \(sample.broker)  \(Terminal.plain(sample.topic))"
            )
            let text = Terminal.plain(String(decoding: sample.sample, as: UTF8.self))
            Output.line("  " + Terminal.cut(text.isEmpty ? "(empty)" : text, columns))
        }
    }
}
