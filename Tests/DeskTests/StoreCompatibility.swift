import GatewayTesting
import Glibc
import Lifeline
import Testing

@testable import Desk

/// What every store must do, whatever database keeps it: one suite, run on each.
struct StoreCompatibility {
    let store: DeskStore
    let now = EventSamples.start.advanced(byMicroseconds: 86_400_000_000)

    private func later(_ seconds: Int64) -> Timestamp { now.advanced(byMicroseconds: seconds * 1_000_000) }

    /// Who only reads cannot write, and sees one moment. The store is empty before.
    func reading() throws {
        let reader = try #require(store.reader())
        let now = EventSamples.start
        _ = try store.ingest([EventSamples.event(EventSamples.alert(1))], via: "https", now: now)
        let second = try EventSamples.event(EventSamples.alert(2))
        let (before, after) = try reader.snapshot { () throws(DatabaseError) in
            let before = try reader.figures().events
            _ = try store.ingest([second], via: "https", now: now)
            return (before, try reader.figures().events)
        }
        #expect(before == 1 && after == 1)
        #expect(try reader.figures().events == 2)
        #expect(throws: DatabaseError.self) { try reader.register("gw9", name: "", token: nil, by: "test", now: now) }
    }

    func all() throws {
        try idempotent()
        try outOfOrder()
        try lists()
        try handling()
        try races()
        try latching()
        try shelving()
        try decisions()
        try reopening()
        try gateways()
        try accounts()
        try tokens()
        try ranking()
        try hostileTexts()
        try rollsBack()
        try pruning()
        try boundedLists()
        try deliveries()
    }

