import ArgumentParser
import Lifeline
import Score

struct ScoreSKAB: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skab",
        abstract: "The Skoltech Anomaly Benchmark: eight channels of a pump, judged together.",
        discussion: """
            The folder holds the CSV files of one part (valve1), or folders of them.
            Rows are scored one by one; the first 400 of each file are for learning.
            FAR is the share of healthy rows called wrong, MAR of wrong rows missed.

            example: bamai score skab data/SKAB/valve1 --files
            exit codes: 0 scored, 1 the recordings cannot be used.
            """)

    @Argument(help: "The benchmark's folder, or one part of it.", completion: .directory)
    var directory: String

    @Flag(help: "One line for each file as well.")
    var files = false

    @Flag(help: "One JSON object instead of a table.")
    var json = false

    func run() throws {
        let score = try ScoreOutput.reading { () throws(RecordingProblem) in try SKABScore(folder: directory) }
        let rows: [(name: String, key: String, found: Confusion)] = [
            ("Pulse, group track", "", score.pooled(\.pulse)), ("beyond the range of the first 400 rows", "range_only", score.pooled(\.rangeOnly)),
            ("all ones", "all_ones", score.pooled(\.allOnes)),
        ]
        if json {
            ScoreOutput.json(rows, ScoreOutput.write) { $0.member("files", score.files.count) }
            return
        }
        var table = ScoreTable(["", "F1", "FAR", "MAR"])
        for (name, _, found) in rows { table.add(ScoreOutput.row(name, found)) }
        if files {
            for file in score.files { table.add(ScoreOutput.row("  \(file.name)", file.pulse)) }
        }
        table.print()
        Output.line(
            "\n\(Terminal.plural(score.files.count, "file")); the group track's constants were chosen with valve1's labels in view: on those files, in sample."
        )
    }
}
