import Hummingbird
import Lifeline
import NIOCore
import NIOSSL
import ServiceLifecycle

/// What gateways use: their events in, people's decisions out.
extension DeskServer {
    func addIngest(to router: Router<DeskContext>) {
        router.post("/v1/events") { request, context -> Response in try await takeEvents(request, context) }
        router.get("/v1/decisions") { request, context -> Response in try await giveDecisions(request, context) }
        router.post("/v1/status") { request, context -> Response in try await takeStatus(request, context) }
    }

    /// Which gateway asks: by its token, or by the certificate that its connection showed.
    ///
    /// - Throws: 401 with what to do; counted, and limited by address.
    func gateway(_ request: Request, _ context: DeskContext) async throws -> String {
        let now = core.now.microseconds
        if let wait = core.byToken.wait(address(of: request, context), now: now) {
            core.counters.add("bamai_desk_refused_total", "token_limited")
            throw HTTPError(.tooManyRequests, headers: [.retryAfter: String(wait)], message: "Too many wrong tokens from this address.")
        }
        if let token = request.bearer {
            let found =
                token.utf8.count > 200 ? nil : try await core.store.read(.lookup) { store throws(DatabaseError) in try store.gateway(token: token) }
            if let found { return found }
            core.byToken.fail(address(of: request, context), now: now)
            core.counters.add("bamai_desk_refused_total", "token")
            throw HTTPError(.unauthorized, headers: [.wwwAuthenticate: "Bearer"], message: "This token belongs to no gateway that is enabled here.")
        }
        if core.settings.tls?.clientAuthority != nil,
            let certificate = try await context.channel.nioSSL_peerCertificate().get(), let name = ClientCertificate.commonName(certificate)
        {
            if try await core.store.read(.lookup, { store throws(DatabaseError) in try store.isGateway(name) }) { return name }
            core.counters.add("bamai_desk_refused_total", EventRefusal.unknownGateway.rawValue)
            throw HTTPError(.forbidden, message: EventRefusal.unknownGateway.text)
        }
        core.counters.add("bamai_desk_refused_total", "anonymous")
        throw HTTPError(
            .unauthorized, headers: [.wwwAuthenticate: "Bearer"],
            message: "Log in with Authorization: Bearer and a gateway's token, or with a client certificate.")
    }

    // MARK: - Events

    private func takeEvents(_ request: Request, _ context: DeskContext) async throws -> Response {
        let gateway = try await gateway(request, context)
        let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" }.lowercased()
        let isBatch = type == "application/cloudevents-batch+json"
        guard isBatch || type == "application/cloudevents+json" || type == "application/json" else {
            core.counters.add("bamai_desk_refused_total", "content_type")
            return .problem(
                .unsupportedMediaType, "Send application/cloudevents+json, or application/cloudevents-batch+json for several at once.",
                cause: "content_type")
        }
        let limit = isBatch ? IncomingEvent.batchBytesLimit : IncomingEvent.bytesLimit
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? limit
        if length > limit { return refuse(.tooLarge) }
        return try await core.admitted(bytes: length) { try await take(request, from: gateway, isBatch: isBatch, limit: limit) }
    }

    private func take(_ request: Request, from gateway: String, isBatch: Bool, limit: Int) async throws -> Response {
        let buffer = try await request.body.collect(upTo: limit)
        let read = try await core.read { () -> Result<[IncomingEvent], RefusedEvent> in
            DeskServer.events(Array(buffer.readableBytesView), from: gateway, isBatch: isBatch)
        }
        let events: [IncomingEvent]
        switch read {
        case .success(let found): events = found
        case .failure(let refused): return refuse(refused.refusal, index: refused.index)
        }
        let result = try await core.ingest(events, via: "https")
        var json = JSONWriter()
        json.beginObject()
        json.member("taken", result.taken)
        json.member("known", result.known)
        json.endObject()
        return .json(json.bytes, status: .accepted)
    }

    /// Why a request's events are not taken, and which of a batch is at fault.
    private struct RefusedEvent: Error {
        var refusal: EventRefusal
        var index: Int?
    }

