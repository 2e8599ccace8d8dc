import Hummingbird
import HummingbirdCore
import Lifeline

/// Logging in and out, links for new accounts, the language, files beside the pages.
extension DeskServer {
    func addDoors(to router: Router<DeskContext>) {
        router.get("/") { _, _ -> Response in Response.to("/alerts") }
        router.get("/health") { _, _ -> Response in Response.text("ok\n") }
        router.get("/assets/{name}") { _, context -> Response in
            guard let asset = DeskAssets.find(context.parameters.get("name") ?? "") else { throw HTTPError(.notFound) }
            var response = Response.text(asset.text, type: asset.type)
            response.headers[.cacheControl] = asset.isForever ? "public, max-age=31536000, immutable" : "public, max-age=3600"
            return response
        }
        router.get("/login") { request, _ -> Response in
            if try await session(of: request) != nil { return Response.to("/alerts") }
            return .html(LoginPage(frame: frame(request, nil), next: DeskServer.ownPath(request.fields["next"])).html())
        }
        router.post("/login") { request, context -> Response in try await login(request, context) }
        router.post("/logout") { request, context -> Response in
            guard let session = try await session(of: request) else { return Response.to("/login") }
            _ = try await form(request, of: session)
            let (token, who, address, now) = (request.cookie(cookieName) ?? "", session.account.name, address(of: request, context), core.now)
            try await core.store.run { store throws(DatabaseError) in try store.end(session: token, who: who, address: address, now: now) }
            var response = Response.to("/login")
            response.headers[.setCookie] = cookie("", seconds: 0)
            return response
        }
        router.post("/language") { request, _ -> Response in
            let fields = try await form(request, of: nil)
            let language = Language(rawValue: fields["to"]) ?? .chinese
            var response = Response.to(DeskServer.referer(request))
            response.headers[.setCookie] = "bamai_language=\(language.rawValue); Path=/; Max-Age=31536000; SameSite=Lax"
            return response
        }
        router.get("/setup/{token}") { request, context -> Response in
            let (token, now) = (context.parameters.get("token") ?? "", core.now)
            let link = try await core.store.read(.lookup) { store throws(DatabaseError) in try store.link(token, now: now) }
            guard let link else { return badLink(request, context) }
            return .html(SetupPage(frame: frame(request, nil), token: token, link: link).html())
        }
        router.post("/setup/{token}") { request, context -> Response in try await setUp(request, context) }
    }

    private func cookie(_ token: String, seconds: Int64) -> String {
        "\(cookieName)=\(token); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Lax" + (core.settings.isSecure ? "; Secure" : "")
    }

    private func badLink(_ request: Request, _ context: DeskContext) -> Response {
        core.counters.add("bamai_desk_refused_total", "link")
        let frame = frame(request, nil)
        return .html(
            MessagePage(
                frame: frame, heading: frame.language("链接无效", "This link does not work"),
                text: frame.language("链接已使用或已过期。请让管理员重新邀请。", "It was used, or is too old. Ask an administrator for a new one.")
            ).html(), status: .notFound)
    }

    private func login(_ request: Request, _ context: DeskContext) async throws -> Response {
        let fields = try await form(request, of: nil)
        let (name, password, address) = (String(fields["name"].prefix(64)), fields["password"], address(of: request, context))
        let (frame, next) = (frame(request, nil), DeskServer.ownPath(fields["next"]))
        let language = frame.language
        let now = core.now
        if let wait = core.byName.wait(name, now: now.microseconds) ?? core.byAddress.wait(address, now: now.microseconds) {
            core.counters.add("bamai_desk_refused_total", "login_limited")
            let text = language("尝试次数过多，请 \(wait / 60 + 1) 分钟后再试。", "Too many attempts. Try again in \(wait / 60 + 1) min.")
            var response = Response.html(LoginPage(frame: frame, name: name, next: next, error: text).html(), status: .tooManyRequests)
            response.headers[.retryAfter] = String(wait)
            return response
        }
        let hash = try await core.store.read(.lookup) { store throws(DatabaseError) in try store.password(of: name) }
        let isRight = try await core.hash { PasswordHash.verify(String(password.prefix(PasswordHash.limit)), against: hash ?? PasswordHash.decoy) }
        let (token, csrf) = (Token.make(), Token.make())
        guard hash != nil, isRight,
            try await core.store.run({ store throws(DatabaseError) in
                try store.begin(session: token, csrf: csrf, of: name, address: address, now: now)
            })
        else {
            core.byName.fail(name, now: now.microseconds)
            core.byAddress.fail(address, now: now.microseconds)
            core.counters.add("bamai_desk_refused_total", "login")
            try await core.store.run { store throws(DatabaseError) in try store.audit("login.refused", who: name, address: address, now: now) }
            let text = language("账号或密码不正确。", "Name or password is wrong.")
            return .html(LoginPage(frame: frame, name: name, next: next, error: text).html(), status: .unauthorized)
        }
        core.byName.succeed(name)
        core.counters.add("bamai_desk_logins_total")
        var response = Response.to(next)
        response.headers[.setCookie] = cookie(token, seconds: DeskStore.sessionLength / 1_000_000)
        return response
    }

    private func setUp(_ request: Request, _ context: DeskContext) async throws -> Response {
        let fields = try await form(request, of: nil)
        let (token, now, address) = (context.parameters.get("token") ?? "", core.now, address(of: request, context))
        let link = try await core.store.read(.lookup) { store throws(DatabaseError) in try store.link(token, now: now) }
        guard let link else { return badLink(request, context) }
        let frame = frame(request, nil)
        let language = frame.language
        let name = if case .account(let name) = link { name } else { fields["name"].trimmed }
        let password = fields["password"]
        func again(_ text: String) -> Response {
            .html(SetupPage(frame: frame, token: token, link: link, name: name, error: text).html(), status: .unprocessableContent)
        }
        guard Plain.isName(name, limit: 64) else { return again(language("请填写账号（1 到 64 个字符）。", "A name has 1 to 64 characters.")) }
        if let objection = PasswordHash.objection(password, name: name) { return again(language(objection.chinese, objection.english)) }
        guard password == fields["again"] else { return again(language("两次输入的密码不一致。", "The two passwords differ.")) }
        guard let hash = try await core.hash({ PasswordHash.make(password) }) else { throw DatabaseError.unavailable("no memory for a hash") }
        let isDone = try await core.store.run { store throws(DatabaseError) in
            try store.accept(token, name: name, password: hash, address: address, now: now)
        }
        return isDone ? .to("/login") : badLink(request, context)
    }

    /// A path of this desk, or the list: a link that somebody made up must not lead elsewhere.
    static func ownPath(_ path: String) -> String {
        guard path.hasPrefix("/"), !path.hasPrefix("//"), !path.contains("\\"), path.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), path.utf8.count < 500
        else { return "/alerts" }
        return path
    }

    /// The path of the page that a form stands on.
    static func referer(_ request: Request) -> String {
        guard let header = request.headers[.referer] else { return "/alerts" }
        let uri = URI(header)
        return ownPath(uri.path + (uri.query.map { "?" + $0 } ?? ""))
    }
}

extension String {
    /// Without blanks at its ends.
    var trimmed: String {
        let front = drop { $0.isWhitespace }
        return String(front.reversed().drop { $0.isWhitespace }.reversed())
    }
}
