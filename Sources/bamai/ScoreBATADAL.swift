import ArgumentParser
import Lifeline
import Score

struct ScoreBATADAL: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batadal",
        abstract: "BATADAL: attacks on a water network, 43 channels judged together.",
        discussion: """
            The folder holds the CSV files as published. They are read in the order of
            their dates: the latest is scored, all before it are learnt from.
            S = 0.5 (1 - mean(time to detection / duration)) + 0.25 (TPR + TNR).

            example: bamai score batadal data/BATADAL
            exit codes: 0 scored, 1 the recordings cannot be used.
            """)

    @Argument(help: "The data's folder.", completion: .directory)
    var directory: String

    @Flag(help: "One JSON object instead of a table.")
    var json = false

    func run() throws {
        let score = try ScoreOutput.reading { () throws(RecordingProblem) in try BATADALScore(folder: directory) }
        let rows: [(name: String, key: String, found: BATADALScore.Figures)] = [
            ("Pulse, group track", "", score.pulse), ("beyond the range learnt from", "range_only", score.rangeOnly),
            ("always on", "always_on", score.alwaysOn),
        ]
        if json {
            ScoreOutput.json(rows, ScoreBATADAL.write)
            return
        }
        var table = ScoreTable(["", "S", "TPR", "TNR", "attacks found"])
        for (name, _, found) in rows {
            table.add([
                name, ScoreOutput.fixed(found.s, 3), ScoreOutput.fixed(found.truePositiveRate, 3), ScoreOutput.fixed(found.trueNegativeRate, 3),
                "\(found.found) of \(found.attacks)",
            ])
        }
        table.print()
        Output.line("\nscored: \(score.files.last ?? ""); nothing was tuned on these data.")
    }

    private static func write(_ found: BATADALScore.Figures, _ writer: inout JSONWriter) {
        writer.member("s", found.s)
        writer.member("tpr", found.truePositiveRate)
        writer.member("tnr", found.trueNegativeRate)
        writer.member("found", found.found)
        writer.member("attacks", found.attacks)
    }
}
