import ArgumentParser
import Glibc
import Lifeline
import Linux

struct Watch: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See readings, expected bands, scores and alerts of a running gateway as they come.",
        discussion: """
            On a terminal a live table; q or Ctrl-C ends it. Elsewhere, or with --plain, one line an event. The bar shows how strongly Pulse is \
            surprised: full at a score of 12; limits of the site's rules show among the alerts only.

            examples: bamai watch --site firmware-config/street
                      bamai watch --site firmware-config/street --sensor 'WP-*' --plain | tee watch.log
            exit codes: 0 ended by you, 2 the site is wrong, 3 no gateway answers, or it has gone.
            """)

    @OptionGroup var place: SocketOption

    @Option(name: .long, help: ArgumentHelp("Only sensors whose id matches, with * and ?.", valueName: "pattern"))
    var sensor: SensorPattern?

    @Flag(name: .long, help: "One line an event, also on a terminal.")
    var plain = false

    @Option(name: .long, help: "Language of the alerts: en or zh (default: the terminal's).")
    var lang: Language = .ofTerminal

    @Option(name: .long, help: ArgumentHelp("End after this long, such as 30s (default: never).", valueName: "time"))
    var duration: Span?

    /// *Units*: nanoseconds. Five times a second is as fast as eyes read.
    private static let frame: Int64 = 200_000_000

    func run() throws {
        let line = try ControlLine(try place.path())
        line.send("watch")
        let end = duration.map { Clocks.monotonicNanoseconds() + Int64(min($0.seconds, 1e9) * 1e9) } ?? .max
        if Terminal.isInteractive && !plain {
            try table(line, until: end)
        } else {
            try lines(line, until: end)
        }
    }

    private func lines(_ line: ControlLine, until end: Int64) throws {
        while true {
            let left = (end - Clocks.monotonicNanoseconds()) / 1_000_000
            guard left > 0 else { return }
            switch line.next() {
            case .line(let bytes):
                guard let event = JSONValue(bytes), concerns(event) else { continue }
                guard Output.raw(WatchEvent.plain(event, lang) + "\n") else { return }
            case .nothing:
                var waiting = pollfd(fd: line.descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&waiting, 1, Int32(clamping: left))
            case .gone: try gone()
            }
        }
    }

    private func table(_ line: ControlLine, until end: Int64) throws {
        let screen = try LiveScreen()
        var table = WatchTable(language: lang)
        var drawn: Int64 = 0
        while Clocks.monotonicNanoseconds() < end {
            // A gateway may speak faster than a frame lasts: take what is there, but draw in time.
            var isDry = false
            while !isDry && Clocks.monotonicNanoseconds() - drawn < Watch.frame {
                switch line.next() {
                case .line(let bytes): if let event = JSONValue(bytes), concerns(event) { table.take(event) }
                case .nothing: isDry = true
                case .gone:
                    screen.leave()
                    try gone()
                }
            }
            let now = Clocks.monotonicNanoseconds()
            if now - drawn >= Watch.frame {
                screen.draw(table.lines(Terminal.size))
                drawn = now
            }
            switch screen.wait(line.descriptor, milliseconds: Int32(max(1, (drawn + Watch.frame - now) / 1_000_000))) {
            case .quit: return
            case .resized: drawn = 0
            case .none: break
            }
        }
    }

    private func gone() throws -> Never {
        Terminal.error("the gateway has gone")
        throw ExitCode(3)
    }

    private func concerns(_ event: JSONValue) -> Bool {
        guard let sensor else { return true }
        guard let name = event["sensor"].text ?? event["alert"]["data"]["bamai"]["sensor"].text else { return true }
        return sensor.matches(name)
    }
}
