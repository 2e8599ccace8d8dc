import ArgumentParser
import Lifeline
import Linux

struct GPIOWatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Every edge on lines as it comes, with the kernel's own time, until Ctrl-C.",
        discussion: """
            examples: bamai gpio watch lid meter --site firmware-config/west
                      bamai gpio watch pinctrl-bcm2711:17 --bias pull-up --active-low --seconds 30
            Nothing is debounced: a bounce is seen as what it is. A line that the gateway holds is shown by `bamai status`, not here.
            exit codes: 0 it was watched, 1 a line cannot be had or its chip has gone, 2 the site is wrong.
            """)

    @Argument(help: ArgumentHelp("Lines of the site, pins of its board, or CHIP:LINE.", valueName: "line"))
    var lines: [String]

    @OptionGroup var choice: LineChoice

    @Option(name: .long, help: "End after so many seconds.")
    var seconds: Double?

    @Option(name: .long, help: "End after so many edges.")
    var count: Int?

    @Flag(name: .long, help: "One JSON object an edge.")
    var json = false

    func validate() throws {
        if lines.isEmpty { throw ValidationError("name at least one line") }
        if lines.count > GPIOWatch.lineLimit { throw ValidationError("at most \(GPIOWatch.lineLimit) lines at once") }
        if let seconds, !(seconds > 0 && seconds <= 1e6) { throw ValidationError("--seconds must be above 0 and at most 1000000") }
        if let count, count < 1 { throw ValidationError("--count must be at least 1") }
    }

    private static let lineLimit = 64

    /// What has been seen of one line.
    private struct Seen {
        var edges: Int64 = 0
        var lost: Int64 = 0
        var sequence: UInt32 = 0
        var first: Int64 = 0
        var last: Int64 = 0
        var wasRising: Bool?
    }

    func run() throws {
        let (chosen, utcOffset) = try choice.choose(lines)
        let held = try chosen.map { try LineChoice.take($0) }
        let names = chosen.map(\.name)
        let width = names.map { Terminal.width($0) }.max() ?? 0
        var seen = [Seen](repeating: Seen(), count: held.count)
        for (index, line) in held.enumerated() {
            let level = (try? line.level()) == true
            seen[index].wasRising = level
            if !json { Output.line("\(Terminal.pad(names[index], width))  \(level ? "active" : "inactive")") }
        }
        // The kernel's monotonic time becomes that of the wall.
        let clock = LineClock(offset: Clocks.wallMicroseconds() - Clocks.monotonicNanoseconds() / 1000, utcOffsetSeconds: utcOffset)
        var left = count ?? .max
        let end = try LineListener(held).listen(seconds: seconds) { index, event in
            let lost = GPIOWatch.note(event, &seen[index])
            if json {
                show(names[index], event, lost, clock)
            } else {
                show(
                    Terminal.pad(names[index], width), event, lost, clock, since: seen[index].edges > 1 ? event.nanoseconds - seen[index].last : nil)
            }
            seen[index].last = event.nanoseconds
            left -= 1
            return left > 0
        }
        if !json {
            for (name, figures) in zip(names, seen) { Output.line(GPIOWatch.summary(Terminal.pad(name, width), figures)) }
        }
        if case .failed(let index, let error) = end {
            Terminal.error("\(names[index]): \(error)")
            throw ExitCode(1)
        }
    }

    /// Returns how many edges are missing before this one.
    private static func note(_ event: GPIOEvent, _ seen: inout Seen) -> Int64 {
        var lost: Int64 = 0
        if event.lineSequence != 0 {
            lost = Int64(event.lineSequence &- seen.sequence &- 1)
            seen.sequence = event.lineSequence
        } else if seen.wasRising == event.isRising {
            lost = 1
        }
        seen.wasRising = event.isRising
        if seen.edges == 0 { seen.first = event.nanoseconds }
        seen.edges += 1
        seen.lost += lost
        return lost
    }

    private func show(_ name: String, _ event: GPIOEvent, _ lost: Int64, _ clock: LineClock, since: Int64?) {
        var text = "\(clock.time(event.nanoseconds))  \(name)  "
        text += event.isRising ? Terminal.paint("active  ", .green) : "inactive"
        if let since { text += "  \(Terminal.padLeft(LineTime.text(since), 10)) later" }
        if lost > 0 { text += Terminal.paint("  \(lost) lost before it", .yellow) }
        Output.line(text)
    }

    private func show(_ name: String, _ event: GPIOEvent, _ lost: Int64, _ clock: LineClock) {
        var json = JSONWriter(reserving: 128)
        json.beginObject()
        json.member("line", name)
        json.member("time", clock.moment(event.nanoseconds))
        json.member("monotonic_ns", event.nanoseconds)
        json.member("active", event.isRising)
        json.member("lost", lost)
        json.endObject()
        Output.line(String(decoding: json.bytes, as: UTF8.self))
    }

    private static func summary(_ name: String, _ seen: Seen) -> String {
        let span = seen.last - seen.first
        let rate = span > 0 ? ", \(ScoreOutput.short(Double(seen.edges - 1) / (Double(span) * 1e-9))) edges a second" : ""
        return Terminal.paint("\(name)  \(Terminal.count(seen.edges)) edges\(rate), \(Terminal.count(seen.lost)) lost", .grey)
    }
}

/// Wall time of what the kernel's monotonic clock stamped.
struct LineClock {
    /// *Units*: microseconds: wall minus monotonic.
    let offset: Int64
    let utcOffsetSeconds: Int

    /// `14:37:04.123`.
    func time(_ nanoseconds: Int64) -> String { String(text(nanoseconds).dropFirst(11).prefix(8)) + ".\(fraction(nanoseconds).prefix(3))" }

    /// RFC 3339 to the microsecond.
    func moment(_ nanoseconds: Int64) -> String {
        let text = self.text(nanoseconds)
        return "\(text.prefix(19)).\(fraction(nanoseconds))\(text.dropFirst(19))"
    }

    private func text(_ nanoseconds: Int64) -> String {
        CivilTime.rfc3339(Timestamp(microseconds: nanoseconds / 1000 + offset), offsetSeconds: utcOffsetSeconds)
    }

    private func fraction(_ nanoseconds: Int64) -> String { String(String(1_000_000 + (nanoseconds / 1000 + offset) % 1_000_000).dropFirst()) }
}

/// Short times as people read them.
enum LineTime {
    /// `350 µs`, `12.5 ms`, `3.2 s`. *Units*: nanoseconds.
    static func text(_ nanoseconds: Int64) -> String {
        let value = Double(nanoseconds)
        if value < 1e6 { return "\(ScoreOutput.fixed(value / 1e3, 0)) µs" }
        if value < 1e9 { return "\(ScoreOutput.fixed(value / 1e6, value < 1e7 ? 2 : 1)) ms" }
        return "\(ScoreOutput.fixed(value / 1e9, 2)) s"
    }
}
