import ArgumentParser
import Foundation
import Glibc
import Journal

/// A journal that is only read.
struct JournalOption: ParsableArguments {
    @Option(name: .long, help: "The journal's file (default: the site's).")
    var journal: String?

    @OptionGroup var site: SiteOption

    func open() throws -> SQLiteJournalReader {
        let path = try journal ?? site.load().journal.path
        do throws(JournalError) {
            return try SQLiteJournalReader(path: path)
        } catch {
            Terminal.error(access(path, F_OK) == 0 ? error.sentence : "there is no journal at \(path)")
            throw ExitCode(1)
        }
    }
}

struct Alerts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the alerts of a journal, the newest last.",
        discussion: """
            examples: bamai alerts --site firmware-config/street --lang zh
                      bamai alerts --site firmware-config/street --follow
            """)

    @OptionGroup var place: JournalOption

    @Option(name: .shortAndLong, help: "At most this many.")
    var limit: Int = 50

    @Option(name: .long, help: "Language of the sentences: en or zh.")
    var lang: String = "en"

    @Flag(name: .long, help: "One CloudEvents document a line.")
    var json = false

    @Flag(name: .long, help: "Go on with new alerts as they come.")
    var follow = false

    @Option(name: .long, help: .hidden)
    var seconds: Int = .max

    func validate() throws {
        guard lang == "en" || lang == "zh" else { throw ValidationError("--lang is en or zh") }
        guard limit >= 0, limit <= 1_000_000 else { throw ValidationError("--limit is 0 to 1000000") }
    }

    func run() throws {
        let reader = try place.open()
        var position: UInt64 = 0
        let latest = try reader.latestAlerts(limit: limit)
        for record in latest.reversed() {
            show(record)
            position = record.position
        }
        if latest.isEmpty && !follow { Output.line("no alerts") }
        let end = time(nil) + (seconds == .max ? 1 << 40 : seconds)
        while follow && time(nil) < end {
            let more = try reader.alerts(after: position, limit: 100)
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
            Output.line(view.line(lang))
        }
    }
}

struct Rejected: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show samples of the messages that could not be read, the newest first.",
        discussion: "example: bamai rejected --site firmware-config/street")

    @OptionGroup var place: JournalOption

    @Option(name: .shortAndLong, help: "At most this many; a journal keeps 256.")
    var limit: Int = 20

    func run() throws {
        let samples = try place.open().rejected(limit: max(0, min(limit, 256)))
        if samples.isEmpty { Output.line("no message was refused") }
        for sample in samples {
            let text = String(decoding: sample.sample, as: UTF8.self)
            Output.line("\(Terminal.paint(Terminal.pad(sample.cause, 16), .yellow)) \(sample.broker)  \(sample.topic)")
            Output.line("  " + Terminal.cut(String(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? "·" : Character($0) }), 140))
        }
    }
}
