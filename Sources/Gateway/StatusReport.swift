import Diagnosis
import Glibc
import Intake
import Journal
import Lifeline
import Linux
import Site
import Uplink

/// Something that a person should look at.
package struct Problem: Equatable, Sendable {
    /// Whether something does not work, or only should be looked at.
    package enum Severity: String, Sendable { case error, warning }
    package var severity: Severity
    /// `broker local`, `journal`, `platform`.
    package var subject: String
    /// One sentence, with the fix where there is one.
    package var text: String

    package init(_ severity: Severity, _ subject: String, _ text: String) {
        self.severity = severity
        self.subject = subject
        self.text = text
    }
}

/// What `bamai status` shows: one JSON line, the stable interface for programs.
struct StatusReport {
    var gateway: Gateway
    var sources: [SourceStatus]
    var lines: [LineStatus]
    /// All lines together; nil: the site has none.
    var linesReport: LinesReport?
    var uplink: UplinkStatus?
    var configurationProblems: [Problem]
    var started: Int64
    var now: Timestamp
    var monotonic: Int64
    var state: String
    /// Without what may be long: the board's lines, the episodes and the alarms' report; problems up to a limit. Says so itself.
    var isBrief = false
    /// Problems of a brief report.
    private static let briefProblems = 20

    /// The report as one line of JSON with its line feed.
    func json() -> [UInt8] {
        let site = gateway.configuration
        var json = JSONWriter(reserving: 4096)
        json.beginObject()
        StatusReport.head(&json, site, started: started, now: now, monotonic: monotonic, state: state)
        let (figures, journalProblem) = journalFigures()
        let presence = gateway.presence()
        problems(&json, journalProblem: journalProblem, presence: presence)
        brokers(&json)
        if !isBrief { boardLines(&json) }
        journal(&json, figures)
        let active = gateway.activeEpisodes()
        judge(&json, active)
        decode(&json)
        platform(&json, figures)
        json.key("sensors")
        json.beginObject()
        json.member("total", presence.total)
        json.member("reporting", presence.reporting)
        json.member("silent", presence.silent)
        json.member("never", presence.never)
        json.endObject()
        if isBrief {
            json.member("brief", true)
        } else {
            episodes(&json, active)
            json.key("alarms")
            gateway.alarmReport().write(to: &json, utcOffsetSeconds: site.plan.utcOffsetSeconds)
        }
        json.endObject()
        json.endLine()
        return json.bytes
    }

    /// The report while the journal cannot be opened.
    static func withoutJournal(_ site: SiteConfiguration?, _ problem: JournalError?, started: Int64, now: Timestamp, monotonic: Int64) -> [UInt8] {
        guard let site, let problem else { return Array("{\"error\":\"starting\"}\n".utf8) }
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        head(&json, site, started: started, now: now, monotonic: monotonic, state: "waiting for its journal")
        list([Problem(.error, "journal", "it cannot be opened: \(problem.sentence)")], &json)
        json.endObject()
        json.endLine()
        return json.bytes
    }

    /// What every report begins with.
    private static func head(_ json: inout JSONWriter, _ site: SiteConfiguration, started: Int64, now: Timestamp, monotonic: Int64, state: String) {
        json.member("schema", 1)
        json.member("bamai", Version.text)
        json.member("gateway", site.plan.gateway)
        json.member("site", site.name)
        json.member("revision", site.revision)
        json.member("uptime_s", (monotonic - started) / 1_000_000_000)
        json.member("now", CivilTime.rfc3339(now, offsetSeconds: site.plan.utcOffsetSeconds))
        json.member("state", state)
        json.member("pid", getpid())
        json.member("started_ns", "\(started)")
    }

    private func time(_ moment: Timestamp) -> String {
        CivilTime.rfc3339(moment, offsetSeconds: gateway.configuration.plan.utcOffsetSeconds)
    }

    private func journalFigures() -> (JournalFigures, JournalError?) {
        do throws(JournalError) {
            return (try gateway.journal.figures(), nil)
        } catch {
            return (JournalFigures(), error)
        }
    }