    /// A page's list counts and looks only so far; what it shows within that is the same.
    private func boundedLists() throws {
        try store.register([GatewayRegistration(id: "g10"), GatewayRegistration(id: "g11", name: "泵房", token: "t-11")], by: "test", now: now)
        #expect(try store.gateway(token: "t-11") == "g11" && store.gatewayIDs().contains("g10"))
        #expect(throws: DatabaseError.self) {
            try store.register([GatewayRegistration(id: "g12"), GatewayRegistration(id: "no/name")], by: "test", now: now)
        }
        #expect(try !store.gatewayIDs().contains("g12"), "all or none")
        for (number, level) in Level.allCases.enumerated() {
            _ = try take(EventSamples.alert(100 + number, gateway: "g10", asset: "B\(number)", episode: "ep-bound-\(number)", level: level))
        }
        for state in EpisodeFilter.State.allCases {
            for search in ["", "b", "b2", "nowhere"] {
                var (whole, page) = (EpisodeFilter(), EpisodeFilter())
                (whole.state, whole.gateway, whole.search, whole.limit, whole.offset) = (state, "g10", search, 3, 1)
                page = whole
                page.isBounded = true
                #expect(try store.episodes(page, now: now) == store.episodes(whole, now: now), "\(state) \(search)")
            }
        }
        var narrow = EpisodeFilter()
        (narrow.state, narrow.gateway, narrow.isBounded, narrow.search, narrow.searchLimit) = (.all, "g10", true, "b", 3)
        let found = try store.episodes(narrow, now: now)
        #expect(found.rows.count == 3 && found.isPartial, "it says that it has not looked at all four")
        narrow.searchLimit = 4
        #expect(try !store.episodes(narrow, now: now).isPartial)
        narrow.search = ""
        #expect(try store.episodes(narrow, now: now).rows.count == 4, "a list without words is not cut")
    }

    /// What a broker brings is taken together; who is not registered is counted and left out.
    private func deliveries() throws {
        let known = try EventSamples.event(EventSamples.alert(110, gateway: "g10", asset: "D1", episode: "ep-delivered"))
        let stranger = try EventSamples.event(EventSamples.alert(111, gateway: "nobody", asset: "D2", episode: "ep-stranger"))
        var delivery = DeskStore.Delivery(
            events: [known, known, stranger],
            states: [
                DeskStore.Delivery.State(
                    gateway: "g11", document: #"{"schema":1,"bamai":"0.3","gateway":"g11","sensors":{"total":9,"reporting":7}}"#),
                DeskStore.Delivery.State(gateway: "g10", document: #"{"schema":1,"bamai":"0.2","gateway":"g10"}"#, isRetained: true),
            ],
            alive: ["g11"])
        let result = try store.take(delivery, now: later(5))
        #expect((result.taken, result.known, result.unknown, result.changed.count) == (1, 1, 1, 1))
        let row = try #require(try store.gateways().first { $0.id == "g11" })
        #expect(row.seen == later(5) && row.version == "0.3" && row.via == "mqtt")
        let brief = GatewayBrief(JSONValue(Array((row.status ?? "").utf8)) ?? .null)
        #expect(brief.sensors == 9 && brief.reporting == 7 && brief.problems.isEmpty)
        let silent = try #require(try store.gateways().first { $0.id == "g10" })
        #expect(silent.alerts == 5 && silent.version == "0.2" && silent.statusAt == nil)
        delivery = DeskStore.Delivery()
        #expect(delivery.isEmpty)
    }

    private func take(_ alerts: Alert..., via: String = "https") throws -> IngestResult {
        var events: [IncomingEvent] = []
        for alert in alerts { events.append(try EventSamples.event(alert)) }
        return try store.ingest(events, via: via, now: now)
    }

    private func only(_ gateway: String, _ asset: String) throws -> EpisodeRow {
        var filter = EpisodeFilter()
        (filter.state, filter.gateway, filter.asset) = (.all, gateway, asset)
        let rows = try store.episodes(filter, now: now).rows
        try #require(rows.count == 1, "\(gateway) \(asset): \(rows.count)")
        return rows[0]
    }

    private func idempotent() throws {
        try store.register("g1", name: "", token: nil, by: "test", now: now)
        let first = EventSamples.alert(1, gateway: "g1", asset: "A1")
        #expect(try take(first, first) == IngestResult(taken: 1, known: 1, changed: [try only("g1", "A1").id]))
        #expect(try take(first).known == 1)
        let row = try only("g1", "A1")
        #expect(row.alerts == 1)
        #expect(row.handling == .published && row.isActive && row.level == .orange)
        #expect(try store.events(of: row.id).map(\.document) == [String(decoding: EventSamples.document(first), as: UTF8.self)])
        // The same id of another gateway is another event.
        var other = EventSamples.alert(1, gateway: "g2", asset: "A1")
        other.id = first.id
        #expect(try take(other).taken == 1)
        #expect(try store.gateways().first { $0.id == "g1" }?.seen == now)
    }

    private func outOfOrder() throws {
        let raised = EventSamples.alert(10, gateway: "g1", asset: "A2", episode: "ep-order")
        let worse = EventSamples.alert(11, gateway: "g1", asset: "A2", episode: "ep-order", kind: .escalated, level: .red)
        let over = EventSamples.alert(12, gateway: "g1", asset: "A2", episode: "ep-order", kind: .cleared, level: .red)
        _ = try take(raised)
        _ = try take(over)
        #expect(try !only("g1", "A2").isActive)
        // What was on its way the longest does not raise it again.
        _ = try take(worse)
        let row = try only("g1", "A2")
        #expect(!row.isActive && row.peak == .red && row.alerts == 3)
        #expect(row.cleared == over.occurred)
        #expect(try store.events(of: row.id).map(\.kind) == [.cleared, .escalated, .raised])
    }

    private func lists() throws {
        for (number, level) in Level.allCases.enumerated() {
            _ = try take(
                EventSamples.alert(20 + number, gateway: "g3", asset: "L\(number)", episode: "ep-list-\(number)", level: level, name: "100%_!号"))
        }
        var filter = EpisodeFilter()
        filter.gateway = "g3"
        #expect(try store.episodes(filter, now: now).rows.map(\.level) == [.red, .orange, .yellow, .blue])
        filter.level = .orange
        #expect(try store.episodes(filter, now: now).total == 2)
        filter.level = nil
        (filter.limit, filter.offset) = (3, 3)
        let page = try store.episodes(filter, now: now)
        #expect(page.rows.count == 1 && page.total == 4)
        (filter.limit, filter.offset) = (50, 0)
        for (text, found) in [
            ("l2", 1), ("100%_!", 4), ("%", 4), ("__", 0), ("LIFT", 4), ("l2 西路", 1), ("l2 nowhere", 0), ("'; DROP TABLE events; --", 0),
        ] {
            filter.search = text
            #expect(try store.episodes(filter, now: now).total == Int64(found), "\(text)")
        }
        filter.search = ""
        filter.since = now.advanced(byMicroseconds: 1)
        #expect(try store.episodes(filter, now: now).total == 0)
    }

    private let officer = Actor(name: "王芳", isCompetent: false)

    private func act(
        _ act: HandlingAct, _ row: EpisodeRow, reason: String = "看过", by actor: Actor? = nil, seconds: Int64? = nil, onSite: Bool = false,
        at moment: Timestamp? = nil
    )
        throws -> Result<HandlingOutcome, HandlingRefusal>
    {
        try store.handle(
            HandlingRequest(act, reason: reason, seconds: seconds, isConfirmedOnSite: onSite), episode: row.id, by: actor ?? officer,
            now: moment ?? now)
    }

    private func handling() throws {
        _ = try take(EventSamples.alert(30, gateway: "g4", asset: "H1", episode: "ep-handle"))
        let row = try only("g4", "H1")
        for reason in ["", "  ", String(repeating: "长", count: 201), "two\nlines", "nul\u{0}"] {
            #expect(try act(.acknowledge, row, reason: reason) == .failure(.needsReason))
        }
        #expect(try act(.report, row) == .failure(.notNow(.report, .published)))
        let acknowledged = try act(.acknowledge, row).get()
        #expect(acknowledged.episode.handling == .acknowledged && acknowledged.episode.handledBy == "王芳")
        let decision = try #require(acknowledged.decision)
        let document = try #require(JSONValue(Array(decision.document.utf8)))
        #expect(document["act"].text == "acknowledge" && document["episode"].text == "ep-handle" && document["by"].text == "王芳")
        #expect(document["id"].text == decision.id && document["sequence"].count == decision.sequence && document["gateway"].text == "g4")
        #expect(try act(.dispatch, row).get().decision == nil)
        #expect(try act(.report, row).get().episode.handling == .reported)
        #expect(try act(.close, row).get().episode.handling == .closed)
        #expect(try act(.acknowledge, row) == .failure(.notNow(.acknowledge, .closed)))
        #expect(try store.actions(of: row.id).map(\.act) == [.acknowledge, .dispatch, .report, .close])
        #expect(try act(.acknowledge, EpisodeRow(gone: 999_999)) == .failure(.unknownEpisode))
    }

    private func races() throws {
        _ = try take(EventSamples.alert(31, gateway: "g4", asset: "H2", episode: "ep-race"))
        let row = try only("g4", "H2")
        #expect(try act(.acknowledge, row, by: Actor(name: "first", isCompetent: false)).get().episode.handledBy == "first")
        #expect(try act(.acknowledge, row, by: Actor(name: "second", isCompetent: false)) == .failure(.notNow(.acknowledge, .acknowledged)))
        #expect(try only("g4", "H2").handledBy == "first")
    }

    private func latching() throws {
        _ = try take(EventSamples.alert(40, gateway: "g4", asset: "E1", episode: "ep-trapped", level: .red, rule: "lift.entrapment", latched: true))
        let row = try only("g4", "E1")
        #expect(row.isLatched)
        _ = try act(.acknowledge, row).get()
        let rescuer = Actor(name: "李救援", isCompetent: true)
        #expect(try act(.close, row) == .failure(.needsCompetence))
        #expect(try act(.close, row, onSite: true) == .failure(.needsCompetence))
        #expect(try act(.falseAlarm, row, onSite: true) == .failure(.needsCompetence))
        #expect(try act(.close, row, by: rescuer) == .failure(.needsCompetence))
        let ended = try act(.close, row, by: rescuer, onSite: true).get()
        #expect(ended.episode.handling == .closed)
        #expect(ended.decision.flatMap { JSONValue(Array($0.document.utf8)) }?["act"].text == "end")
        #expect(ended.decision.flatMap { JSONValue(Array($0.document.utf8)) }?["competent"].flag == true)
    }

    private func shelving() throws {
        _ = try take(EventSamples.alert(50, gateway: "g5", asset: "S1", episode: "ep-shelf"))
        let row = try only("g5", "S1")
        for seconds in [nil, 0, 59, HandlingRequest.shelfLimit + 1] as [Int64?] {
            #expect(try act(.shelve, row, seconds: seconds) == .failure(.badShelf))
        }
        let shelved = try act(.shelve, row, seconds: 3600).get()
        #expect(shelved.episode.shelvedUntil == later(3600) && shelved.episode.handling == .published)
        let document = try #require(shelved.decision.flatMap { JSONValue(Array($0.document.utf8)) })
        #expect(document["act"].text == "shelve" && document["asset"].text == "S1" && document["rule"].text == "lift.door_wear")
        #expect(document["until"].text.flatMap { CivilTime.parse(Array($0.utf8), defaultOffsetSeconds: 0) } == later(3600))
        // It ends by itself.
        #expect(try store.episode(row.id, now: later(3599))?.shelvedUntil == later(3600))
        #expect(try store.episode(row.id, now: later(3600))?.shelvedUntil == nil)
        _ = try act(.unshelve, row).get()
        #expect(try store.episode(row.id, now: now)?.shelvedUntil == nil)
    }

    private func decisions() throws {
        let all = try store.decisions(of: "g4", after: 0)
        #expect(all.count == 4)
        #expect(all.map(\.sequence) == all.map(\.sequence).sorted() && Set(all.map(\.id)).count == 4)
        #expect(try store.decisions(of: "g4", after: all[1].sequence).map(\.id) == all[2...].map(\.id))
        #expect(try store.decisions(of: "nobody", after: 0).isEmpty)
        let waiting = try store.unpublishedDecisions()
        #expect(waiting.map(\.sequence) == waiting.map(\.sequence).sorted() && waiting.count == 6)
        try store.published(waiting[0].sequence, now: now)
        #expect(try store.unpublishedDecisions().map(\.id) == waiting[1...].map(\.id))
        try store.fetched(by: "g4", upTo: all[0].sequence, now: now)
        let row = try only("g4", "H1")
        #expect(try store.actions(of: row.id).first?.decisionState == "fetched")
        func echo(_ gateway: String, _ outcome: String, _ number: Int) throws -> IngestResult {
            let text = """
                {"specversion":"1.0","id":"h-\(number)","source":"urn:bamai:\(gateway)","type":"cn.bamai.handling.\(outcome)",
                "data":{"gateway":"\(gateway)","outcome":"\(outcome)","decision":{"id":"\(all[0].id)"},"reason":"not so"}}
                """
            return try store.ingest([try IncomingEvent(Array(text.utf8))], via: "https", now: now)
        }
        #expect(try echo("g4", "applied", 1).changed == [row.id])
        #expect(try store.actions(of: row.id).first?.decisionState == "applied")
        // Another gateway answers for itself only.
        #expect(try echo("g5", "refused", 2).changed == [])
        #expect(try echo("g4", "refused", 3).changed == [row.id])
        #expect(try store.actions(of: row.id).first?.decisionState == "applied")
    }

    private func reopening() throws {
        _ = try take(EventSamples.alert(60, gateway: "g6", asset: "R1", episode: "ep-again", level: .yellow))
        let row = try only("g6", "R1")
        _ = try act(.falseAlarm, row).get()
        _ = try take(EventSamples.alert(61, gateway: "g6", asset: "R1", episode: "ep-again", kind: .repeated, level: .yellow))
        #expect(try only("g6", "R1").handling == .falseAlarm)
        _ = try take(EventSamples.alert(62, gateway: "g6", asset: "R1", episode: "ep-again", kind: .escalated, level: .red))
        #expect(try only("g6", "R1").handling == .published)
        #expect(try store.actions(of: row.id).map(\.act) == [.falseAlarm, .reopen])
    }

    private func gateways() throws {
        try store.register("g7", name: "泵房", token: "secret-7", by: "test", now: now)
        #expect(try store.gateway(token: "secret-7") == "g7" && store.gateway(token: "secret-8") == nil && store.gateway(token: "") == nil)
        try store.register("g7", name: "泵房", token: "secret-8", by: "test", now: now)
        #expect(try store.gateway(token: "secret-7") == nil && store.gateway(token: "secret-8") == "g7")
        #expect(try store.setGateway("g7", enabled: false, by: "test", now: now))
        #expect(try store.gateway(token: "secret-8") == nil && !store.isGateway("g7"))
        #expect(try store.setGateway("g7", enabled: true, by: "test", now: now))
        #expect(try !store.setGateway("nobody", enabled: true, by: "test", now: now))
        for name in ["", "a/b", "a b", "+", String(repeating: "x", count: 33), "井"] {
            #expect(throws: DatabaseError.self) { try store.register(name, name: "", token: nil, by: "test", now: now) }
        }
        try store.note(status: #"{"schema":1,"bamai":"0.2.0","gateway":"g7","revision":"abc"}"#, of: "g7", via: "mqtt", now: now)
        _ = try store.expect(revision: "def", of: "g7", by: "test", now: now)
        let row = try #require(try store.gateways().first { $0.id == "g7" })
        #expect(row.version == "0.2.0" && row.revision == "abc" && row.expectedRevision == "def" && row.via == "mqtt" && row.name == "泵房")
    }

    private func accounts() throws {
        #expect(try !store.hasAccounts())
        try store.openSetup(token: "one", now: now)
        try store.openSetup(token: "two", now: now)
        #expect(try store.link("one", now: now) == nil && store.link("two", now: now) == .setup)
        #expect(try store.link("two", now: now.advanced(byMicroseconds: DeskStore.linkLength)) == nil)
        #expect(try store.accept("two", name: "admin", password: "hash", address: "", now: now))
        #expect(try !store.accept("two", name: "admin2", password: "hash", address: "", now: now))
        #expect(throws: DatabaseError.self) { try store.openSetup(token: "three", now: now) }
        #expect(try store.password(of: "admin") == "hash" && store.password(of: "nobody") == nil)
        try store.invite("王芳", role: .officer, isCompetent: true, token: "link", by: "admin", now: now)
        #expect(try store.link("link", now: now) == .account("王芳"))
        #expect(try !store.begin(session: "s", csrf: "c", of: "王芳", address: "", now: now))
        #expect(try store.accept("link", name: "someone else", password: "h2", address: "", now: now))
        #expect(try store.begin(session: "s", csrf: "c", of: "王芳", address: "", now: now))
        let session = try #require(try store.session("s", now: now))
        #expect(session.csrf == "c" && session.account.name == "王芳" && session.account.role == .officer && session.account.isCompetent)
        #expect(try store.session("s", now: now.advanced(byMicroseconds: DeskStore.sessionLength)) == nil)
        #expect(try store.disable("王芳", by: "admin", now: now))
        #expect(try store.session("s", now: now) == nil && store.password(of: "王芳") == nil)
        #expect(try store.auditLog().contains { $0.what == "account.disable" && $0.who == "admin" && $0.subject == "王芳" })
    }

    private func tokens() throws {
        try store.addToken("grafana", token: "t1", by: "admin", now: now)
        #expect(try store.program(token: "t1") == "grafana" && store.program(token: "t2") == nil)
        #expect(try store.removeToken("grafana", by: "admin", now: now) && !store.removeToken("grafana", by: "admin", now: now))
        #expect(try store.program(token: "t1") == nil)
    }

    private func ranking() throws {
        let assets = try store.assets(since: now)
        #expect(
            assets.contains { $0.asset == "A1" && $0.value == 43 && $0.highest == 61 && $0.coverage == 0.82 && $0.verdict.chinese.isEmpty == false })
        #expect(try store.places(of: "g4").count == 3)
        let report = try store.report(since: now, until: now.advanced(byMicroseconds: 1))
        #expect(report.episodes == 12, "\(report.episodes)")
        #expect(report.byLevel.values.reduce(0, +) == report.episodes)
        #expect(report.medianSeconds == 0)
        #expect(try store.report(since: now.advanced(byMicroseconds: 1), until: later(9)).episodes == 0)
        #expect(try store.episodesByGateway(since: now)["g3"] == 4)
        #expect(try store.figures().events == store.latestEvents(limit: 1000).count)
    }

    private func hostileTexts() throws {
        let nasty = "<script>alert('x')</script>\"'; DROP TABLE episodes; -- \u{0}\u{7f}\u{1f600}"
        _ = try take(
            EventSamples.alert(
                70, gateway: "g8", asset: "N1", episode: "ep-nasty", name: nasty, address: nasty,
                headline: BilingualText(chinese: nasty, english: nasty)))
        let row = try only("g8", "N1")
        #expect(row.headline.english.hasPrefix("<script>") && row.headline.english.hasSuffix("\u{1f600}"))
        #expect(!row.headline.english.unicodeScalars.contains("\u{0}"))
        let page = EpisodePage(
            frame: PageFrame(language: .english, session: nil, now: now, utcOffsetSeconds: 0, title: "t"), row: row,
            events: try store.events(of: row.id),
            actions: [], others: [], places: [], refusal: nil
        ).html().text
        #expect(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert"))
    }

    private func rollsBack() throws {
        let before = try store.figures().events
        do throws(DatabaseError) {
            try store.database.transaction { () throws(DatabaseError) in
                _ = try store.ingestInside(EventSamples.alert(80, gateway: "g9", asset: "X1", episode: "ep-x"), now: now)
                throw .failed("power cut")
            }
            Issue.record("it did not throw")
        } catch {
            #expect(error == .failed("power cut"))
        }
        #expect(try store.figures().events == before)
        #expect(throws: DatabaseError.self) { try store.database.run("SELECT nonsense FROM nowhere", []) }
        // The connection is good for more.
        #expect(try take(EventSamples.alert(80, gateway: "g9", asset: "X1", episode: "ep-x")).taken == 1)
    }

    private func pruning() throws {
        let before = try store.figures()
        #expect(try store.prune(before: .distantPast) == 0)
        let gone = try store.prune(before: later(1))
        // Only what is done and over goes; an open one stays however old it is.
        #expect(gone == 0)
        _ = try take(EventSamples.alert(90, gateway: "g4", asset: "H1", episode: "ep-handle", kind: .cleared))
        let id = try only("g4", "H1").id
        #expect(try store.prune(before: later(1)) == 1)
        #expect(try store.episode(id, now: now) == nil && store.events(of: id).isEmpty && store.actions(of: id).isEmpty)
        #expect(try store.figures().episodes == before.episodes - 1)
    }
}

extension DeskStore {
    /// What `ingest` does to one row, within somebody else's transaction.
    fileprivate func ingestInside(_ alert: Alert, now: Timestamp) throws(DatabaseError) -> Bool {
        _ = try database.run(
            "INSERT INTO meta (name, value) VALUES (?1, ?2)", [.text(alert.id), .text(alert.episode)])
        return true
    }
}

extension EpisodeRow {
    /// One that no store has.
    fileprivate init(gone id: Int64) {
        let columns = [
            "id", "gateway", "episode", "asset", "asset_class", "asset_name", "address", "rule", "sensor", "level", "peak", "is_active", "latched",
            "late",
            "onset", "updated", "cleared", "received", "alerts", "headline_zh", "headline_en", "handling", "handled_by", "handled_at", "version",
            "shelved_until",
        ]
        var values = columns.map { _ in SQLValue.null }
        values[0] = .integer(id)
        self.init(SQLRow(columns: Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) }), values: values))
    }
}

