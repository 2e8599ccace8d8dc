import Foundation
import GatewayTesting
import Glibc
import Lifeline
import MQTT
import Testing

@testable import Desk

@Suite("Alerts and decisions over a real broker", .serialized)
struct BrokerTests {
    private let folder = TestFolder()

    private func publisher(_ broker: MosquittoBroker) throws -> MQTTPublisher {
        try MQTTPublisher(MQTTOptions(host: "127.0.0.1", port: broker.port, clientID: "gateway-\(UUID().uuidString.prefix(8))", cleanSession: true))
    }

    private func publish(_ broker: MosquittoBroker, _ alerts: [Alert], topic: String = "bamai/gw7/alerts") throws {
        let publisher = try publisher(broker)
        for alert in alerts { try publisher.publish(topic, EventSamples.document(alert)) }
        try publisher.finish()
    }

    /// Waits, generously, until the store holds so many alerts.
    private func events(_ store: DeskStore, _ wanted: Int64) throws -> Int64 {
        for _ in 0..<600 {
            if try store.figures().events >= wanted { break }
            usleep(100_000)
        }
        return try store.figures().events
    }

    @Test("What comes while the desk is killed, stopped or cannot write arrives once")
    func nothingLost() throws {
        let broker = try MosquittoBroker(folder: folder.path)
        let desk = try DeskFixture(["--mqtt", "mqtt://127.0.0.1:\(broker.port)"])
        let metrics = try desk.command(["token", "add", "tests"])
        _ = try desk.gateway("gw7")
        let store = try DeskStore.open(desk.store)
        func alerts(_ range: ClosedRange<Int>) -> [Alert] { range.map { EventSamples.alert($0, episode: "ep-\($0 / 10)") } }
        // The session begins with the first connection.
        for _ in 0..<200 where try desk.counter("bamai_desk_broker_up", token: metrics) == 0 { usleep(50_000) }
        try publish(broker, alerts(1...50))
        #expect(try events(store, 50) == 50)
        desk.kill()
        try publish(broker, alerts(51...150))
        try desk.start()
        #expect(try events(store, 150) == 150)
        // Killed in the midst of it.
        try publish(broker, alerts(151...400))
        desk.kill()
        try desk.start()
        #expect(try events(store, 400) == 400)
        // A store that somebody else holds: nothing is acknowledged, and the broker sends it again.
        let holder = try SQLiteDatabase(path: desk.store)
        _ = try holder.run("BEGIN EXCLUSIVE", [])
        try publish(broker, alerts(401...420))
        var failures = 0
        for _ in 0..<300 where failures == 0 {
            failures = (try? logged(desk, "not acknowledged")) ?? 0
            usleep(100_000)
        }
        #expect(failures > 0)
        _ = try holder.run("ROLLBACK", [])
        #expect(try events(store, 420) == 420)
        // Nothing came twice, and nothing else came.
        usleep(300_000)
        #expect(try store.figures().events == 420)
    }

    private func logged(_ desk: DeskFixture, _ words: String) throws -> Int {
        var count = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: desk.folder.path) where name.hasSuffix(".log") {
            count += try String(contentsOfFile: desk.folder.file(name), encoding: .utf8).components(separatedBy: words).count - 1
        }
        return count
    }

    @Test("Forged, unknown and broken messages are counted and hold nothing up")
    func refused() throws {
        let broker = try MosquittoBroker(folder: folder.path)
        let desk = try DeskFixture(["--mqtt", "mqtt://127.0.0.1:\(broker.port)"])
        let metrics = try desk.command(["token", "add", "tests"])
        _ = try desk.gateway("gw7")
        for _ in 0..<200 where try desk.counter("bamai_desk_broker_up", token: metrics) == 0 { usleep(50_000) }
        try publish(broker, [EventSamples.alert(1, gateway: "gw8")])
        try publish(broker, [EventSamples.alert(1, gateway: "gw9")], topic: "bamai/gw9/alerts")
        let publisher = try publisher(broker)
        try publisher.publish("bamai/gw7/alerts", Array("{".utf8))
        try publisher.publish("bamai/gw7/alerts", [UInt8](repeating: 0x20, count: 100_000))
        try publisher.publish("bamai/gw7/status", Array(#"{"schema":1,"bamai":"0.9.1","gateway":"gw7","revision":"r1"}"#.utf8))
        try publisher.publish("bamai/gw7/status", Array(#"{"schema":1,"gateway":"gw8"}"#.utf8))
        try publisher.finish()
        try publish(broker, [EventSamples.alert(2)])
        let store = try DeskStore.open(desk.store)
        #expect(try events(store, 1) == 1)
        func counted(_ cause: String) throws -> Int { try desk.counter("bamai_desk_refused_total{cause=\"\(cause)\"}", token: metrics) }
        #expect(try counted("forged") == 2 && counted("unknown_gateway") == 1 && counted("not_json") == 1 && counted("too_large") == 1)
        #expect(try store.gateways().first?.version == "0.9.1")
    }

    @Test("A decision reaches a gateway that was away; it is published once")
    func decisions() throws {
        let broker = try MosquittoBroker(folder: folder.path)
        let desk = try DeskFixture(["--mqtt", "mqtt://127.0.0.1:\(broker.port)"])
        _ = try desk.gateway("gw7")
        let gateway = MessageCollector(port: broker.port, clientID: "gw7", filters: ["bamai/gw7/decisions"])
        try #require(gateway.ready())
        gateway.drop()
        try publish(broker, [EventSamples.alert(1), EventSamples.alert(2, asset: "LIFT-3", episode: "ep-2")])
        let store = try DeskStore.open(desk.store)
        #expect(try events(store, 2) == 2)
        var admin = try desk.person("admin")
        let csrf = try DeskFixture.csrf(admin.get("/alerts").text)
        #expect(try admin.post("/alerts/1/act", form: ["csrf": csrf, "act": "acknowledge", "reason": "seen"]).status == 303)
        #expect(try admin.post("/alerts/2/act", form: ["csrf": csrf, "act": "shelve", "reason": "work", "seconds": "3600"]).status == 303)
        for _ in 0..<200 where try !store.unpublishedDecisions().isEmpty { usleep(50_000) }
        #expect(try store.unpublishedDecisions().isEmpty)
        for _ in 0..<100 where gateway.messages.count < 2 { gateway.collect(milliseconds: 100) }
        gateway.collect(milliseconds: 500)
        let documents = gateway.messages.map { JSONValue($0.payload) ?? .null }
        #expect(documents.map { $0["act"].text } == ["acknowledge", "shelve"])
        #expect(documents.map { $0["gateway"].text } == ["gw7", "gw7"])
        #expect(documents[0]["id"].text == "desk-000000001" && documents[1]["sequence"].count > documents[0]["sequence"].count)
    }
}
