import GatewayTesting
import Glibc
import Journal
import Lifeline
import MQTT
import Testing
import Uplink

@Suite("The uplink in hard times", .serialized)
struct UplinkHardshipTests {
    let fixture: PlatformFixture

    init() throws { fixture = try PlatformFixture() }

    private func names(_ range: ClosedRange<Int>) -> [String] { range.map { "alert-\($0)" } }

    @Test("A broker that takes messages and dies before it acknowledges moves no cursor; all come again")
    func neverAhead() throws {
        let broker = try fixture.broker()
        let uplink = try fixture.uplink(broker)
        #expect(eventually { uplink.status.state == .connected })
        broker.pause()
        try fixture.addAlerts(10)
        uplink.wake()
        #expect(eventually { uplink.status.inFlight == 10 })
        usleep(200_000)
        #expect(uplink.takeAcknowledged().isEmpty)
        broker.kill()
        try broker.start()
        let consumer = try fixture.consumer(broker)
        #expect(eventually { fixture.take(uplink)[.alerts] == 10 })
        uplink.stop()
        _ = consumer.collect(seconds: 2) { $0.messages.count >= 10 }
        // The consumer may have come after some of them; what the broker took twice it took in order.
        #expect(uplink.status.reconnects == 1)
        #expect(uplink.status.alertsAcknowledged == 10)
    }

    @Test("Cut off again and again in the middle, the platform misses no reading, and what comes twice has the same sequence")
    func cutOff() throws {
        let broker = try fixture.broker()
        let consumer = try fixture.consumer(broker)
        let last = try fixture.addReadings(40_000)
        let uplink = try fixture.uplink(broker, readings: .all, window: 4)
        for round in 1...3 {
            #expect(consumer.collect { $0.messages.count >= 3 * round })
            // Another client takes the name over: the broker ends the uplink's connection.
            _ = try MQTTPublisher(MQTTOptions(host: "127.0.0.1", port: broker.port, clientID: "gw7-uplink"))
            #expect(eventually { uplink.status.reconnects >= UInt64(round) })
        }
        #expect(eventually { fixture.take(uplink)[.readings] == last })
        uplink.stop()
        var seen = Set<UInt64>()
        var read = 0
        let isComplete = consumer.collect { consumer in
            while read < consumer.messages.count {
                seen.formUnion(sequences(consumer.texts[read]))
                read += 1
            }
            return seen.count >= 36_000
        }
        #expect(isComplete)
        #expect(seen == Set((1...last).filter { $0 % 10 != 0 }))
    }

    @Test("Where the platform's access rules refuse alerts, they are not called forwarded, and the status says why")
    func notAuthorised() throws {
        fixture.folder.write("access", "topic write city/readings\n")
        chmod(fixture.folder.file("access"), 0o600)
        let broker = try fixture.broker(["acl_file \(fixture.folder.file("access"))"])
        try fixture.addAlerts(2)
        let uplink = try fixture.uplink(broker)
        #expect(eventually { uplink.status.lastError?.contains("Not authorized") == true }, "\(uplink.status)")
        #expect(uplink.takeAcknowledged().isEmpty)
        #expect(uplink.status.deadLetters == 0)
        uplink.stop()
        #expect(uplink.takeAcknowledged().isEmpty)
    }

    @Test("An alert that is too large for the platform is counted as a dead letter, and the lane goes on")
    func deadLetter() throws {
        let broker = try fixture.broker(["max_packet_size 2000"])
        let consumer = try fixture.consumer(broker)
        try fixture.addAlerts(1)
        try fixture.addAlerts(1, padding: 5000)
        try fixture.addAlerts(1)
        let uplink = try fixture.uplink(broker)
        #expect(consumer.collect { $0.messages.count >= 2 })
        #expect(consumer.texts == ["alert-1", "alert-3"])
        #expect(eventually { fixture.take(uplink)[.alerts] == 3 })
        #expect(uplink.status.deadLetters == 1)
        // As the newest alert, too: nothing behind it is there to move the cursor.
        try fixture.addAlerts(1, padding: 5000)
        uplink.wake()
        #expect(eventually { fixture.take(uplink)[.alerts] == 4 })
        uplink.stop()
    }

