import Intake
import Lifeline

/// The board's own lines in the report.
extension StatusReport {
    /// A line that is not held, and edges that were lost.
    var lineProblems: [Problem] {
        var problems: [Problem] = []
        if let report = linesReport, report.dropped > 0 {
            problems.append(
                Problem(.error, "lines", "\(report.dropped) readings were thrown away since the start, because the store took nothing for too long"))
        }
        if let report = linesReport, report.timesStuck > 0 {
            problems.append(
                Problem(.warning, "outputs", "the gateway stood still \(report.timesStuck) times since the start, and its outputs were made safe"))
        }
        return problems
            + lines.flatMap { line -> [Problem] in
                var problems: [Problem] = []
                if line.hold != .held { problems.append(Problem(.error, "line \(line.id)", line.lastError ?? "not taken yet")) }
                if let words = StatusReport.losses(line) { problems.append(Problem(.warning, "line \(line.id)", words)) }
                return problems
            }
    }

    /// What is known to be missing, or may be; nil: nothing.
    private static func losses(_ line: LineStatus) -> String? {
        if line.throttled > 0 {
            return "it changes all the time: \(line.throttled) edges were left out since the start; is it wired, and is its bias right?"
        }
        let remedy = "they come too fast, or the contact bounces: look with `bamai gpio pulse`, and set debounce"
        if line.edges.lost > 0 { return "\(line.edges.lost) edges were lost since the start: \(remedy)" }
        if line.events.fullQueues > 0 {
            return "the kernel's queue was full \(line.events.fullQueues) times since the start, edges may be missing: \(remedy)"
        }
        return nil
    }

    func boardLines(_ json: inout JSONWriter) {
        json.key("lines")
        json.beginArray()
        for line in lines {
            json.beginObject()
            json.member("id", line.id)
            json.member("role", line.role)
            json.member("chip", line.place.chip)
            json.member("offset", line.place.offset)
            json.member("pin", line.place.pin)
            json.member("state", line.hold.rawValue)
            json.member("since_s", max(0, monotonic - line.since) / 1_000_000_000)
            json.key("active")
            if let level = line.level { json.value(level) } else { json.null() }
            if let count = line.count { json.member("count", count) }
            if line.role != "output" {
                json.member("edges", line.edges.edges)
                json.member("edges_lost", line.edges.lost)
                json.member("pulses_recovered", line.edges.recovered)
                json.member("bounces", line.events.bounces)
                json.member("overflowed", line.events.overflowed)
                json.member("full_queues", line.events.fullQueues)
                json.member("throttled", line.throttled)
            }
            json.member("retakes", line.retakes)
            json.member("failures", line.failures)
            text(&json, "last_error", line.lastError)
            json.endObject()
        }
        json.endArray()
    }
}