@Suite("Every store does the same")
struct StoreTests {
    @Test("SQLite, in a file")
    func sqlite() throws {
        let folder = TestFolder()
        try StoreCompatibility(store: DeskStore.open(folder.file("desk.db"))).all()
    }

    @Test("SQLite: who only reads cannot write, and sees one moment")
    func reading() throws {
        let folder = TestFolder()
        let store = try DeskStore.open(folder.file("desk.db"))
        try StoreCompatibility(store: store).reading()
        #expect(try DeskStore.open(":memory:").reader() == nil, "what is in memory has one connection")
    }

    @Test("SQLite: what was returned is there for the next program; tables of another version are refused")
    func reopened() throws {
        let folder = TestFolder()
        let now = EventSamples.start
        do {
            let store = try DeskStore.open("sqlite:" + folder.file("desk.db"))
            _ = try store.ingest([EventSamples.event(EventSamples.alert(1))], via: "https", now: now)
            try store.register("gw7", name: "", token: "t", by: "test", now: now)
        }
        let again = try DeskStore.open(folder.file("desk.db"))
        #expect(try again.figures().events == 1 && again.gateway(token: "t") == "gw7")
        _ = try again.database.run("UPDATE meta SET value = '99' WHERE name = 'schema'", [])
        #expect(throws: DatabaseError.self) { try DeskStore.open(folder.file("desk.db")) }
    }
}

