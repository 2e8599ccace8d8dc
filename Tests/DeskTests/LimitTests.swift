import Foundation
import GatewayTesting
import Glibc
import Lifeline
import Logging
import Testing

@testable import Desk

@Suite("The desk's limits")
struct LimitTests {
    @Test("Behind a proxy that is trusted, the client counts; nobody else is believed")
    func addresses() throws {
        let trusted = try ["10.0.0.0/8", "fd00::/8", "127.0.0.1"].map { try #require(Network($0)) }
        for (peer, header, client) in [
            ("192.0.2.9", ["198.51.100.7"], "192.0.2.9"), ("127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
            ("127.0.0.1", ["203.0.113.1, 198.51.100.7"], "198.51.100.7"), ("127.0.0.1", ["203.0.113.1", "198.51.100.7, 10.1.2.3"], "198.51.100.7"),
            ("10.9.9.9", [], "10.9.9.9"), ("127.0.0.1", ["10.0.0.1"], "10.0.0.1"), ("127.0.0.1", ["not an address"], "127.0.0.1"),
            ("127.0.0.1", ["198.51.100.7, <script>"], "127.0.0.1"), ("fd00::1", ["[2001:db8::5]:4711"], "2001:db8::5"),
            ("127.0.0.1", ["198.51.100.7:8080"], "198.51.100.7"), ("::ffff:10.0.0.2", ["198.51.100.7"], "198.51.100.7"),
        ] { #expect(ClientAddress.of(peer: peer, forwarded: header, trusted: trusted) == client, "\(peer) \(header)") }
        #expect(ClientAddress.of(peer: "127.0.0.1", forwarded: ["198.51.100.7"], trusted: []) == "127.0.0.1")
    }

    @Test("Networks: what is in them, and what is none")
    func networks() throws {
        for (text, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"), ("192.0.2.128/25", "192.0.2.200", "192.0.2.100"), ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("0.0.0.0/0", "8.8.8.8", "2001:db8::1"), ("2001:db8::/33", "2001:db8:1::", "2001:db8:8000::"),
        ] {
            let network = try #require(Network(text))
            #expect(network.contains(inside) && !network.contains(outside), "\(text)")
        }
        for text in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1", "10.0.0.0/x", "name"] { #expect(Network(text) == nil, "\(text)") }
    }

    @Test("Wrong passwords behind a proxy close the door for one client, and not for the proxy's others")
    func guessesBehindProxy() throws {
        let desk = try DeskFixture(["--trusted-proxy", "127.0.0.0/8"])
        _ = try desk.person("admin")
        var thief = HTTPClient(port: desk.port)
        for attempt in 0..<30 {
            let answer = try thief.post("/login", form: ["name": "n\(attempt)", "password": "x"], ["X-Forwarded-For": "198.51.100.7"])
            #expect(answer.status == 401)
        }
        let form = ["name": "admin", "password": DeskFixture.password]
        #expect(try thief.post("/login", form: form, ["X-Forwarded-For": "198.51.100.7"]).status == 429)
        #expect(
            try thief.post("/login", form: form, ["X-Forwarded-For": "203.0.113.5, 198.51.100.7"]).status == 429,
            "what he writes himself does not help")
        #expect(try thief.post("/login", form: form, ["X-Forwarded-For": "198.51.100.8"]).status == 303)
    }

    @Test("A page is told each change once, gathered while it is busy, and that everything may have changed beyond a bound")
    func feed() async throws {
        let feed = LiveFeed()
        let page = try #require(feed.listen())
        feed.tell(episodes: [1, 2])
        feed.tell(episodes: [2, 3])
        #expect(page.news.take() == .episodes([1, 2, 3]))
        #expect(page.news.take() == .episodes([]))
        feed.tell(episodes: Array(0...Int64(PageNews.limit)))
        feed.tell(episodes: [7])
        #expect(page.news.take() == .everything)
        var wakes = page.wakes.makeAsyncIterator()
        #expect(await wakes.next() != nil)
        #expect(feed.count == 1)

        let mine = try #require(feed.decisions(of: "gw7"))
        let others = try #require(feed.decisions(of: "gw8"))
        let all = try #require(feed.decisions(of: nil))
        feed.decided("gw7")
        feed.finish()
        func count(_ stream: AsyncStream<Void>) async -> Int {
            var count = 0
            for await _ in stream { count += 1 }
            return count
        }
        #expect(await count(mine) == 1)
        #expect(await count(others) == 0)
        #expect(await count(all) == 1)
        #expect(feed.listen() == nil && feed.decisions(of: "gw7") == nil)
    }

    @Test("A page that is closed is told nothing more")
    func closed() throws {
        let feed = LiveFeed()
        do {
            let page = try #require(feed.listen())
            #expect(feed.count == 1)
            withExtendedLifetime(page) {}
        }
        #expect(feed.count == 0)
        var waiting = feed.decisions(of: "gw7")
        #expect(feed.count == 1 && waiting != nil)
        waiting = nil
        #expect(feed.count == 0)
    }

    private func core(_ folder: TestFolder, limit: Int64) throws -> DeskCore {
        var settings = DeskSettings()
        settings.storeBytesLimit = limit
        return DeskCore(settings: settings, store: try DeskStore.open(folder.file("desk.db")), clock: { EventSamples.start })
    }

    private func send(_ core: DeskCore, _ range: ClosedRange<Int>, kind: AlertKind = .raised) async throws {
        var events: [IncomingEvent] = []
        for number in range { events.append(try EventSamples.event(EventSamples.alert(number, episode: "ep-\(number)", kind: kind))) }
        _ = try await core.admitted(bytes: 1000) { try await core.ingest(events, via: "https") }
    }

    @Test("At the store's limit the oldest that is done and over goes; what is open never; then nothing new is taken until there is room")
    func size() async throws {
        let folder = TestFolder()
        let core = try core(folder, limit: 4 << 20)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        // 400 open ones, then as many that are done: about five megabytes.
        try await send(core, 1...400)
        try await send(core, 401...800, kind: .cleared)
        try await core.store.run { store throws(DatabaseError) in
            _ = try store.database.run("UPDATE episodes SET is_done = 1, handling = 'closed' WHERE is_active = 0", [])
        }
        let before = try await core.store.read(.lookup) { store throws(DatabaseError) in try store.bytes() ?? 0 }
        #expect(before > 4 << 20, "the test's own load is too small: \(before)")
        try await core.pruneBySize(logger)
        let removed = core.counters.value("bamai_desk_episodes_removed_total", "size")
        #expect(removed > 0 && removed <= 400)
        let figures = try await core.store.read(.report) { store throws(DatabaseError) in try store.figures() }
        #expect(figures.open == 400 && (figures.bytes ?? 0) <= 4 << 20)
        #expect(!core.isFull)
        // Only open ones now, and more of them than the limit.
        try await send(core, 1001...1500)
        try await core.pruneBySize(logger)
        try await core.pruneBySize(logger)
        #expect(core.isFull)
        #expect(try await core.store.read(.report) { store throws(DatabaseError) in try store.figures() }.open == 900)
        await #expect(throws: DeskCore.IngestFailure.full) { try await send(core, 2001...2001) }
        #expect(core.counters.value("bamai_desk_refused_total", "store_full") == 1)
        // People close what they are done with, and it goes on.
        try await core.store.run { store throws(DatabaseError) in
            _ = try store.database.run("UPDATE episodes SET is_done = 1, is_active = 0 WHERE id % 2 = 0", [])
        }
        try await core.pruneBySize(logger)
        try await core.pruneBySize(logger)
        #expect(!core.isFull)
        try await send(core, 2001...2001)
        await core.stop()
    }

    @Test("Requests that wait together share a transaction; one that is at fault does not take the others with it")
    func grouped() async throws {
        let folder = TestFolder()
        let core = try core(folder, limit: 1 << 40)
        // Nothing that a gateway sends makes a database refuse one row: the test does.
        try await core.store.run { store throws(DatabaseError) in
            _ = try store.database.run(
                "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN NEW.gateway = 'bad' BEGIN SELECT RAISE(ABORT, 'refused'); END", [])
        }
        let bad = try EventSamples.event(EventSamples.alert(1, gateway: "bad", episode: "ep-bad"))
        let good = try (1...20).map { try EventSamples.event(EventSamples.alert($0, gateway: "gw\($0)", episode: "ep-\($0)")) }
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for (index, event) in good.enumerated() {
                group.addTask { (try? await core.ingest([event], via: "https").taken) == 1 }
                if index % 5 == 0 { group.addTask { (try? await core.ingest([bad], via: "https")) == nil } }
            }
            var all: [Bool] = []
            for await outcome in group { all.append(outcome) }
            return all
        }
        #expect(outcomes.count == 24 && outcomes.allSatisfy { $0 })
        #expect(try await core.store.read(.report) { store throws(DatabaseError) in try store.figures().events } == 20)
        #expect(core.backlog == 0)
        await core.stop()
    }

    @Test("A figure is kept for ten times as long as it took")
    func remembered() async throws {
        let slow = Remembered<Int>()
        let counted = DeskCounters()
        func ask() async throws -> Int {
            try await slow.value {
                counted.add("asked")
                try await Task.sleep(for: .seconds(2))
                return Int(counted.value("asked"))
            }
        }
        // It took two seconds at least: the second time comes within twenty.
        #expect(try await ask() == 1)
        #expect(try await ask() == 1)
        slow.forget()
        #expect(try await ask() == 2)
    }

    @Test(
        "The unit for servers is hardened: systemd says so",
        .enabled(if: access("/usr/bin/systemd-analyze", X_OK) == 0, "systemd-analyze is missing: SKIPPED"))
    func unit() throws {
        let folder = TestFolder()
        let unit = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../packaging/desk/bamai-desk.service").path
        // *Range*: exposure 0…10, here in tenths; a unit without any hardening has 9.2.
        let code = try ChildProcess(
            "/usr/bin/systemd-analyze", ["security", "--offline=true", "--threshold=20", "--no-pager", unit], output: folder.file("said.txt")
        ).wait()
        #expect(code == 0, "\((try? String(contentsOfFile: folder.file("said.txt"), encoding: .utf8)) ?? "")")
    }
}
