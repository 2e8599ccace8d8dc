import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import Testing
import Uplink

@Suite("The uplink by HTTPS in hard times", .serialized)
struct HTTPSHardshipTests {
    let fixture: HTTPSFixture

    init() throws { fixture = try HTTPSFixture() }

    /// Dropping equal ids, the alerts in the order of their first arrival.
    private var firsts: [String] {
        var seen: Set<String> = []
        return fixture.taken.filter { seen.insert($0).inserted }
    }

    @Test(
        "Whatever goes wrong on the way, everything arrives, in order, and what comes twice has the same id",
        arguments: [
            #"{"status":500}"#, #"{"status":503}"#, #"{"status":408}"#, #"{"close":true}"#, #"{"close":true,"keep":true}"#, #"{"cut":true}"#,
            #"{"hang":true}"#, #"{"hang":true,"keep":true}"#, #"{"status":404}"#, #"{"status":301}"#, #"{"status":429,"retry_after":"1"}"#,
        ])
    func mishaps(answer: String) throws {
        try fixture.addAlerts(20)
        fixture.platform.answerNext(answer)
        let uplink = try fixture.uplink(window: 10, timeout: 2000)
        #expect(eventually { fixture.take(uplink)[.alerts] == 20 }, "\(uplink.status)")
        #expect(firsts == fixture.names(1...20))
        #expect(try fixture.journal.figures().deadLetters == 0)
        uplink.stop()
    }

    @Test("A platform that asks for time gets it, by number or by date, and both lanes wait", arguments: ["3", "date"])
    func retryAfter(form: String) throws {
        var text = form
        if form == "date" {
            var moment = time(nil) + 4
            var parts = tm()
            gmtime_r(&moment, &parts)
            var buffer = [CChar](repeating: 0, count: 64)
            strftime(&buffer, 64, "%a, %d %b %Y %H:%M:%S GMT", &parts)
            text = buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        }
        fixture.platform.answerNext("{\"status\":429,\"retry_after\":\"\(text)\"}")
        try fixture.addAlerts(3)
        let uplink = try fixture.uplink(readings: .all)
        #expect(eventually { uplink.status.lastError?.contains("429") == true }, "\(uplink.status)")
        let asked = Timing.seconds()
        _ = try fixture.addReadings(10)
        try fixture.addAlerts(1)
        uplink.wake()
        #expect(eventually { fixture.take(uplink)[.alerts] == 4 && fixture.acknowledged[.readings] == 10 })
        // Not a measure of speed: the platform was left alone for as long as it said, less what passed until this saw it.
        #expect(Timing.seconds() - asked > 1.5)
        uplink.stop()
    }

    @Test("One bad alert in a batch is found: it alone becomes a dead letter, durable and with the reason, and the others arrive")
    func split() throws {
        try fixture.addAlerts(50)
        fixture.platform.refuse(["alert-17", "alert-18", "alert-40"])
        let uplink = try fixture.uplink(window: 50)
        #expect(eventually { fixture.take(uplink)[.alerts] == 50 }, "\(uplink.status)")
        #expect(fixture.taken == fixture.names(1...50).filter { !["alert-17", "alert-18", "alert-40"].contains($0) })
        uplink.stop()
        let letters = try fixture.journal.deadLetters(limit: 10)
        #expect(letters.map(\.event) == ["alert-40", "alert-18", "alert-17"])
        #expect(letters.map(\.position) == [40, 18, 17])
        #expect(letters.allSatisfy { $0.cause == "http-422" && $0.lane == .alerts })
        #expect(try fixture.journal.figures().deadLetters == 3)
    }

    @Test("The platform's own words stand beside a dead letter", arguments: [400, 413])
    func words(status: Int) throws {
        try fixture.addAlerts(1)
        fixture.platform.answerNext("{\"status\":\(status),\"body\":\"no such\\nfield\"}")
        let uplink = try fixture.uplink()
        #expect(eventually { fixture.take(uplink)[.alerts] == 1 })
        uplink.stop()
        let letter = try #require(try fixture.journal.deadLetters(limit: 1).first)
        #expect(letter.cause == "http-\(status)" && letter.reason == "no such field")
    }

    @Test("An event beyond 64 KiB is never sent, and does not hold up what follows")
    func tooLarge() throws {
        try fixture.addAlerts(1)
        try fixture.addAlerts(1, padding: 65_410)
        try fixture.addAlerts(1)
        let uplink = try fixture.uplink()
        #expect(eventually { fixture.take(uplink)[.alerts] == 3 }, "\(uplink.status)")
        uplink.stop()
        #expect(fixture.taken == ["alert-1", "alert-3"])
        #expect(try fixture.journal.deadLetters(limit: 9).map(\.cause) == ["too-large"])
    }

