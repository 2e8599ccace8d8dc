import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Lifeline
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The desk's doors: pages for people, HTTPS for gateways and programs.
package struct DeskServer: Sendable {
    let core: DeskCore

    package init(_ core: DeskCore) { self.core = core }

    /// Serves until it is told to stop (a graceful shutdown, or the task is cancelled).
    ///
    /// - Parameters:
    ///   - signals: whether TERM and INT stop it.
    ///   - listening: told the port once it listens.
    package func run(
        logger: Logger, signals: Bool, listening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let settings = core.settings
        let plain = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                idleTimeout: .seconds(60),
                httpDecoderConfiguration: .init(maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100)))
        let server = try settings.tls.map { try HTTPServerBuilder.tls(plain, tlsConfiguration: DeskServer.secure($0)) } ?? plain
        let application = Application(
            router: router(), server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    max(16, min(DeskServer.connectionLimit, Descriptors.raise() - DeskServer.otherDescriptors)))),
            onServerRunning: { channel in await listening(channel.localAddress?.port ?? settings.port) }, logger: logger)
        let beats = Task { [core] in
            // Keeps lines open through proxies, and finds those that are gone.
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(15))
                core.feed.beat()
            }
        }
        defer { beats.cancel() }
        if signals { try await application.runService() } else { try await application.run() }
    }

    /// Connections at once: those of the gateways, two each, and of people. Fewer where the system gives fewer descriptors.
    static let connectionLimit = 10_000
    /// Descriptors that are not connections: the store's files, the broker's socket.
    private static let otherDescriptors = 100

    /// TLS 1.2 and newer; gateways' certificates are checked where an authority is named, and asked for from nobody else.
    private static func secure(_ tls: DeskSettings.TLS) throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMFile(tls.certificate).map { NIOSSLCertificateSource.certificate($0) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(try NIOSSLPrivateKey(file: tls.key, format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        if let authority = tls.clientAuthority {
            configuration.trustRoots = .file(authority)
            configuration.certificateVerification = .optionalVerification
        }
        return configuration
    }

    func router() -> Router<DeskContext> {
        let router = Router(context: DeskContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: DeskGuard(core: core))
        addDoors(to: router)
        addAlerts(to: router)
        addIngest(to: router)
        addRooms(to: router)
        addData(to: router)
        return router
    }

    // MARK: - Who asks

    /// The cookie of a session; where there is TLS, browsers hold it to this host.
    var cookieName: String { core.settings.isSecure ? "__Host-bamai_session" : "bamai_session" }

    func session(of request: Request) async throws -> Session? {
        guard let token = request.cookie(cookieName), token.utf8.count <= 64 else { return nil }
        let now = core.now
        return try await core.store.read(.lookup) { store throws(DatabaseError) in try store.session(token, now: now) }
    }

    /// Where a request comes from, for limits and the audit log: an address without its port.
    func address(of request: Request, _ context: DeskContext) -> String {
        if core.settings.trustedProxies.isEmpty { return context.peer }
        return ClientAddress.of(peer: context.peer, forwarded: request.headers[values: .forwardedFor], trusted: core.settings.trustedProxies)
    }

    /// What a person chose, or what the browser asks for.
    static func language(of request: Request) -> Language {
        request.cookie("bamai_language").flatMap { Language(rawValue: $0) } ?? Language(accepting: request.headers[.acceptLanguage])
    }

    func frame(_ request: Request, _ session: Session?) -> PageFrame {
        PageFrame(
            language: DeskServer.language(of: request), session: session, now: core.now, utcOffsetSeconds: core.settings.utcOffsetSeconds,
            title: core.settings.title)
    }

    /// Does something for somebody who is logged in and may do it; others are sent to the login or told that they may not.
    func asPerson(_ request: Request, _ least: Role = .viewer, _ body: (PageFrame, Session) async throws -> Response) async throws -> Response {
        guard let session = try await session(of: request) else {
            if request.method != .get || request.headers[.fragment] != nil || request.uri.path == "/live" {
                return .text("log in first\n", status: .unauthorized)
            }
            let place = request.uri.path + (request.uri.query.map { "?" + $0 } ?? "")
            return .to("/login?next=\(Percent.encode(place))")
        }
        guard session.account.role >= least else {
            core.counters.add("bamai_desk_refused_total", "role")
            throw HTTPError(.forbidden, message: "Your account may not do that.")
        }
        return try await body(frame(request, session), session)
    }

    /// The fields of a form that a person sent, checked to come from one of our own pages.
    ///
    /// - Throws: 403 where the form's secret is wrong, or the browser says that another site sent it.
    func form(_ request: Request, of session: Session?) async throws -> FormFields {
        let buffer = try await request.body.collect(upTo: DeskServer.formBytesLimit)
        guard let fields = FormFields(encoded: Array(buffer.readableBytesView)) else {
            throw HTTPError(.badRequest, message: "The form is not understood.")
        }
        // Browsers say where a form comes from; programs without a browser say nothing.
        if let site = request.headers[.fetchSite], site != "same-origin", site != "none" {
            core.counters.add("bamai_desk_refused_total", "cross_site")
            throw HTTPError(.forbidden, message: "The form comes from another site.")
        }
        if let session, !Token.equal(fields["csrf"], session.csrf) {
            core.counters.add("bamai_desk_refused_total", "csrf")
            throw HTTPError(.forbidden, message: "The form is too old or not ours: load the page again.")
        }
        return fields
    }

    /// *Units*: bytes of a form.
    static let formBytesLimit = 16_384
}
