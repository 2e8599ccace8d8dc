import ArgumentParser
import Glibc
import Journal
import Lifeline

struct Alerts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the alerts of a journal, the newest last.",
        discussion: """
            The journal is only read, so the gateway may run meanwhile. What people have decided about them stands among them.

            examples: bamai alerts --site firmware-config/street --lang zh
                      bamai alerts --site firmware-config/street --follow
                      bamai alerts --journal journal.db --json | jq -r .data.info[0].description
                      bamai alerts --journal journal.db --cap --id gw7-000001842-5f0c2b9a
            exit codes: 0 shown, 1 no journal can be read or it holds no alert of that id, 2 the site is wrong.
            """)

    @OptionGroup var place: JournalOption

    @Option(name: .shortAndLong, help: "At most this many of those that are there.")
    var limit: Int = 50

    @Option(name: .long, help: "Language of the sentences: en or zh (default: the terminal's).")
    var lang: Language = .ofTerminal

    @Option(name: .long, help: ArgumentHelp("Only the alert of this id.", valueName: "id"))
    var id: String?

    @Flag(name: .long, help: "One CloudEvents document a line.")
    var json = false

    @Flag(name: .long, help: "CAP 1.2 XML documents.")
    var cap = false

    @Flag(name: .long, help: "As the site's platform gets them: one message a line, secrets by name only.")
    var mapped = false

    @Flag(name: .shortAndLong, help: "Go on with new alerts as they come.")
    var follow = false

    @Option(name: .long, help: .hidden)
    var seconds: Int = .max

    func validate() throws {
        guard limit >= 0, limit <= 1_000_000 else { throw ValidationError("--limit is 0 to 1000000") }
        guard [json, cap, mapped].count(where: { $0 }) <= 1 else { throw ValidationError("--json, --cap and --mapped are three forms: choose one") }
        guard id == nil || !follow else { throw ValidationError("--id is one alert: there is nothing to follow") }
    }

    func run() throws {
        let form = try form()
        let reader = try place.open()
        if let id { return try show(id, reader, form) }
        let latest = try reading { () throws(JournalError) in try reader.latestAlerts(limit: max(1, limit)) }
        let shown = latest.prefix(limit)
        // Between the alerts, where people read them: a document form has the answers to decisions instead.
        var trail: DecisionTrail?
        // With no limit to reach back to, what people decided before is not asked for.
        if case .lines(let language) = form { trail = DecisionTrail(after: shown.last?.sequence ?? latest.first?.sequence ?? 0, language) }
        try show(shown.reversed(), reader, form, &trail)
        if latest.isEmpty, !follow, case .lines = form { Output.line("no alerts") }
        var position = latest.first?.position ?? 0
        let end = time(nil) + (seconds == .max ? 1 << 40 : seconds)
        while follow && time(nil) < end {
            let more = try reading { () throws(JournalError) in try reader.alerts(after: position, limit: 100) }
            try show(more, reader, form, &trail)
            position = more.last?.position ?? position
            if more.isEmpty { usleep(200_000) }
        }
    }

    private func form() throws -> AlertForm {
        if json { return .cloudEvents }
        if cap { return .cap }
        guard mapped else { return .lines(lang) }
        let site = try place.site.load()
        guard let mapping = site.platform?.mapping else {
            Terminal.error("the site's [platform] names no mapping: its platform gets CloudEvents documents, see --json")
            throw ExitCode(2)
        }
        return .mapped(mapping, utcOffsetSeconds: site.plan.utcOffsetSeconds)
    }

    private func show(_ id: String, _ reader: SQLiteJournalReader, _ form: AlertForm) throws {
        var position: UInt64 = 0
        while true {
            let page = try reading { () throws(JournalError) in try reader.alerts(after: position, limit: 1000) }
            if let record = page.first(where: { $0.id == id }) {
                guard form.text(record) != nil else {
                    Terminal.error("the document of \(id) cannot be shown in this form: it is damaged or was written by an older program")
                    throw ExitCode(1)
                }
                return show(record, form)
            }
            guard let last = page.last else { break }
            position = last.position
        }
        Terminal.error("the journal holds no alert \(id)")
        throw ExitCode(1)
    }

    /// Alerts, the oldest first, and what people have decided meanwhile.
    private func show(_ records: [AlertRecord], _ reader: SQLiteJournalReader, _ form: AlertForm, _ trail: inout DecisionTrail?) throws {
        try reading { () throws(JournalError) in try trail?.learn(from: reader) }
        for record in records {
            trail?.learn(record)
            for line in trail?.lines(before: record.sequence) ?? [] { Output.line(line) }
            show(record, form)
        }
        for line in trail?.lines(before: nil) ?? [] { Output.line(line) }
    }

    private func show(_ record: AlertRecord, _ form: AlertForm) {
        if let text = form.text(record) { Output.line(text) }
    }
}
