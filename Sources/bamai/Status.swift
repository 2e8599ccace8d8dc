import ArgumentParser
import Lifeline

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a running gateway how it is: problems first, then the line from sensor to platform.",
        discussion: """
            examples: bamai status --site firmware-config/street
                      bamai status --site firmware-config/street --json | jq .judge
            exit codes: 0 no errors, 1 the gateway reports errors, 2 the site is wrong, 3 no gateway answers.
            """)

    @OptionGroup var place: SocketOption

    @Flag(name: .long, help: "The gateway's own JSON: the stable interface for programs.")
    var json = false

    @Option(name: .long, help: "Language of what is sick: en or zh (default: the terminal's).")
    var lang: Language = .ofTerminal

    /// *Units*: milliseconds. A commit to a slow card may take seconds, and the gateway answers after it.
    private static let patience: Int64 = 5000

    func run() throws {
        let line = try ControlLine(try place.path())
        line.send("status")
        guard let answer = line.next(within: Status.patience) else {
            Terminal.error("a gateway listens, but does not answer within 5 s")
            throw ExitCode(3)
        }
        guard let report = JSONValue(answer), !report["schema"].isNull else {
            Terminal.error("what listens there is no gateway: \(Terminal.cut(Terminal.plain(String(decoding: answer, as: UTF8.self)), 80))")
            throw ExitCode(3)
        }
        if json {
            Output.line(String(decoding: answer, as: UTF8.self))
        } else {
            StatusView(report: report, language: lang).show()
        }
        if report["problems"].list.contains(where: { $0["severity"].text == "error" }) { throw ExitCode(1) }
    }
}
