import Hummingbird
import Lifeline

/// The fleet, the ranking, the report and the accounts.
extension DeskServer {
    func addRooms(to router: Router<DeskContext>) {
        router.get("/fleet") { request, _ -> Response in
            try await asPerson(request) { frame, _ in
                let gateways = try await core.store.read(.page) { store throws(DatabaseError) in try store.gateways() }
                let unrest = try await core.fleetUnrest()
                return .html(FleetPage(frame: frame, gateways: gateways, rates: unrest.rates, worst: unrest.worst).html())
            }
        }
        router.get("/assets") { request, _ -> Response in
            try await asPerson(request) { frame, _ in .html(AssetsPage(frame: frame, assets: try await assets()).html()) }
        }
        router.get("/assets.csv") { request, context -> Response in
            try await asReader(request, context) {
                .text(AssetsPage.csv(try await assets(), utcOffsetSeconds: core.settings.utcOffsetSeconds), type: "text/csv; charset=utf-8")
            }
        }
        router.get("/report") { request, _ -> Response in try await asPerson(request) { frame, _ in try await report(request, frame) } }
        router.get("/accounts") { request, _ -> Response in
            try await asPerson(request, .admin) { frame, _ in .html(try await accounts(frame).html()) }
        }
        router.post("/accounts/invite") { request, _ -> Response in
            try await asPerson(request, .admin) { frame, session in try await invite(request, frame, session) }
        }
        router.post("/accounts/disable") { request, _ -> Response in
            try await asPerson(request, .admin) { frame, session in
                let fields = try await form(request, of: session)
                let (name, who, now) = (fields["name"], session.account.name, core.now)
                guard name != who else { throw HTTPError(.badRequest, message: "Nobody closes the account that he is using.") }
                _ = try await core.store.run { store throws(DatabaseError) in try store.disable(name, by: who, now: now) }
                return .to("/accounts")
            }
        }
    }

    /// The assets of the ranking, with their alerts of 30 days.
    func assets() async throws -> [AssetRow] {
        let since = core.now.before(hours: 720)
        return try await core.store.read(.report) { store throws(DatabaseError) in try store.assets(since: since) }
    }

    private func report(_ request: Request, _ frame: PageFrame) async throws -> Response {
        let offset = frame.utcOffsetSeconds
        let current = String(CivilTime.local(frame.now, offsetSeconds: offset).prefix(7))
        let wanted = request.fields["month"]
        guard let (since, until) = ReportPage.bounds(wanted.isEmpty ? current : wanted, utcOffsetSeconds: offset) else {
            throw HTTPError(.badRequest, message: "month is written like 2026-01.")
        }
        let (report, gateways) = try await core.store.read(.report) { store throws(DatabaseError) in
            (try store.report(since: since, until: until), try store.gateways())
        }
        let fleet = FleetPage(frame: frame, gateways: gateways, rates: [:], worst: [])
        let enabled = gateways.filter(\.isEnabled)
        return .html(
            ReportPage(
                frame: frame, month: wanted.isEmpty ? current : wanted, report: report, online: (enabled.filter(fleet.isOnline).count, enabled.count)
            ).html())
    }

    private func accounts(_ frame: PageFrame) async throws -> AccountsPage {
        try await core.store.read(.page) { store throws(DatabaseError) in
            AccountsPage(frame: frame, accounts: try store.accounts(), audit: try store.auditLog(limit: 200))
        }
    }

    private func invite(_ request: Request, _ frame: PageFrame, _ session: Session) async throws -> Response {
        let fields = try await form(request, of: session)
        let (name, who, now, token) = (fields["name"].trimmed, session.account.name, core.now, Token.make())
        guard let role = Role(rawValue: fields["role"]), Plain.isName(name, limit: 64), name != who else {
            var page = try await accounts(frame)
            page.error = frame.language("请填写另一个人的账号和角色。", "Name another person and a role.")
            return .html(page.html(), status: .unprocessableContent)
        }
        let isCompetent = fields["competent"] == "yes"
        try await core.store.run { store throws(DatabaseError) in
            try store.invite(name, role: role, isCompetent: isCompetent, token: token, by: who, now: now)
        }
        var page = try await accounts(frame)
        page.invited = (name, (core.settings.url ?? "") + "/setup/\(token)")
        return .html(page.html())
    }
}

extension Timestamp {
    /// So many hours earlier.
    func before(hours: Int64) -> Timestamp { advanced(byMicroseconds: -hours * 3_600_000_000) }
}