    /// All or nothing: the sender finds out which is at fault, takes it out and sends the rest again.
    private static func events(_ bytes: [UInt8], from gateway: String, isBatch: Bool) -> Result<[IncomingEvent], RefusedEvent> {
        do throws(EventRefusal) {
            let read = isBatch ? try IncomingEvent.batch(bytes) : [.success(try IncomingEvent(bytes))]
            var events: [IncomingEvent] = []
            for (index, result) in read.enumerated() {
                switch result {
                case .success(let event) where event.gateway == gateway: events.append(event)
                case .success: return .failure(RefusedEvent(refusal: .forged, index: isBatch ? index : nil))
                case .failure(let refusal): return .failure(RefusedEvent(refusal: refusal, index: isBatch ? index : nil))
                }
            }
            return .success(events)
        } catch {
            return .failure(RefusedEvent(refusal: error))
        }
    }

    private func refuse(_ refusal: EventRefusal, index: Int? = nil) -> Response {
        core.counters.add("bamai_desk_refused_total", refusal.rawValue)
        let status: HTTPResponse.Status =
            switch refusal {
            case .tooLarge, .tooMany: .contentTooLarge
            case .forged, .unknownGateway: .forbidden
            case .notJSON, .notCloudEvent, .missingField: .badRequest
            }
        let place = index.map { "event \($0) of the batch: " } ?? ""
        return .problem(status, place + refusal.text, cause: refusal.rawValue)
    }

    // MARK: - Decisions

    /// *Units*: seconds that a gateway may wait for a decision, and does where it says nothing.
    private static let (longestWait, usualWait): (Int64, Int64) = (55, 25)

    private func giveDecisions(_ request: Request, _ context: DeskContext) async throws -> Response {
        let gateway = try await gateway(request, context)
        let fields = request.fields
        guard fields["gateway"].isEmpty || fields["gateway"] == gateway else {
            core.counters.add("bamai_desk_refused_total", EventRefusal.forged.rawValue)
            return .problem(.forbidden, "A gateway fetches its own decisions only.", cause: EventRefusal.forged.rawValue)
        }
        guard let after = fields["after"].isEmpty ? 0 : Int64(fields["after"]), after >= 0 else {
            return .problem(.badRequest, "after is the sequence of the last decision that was taken, 0 for none.")
        }
        let wait = min(max(fields["wait"].isEmpty ? DeskServer.usualWait : Int64(fields["wait"]) ?? 0, 0), DeskServer.longestWait)
        let now = core.now
        // Most polls say nothing new: they are not worth a transaction.
        let isNews = try await core.store.read(.lookup) { store throws(DatabaseError) in
            try store.isFetchNews(by: gateway, upTo: after, now: now)
        }
        if isNews {
            _ = try await core.store.runLater { store throws(DatabaseError) in try store.fetched(by: gateway, upTo: after, now: now) }
        }
        // Listening begins before looking: what comes in between is not missed.
        let news = wait > 0 ? core.feed.decisions(of: gateway) : nil
        var found = try await decisions(of: gateway, after: after)
        if found.isEmpty, let news {
            if await DeskServer.comes(news, within: wait) { found = try await decisions(of: gateway, after: after) }
        }
        var json = JSONWriter(reserving: 512)
        json.beginArray()
        for decision in found { json.raw(decision.document) }
        json.endArray()
        return .json(json.bytes)
    }

    private func decisions(of gateway: String, after: Int64) async throws -> [DecisionRow] {
        try await core.store.read(.lookup) { store throws(DatabaseError) in try store.decisions(of: gateway, after: after) }
    }

    /// Whether some news comes within so many seconds.
    private static func comes(_ news: AsyncStream<Void>, within seconds: Int64) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in news.cancelOnGracefulShutdown() { return true }
                return false
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(seconds))
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }

    // MARK: - State

    private func takeStatus(_ request: Request, _ context: DeskContext) async throws -> Response {
        let gateway = try await gateway(request, context)
        let buffer = try await request.body.collect(upTo: IncomingEvent.bytesLimit)
        let bytes = Array(buffer.readableBytesView)
        guard let text = String(validating: bytes, as: UTF8.self), let value = JSONValue(bytes), value["schema"].number != nil else {
            return refuse(.notJSON)
        }
        guard value["gateway"].text == gateway else { return refuse(.forged) }
        let now = core.now
        try await core.store.runLater { store throws(DatabaseError) in try store.note(status: text, of: gateway, via: "https", now: now) }
        core.counters.add("bamai_desk_status_total")
        return Response(status: .noContent)
    }
}
