import GatewayTesting
import Glibc
import Lifeline
import MQTT
import Testing

/// A real bamaid, a real mosquitto and a real chip.
@Suite("OnAChip: bamaid", .enabled(if: Machine.isInside), .serialized)
struct DaemonOnAChipTests {
    @Test("Edges and messages go through one journal in one order")
    func oneOrder() throws {
        let board = try BoardFixture("one-order")
        try board.start()
        var expected: [String] = []
        for step in 0..<20 {
            let publisher = try MQTTPublisher(MQTTOptions(host: "127.0.0.1", port: board.broker.port, clientID: "publisher", cleanSession: true))
            try publisher.publish("in/d0", Array("{\"v\":\(step)}".utf8))
            try publisher.finish()
            expected.append("MH-1/tilt")
            #expect(board.wait { try board.last("MH-1/tilt") == Double(step) })
            try board.chip.set(0, step % 2 == 0)
            expected.append("MH-1/open")
            #expect(board.wait { try board.last("MH-1/open") == (step % 2 == 0 ? 1 : 0) })
        }
        let order = try board.readings().map { $0.name }.filter { $0 == "MH-1/tilt" || $0 == "MH-1/open" }
        // The level when the line was taken comes first.
        #expect(order == ["MH-1/open"] + expected)
        #expect(board.stop() == 0)
    }

    @Test("A count goes on after kill -9, and a clean stop loses no pulse")
    func counting() throws {
        let board = try BoardFixture("counting")
        try board.start()
        try board.pulse(150)
        #expect(board.wait { try board.last("WP-1/pulses") == 150 }, "\(board.log)")
        board.cut()
        try board.start()
        #expect(try board.line("meter")["count"].count == 150)
        try board.pulse(50)
        #expect(board.stop() == 0)
        #expect(try board.last("WP-1/pulses") == 200)
        #expect(try board.last("WP-1/volume") == 2)
        try board.start()
        #expect(try board.line("meter")["count"].count == 200)
        #expect(try board.line("meter")["edges_lost"].count == 0)
        let counts = try board.readings().filter { $0.name == "WP-1/pulses" }.map { $0.value }
        #expect(counts == counts.sorted(), "a count never falls")
        #expect(board.stop() == 0)
    }

    @Test("A loop that stood still loses no more than the queue could not hold, says so, and knows the level")
    func stalled() throws {
        let board = try BoardFixture("stalled")
        try board.start()
        board.signal(SIGSTOP)
        for index in 0..<1101 {
            try board.chip.set(0, index % 2 == 0)
            usleep(500)
        }
        board.signal(SIGCONT)
        #expect(board.wait { try board.last("MH-1/open") == 1 }, "\(board.log)")
        let line = try board.line("lid")
        #expect(line["active"].flag == true)
        #expect(line["overflowed"].count + line["full_queues"].count > 0, "\(line)")
        #expect(line["edges_lost"].count > 0)
        #expect(try board.bamai(["status", "--site", board.folder.file("site")]).output.contains("edges were lost"))
        #expect(board.stop() == 0)
    }

    @Test("A siren sounds for what stands, is quiet once somebody has seen it, and safe after the stop")
    func siren() throws {
        let board = try BoardFixture("sirens")
        try board.start()
        #expect(try !board.chip.value(2))
        try board.chip.set(0, true)
        #expect(board.wait { try board.chip.value(2) }, "\(board.log)")
        let status = try board.bamai(["status", "--site", board.folder.file("site"), "--json"]).output
        let episode = try #require(JSONValue(Array(status.utf8))?["episodes"].list.first?["episode"].text, "\(status)")
        let answer = try board.bamai(["acknowledge", episode, "--site", board.folder.file("site"), "--by", "test", "--reason", "seen"])
        #expect(answer.code == 0, "\(answer.output)")
        #expect(board.wait { try !board.chip.value(2) })
        try board.chip.set(0, false)
        #expect(board.wait { try board.last("MH-1/open") == 0 })
        try board.chip.set(0, true)
        #expect(board.wait { try board.chip.value(2) }, "the next alert calls again")
        #expect(board.stop() == 0)
        #expect(try !board.chip.value(2))
    }

    @Test("A chip that is pulled out is an error in status, and comes back by itself")
    func unplugged() throws {
        let board = try BoardFixture("plugged")
        try board.start()
        try board.chip.unplug()
        #expect(board.wait { try board.line("lid")["state"].text == "absent" }, "\(board.log)")
        let people = try board.bamai(["status", "--site", board.folder.file("site")])
        #expect(
            people.code == 1 && people.output.contains("line lid")
                && (people.output.contains("the chip has gone") || people.output.contains("\"plugged\"")), "\(people.output)")
        try board.chip.plug()
        #expect(board.wait { try board.line("lid")["state"].text == "held" }, "\(board.log)")
        try board.chip.set(0, true)
        #expect(board.wait { try board.last("MH-1/open") == 1 })
        #expect(board.stop() == 0)
    }

    @Test("bamai gpio lists who holds what, and refuses what the gateway holds with a way out")
    func commands() throws {
        let board = try BoardFixture("commands")
        try board.start()
        let list = try board.bamai(["gpio", "list", "--site", board.folder.file("site")])
        #expect(list.code == 0 && list.output.contains("bamai lid") && list.output.contains("meter (pulse)"), "\(list.output)")
        let busy = try board.bamai(["gpio", "watch", "lid", "--site", board.folder.file("site"), "--seconds", "1"])
        #expect(busy.code == 1 && busy.output.contains("bamai status"), "\(busy.output)")
        #expect(board.stop() == 0)
    }
}
