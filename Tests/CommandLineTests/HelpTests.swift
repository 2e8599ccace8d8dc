import Foundation
import Testing

@Suite("bamai: help and wrong use")
struct HelpTests {
    static let commands = [
        "check", "board", "board detect", "doctor", "discover", "baseline", "status", "watch", "alerts", "alarms", "acknowledge", "false-alarm",
        "end", "shelve", "unshelve",
        "shelves", "maintain", "index", "export", "rejected",
        "gpio", "gpio list", "gpio watch", "gpio pulse",
        "replay", "simulate", "score", "score nab", "score skab", "score batadal",
        "score csv", "score street",
        "push", "diff", "history", "rollback", "drift", "confirm", "fleet", "fleet push", "fleet status", "fleet drift", "secret", "secret set", "secret list", "secret remove",
        "board", "board adopt", "board recover",
    ]

    /// A command with its subcommand, as arguments.
    private static func words(_ command: String) -> [String] { command.split(separator: " ").map(String.init) }

    @Test("The help of every command is the recorded text", arguments: [""] + commands)
    func golden(command: String) throws {
        let run = try CommandRun(HelpTests.words(command) + ["--help"])
        #expect(run.code == 0)
        let file = CommandRun.root + "/Tests/CommandLineTests/Help/\(command.isEmpty ? "bamai" : HelpTests.words(command).joined(separator: "-")).txt"
        if ProcessInfo.processInfo.environment["BAMAI_RECORD"] != nil { try run.output.write(toFile: file, atomically: true, encoding: .utf8) }
        let recorded = try String(contentsOfFile: file, encoding: .utf8)
        #expect(run.output == recorded, "run the test with BAMAI_RECORD=1 to record it anew")
    }

    @Test("Every help has an example and says what its exit codes mean", arguments: commands)
    func complete(command: String) throws {
        let help = try CommandRun(HelpTests.words(command) + ["--help"]).output
        #expect(help.contains("example") && help.contains("bamai \(command)"))
        #expect(help.contains("exit codes:"))
    }

    @Test(
        "Wrong use ends with 64 and a sentence",
        arguments: [
            ["nonsense"], ["export", "--from", "yesterday"], ["simulate", "--day", "0"], ["simulate", "--broker", "http://x/y"],
            ["simulate", "--print-messages"], ["alerts", "--lang", "fr"], ["alerts", "--limit", "-3"], ["alerts", "--json", "--cap"],
            ["replay"], ["score", "csv"],
            ["score", "csv", ".", "--false-alarms", "0"], ["score", "street", "--days", "1"], ["score", "street", "--divisor", "0"],
            ["simulate", "--district", "--speed", "0"], ["simulate", "--district", "--copies", "2"],
            ["shelve", "--reason", "r", "--by", "b", "--for", "1h"],
            ["shelve", "A", "--reason", "r", "--by", "b"],
            ["shelve", "A", "--for", "1h", "--until", "2026-01-02T10:00", "--reason", "r", "--by", "b"],
            ["shelve", "A", "--for", "1h", "--by", "b"], ["end", "ep", "--reason", "r"],
            ["maintain", "A", "--done", "--for", "1h", "--reason", "r", "--by", "b"],
            ["discover", "--topic", "a/#/b"], ["discover", "--site", "x", "--devices", "y"], ["baseline"],
            ["push", "x"], ["push", "x", "y", "--expect", "12"], ["push", "x", "y", "--probation", "2d"],
            ["push", "x", "y", "--root", "z"], ["push", "x", "y", "-o", "StrictHostKeyChecking=no"],
            ["fleet", "push", "--parallel", "0"], ["fleet", "push", "--max-fail", "101%"], ["fleet", "push", "--max-fail", "-1"],
            ["fleet", "push", "--json", "--plain"], ["fleet", "status", "--parallel", "65"], ["rollback"], ["confirm", "y"], ["secret", "set"], ["secret", "set", "../x"], ["board", "adopt"],
            ["baseline", "MH-1", "--for", "1s", "--last", "3"], ["baseline", "MH-1", "--last", "0"],
        ])
    func wrongUse(arguments: [String]) throws {
        let run = try CommandRun(arguments)
        #expect(run.code == 64)
        #expect(run.output.contains("Error: "))
    }
}
