import Dispatch
import Foundation
import GatewayTesting
import Lifeline
import Synchronization
import Testing

@testable import Desk

/// A database that holds every transaction at a gate while that is closed.
private final class GatedDatabase: SQLDatabase {
    private let inner: SQLiteDatabase
    private let gate: Gate

    /// Opened and closed from the test, waited for on the store's thread.
    final class Gate: Sendable {
        private let isClosed = Atomic(false)
        private let opened = DispatchSemaphore(value: 0)

        func close() { isClosed.store(true, ordering: .sequentiallyConsistent) }

        /// Lets so many waiting transactions through, and all that come after them.
        func open(_ waiting: Int) {
            isClosed.store(false, ordering: .sequentiallyConsistent)
            for _ in 0..<waiting { opened.signal() }
        }

        func pass() { if isClosed.load(ordering: .sequentiallyConsistent) { opened.wait() } }
    }

    init(_ inner: SQLiteDatabase, gate: Gate) {
        self.inner = inner
        self.gate = gate
    }

    var kind: String { inner.kind }
    var keyColumn: String { inner.keyColumn }
    func run(_ sql: String, _ values: [SQLValue]) throws(DatabaseError) -> [SQLRow] { try inner.run(sql, values) }
    func bytes() throws(DatabaseError) -> Int64? { try inner.bytes() }

    func transaction<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        gate.pass()
        return try inner.transaction(body)
    }
}

@Suite("A desk that is behind")
struct BackPressureTests {
    @Test("So many requests wait for the store; the next is told when to come back, and nothing of it is taken", .timeLimit(.minutes(3)))
    func behind() async throws {
        let gate = GatedDatabase.Gate()
        var settings = DeskSettings()
        settings.ingestBacklog = 3
        let core = DeskCore(settings: settings, store: try DeskStore(GatedDatabase(SQLiteDatabase(path: ":memory:"), gate: gate)))
        gate.close()
        let waiting = try (1...3).map { number in
            let event = try EventSamples.event(EventSamples.alert(number, episode: "ep-\(number)"))
            return Task { try await core.admitted(bytes: 1000) { try await core.ingest([event], via: "https") } }
        }
        while core.backlog < 3 { await Task.yield() }
        let late = try EventSamples.event(EventSamples.alert(4, episode: "ep-4"))
        do {
            _ = try await core.admitted(bytes: 1000) { try await core.ingest([late], via: "https") }
            Issue.record("the fourth was taken")
        } catch DeskCore.IngestFailure.behind(let seconds) {
            #expect((2...10).contains(seconds))
        }
        #expect(core.counters.value("bamai_desk_requests_deferred_total") == 1)
        // The store's thread stands at the gate with the first; the others come after it is open.
        gate.open(1)
        for task in waiting { #expect(try await task.value.taken == 1) }
        #expect(try await core.ingest([late], via: "https").taken == 1)
        #expect(try await core.store.run { store throws(DatabaseError) in try store.figures().events } == 4)
        await core.stop()
    }

    @Test("A store that is held by another is an answer to come back later, over HTTP too")
    func held() throws {
        let desk = try DeskFixture()
        var gateway = HTTPClient(port: desk.port)
        gateway.headers["Authorization"] = "Bearer \(try desk.gateway("gw7"))"
        let holder = try SQLiteDatabase(path: desk.store)
        _ = try holder.run("BEGIN EXCLUSIVE", [])
        let type = "application/cloudevents+json"
        let refused = try gateway.post("/v1/events", type, EventSamples.document(EventSamples.alert(1)))
        #expect(refused.status == 503 && refused.headers["retry-after"] == "5", "\(refused.text)")
        _ = try holder.run("ROLLBACK", [])
        #expect(try gateway.post("/v1/events", type, EventSamples.document(EventSamples.alert(1))).status == 202)
    }

    @Test("Bytes that are no certificate have no name, and do no harm")
    func certificates() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                [0x30, 0x31, 0x06, 0x02, 0xa0, 0x0c, 0x82, 0x84, 0x03].randomElement(using: &generator)
                    ?? UInt8.random(in: 0...255, using: &generator)
            }
            _ = ClientCertificate.commonName(der: bytes)
        }
        #expect(ClientCertificate.commonName(der: []) == nil)
        #expect(ClientCertificate.commonName(der: [0x30, 0x84, 0xff, 0xff, 0xff, 0xff]) == nil)
    }
}
