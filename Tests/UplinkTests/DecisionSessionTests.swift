import GatewayTesting
import Glibc
import MQTT
import Site
import Testing

@testable import Uplink

@Suite("Decisions on the platform's session", .serialized)
struct DecisionSessionTests {
    let fixture: PlatformFixture
    let broker: MosquittoBroker

    init() throws {
        fixture = try PlatformFixture()
        broker = try fixture.broker()
    }

    private func publish(_ texts: [String]) throws {
        let publisher = try MQTTPublisher(MQTTOptions(host: "127.0.0.1", port: broker.port, clientID: "desk", cleanSession: true))
        for text in texts { try publisher.publish("city/gw7/decisions", Array(text.utf8)) }
        try publisher.finish()
    }

    private func uplink() throws -> Uplink { try fixture.uplink(broker, decisionsTopic: "city/gw7/decisions") }

    /// Offers that have come, waited for.
    private func offers(_ uplink: Uplink, seconds: Int = 60) -> [String] {
        var found: [String] = []
        _ = eventually(seconds: seconds) {
            found += uplink.takeDecisions().map { String(decoding: $0.bytes, as: UTF8.self) }
            return !found.isEmpty
        }
        return found
    }

    @Test("What was not answered is never acknowledged, not even by a goodbye: it comes again; what was answered does not")
    func held() throws {
        let first = try uplink()
        #expect(eventually { first.status.decisions == .listening })
        try publish(["a"])
        #expect(offers(first) == ["a"])
        first.stop()
        let second = try uplink()
        #expect(offers(second) == ["a"])
        second.answerDecisions(areDurable: true)
        // Alerts go on behind it.
        try fixture.addAlerts(1)
        second.wake()
        #expect(eventually { fixture.take(second)[.alerts] == 1 })
        second.stop()
        let third = try uplink()
        #expect(eventually { third.status.decisions == .listening })
        #expect(offers(third, seconds: 1) == [])
        third.stop()
    }

    @Test("While acknowledgements are held back nothing is sent, and when the journal takes nothing the broker gets them back")
    func refused() throws {
        let uplink = try uplink()
        #expect(eventually { uplink.status.decisions == .listening })
        try publish(["a", "b"])
        var seen = offers(uplink)
        try fixture.addAlerts(1)
        uplink.wake()
        usleep(300_000)
        #expect(fixture.take(uplink)[.alerts] == nil)
        uplink.answerDecisions(areDurable: false)
        #expect(eventually { uplink.status.reconnects >= 1 })
        seen = offers(uplink)
        #expect(seen.first == "a")
        uplink.answerDecisions(areDurable: true)
        if seen.count < 2 {
            #expect(offers(uplink) == ["b"])
            uplink.answerDecisions(areDurable: true)
        }
        #expect(eventually { fixture.take(uplink)[.alerts] == 1 })
        uplink.stop()
    }

    @Test("An owner that says nothing costs the connection, and no decision")
    func mute() throws {
        let uplink = try uplink()
        #expect(eventually { uplink.status.decisions == .listening })
        try publish(["a"])
        #expect(offers(uplink) == ["a"])
        #expect(eventually { uplink.status.reconnects >= 1 })
        // The answer to the connection before acknowledges nothing on the next one.
        uplink.answerDecisions(areDurable: true)
        #expect(offers(uplink) == ["a"])
        uplink.answerDecisions(areDurable: true)
        uplink.stop()
    }

    @Test("A flood is taken in bounded pieces, all of it, in order; a document that is too long is cut")
    func flood() throws {
        let uplink = try uplink()
        #expect(eventually { uplink.status.decisions == .listening })
        let texts = (0..<500).map { "decision-\($0)" } + [String(repeating: "x", count: 100_000)]
        try publish(texts)
        var seen: [String] = []
        _ = eventually {
            let offers = uplink.takeDecisions()
            #expect(offers.count <= DecisionOffer.limit + 16)
            if !offers.isEmpty {
                seen += offers.map { String(decoding: $0.bytes, as: UTF8.self) }
                uplink.answerDecisions(areDurable: true)
            }
            return seen.count >= texts.count
        }
        #expect(Array(seen.prefix(500)) == Array(texts.prefix(500)))
        #expect(seen.last?.utf8.count == DecisionOffer.bytesKept)
        uplink.stop()
    }

    private static let lists: [(String, [String]?)] = [
        ("[]", []), (" [ ] ", []), ("[{\"a\":[1,2]},{\"b\":\"],\\\"[\"}]", ["{\"a\":[1,2]}", "{\"b\":\"],\\\"[\"}"]),
        ("[1, \"x\"]", ["1", " \"x\""]),
        ("{}", nil), ("[", nil), ("]", nil), ("", nil), ("[1]2", nil), ("x[1]", nil), ("[\"", nil),
    ]

    @Test("A platform's list is taken apart as it stands; what is no list is none", arguments: lists)
    func list(text: String, items: [String]?) {
        let found = DecisionList.items(Array(text.utf8), limit: 10)?.map { String(decoding: $0, as: UTF8.self) }
        #expect(found == items)
    }

    @Test("Of a long list the first items are taken")
    func longList() {
        let text = "[" + (0..<100).map { "\($0)" }.joined(separator: ",") + "]"
        #expect(DecisionList.items(Array(text.utf8), limit: 32)?.count == 32)
    }
}
