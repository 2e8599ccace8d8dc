import ArgumentParser
import Gateway
import Glibc
import Journal
import Lifeline
import Score
import Site

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put recorded CSV files through the gateway's own line: decode, journal, judge. No broker, no waiting.",
        discussion: """
            Every column with numbers becomes a sensor that Pulse judges; the clock is the recording's. The separator (comma, semicolon, tab) and the \
            column with the time are found by themselves; a --time-column may also hold seconds or milliseconds since 1970. With --site the columns \
            are the ids of the site's sensors, in their own units, and the site's rules judge.

            examples: bamai replay machine_temperature.csv
                      bamai replay pressure.csv --cycle 1d --score 6 --lang zh
                      bamai replay yesterday.csv --site firmware-config/street --time-column observed
            exit codes: 0 replayed, 1 a file cannot be used, 2 the site is wrong.
            """)

    @Argument(help: "CSV files with a header line.", completion: .file())
    var files: [String]

    @Option(name: .long, help: ArgumentHelp("The site's folder: its sensors and rules judge.", valueName: "folder"), completion: .directory)
    var site: String?

    @Option(name: .long, help: "Name of the column with the time (default: the first that holds one).")
    var timeColumn: String?

    @Option(name: .long, help: ArgumentHelp("Time between two rows (default: the median step).", valueName: "time"))
    var interval: Span?

    @Option(
        name: .long, help: ArgumentHelp("Length of a cycle (default: a day, or 300 rows where a day has too few or too many).", valueName: "time"))
    var cycle: Span?

    @Option(name: .long, help: ArgumentHelp("A column to leave out; may be given several times.", valueName: "column"))
    var skip: [String] = []

    @Option(name: .long, help: "The lowest Pulse score that is an alert; without --site.")
    var score: Double = 5

    @Option(name: .long, help: "Language of the sentences: en or zh (default: the terminal's).")
    var lang: Language = .ofTerminal

    @Flag(name: .long, help: "One CloudEvents document a line instead of sentences.")
    var json = false

    func validate() throws {
        guard score > 0, score.isFinite else { throw ValidationError("--score is above 0") }
        guard !files.isEmpty else { throw ValidationError("name at least one file") }
    }

    func run() throws {
        let plan = try site.map { try SiteOption.load($0).plan }
        for file in files {
            do {
                let options = RecordingOptions(
                    timeColumn: timeColumn, interval: interval?.seconds, skip: Set(skip), utcOffsetSeconds: plan?.utcOffsetSeconds ?? 0)
                let recording = try Recording(path: file, options: options)
                if let plan {
                    try replay(recording, ReplayPlan.site(plan, recording))
                } else {
                    try replay(recording, ReplayPlan.adHoc(recording, cycle: cycle?.seconds, score: score))
                }
            } catch let problem as RecordingProblem {
                Terminal.error(problem.text)
                throw ExitCode(1)
            }
        }
    }

    private func replay(_ recording: Recording, _ plan: SitePlan) throws {
        var template = Array("\(temporaryFolder)/bamai-replay-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            Terminal.error("no temporary folder can be made in \(temporaryFolder)")
            throw ExitCode(1)
        }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for ending in ["", "-wal", "-shm", "-journal", ".lock", ".reserve"] { unlink(folder + "/journal.db" + ending) }
            rmdir(folder)
        }
        let site = ReplayPlan.configuration(plan, journal: folder + "/journal.db")
        let clock = RecordedTime()
        clock.set(recording.times[0])
        let gateway = try reading { () throws(JournalError) in
            let journal = try SQLiteJournal.open(path: site.journal.path, maxBytes: site.journal.maxBytes)
            return try Gateway(configuration: site, journal: journal, time: clock)
        }
        var messages = 0
        var raised = 0
        gateway.onAlert = { record in
            messages += 1
            guard let view = AlertView(record.body) else { return }
            if view.kind == "raised" { raised += 1 }
            Output.line(
                json
                    ? String(decoding: record.body, as: UTF8.self)
                    : view.year + "-" + view.line(lang, columns: Terminal.isInteractive ? Terminal.size.columns - 5 : nil))
        }
        let topic = Array(ReplayPlan.topic.utf8)
        for row in recording.times.indices {
            clock.set(recording.times[row])
            let payload = recording.payload(row)
            topic.withUnsafeBytes { topic in
                payload.withUnsafeBytes { gateway.received(broker: 0, topic: topic, payload: $0, receipt: 0, qos: 0, retained: false) }
            }
            // Many rows a commit: alerts depend on readings and their times, never on how they were grouped.
            if row % 500 == 499 { try reading { () throws(JournalError) in try gateway.commit([]) } }
        }
        try reading { () throws(JournalError) in try gateway.commit([]) }
        if !json { summary(recording, gateway, raised: raised, messages: messages) }
    }

    private func summary(_ recording: Recording, _ gateway: Gateway, raised: Int, messages: Int) {
        let days = Double(recording.times[recording.times.count - 1] &- recording.times[0]) / 86_400e6
        let figures = gateway.decodeFigures
        Output.line(
            Terminal.paint(recording.name, .bold) + ": \(Terminal.count(Int64(clamping: figures.readings))) readings of "
                + "\(Terminal.plural(recording.columns.count, "column")) over \(JSONWriter.threeDecimals((days * 100).rounded() / 100)) days, "
                + "\(Terminal.plural(raised, "episode")), \(Terminal.plural(messages, "alert message"))"
                + (recording.lostRows > 0 ? ", \(Terminal.plural(recording.lostRows, "row")) without a time" : ""))
    }

    private var temporaryFolder: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }
}