    @Test("A topic that cannot be published to is an error, not a heap of dead letters")
    func badTopic() throws {
        let broker = try fixture.broker()
        try fixture.addAlerts(2)
        let uplink = try fixture.uplink(broker, alertTopic: "city/+/alerts")
        #expect(eventually { uplink.status.lastError?.contains("city/+/alerts") == true }, "\(uplink.status)")
        #expect(uplink.takeAcknowledged().isEmpty)
        #expect(uplink.status.deadLetters == 0)
        uplink.stop()
    }

    @Test("Stopping does not wait for a platform that never answers")
    func stopsAtOnce() throws {
        try fixture.addAlerts(1)
        let broker = try fixture.broker()
        broker.pause()
        let uplink = try fixture.uplink(broker)
        #expect(eventually { uplink.status.state == .connecting })
        uplink.stop()
        #expect(uplink.takeAcknowledged().isEmpty)
    }

    @Test("A frozen platform is given up when its keep-alive time is over, and everything comes again")
    func frozen() throws {
        let broker = try fixture.broker()
        let consumer = try fixture.consumer(broker)
        let uplink = try fixture.uplink(broker, keepalive: 5)
        #expect(eventually { uplink.status.state == .connected })
        broker.pause()
        try fixture.addAlerts(5)
        uplink.wake()
        #expect(eventually { uplink.status.lastError?.contains("keep-alive") == true }, "\(uplink.status)")
        broker.resume()
        #expect(consumer.collect { Set($0.texts) == Set(names(1...5)) })
        #expect(eventually { fixture.take(uplink)[.alerts] == 5 })
        uplink.stop()
    }

    @Test("An alert that is raised while readings fill their half of the window takes the other half")
    func alertsOvertake() throws {
        let broker = try fixture.broker()
        let consumer = try fixture.consumer(broker)
        let last = try fixture.addReadings(60_000)
        let uplink = try fixture.uplink(broker, readings: .all, window: 8)
        #expect(consumer.collect { !$0.messages.isEmpty })
        broker.pause()
        #expect(eventually { uplink.status.inFlight >= 4 })
        try fixture.addAlerts(3)
        uplink.wake()
        #expect(eventually { uplink.status.inFlight == 7 }, "\(uplink.status)")
        broker.resume()
        #expect(consumer.collect { $0.texts.contains("alert-3") })
        let place = consumer.messages.firstIndex { $0.topic == "city/alerts" } ?? 0
        #expect(eventually { fixture.take(uplink)[.readings] == last && fixture.acknowledged[.alerts] == 3 })
        #expect(consumer.collect { $0.messages.count > place + 10 }, "the alerts came last")
        #expect(Array(consumer.texts[place..<(place + 3)]) == names(1...3))
        uplink.stop()
    }

    @Test("While it waits for acknowledgements the thread sleeps")
    func noSpinning() throws {
        let broker = try fixture.broker()
        _ = try fixture.addReadings(60_000)
        let uplink = try fixture.uplink(broker, readings: .all, window: 8)
        #expect(eventually { uplink.status.state == .connected && uplink.status.inFlight > 0 })
        broker.pause()
        #expect(eventually { uplink.status.inFlight == 4 })
        usleep(200_000)
        let before = processorSeconds("bamai-uplink")
        usleep(1_500_000)
        let used = processorSeconds("bamai-uplink") - before
        broker.resume()
        uplink.stop()
        // A spinning thread would have used nearly all of the 1.5 s.
        #expect(used < 0.5, "used \(used) s")
    }

    /// Processor time of this process's threads of that name. *Units*: seconds. *Source*: proc(5), fields 14 and 15 of stat.
    private func processorSeconds(_ name: String) -> Double {
        guard let folder = opendir("/proc/self/task") else { return 0 }
        defer { closedir(folder) }
        var ticks = 0.0
        while let entry = readdir(folder) {
            let thread = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let file = fopen("/proc/self/task/\(thread)/stat", "r") else { continue }
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 1024)
            guard fgets(&line, 1024, file) != nil else { continue }
            let text = line.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
            guard text.contains("(\(name))"), let end = text.lastIndex(of: ")") else { continue }
            let fields = text[text.index(after: end)...].split(separator: " ")
            ticks += (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)
        }
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

/// The sequences in a document of readings, in order.
private func sequences(_ text: String) -> [UInt64] {
    var result: [UInt64] = []
    Scan.numbers(after: "\"sequence\":", in: Array(text.utf8)) { result.append($0) }
    return result
}
