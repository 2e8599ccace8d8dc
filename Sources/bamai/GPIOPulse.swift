import ArgumentParser
import Commissioning
import Lifeline
import Linux

struct GPIOPulse: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulse",
        abstract: "Count a meter's pulses for a while: how fast, how much bouncing, and which debounce and max_hz would do.",
        discussion: """
            examples: bamai gpio pulse meter --site firmware-config/west --seconds 60
                      bamai gpio pulse pinctrl-bcm2711:22 --bias pull-up --active-low
            Let water run meanwhile, as fast as it ever will. Nothing is debounced, so that bounces are seen.
            exit codes: 0 pulses were counted, 1 the line cannot be had, or no pulse came, 2 the site is wrong.
            """)

    @Argument(help: ArgumentHelp("A line of the site, a pin of its board, or CHIP:LINE.", valueName: "line"))
    var line: String

    @OptionGroup var choice: LineChoice

    @Option(name: .long, help: "How long to count; Ctrl-C ends it sooner.")
    var seconds: Double = 10

    @Flag(name: .long, help: "The figures as one JSON object.")
    var json = false

    func validate() throws {
        guard seconds > 0 && seconds <= 86_400 else { throw ValidationError("--seconds must be above 0 and at most 86400") }
    }

    /// Edges that are kept: an hour of 100 a second.
    private static let edgeLimit = 360_000

    func run() throws {
        let chosen = try choice.choose([line]).lines[0]
        let held = try LineChoice.take(chosen)
        var edges: [PulseSurvey.Edge] = []
        var (lost, sequence): (Int64, UInt32) = (0, 0)
        var wasRising = (try? held.level()) == true
        if !json { Output.line("counting \(line) for \(ScoreOutput.short(seconds)) s, Ctrl-C ends it …") }
        let end = try LineListener([held]).listen(seconds: seconds) { _, event in
            if event.lineSequence != 0 {
                lost += Int64(event.lineSequence &- sequence &- 1)
                sequence = event.lineSequence
            } else if wasRising == event.isRising {
                lost += 1
            }
            wasRising = event.isRising
            edges.append(PulseSurvey.Edge(nanoseconds: event.nanoseconds, isRising: event.isRising))
            return edges.count < GPIOPulse.edgeLimit
        }
        if case .failed(_, let error) = end {
            Terminal.error("\(line): \(error)")
            throw ExitCode(1)
        }
        let survey = PulseSurvey(edges)
        if json { Output.line(GPIOPulse.object(line, survey, edges.count, lost)) } else { show(survey, edges.count, lost) }
        if survey.pulses == 0 { throw ExitCode(1) }
    }

    private func show(_ survey: PulseSurvey, _ edges: Int, _ lost: Int64) {
        func row(_ name: String, _ text: String) { Output.line("  \(Terminal.pad(name, 16)) \(text)") }
        guard survey.pulses > 0 else {
            row("pulses", "none, of \(edges) edges: is the line wired, --bias right, and is --active-low wanted?")
            return
        }
        row("pulses", "\(Terminal.count(Int64(survey.pulses)))" + (survey.rate.map { ", \(ScoreOutput.short($0)) a second" } ?? ""))
        if let shortest = survey.shortestInterval, let longest = survey.longestInterval {
            row("interval", "\(LineTime.text(shortest)) to \(LineTime.text(longest))")
        }
        if let level = survey.shortestLevel { row("shortest level", LineTime.text(level)) }
        let bounces = survey.longestBounce.map { ", the longest \(LineTime.text($0))" } ?? ""
        row("bounces", survey.bounces > 0 ? Terminal.paint("\(Terminal.count(Int64(survey.bounces)))\(bounces)", .yellow) : "none")
        if lost > 0 {
            row(
                "lost",
                Terminal.paint("\(Terminal.count(lost)) edges: they come faster than this board takes them; a capacitor at the contact helps", .red))
        }
        Output.line("")
        if let debounce = survey.debounce { row("debounce", "\"\(GPIOPulse.duration(debounce))\"") }
        if survey.debounce == nil && survey.bounces > 0 {
            row("debounce", Terminal.paint("none will do: bounces last as long as pulses; a capacitor or a Schmitt trigger is needed", .red))
        }
        if let hertz = survey.maxHz { row("max_hz", ScoreOutput.short(hertz)) }
    }

    /// As a site's file writes it. *Units*: nanoseconds.
    private static func duration(_ nanoseconds: Int64) -> String {
        "\(ScoreOutput.short(Double(nanoseconds) / 1e6)) ms"
    }

    private static func object(_ line: String, _ survey: PulseSurvey, _ edges: Int, _ lost: Int64) -> String {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("line", line)
        json.member("edges", edges)
        json.member("pulses", survey.pulses)
        json.member("bounces", survey.bounces)
        json.member("lost", lost)
        func member(_ name: String, _ value: Double?) {
            json.key(name)
            if let value { json.value(value) } else { json.null() }
        }
        member("rate_hz", survey.rate)
        member("shortest_interval_s", survey.shortestInterval.map { Double($0) * 1e-9 })
        member("longest_interval_s", survey.longestInterval.map { Double($0) * 1e-9 })
        member("shortest_level_s", survey.shortestLevel.map { Double($0) * 1e-9 })
        member("longest_bounce_s", survey.longestBounce.map { Double($0) * 1e-9 })
        member("debounce_s", survey.debounce.map { Double($0) * 1e-9 })
        member("max_hz", survey.maxHz)
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
