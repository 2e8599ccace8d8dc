import Hummingbird
import Lifeline
import NIOCore
import ServiceLifecycle

/// The list, the page of an episode, what is done there, and the line that tells pages of changes.
extension DeskServer {
    func addAlerts(to router: Router<DeskContext>) {
        router.get("/alerts") { request, _ -> Response in
            try await asPerson(request) { frame, _ in .html(try await list(request, frame).html()) }
        }
        router.get("/alerts/rows") { request, _ -> Response in
            try await asPerson(request) { frame, _ in
                let page = try await list(request, frame)
                return .html("<section class=\"summary\">\(page.levels())</section><div id=\"rows\">\(page.fragment())</div>")
            }
        }
        router.get("/alerts/{id}") { request, context -> Response in
            try await asPerson(request) { frame, _ in
                guard let page = try await episodePage(context, frame, refusal: nil) else { throw HTTPError(.notFound) }
                return .html(page.html())
            }
        }
        router.post("/alerts/{id}/act") { request, context -> Response in
            try await asPerson(request, .officer) { frame, session in try await act(request, context, frame, session) }
        }
        router.get("/live") { request, _ -> Response in try await asPerson(request) { _, _ in live() } }
    }

    private func list(_ request: Request, _ frame: PageFrame) async throws -> ListPage {
        var filter = DeskServer.filter(request.fields)
        filter.isBounded = true
        let (wanted, now) = (filter, frame.now)
        let found = try await core.store.read(.page) { store throws(DatabaseError) in try store.episodes(wanted, now: now) }
        let around = try await core.surroundings()
        return ListPage(frame: frame, filter: wanted, found: found, open: around.open, gateways: around.gateways, isFull: core.isFull)
    }

    /// What an address asks for; what it does not understand is left out.
    static func filter(_ fields: FormFields) -> EpisodeFilter {
        var filter = EpisodeFilter()
        filter.state = EpisodeFilter.State(rawValue: fields["state"]) ?? .open
        filter.level = Level(name: fields["level"])
        filter.assetClass = Plain.text(fields["class"], limit: 40)
        filter.gateway = Plain.text(fields["gateway"], limit: 64)
        filter.asset = Plain.text(fields["asset"], limit: 100)
        filter.rule = Plain.text(fields["rule"], limit: 100)
        filter.search = Plain.text(fields["q"], limit: 100).trimmed
        filter.offset = min(max(Int64(fields["offset"]) ?? 0, 0), 10_000_000)
        if let limit = Int64(fields["limit"]) { filter.limit = min(max(limit, 1), EpisodeFilter.limit) }
        return filter
    }

    private func episodePage(_ context: DeskContext, _ frame: PageFrame, refusal: HandlingRefusal?) async throws -> EpisodePage? {
        guard let id = context.parameters.get("id").flatMap({ Int64($0) }) else { return nil }
        let now = frame.now
        return try await core.store.read(.page) { store throws(DatabaseError) in
            guard let row = try store.episode(id, now: now) else { return nil }
            return EpisodePage(
                frame: frame, row: row, events: try store.events(of: id), actions: try store.actions(of: id),
                others: try store.neighbours(of: row, now: now), places: try store.places(of: row.gateway), refusal: refusal)
        }
    }

    private func act(_ request: Request, _ context: DeskContext, _ frame: PageFrame, _ session: Session) async throws -> Response {
        let fields = try await form(request, of: session)
        guard let id = context.parameters.get("id").flatMap({ Int64($0) }), let act = HandlingAct(rawValue: fields["act"]) else {
            throw HTTPError(.badRequest, message: "There is no such act.")
        }
        let wanted = HandlingRequest(
            act, reason: fields["reason"].trimmed.replacing("\r\n", with: " ").replacing("\n", with: " "), seconds: Int64(fields["seconds"]),
            isWholeAsset: fields["scope"] == "asset", isConfirmedOnSite: fields["confirmed"] == "yes")
        switch try await core.handle(wanted, episode: id, by: session.account.actor) {
        case .success: return .to(fields["back"] == "list" ? DeskServer.referer(request) : "/alerts/\(id)")
        case .failure(let refusal):
            core.counters.add("bamai_desk_refused_total", "act")
            guard let page = try await episodePage(context, frame, refusal: refusal) else { throw HTTPError(.notFound) }
            return .html(page.html(), status: .conflict)
        }
    }

    /// *Source*: HTML, server-sent events. A page gets the numbers of what has changed, `*` for more than is worth naming, and fetches what it shows anew.
    private func live() -> Response {
        guard let listener = core.feed.listen() else {
            core.counters.add("bamai_desk_refused_total", "too_many_pages")
            return Response(status: .serviceUnavailable, headers: [.retryAfter: "10"])
        }
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: "retry: 3000\n\n"))
            for await _ in listener.wakes.cancelOnGracefulShutdown() {
                switch listener.news.take() {
                case .episodes([]): try await writer.write(ByteBuffer(string: ": \n\n"))
                case .episodes(let ids):
                    try await writer.write(ByteBuffer(string: "event: change\ndata: \(ids.map(String.init).joined(separator: ","))\n\n"))
                case .everything: try await writer.write(ByteBuffer(string: "event: change\ndata: *\n\n"))
                }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "text/event-stream", .accelBuffering: "no"], body: body)
    }
}