    @Test("A platform that knows no batches gets its events one by one")
    func noBatches() throws {
        try fixture.addAlerts(12)
        fixture.platform.answerAlways(#"{"no_batches":true}"#)
        let uplink = try fixture.uplink()
        #expect(eventually { fixture.take(uplink)[.alerts] == 12 }, "\(uplink.status)")
        uplink.stop()
        #expect(fixture.taken == fixture.names(1...12))
        #expect(fixture.platform.requests.count == 13)
    }

    @Test("A platform that refuses everything does not empty the backlog at once")
    func refusesAll() throws {
        try fixture.addAlerts(200)
        fixture.platform.answerAlways(#"{"status":400}"#)
        let uplink = try fixture.uplink()
        #expect(eventually { fixture.platform.requests.count >= 12 })
        usleep(2_000_000)
        let refused = uplink.status.deadLetters
        #expect(refused >= 8 && refused < 100, "\(refused)")
        fixture.platform.answerAlways("{}")
        #expect(eventually(seconds: 120) { fixture.take(uplink)[.alerts] == 200 }, "\(uplink.status)")
        uplink.stop()
    }

    @Test("A backlog is drained after an outage; nothing is lost, and in between nothing is kept in memory")
    func outage() throws {
        try fixture.addAlerts(5)
        let uplink = try fixture.uplink(readings: .all)
        #expect(eventually { fixture.take(uplink)[.alerts] == 5 })
        fixture.platform.kill()
        let last = try fixture.addReadings(20_000)
        for _ in 0..<20 {
            try fixture.addAlerts(10)
            uplink.wake()
        }
        #expect(eventually { uplink.status.state == .waiting && uplink.status.lastError != nil }, "\(uplink.status)")
        #expect(eventually { uplink.status.inFlight == 0 })
        try fixture.platform.start()
        #expect(eventually(seconds: 120) { fixture.take(uplink)[.alerts] == 205 && fixture.acknowledged[.readings] == last }, "\(uplink.status)")
        uplink.stop()
        #expect(firsts.filter { $0.hasPrefix("alert") } == fixture.names(1...205))
        #expect(uplink.status.reconnects == 1)
    }

    @Test("Killed and started again at random, the platform has everything, and each repeat has the id of what it repeats")
    func killed() throws {
        let last = try fixture.addReadings(60_000)
        try fixture.addAlerts(400, padding: 3000)
        let uplink = try fixture.uplink(readings: .all, window: 16, timeout: 2000)
        let seed = UInt64(time(nil))
        var luck = SeededGenerator(seed: seed)
        for _ in 0..<4 {
            usleep(UInt32(20_000 + luck.below(200_000)))
            fixture.platform.kill()
            try fixture.platform.start()
        }
        #expect(
            eventually(seconds: 200) { fixture.take(uplink)[.alerts] == 400 && fixture.acknowledged[.readings] == last },
            "seed \(seed) \(uplink.status)")
        uplink.stop()
        #expect(firsts.filter { $0.hasPrefix("alert") } == fixture.names(1...400), "seed \(seed)")
        var sequences: Set<UInt64> = []
        for event in fixture.platform.events where event.type == "cn.bamai.readings" {
            for reading in event.document["data"]["readings"].list { sequences.insert(UInt64(reading["sequence"].count)) }
        }
        #expect(sequences.count == Int(last) && sequences.max() == last, "seed \(seed)")
    }

    @Test("Through a real proxy, by a tunnel; and where the proxy does not let it through, that is said")
    func proxy() throws {
        guard access("/usr/bin/tinyproxy", X_OK) == 0 else {
            print("SKIPPED: no tinyproxy on this machine; install it with apt-get install tinyproxy")
            return
        }
        let port = MosquittoBroker.freePort()
        fixture.folder.write(
            "proxy.conf",
            "Port \(port)\nListen 127.0.0.1\nTimeout 60\nAllow 127.0.0.1\nConnectPort \(fixture.platform.port)\nLogFile \"\(fixture.folder.file("proxy.log"))\"\n"
        )
        let proxy = try ChildProcess("/usr/bin/tinyproxy", ["-d", "-c", fixture.folder.file("proxy.conf")], output: fixture.folder.file("proxy.out"))
        try fixture.addAlerts(3)
        #expect(eventually { MosquittoBroker.answers(port) })
        let uplink = try fixture.uplink(proxy: "http://127.0.0.1:\(port)")
        #expect(eventually { fixture.take(uplink)[.alerts] == 3 }, "\(uplink.status)")
        uplink.stop()
        #expect(fixture.taken == fixture.names(1...3))
        #expect(
            (try String(contentsOfFile: fixture.folder.file("proxy.log"), encoding: .utf8)).contains("CONNECT localhost:\(fixture.platform.port)"))
        _ = proxy.terminate()
        // Another port: the old one may be held for a while.
        let second = MosquittoBroker.freePort()
        fixture.folder.write(
            "proxy.conf", "Port \(second)\nListen 127.0.0.1\nTimeout 60\nAllow 127.0.0.1\nConnectPort 1\n")
        let closed = try ChildProcess(
            "/usr/bin/tinyproxy", ["-d", "-c", fixture.folder.file("proxy.conf")], output: fixture.folder.file("proxy.out"))
        try fixture.addAlerts(1)
        let refused = try fixture.uplink(proxy: "http://127.0.0.1:\(second)")
        #expect(eventually { refused.status.lastError?.contains("the proxy answers 403") == true }, "\(refused.status)")
        refused.stop()
        _ = closed.terminate()
    }

    @Test("Stopping does not wait for a platform that never answers")
    func stopsAtOnce() throws {
        fixture.platform.answerAlways(#"{"hang":true}"#)
        try fixture.addAlerts(1)
        let uplink = try fixture.uplink(timeout: 60_000)
        #expect(eventually { uplink.status.inFlight == 1 })
        let began = Timing.seconds()
        uplink.stop()
        #expect(Timing.seconds() - began < 30)
        #expect(uplink.takeAcknowledged().isEmpty)
    }
}

/// The monotonic clock.
enum Timing {
    static func seconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