/// One cluster for all: making one takes longer than what is tried on it.
@Suite(
    "PostgreSQL, a real server of the tests' own", .serialized,
    .enabled(if: PostgresServer.isInstalled, "PostgreSQL is not installed: its half of the suite is SKIPPED"))
struct PostgresTests {
    private let server: PostgresServer

    init() throws { server = try PostgresServer.shared.get() }

    @Test("It does what every store does")
    func all() throws {
        let store = try DeskStore.open(try server.database())
        #expect(store.kind == "PostgreSQL")
        try StoreCompatibility(store: store).all()
    }

    @Test("Who only reads cannot write, and sees one moment")
    func reading() throws {
        let store = try DeskStore.open(try server.database())
        try StoreCompatibility(store: store).reading()
    }

    @Test("A server that is away is an error that passes; with it the readers come back")
    func away() throws {
        let store = try DeskStore.open(try server.database())
        let reader = try #require(store.reader())
        _ = try reader.figures()
        server.stop()
        for each in [store, reader] {
            do {
                _ = try each.figures()
                Issue.record("it answered without a server")
            } catch {
                guard case DatabaseError.unavailable = error else {
                    Issue.record("it should pass: \(error), \(each === store ? "the one that writes" : "the one that reads")")
                    continue
                }
            }
        }
        try server.start()
        // The connections are made anew by themselves.
        #expect(try store.figures().events == 0 && reader.figures().events == 0)
    }
}
