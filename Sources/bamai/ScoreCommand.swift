import ArgumentParser
import Lifeline
import Pulse
import Score

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Score the anomaly core on recordings with known truth, beside baselines that know nothing.",
        discussion: """
            Every recording is judged as a sensor's: one pass, told only its interval
            and the length of its cycle.

            examples: bamai score nab data/NAB
                      bamai score csv my-recordings --within "15 min"
            exit codes: 0 scored, 1 the recordings cannot be used.
            """,
        subcommands: [ScoreNAB.self, ScoreSKAB.self, ScoreBATADAL.self, ScoreCSV.self, ScoreStreet.self])
}

struct ScoreNAB: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nab",
        abstract: "The Numenta Anomaly Benchmark (v1.1).",
        discussion: """
            The folder holds data/<group>/<file>.csv and labels/combined_windows.json,
            as published. Two kinds of figures: in sample (numbers and threshold were
            tuned on all files) and cross-fitted (tuned on one half of the files,
            scored on the other).

            example: bamai score nab data/NAB
            exit codes: 0 scored, 1 the recordings cannot be used.
            """)

    @Argument(help: "The benchmark's folder.", completion: .directory)
    var directory: String

    @Flag(help: "One JSON object instead of a table.")
    var json = false

    func run() throws {
        let corpus = try ScoreOutput.reading { () throws(RecordingProblem) in try NABCorpus(folder: directory) }
        let scorer = NABScorer(corpus)
        func figures(_ detector: (NABCorpus.File) -> [Float]) -> NABRun.Figures {
            NABRun.figures(corpus, scorer, corpus.files.map(detector))
        }
        let tuned = CrossFit.tunings.map { tuning in corpus.files.map { NABRun.pulse($0, tuning) } }
        let fitted = corpus.files.map { NABRun.pulse($0, CrossFit.inSample) }
        let pulse = NABRun.figures(corpus, scorer, fitted, tunedOnOther: tuned)
        let shipped = figures { NABRun.pulse($0) }
        let range = figures(NABRun.rangeOnly)
        let metronome = figures(NABRun.metronome)
        if json {
            ScoreOutput.json([("", "", pulse), ("", "range_only", range), ("", "metronome", metronome)], write) { writer in
                writer.key("shipped")
                writer.beginObject()
                write(shipped, &writer)
                writer.endObject()
                writer.member("files", corpus.files.count)
                writer.member("windows", corpus.windowCount)
                writer.member("rows", corpus.rowCount)
            }
            return
        }
        Output.line(
            "\(Terminal.plural(corpus.files.count, "recording")), \(Terminal.count(Int64(corpus.windowCount))) windows, "
                + "\(Terminal.count(Int64(corpus.rowCount))) rows; told: each file's median step, and a cycle of a day\n")
        var table = ScoreTable(["", "standard", "low FP", "low FN", "cross-fitted", "threshold"])
        let rows = [
            ("Pulse, tuned on these files", pulse), ("Pulse, as it is shipped", shipped), ("beyond the past range", range),
            ("metronome, blind", metronome),
        ]
        for (name, found) in rows {
            table.add([
                name, ScoreOutput.fixed(found.standard.score, 2), ScoreOutput.fixed(found.lowFalsePositives.score, 2),
                ScoreOutput.fixed(found.lowFalseNegatives.score, 2), ScoreOutput.fixed(found.crossFitted, 2),
                ScoreOutput.fixed(Double(found.standard.threshold), 2),
            ])
        }
        table.print()
        Output.line(
            "\nstandard, low FP, low FN: one threshold, the best for these very files. In the first row the numbers are in sample too: tuned on")
        Output.line("these files and nothing else. As it is shipped, the same core was tuned on these files and on simulated assets together.")
        Output.line("cross-fitted: the threshold, and in the first row the numbers, come from every other file, the score from the rest.")
    }

    private func write(_ figures: NABRun.Figures, _ writer: inout JSONWriter) {
        writer.member("standard", figures.standard.score)
        writer.member("low_fp", figures.lowFalsePositives.score)
        writer.member("low_fn", figures.lowFalseNegatives.score)
        writer.member("cross_fitted", figures.crossFitted)
        writer.member("threshold", Double(figures.standard.threshold))
    }
}

