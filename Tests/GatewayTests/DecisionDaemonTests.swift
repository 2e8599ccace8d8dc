import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import Testing

@Suite("Decisions at the control socket", .serialized)
struct DecisionDaemonTests {
    private func alarms(_ fixture: ProcessFixture) -> [String: Any]? { DaemonTests.ask(fixture, "alarms")?["alarms"] as? [String: Any] }

    private func shelved(_ fixture: ProcessFixture) -> [String] {
        (alarms(fixture)?["shelves"] as? [[String: Any]])?.compactMap { $0["asset"] as? String } ?? []
    }

    @Test("A decision that was answered survives SIGKILL, and withholds what the replay makes; taken back, the alert comes")
    func killed() throws {
        let (fixture, broker) = try ProcessFixture.running(devices: 2)
        let answer = DaemonTests.ask(fixture, #"decide {"act":"shelve","asset":"A0","for_s":3600,"reason":"valve exchange","by":"Li Wei"}"#)
        #expect((answer?["taken"] as? NSNumber)?.intValue ?? 0 > 0, "\(String(describing: answer))")
        fixture.cut()
        try fixture.start()
        try #require(fixture.wait(seconds: 20) { fixture.log.components(separatedBy: "broker field: connected").count > 2 }, "\(fixture.log)")
        usleep(200_000)
        #expect(shelved(fixture) == ["A0"])
        let publisher = try ProcessFixture.publisher(broker.port)
        try publisher.publish("in/0", Array("{\"v\":2e9}".utf8))
        try publisher.publish("in/1", Array("{\"v\":2e9}".utf8))
        try publisher.finish()
        #expect(fixture.wait(seconds: 10) { try fixture.alerts().count == 1 })
        #expect(try fixture.alerts().map(\.sensor) == ["A1/value"])
        fixture.cut()
        try fixture.start()
        #expect(fixture.wait(seconds: 20) { self.shelved(fixture) == ["A0"] })
        #expect(try fixture.alerts().map(\.sensor) == ["A1/value"], "a replay withholds it too")
        let back = DaemonTests.ask(fixture, #"decide {"act":"unshelve","asset":"A0","reason":"done","by":"Li Wei"}"#)
        #expect(back?["taken"] != nil)
        #expect(fixture.wait(seconds: 10) { try fixture.alerts().map(\.sensor) == ["A1/value", "A0/value"] })
        #expect(fixture.stop() == 0)
    }

    @Test(
        "What makes no sense is refused with the reason, and the daemon goes on",
        arguments: [
            ("decide", "unknown request; known: status, watch, reload, index, alarms, decide, health, lacks, audit"),
            ("decide rubbish", "the decision is no JSON document (not-json)"),
            (#"decide {"act":"shelve","asset":"A7","for_s":60,"reason":"r","by":"b"}"#, "this site has no asset \"A7\""),
            (#"decide {"act":"shelve","asset":"A0","for_s":60,"reason":"","by":"b"}"#, "reason is missing"),
            (#"decide {"act":"end","episode":"ep-x","reason":"r","by":"b"}"#, "no episode \"ep-x\" stands; see bamai status"),
        ])
    func refused(request: String, reason: String) throws {
        let (fixture, _) = try ProcessFixture.running(devices: 1)
        #expect(DaemonTests.ask(fixture, request)?["error"] as? String == reason)
        #expect(shelved(fixture).isEmpty)
        #expect(DaemonTests.ask(fixture, "status")?["alarms"] != nil)
        #expect(fixture.stop() == 0)
    }
}
