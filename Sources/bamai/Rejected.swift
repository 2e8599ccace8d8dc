import ArgumentParser
import Journal
import Lifeline

struct Rejected: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show samples of the messages that could not be read, or of those that the platform refused, the newest first.",
        discussion: """
            A journal keeps the last 256 of either kind, each with its first 512 bytes; what would move the cursor is shown as ·.

            What the platform refuses for good (its answers 400, 409, 413 and 422 by HTTPS; too large or malformed by MQTT) is stepped over, so that what \
            comes after it arrives. It stays in the journal: bamai alerts --id ID shows such an alert.

            examples: bamai rejected --site firmware-config/street
                      bamai rejected --platform --site firmware-config/street
            exit codes: 0 shown, 1 no journal can be read, 2 the site is wrong.
            """)

    @OptionGroup var place: JournalOption

    @Flag(name: .long, help: "What the platform refused, and why.")
    var platform = false

    @Option(name: .shortAndLong, help: "At most this many.")
    var limit: Int = 20

    @Option(name: .long, help: "Offset from UTC that times are shown in.")
    var utcOffset: String = "+08:00"

    func run() throws {
        guard let offset = CivilTime.parseOffset(utcOffset) else { throw ValidationError("--utc-offset is written as +08:00") }
        let reader = try place.open()
        if platform { return try showDeadLetters(reader, offset) }
        let samples = try reading { () throws(JournalError) in try reader.rejected(limit: max(0, min(limit, 256))) }
        if samples.isEmpty { Output.line("no message was refused") }
        let columns = Terminal.isInteractive ? Terminal.size.columns - 2 : 160
        for sample in samples {
            Output.line(
                "\(Terminal.paint(short(sample.received, offset), .grey))  \(Terminal.paint(Terminal.pad(sample.cause, 16), .yellow)) \(sample.broker)  \(Terminal.plain(sample.topic))"
            )
            let text = Terminal.plain(String(decoding: sample.sample, as: UTF8.self))
            Output.line("  " + Terminal.cut(text.isEmpty ? "(empty)" : text, columns))
        }
    }

    private func short(_ moment: Timestamp, _ offset: Int) -> String {
        CivilTime.rfc3339(moment, offsetSeconds: offset).dropFirst(5).prefix(14).split(separator: "T").joined(separator: " ")
    }

    private func showDeadLetters(_ reader: SQLiteJournalReader, _ offset: Int) throws {
        let letters = try reading { () throws(JournalError) in try reader.deadLetters(limit: max(0, min(limit, DeadLetter.limit))) }
        let total = try reading { () throws(JournalError) in try reader.figures().deadLetters }
        if total == 0 { return Output.line("the platform has refused no message") }
        let columns = Terminal.isInteractive ? Terminal.size.columns - 2 : 160
        for letter in letters {
            Output.line(
                "\(Terminal.paint(short(letter.made, offset), .grey))  \(Terminal.paint(Terminal.pad(Terminal.plain(letter.cause), 10), .yellow)) "
                    + "\(Terminal.pad(letter.lane.rawValue, 8))  \(Terminal.plain(letter.event))")
            if !letter.reason.isEmpty { Output.line("  " + Terminal.cut(Terminal.plain(letter.reason), columns)) }
        }
        if total > UInt64(letters.count) { Output.line(Terminal.paint("\(Terminal.count(Int64(clamping: total))) in all", .grey)) }
    }
}