struct ScoreCSV: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csv",
        abstract: "Any folder of CSV files with a manifest.toml.",
        discussion: """
            The manifest; every key is optional but path:

              time = "timestamp"      # column; the first that holds a time
              interval = "5 min"      # the median step of each file
              cycle = "1 d"           # one day
              columns = ["pressure"]  # all but time and label
              counts = ["starts"]     # those of them that count events
              label = "anomaly"       # a column, not 0 while something is wrong
              [[file]]                # every *.csv of the folder
              path = "pump-1.csv"     # with its own of the keys above, and:
              events = [ { from = "2026-01-05 03:00", to = "2026-01-05 04:30",
                           kind = "burst" } ]

            An event is found when any channel speaks between from and to. What is
            said outside all events is false, but for one cycle after each. Without
            --limit, the limit is the one that promises --false-alarms.

            example: bamai score csv my-recordings --within "15 min" --learning 14
            exit codes: 0 scored, 1 the recordings cannot be used.
            """)

    @Argument(help: "The folder of the recordings.", completion: .directory)
    var directory: String

    @Option(help: ArgumentHelp("Alarms per channel and year that the limit is to allow.", valueName: "rate"))
    var falseAlarms = 1.0

    @Option(help: ArgumentHelp("Alarms count from this score on, whatever that promises.", valueName: "score"))
    var limit: Double?

    @Option(help: ArgumentHelp("Events found later than this are not found in time.", valueName: "time"))
    var within = Span(900)

    @Option(help: ArgumentHelp("Cycles at each recording's beginning in which nothing is counted.", valueName: "cycles"))
    var learning = 0.0

    @Flag(help: "List every alarm first: recording, channel, time, score, feature, and the event that it found.")
    var list = false

    @Flag(help: "One JSON object instead of a table.")
    var json = false

    func validate() throws {
        guard falseAlarms > 0, falseAlarms.isFinite else { throw ValidationError("--false-alarms is above 0") }
        if let limit, !(limit > 0 && limit < 1e6) { throw ValidationError("--limit is above 0") }
    }

    func run() throws {
        let folder = try ScoreOutput.reading { () throws(RecordingProblem) in try RecordingFolder(directory) }
        var runs: [ScenarioRun] = []
        for index in folder.files.indices {
            runs.append(ScenarioRun(try ScoreOutput.reading { () throws(RecordingProblem) in try folder.recording(index) }))
        }
        let limit = self.limit.map { Float($0) } ?? Calibration.limit(falseAlarmsPerYear: Float(falseAlarms))
        let tally = ScenarioTally(runs, limit: limit, patience: within.seconds, learning: learning)
        if list { ScoreCSV.list(runs, limit) }
        let hindsight = ScenarioTally.limit(runs, falseAlarmsPerYear: falseAlarms, learning: learning)
        let best = ScenarioTally(runs, limit: hindsight, patience: within.seconds, learning: learning)
        let metronome = ScenarioTally.metronome(
            runs, falseAlarmsPerYear: max(1, tally.falseAlarmsPerYear), patience: within.seconds, learning: learning)
        if json {
            var writer = JSONWriter(reserving: 1024)
            writer.beginObject()
            ScoreCSV.write(tally, &writer)
            for (name, other) in [("hindsight", best), ("metronome", metronome)] {
                writer.key(name)
                writer.beginObject()
                ScoreCSV.write(other, &writer)
                writer.endObject()
            }
            writer.key("kinds")
            writer.beginArray()
            for kind in tally.kinds {
                writer.beginObject()
                writer.member("kind", kind.kind)
                writer.member("events", Int64(kind.events))
                writer.member("found", Int64(kind.found))
                writer.member("found_in_time", Int64(kind.foundInTime))
                if let delay = ScenarioTally.median(kind.delays) { writer.member("median_delay_s", delay) }
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
            Output.line(String(decoding: writer.bytes, as: UTF8.self))
            return
        }
        let patience = Terminal.duration(Int64(within.seconds))
        Output.line(
            "\(Terminal.plural(runs.count, "recording")), \(Terminal.plural(tally.eventCount, "event")), "
                + "\(ScoreOutput.fixed(tally.quietYears, 2)) channel-years without\n")
        var table = ScoreTable(["", "limit", "found", "within \(patience)", "median delay", "false a year"])
        for (name, row) in [
            ("Pulse, limit for \(ScoreOutput.short(falseAlarms)) a year", tally), ("the same, limit chosen in hindsight", best),
            ("metronome, as many false alarms", metronome),
        ] {
            table.add([
                name, row.limit.isFinite ? ScoreOutput.fixed(Double(row.limit), 1) : "", ScoreOutput.percent(row.detectionRate),
                ScoreOutput.percent(row.inTimeRate), row.medianDelay.map { Terminal.duration(Int64($0)) } ?? "–",
                ScoreOutput.fixed(row.falseAlarmsPerYear, 2),
            ])
        }
        table.print()
        guard !tally.kinds.isEmpty else { return }
        Output.line("")
        var kinds = ScoreTable(["kind", "events", "found", "within \(patience)", "median delay"])
        for kind in tally.kinds {
            kinds.add([
                kind.kind, "\(kind.events)", ScoreOutput.percent(Double(kind.found) / Double(kind.events)),
                ScoreOutput.percent(Double(kind.foundInTime) / Double(kind.events)),
                ScenarioTally.median(kind.delays).map { Terminal.duration(Int64($0)) } ?? "–",
            ])
        }
        kinds.print()
    }

    private static func list(_ runs: [ScenarioRun], _ limit: Float) {
        for run in runs {
            for alarm in run.alarms where alarm.score >= limit {
                let verdict: String
                if let event = run.event(found: alarm) {
                    verdict = "\(event.kind)\(event.size.map { " \(ScoreOutput.short($0))" } ?? "") +\(Int(alarm.time - event.from)) s"
                } else {
                    verdict = run.isExcused(alarm) ? "after an event" : "false"
                }
                Output.line(
                    "\(run.name)\t\(run.channelNames[alarm.channel])\t\(ScoreOutput.short(alarm.time))\t\(ScoreOutput.fixed(Double(alarm.score), 1))\t"
                        + "\(alarm.feature.name)\t\(verdict)")
            }
        }
    }

    private static func write(_ tally: ScenarioTally, _ writer: inout JSONWriter) {
        writer.member("detection_rate", tally.detectionRate)
        writer.member("in_time_rate", tally.inTimeRate)
        if let delay = tally.medianDelay { writer.member("median_delay_s", delay) }
        writer.member("false_alarms_per_year", tally.falseAlarmsPerYear)
        writer.member("events", Int64(tally.eventCount))
        writer.member("channel_years", tally.quietYears)
        if tally.limit.isFinite { writer.member("limit", Double(tally.limit)) }
    }
}
