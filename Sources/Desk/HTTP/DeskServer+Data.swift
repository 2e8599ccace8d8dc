import Hummingbird
import Lifeline
import NIOCore

/// What programs read: exports, the CAP feed, figures, and a description of it all.
extension DeskServer {
    func addData(to router: Router<DeskContext>) {
        router.get("/v1/alerts") { request, context -> Response in
            try await asReader(request, context) {
                .json(try await AlertExport.json(alerts(request), utcOffsetSeconds: core.settings.utcOffsetSeconds))
            }
        }
        router.get("/v1/alerts.csv") { request, context -> Response in
            try await asReader(request, context) {
                .text(
                    try await AlertExport.csv(alerts(request).rows, utcOffsetSeconds: core.settings.utcOffsetSeconds), type: "text/csv; charset=utf-8"
                )
            }
        }
        router.get("/feed.atom") { request, context -> Response in try await asReader(request, context) { try await feed(request) } }
        router.get("/cap/{name}") { request, context -> Response in
            try await asReader(request, context) {
                guard let name = context.parameters.get("name"), name.hasSuffix(".xml"), let sequence = Int64(name.dropLast(4)),
                    let event = try await core.store.read(.lookup, { store throws(DatabaseError) in try store.event(sequence) }),
                    let xml = CAPDocument.xml(ofEvent: Array(event.document.utf8))
                else { throw HTTPError(.notFound) }
                return .text(String(decoding: xml, as: UTF8.self), type: "application/cap+xml; charset=utf-8")
            }
        }
        router.get("/openapi.json") { _, _ -> Response in Response.json(Array(OpenAPIDescription.json.utf8)) }
        router.get("/metrics") { request, context -> Response in
            try await asReader(request, context) { .text(try await metrics(), type: "text/plain; version=0.0.4; charset=utf-8") }
        }
    }

    /// Does something for a program with a token, or for a person who is logged in.
    func asReader(_ request: Request, _ context: DeskContext, _ body: () async throws -> Response) async throws -> Response {
        if let token = request.bearer {
            let now = core.now.microseconds
            if let wait = core.byToken.wait(address(of: request, context), now: now) {
                core.counters.add("bamai_desk_refused_total", "token_limited")
                throw HTTPError(.tooManyRequests, headers: [.retryAfter: String(wait)], message: "Too many wrong tokens from this address.")
            }
            let found =
                token.utf8.count > 200 ? nil : try await core.store.read(.lookup) { store throws(DatabaseError) in try store.program(token: token) }
            if found != nil { return try await body() }
            core.byToken.fail(address(of: request, context), now: now)
            core.counters.add("bamai_desk_refused_total", "token")
            throw HTTPError(
                .unauthorized, headers: [.wwwAuthenticate: "Bearer"], message: "This token is not known; make one with bamai-desk token add.")
        }
        guard try await session(of: request) != nil else {
            core.counters.add("bamai_desk_refused_total", "anonymous")
            throw HTTPError(
                .unauthorized, headers: [.wwwAuthenticate: "Bearer"], message: "Send Authorization: Bearer with a token of bamai-desk token add.")
        }
        return try await body()
    }

    private func alerts(_ request: Request) async throws -> EpisodeList {
        var filter = DeskServer.filter(request.fields)
        if request.fields["state"].isEmpty { filter.state = .all }
        if request.fields["limit"].isEmpty { filter.limit = EpisodeFilter.limit }
        for (name, path) in [("since", \EpisodeFilter.since), ("until", \EpisodeFilter.until)] where !request.fields[name].isEmpty {
            guard let moment = CivilTime.parse(Array(request.fields[name].utf8), defaultOffsetSeconds: core.settings.utcOffsetSeconds) else {
                throw HTTPError(.badRequest, message: "\(name) is written like 2026-01-02T00:00:00+08:00.")
            }
            filter[keyPath: path] = moment
        }
        let (wanted, now) = (filter, core.now)
        return try await core.store.read(.report) { store throws(DatabaseError) in try store.episodes(wanted, now: now) }
    }

    private func feed(_ request: Request) async throws -> Response {
        let events = try await core.store.read(.page) { store throws(DatabaseError) in try store.latestEvents(limit: 50) }
        let base = core.settings.url ?? "\(core.settings.tls == nil ? "http" : "https")://\(request.head.authority ?? "localhost")"
        let text = CAPFeed.atom(events, base: base, title: core.settings.title, now: core.now, utcOffsetSeconds: core.settings.utcOffsetSeconds)
        return .text(text, type: "application/atom+xml; charset=utf-8")
    }

    /// *Source*: Prometheus text format 0.0.4.
    private func metrics() async throws -> String {
        let now = core.now
        let figures = try await core.figures()
        let open = try await core.surroundings().open
        let gateways = try await core.store.read(.page) { store throws(DatabaseError) in try store.gateways() }
        var lines: [String] = []
        func gauge(_ name: String, _ help: String, _ values: [(String, Int64)]) {
            lines.append("# HELP \(name) \(help)")
            lines.append("# TYPE \(name) gauge")
            for (label, value) in values { lines.append("\(name)\(label) \(value)") }
        }
        gauge(
            "bamai_desk_alerts_open", "Episodes that people are not done with, by level.",
            Level.allCases.map { ("{level=\"\($0.name)\"}", open[$0] ?? 0) })
        gauge("bamai_desk_episodes", "Episodes in the store.", [("", figures.episodes)])
        gauge("bamai_desk_events", "Alert documents in the store.", [("", figures.events)])
        if let bytes = figures.bytes { gauge("bamai_desk_store_bytes", "Size of the store.", [("", bytes)]) }
        if let limit = core.settings.storeBytesLimit {
            gauge("bamai_desk_store_limit_bytes", "Size at which the oldest of what is done and over goes.", [("", limit)])
        }
        gauge("bamai_desk_store_full", "Whether nothing new is taken because all that fills the store is open.", [("", core.isFull ? 1 : 0)])
        gauge("bamai_desk_backlog", "Requests of gateways that wait for the store.", [("", Int64(core.backlog))])
        gauge("bamai_desk_listeners", "Open pages and waiting gateways.", [("", Int64(core.feed.count))])
        let broker = core.broker.load(ordering: .relaxed)
        if broker >= 0 { gauge("bamai_desk_broker_up", "Whether the broker lets the desk in.", [("", Int64(broker))]) }
        let enabled = gateways.filter(\.isEnabled)
        let away = enabled.filter { $0.seen.map { now.microseconds(since: $0) >= FleetPage.awayAfter } ?? true }.count
        gauge(
            "bamai_desk_gateways", "Registered gateways.", [("{state=\"online\"}", Int64(enabled.count - away)), ("{state=\"away\"}", Int64(away))])
        gauge("bamai_desk_uptime_seconds", "Since the desk started.", [("", max(0, now.microseconds(since: core.started) / 1_000_000))])
        var last = ""
        for (name, value) in core.counters.all {
            let family = String(name.prefix { $0 != "{" })
            if family != last { lines.append("# TYPE \(family) counter") }
            last = family
            lines.append("\(name) \(value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