    private func problems(_ json: inout JSONWriter, journalProblem: JournalError?, presence: Presence) {
        var problems = configurationProblems
        if let problem = gateway.storage.problem ?? journalProblem {
            problems.append(Problem(.error, "journal", "the store refuses: \(problem.sentence)"))
        }
        for source in sources where source.state != .connected {
            problems.append(Problem(.error, "broker \(source.id)", source.lastError ?? "not connected yet"))
        }
        for source in sources where source.state == .connected {
            if let text = source.lastError { problems.append(Problem(.warning, "broker \(source.id)", text)) }
            guard let quiet = source.quiet(monotonicNanoseconds: monotonic) else { continue }
            problems.append(Problem(.warning, "broker \(source.id)", "connected, but nothing has come for \(quiet / 60_000_000_000) min: do its sensors send?"))
        }
        problems += lineProblems
        if let uplink, uplink.state != .connected && uplink.state != .idle {
            problems.append(Problem(.error, "platform", uplink.lastError ?? "not connected yet"))
        }
        if presence.silent > 0 {
            problems.append(Problem(.warning, "sensors", "\(presence.silent) of \(presence.total) have fallen silent"))
        }
        if gateway.figures.checkpointsTooLarge > 0 {
            let text = "what the detectors know of \(presence.total) sensors is more than a checkpoint holds: a restart judges the journal from its beginning"
            problems.append(Problem(.warning, "checkpoint", text))
        }
        StatusReport.list(isBrief ? Array(problems.prefix(StatusReport.briefProblems)) : problems, &json)
    }

    private static func list(_ problems: [Problem], _ json: inout JSONWriter) {
        json.key("problems")
        json.beginArray()
        for problem in problems {
            json.beginObject()
            json.member("severity", problem.severity.rawValue)
            json.member("subject", problem.subject)
            json.member("text", problem.text)
            json.endObject()
        }
        json.endArray()
    }

    private func brokers(_ json: inout JSONWriter) {
        json.key("brokers")
        json.beginArray()
        for source in sources {
            json.beginObject()
            json.member("id", source.id)
            json.member("state", source.state.rawValue)
            json.member("since_s", max(0, monotonic - source.since) / 1_000_000_000)
            json.member("messages", source.messages)
            json.member("bytes", source.bytes)
            json.member("redelivered", source.redelivered)
            json.member("oversized", source.oversized)
            json.member("reconnects", source.reconnects)
            if let last = source.lastMessage { json.member("last_message_s", max(0, monotonic - last) / 1_000_000_000) }
            if let limit = source.quietLimit { json.member("quiet_limit_s", limit / 1_000_000_000) }
            json.member("quiet_renewals", source.quietRenewals)
            text(&json, "last_error", source.lastError)
            json.endObject()
        }
        json.endArray()
    }

    func text(_ json: inout JSONWriter, _ name: String, _ value: String?) {
        json.key(name)
        if let value { json.value(value) } else { json.null() }
    }

    private func journal(_ json: inout JSONWriter, _ figures: JournalFigures) {
        json.key("journal")
        json.beginObject()
        json.member("state", gateway.storage.name)
        if gateway.storage.isRefusing {
            json.member("refusing_s", max(0, monotonic - gateway.storage.since) / 1_000_000_000)
            json.member("next_attempt_s", max(0, gateway.storage.retryAt - monotonic) / 1_000_000_000)
        }
        json.member("bytes", figures.bytes)
        json.member("max_bytes", figures.maxBytes)
        json.member("segments", figures.segments)
        let first = (try? gateway.journal.firstSequence()) ?? 0
        let last = (try? gateway.journal.lastSequence()) ?? 0
        json.member("readings", last == 0 ? 0 : last - first + 1)
        json.member("first_sequence", first)
        json.member("last_sequence", last)
        json.member("commits", gateway.figures.commits)
        json.member("failed_commits", gateway.figures.failedCommits)
        json.member("lost_qos0_messages", gateway.figures.lostUnacknowledgeable)
        json.member("dropped_readings", figures.droppedReadings)
        json.member("damaged_segments", figures.damagedSegments)
        wear(&json, figures)
        dropped(&json, figures.dropped)
        if let salvage = figures.salvage { copying(&json, salvage) }
        json.endObject()
    }

    /// What the journal let go of, by class and cause; readings and alerts, since the file was made.
    private func dropped(_ json: inout JSONWriter, _ drops: JournalDrops) {
        json.key("dropped")
        json.beginObject()
        json.member("readings_forwarded_space", drops.forwardedBySpace)
        json.member("readings_unforwarded_space", drops.unforwardedBySpace)
        json.member("readings_forwarded_age", drops.forwardedByAge)
        json.member("readings_unjudged", drops.unjudged)
        json.member("readings_damage", drops.byDamage)
        json.member("alerts_count", drops.alertsByCount)
        json.member("alerts_age", drops.alertsByAge)
        json.member("alerts_space", drops.alertsBySpace)
        json.endObject()
    }

    /// How far a damaged predecessor has been copied.
    private func copying(_ json: inout JSONWriter, _ salvage: SalvageProgress) {
        json.key("salvage")
        json.beginObject()
        json.member("segments", salvage.segments)
        json.member("readings", salvage.readings)
        json.member("damaged_segments", salvage.damagedSegments)
        json.member("next_sequence", salvage.next)
        json.member("end_sequence", salvage.end)
        json.endObject()
    }

