import Foundation
import GatewayTesting
import Glibc
import Lifeline
import MQTT
import Site
import Testing

@testable import Uplink

@Suite("The gateway's own status: when it is due")
struct StatusTurnTests {
    private let second: Int64 = 1_000_000_000
    private func turn() -> StatusTurn { StatusTurn(topic: "t", intervalSeconds: 60, seed: 7) }

    private func asks(_ turn: inout StatusTurn, _ now: Int64, _ expected: Bool, _ words: Comment = "") {
        let asked = turn.mustAsk(now)
        #expect(asked == expected, words)
    }

    private func gives(_ turn: inout StatusTurn, _ expected: [UInt8]?) {
        let taken = turn.take()
        #expect(taken == expected)
    }

    /// Asked, given, taken.
    private func send(_ turn: inout StatusTurn, _ now: Int64) {
        asks(&turn, now, true)
        asks(&turn, now, false, "asked twice")
        turn.given([1], now)
        gives(&turn, [1])
        gives(&turn, nil)
    }

    @Test("Soon after a connection, then at its interval, and never without a connection")
    func due() {
        var turn = turn()
        asks(&turn, .max - 1, false)
        turn.began(100 * second)
        let first = turn.due
        #expect((100 * second...110 * second).contains(first))
        asks(&turn, first - 1, false)
        send(&turn, first)
        asks(&turn, first + 1000 * second, false, "one is on its way")
        turn.arrived(first + second)
        #expect(turn.due == first + 61 * second)
        turn.ended(first + 2 * second)
        asks(&turn, .max - 1, false)
    }

    @Test("What a platform refuses is not sent for an hour; nor what twice ended a connection; once may be chance")
    func refused() {
        var turn = turn()
        turn.began(0)
        send(&turn, 20 * second)
        turn.refused(20 * second)
        #expect(turn.due == 20 * second + StatusTurn.refusedFor)
        turn.ended(30 * second)
        turn.began(40 * second)
        #expect(turn.due == 20 * second + StatusTurn.refusedFor, "a new connection does not make it welcome")

        var cut = self.turn()
        cut.began(0)
        send(&cut, 20 * second)
        cut.ended(21 * second)
        cut.began(30 * second)
        #expect(cut.due <= 40 * second)
        send(&cut, 50 * second)
        cut.ended(51 * second)
        cut.began(60 * second)
        #expect(cut.due == 51 * second + StatusTurn.refusedFor)

        var lucky = self.turn()
        for round in 0..<5 as Range<Int64> {
            lucky.began(round * 1000 * second)
            send(&lucky, (round * 1000 + 20) * second)
            if round % 2 == 0 { lucky.arrived((round * 1000 + 21) * second) } else { lucky.ended((round * 1000 + 21) * second) }
        }
        #expect(lucky.due < 5000 * second)
    }

    @Test("A longer one than is taken is left out, and what nobody asked for is not sent")
    func bounds() {
        var turn = turn()
        turn.given([1], 0)
        gives(&turn, nil)
        turn.began(0)
        asks(&turn, 20 * second, true)
        turn.given([UInt8](repeating: 0, count: StatusTurn.bytesLimit + 1), 20 * second)
        gives(&turn, nil)
        #expect(turn.due == 80 * second)
        asks(&turn, 80 * second, true)
    }
}

@Suite("The gateway's own status on real links", .serialized)
struct StatusLinkTests {
    private let document = Array(#"{"schema":1,"gateway":"gw7"}"#.utf8)

    /// Gives a status whenever it is asked for; returns how often it was.
    private func serve(_ uplink: Uplink, until isDone: () -> Bool) -> (isDone: Bool, asked: Int) {
        var asked = 0
        let isDone = eventually {
            if uplink.takeStatusRequest() {
                asked += 1
                uplink.give(status: document)
            }
            return isDone()
        }
        return (isDone, asked)
    }

    @Test("By MQTT it is retained, comes again, and alerts pass it")
    func mqtt() throws {
        let fixture = try PlatformFixture()
        let broker = try fixture.broker()
        try fixture.addAlerts(300)
        let uplink = try fixture.uplink(broker, statusTopic: "city/gw7/status")
        let found = serve(uplink) { fixture.take(uplink)[.alerts] == 300 && uplink.status.statusSent >= 2 }
        #expect(found.isDone && found.asked >= 2, "\(uplink.status)")
        uplink.stop()
        #expect(uplink.status.deadLetters == 0)
        // Whoever comes later gets the last one.
        let late = try fixture.consumer(broker)
        #expect(
            eventually {
                late.collect(milliseconds: 50); return !late.messages.isEmpty
            })
        #expect(late.messages.map(\.topic) == ["city/gw7/status"] && late.messages.first?.payload == document)
    }

    @Test("A broker that refuses the topic costs no alert, and is told no status again")
    func refusedByBroker() throws {
        let fixture = try PlatformFixture()
        fixture.folder.write("acl", "topic readwrite city/alerts\ntopic readwrite city/readings\n")
        let broker = try fixture.broker(["acl_file \(fixture.folder.file("acl"))"])
        let uplink = try fixture.uplink(broker, statusTopic: "elsewhere/status")
        let found = serve(uplink) { uplink.status.isStatusRefused }
        #expect(found.isDone, "\(uplink.status)")
        try fixture.addAlerts(5)
        uplink.wake()
        #expect(eventually { fixture.take(uplink)[.alerts] == 5 })
        #expect(uplink.status.reconnects == 0 && uplink.status.statusSent == 0)
        uplink.stop()
    }

    @Test("By HTTPS it is posted; a platform without such a path is asked once and gets its alerts", arguments: [204, 404])
    func https(status: Int) throws {
        let fixture = try HTTPSFixture()
        fixture.folder.write("platform/status", "\(status)")
        let uplink = try fixture.uplink(statusPath: "/v1/status")
        try fixture.addAlerts(3)
        uplink.wake()
        let found = serve(uplink) { fixture.take(uplink)[.alerts] == 3 && (uplink.status.statusSent >= 2 || uplink.status.isStatusRefused) }
        #expect(found.isDone, "\(uplink.status)")
        #expect(uplink.status.isStatusRefused == (status == 404) && uplink.status.lastError == nil)
        #expect(uplink.status.state == .connected)
        uplink.stop()
        let posted = try String(contentsOfFile: fixture.folder.file("platform/statuses.jsonl"), encoding: .utf8).split(separator: "\n")
        #expect(posted.count == (status == 404 ? 1 : Int(uplink.status.statusSent)))
        #expect(posted.allSatisfy { JSONValue(Array($0.utf8))?["document"]["gateway"].text == "gw7" })
    }
}