    /// What the memory card has to bear, since the daemon started.
    private func wear(_ json: inout JSONWriter, _ figures: JournalFigures) {
        let hours = Double(monotonic - started) / 3600e9
        json.member("syncs", figures.syncs)
        json.key("syncs_per_hour")
        json.rounded(hours > 0 ? Double(figures.syncs) / hours : 0)
        guard let written = ProcessFigures.writtenBytes() else { return }
        json.member("written_bytes", written)
        let readings = gateway.decodeFigures.readings
        guard readings > 0 else { return }
        json.key("written_bytes_per_reading")
        json.rounded((Double(written) / Double(readings) * 100).rounded() / 100)
    }

    private func judge(_ json: inout JSONWriter, _ active: [ActiveEpisode]) {
        json.key("judge")
        json.beginObject()
        json.member("sequence", gateway.judgedSequence)
        json.member("alerts", gateway.figures.alerts)
        json.member("episodes_active", active.count)
        json.member("replayed_at_start", gateway.figures.replayed)
        json.member("checkpoints_too_large", gateway.figures.checkpointsTooLarge)
        json.member("ticks", gateway.figures.ticks)
        json.endObject()
    }

    private func decode(_ json: inout JSONWriter) {
        let figures = gateway.decodeFigures
        json.key("decode")
        json.beginObject()
        json.member("messages", figures.messages)
        json.member("readings", figures.readings)
        json.member("ignored", figures.ignored)
        json.member("stale_retained", gateway.figures.staleRetained)
        json.key("refused")
        json.beginObject()
        for (cause, count) in figures.refusals where count > 0 { json.member(cause.rawValue, count) }
        json.endObject()
        json.endObject()
    }

    private func platform(_ json: inout JSONWriter, _ figures: JournalFigures) {
        json.key("platform")
        guard let uplink else {
            json.null()
            return
        }
        json.beginObject()
        if case .https? = gateway.configuration.platform?.transport { json.member("transport", "https") } else { json.member("transport", "mqtt") }
        json.member("state", uplink.state.rawValue)
        json.member("alerts_acknowledged", uplink.alertsAcknowledged)
        json.member("alerts_pending", uplink.alertsPending)
        json.member("readings_acknowledged", uplink.readingsAcknowledged)
        json.member("readings_pending", uplink.readingsPending)
        json.member("in_flight", uplink.inFlight)
        // Since the journal began, like all that it drops.
        json.member("dead_letters", figures.deadLetters)
        json.member("reconnects", uplink.reconnects)
        json.member("status_sent", uplink.statusSent)
        if uplink.isStatusRefused { json.member("status_refused", true) }
        text(&json, "last_error", uplink.lastError)
        decisions(&json, uplink.decisions)
        json.endObject()
    }

    private func decisions(_ json: inout JSONWriter, _ state: DecisionsState) {
        let figures = gateway.decisionFigures
        json.key("decisions")
        json.beginObject()
        json.member("state", state.rawValue)
        json.member("taken", figures.taken)
        json.member("duplicates", figures.duplicates)
        json.key("refused")
        json.beginObject()
        for cause in DecisionRefusal.allCases {
            if let count = figures.refused[cause] { json.member(cause.rawValue, count) }
        }
        json.endObject()
        json.member("unanswered", figures.unanswered)
        json.endObject()
    }

    private func episodes(_ json: inout JSONWriter, _ active: [ActiveEpisode]) {
        json.key("episodes")
        json.beginArray()
        for episode in active.prefix(100) {
            json.beginObject()
            json.member("subject", episode.subject)
            json.member("sensor", episode.sensor)
            json.member("rule", episode.rule)
            json.member("level", episode.level.name)
            json.member("since", time(episode.since))
            json.member("episode", episode.episode)
            json.member("acknowledged", episode.isAcknowledged)
            if episode.isLatched { json.member("latched", true) }
            if episode.isChattering { json.member("chattering", true) }
            if let reason = episode.withheld { json.member("withheld", reason.name) }
            json.key("event")
            json.beginObject()
            json.member("zh", episode.event.chinese)
            json.member("en", episode.event.english)
            json.endObject()
            json.endObject()
        }
        json.endArray()
    }
}

extension JournalError {
    /// Whether the cause may go by itself: a card that is full, read-only or unplugged. Another daemon, another program's file or a newer format does not.
    var mayPass: Bool {
        switch self {
        case .full, .medium: true
        case .damaged, .tooNew, .busy, .other: false
        }
    }

    /// The error in one sentence for people.
    package var sentence: String {
        switch self {
        case .full(let text): "the journal is full (\(text)); free space or raise journal.max_bytes"
        case .medium(let text): "the medium refuses (\(text)); check the card and the mount"
        case .damaged(let text): "the file is damaged (\(text))"
        case .tooNew(let found, let known): "written by a newer Bamai (format \(found), this one knows \(known))"
        case .busy(let text): "another process holds it (\(text))"
        case .other(let text): text
        }
    }
}
