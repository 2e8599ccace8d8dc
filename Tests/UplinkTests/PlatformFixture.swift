import GatewayTesting
import Glibc
import Journal
import Lifeline
import MQTT
import Site
import Uplink

/// A real journal on disk, as the gateway would fill it, and uplinks that read it.
final class PlatformFixture {
    let folder = TestFolder()
    let journal: SQLiteJournal
    private var alertsMade = 0
    /// Received time of the newest reading: one a second.
    private var clock = Timestamp(unixSeconds: 1_767_225_600)
    /// What uplinks said is acknowledged.
    private(set) var acknowledged: [Lane: UInt64] = [:]

    init() throws { journal = try SQLiteJournal.open(path: folder.file("journal.db"), maxBytes: 64 << 20) }

    deinit { journal.close() }

    func broker(_ lines: [String] = []) throws -> MosquittoBroker { try MosquittoBroker(folder: folder.path, lines: lines) }

    func consumer(_ broker: MosquittoBroker) throws -> MessageCollector {
        let consumer = MessageCollector(port: broker.port, clientID: "consumer", filters: ["city/#"])
        guard consumer.ready() else { throw ChildProcessFailure(text: "the consumer cannot subscribe") }
        return consumer
    }

    func uplink(
        _ broker: MosquittoBroker, readings: ReadingsLane = .none, window: Int = 20, keepalive: Int = 30, alertTopic: String = "city/alerts",
        decisionsTopic: String? = nil, statusTopic: String? = nil
    ) throws -> Uplink {
        let connection = BrokerConfiguration(
            id: "platform", address: BrokerAddress(host: "127.0.0.1", port: broker.port), clientID: "gw7-uplink", window: window)
        var platform = PlatformConfiguration(
            broker: connection, alertTopic: alertTopic, readingsTopic: "city/readings", decisionsTopic: decisionsTopic, readings: readings,
            summaryInterval: 60)
        (platform.statusTopic, platform.statusInterval) = (statusTopic, 1)
        let options = MQTTOptions(host: "127.0.0.1", port: broker.port, clientID: "gw7-uplink", keepalive: keepalive)
        let path = folder.file("journal.db")
        return try Uplink(platform: platform, options: options, gateway: "gw7", utcOffsetSeconds: 28_800, seed: 11) { () throws(JournalError) in
            try SQLiteJournalReader.open(path: path)
        }
    }

    /// Commits readings of two sensors in turn, one a second; each tenth is a tick. Returns the newest sequence.
    func addReadings(_ count: Int) throws -> UInt64 {
        let series = try ["MH-17/tilt", "WP-2/pressure"].map { try journal.series(forKey: $0) }
        var left = count
        while left > 0 {
            var batch = CommitBatch()
            for index in 0..<min(left, 5000) {
                clock = clock.advanced(byMicroseconds: 1_000_000)
                let id = index % 10 == 9 ? SeriesID.tick : series[index % 2]
                batch.readings.append(Reading(series: id, observed: clock, received: clock, value: Double(index % 7)))
            }
            _ = try journal.commit(batch)
            left -= 5000
        }
        return try journal.lastSequence()
    }

    /// Commits the alerts that follow: `alert-1`, `alert-2` …, padded with dots.
    func addAlerts(_ count: Int, padding: Int = 0) throws {
        var batch = CommitBatch()
        for _ in 0..<count {
            alertsMade += 1
            batch.alerts.append(
                AlertRecord(
                    id: "alert-\(alertsMade)", episode: "e", kind: "raised", level: 4, subject: "s", sensor: "x", rule: "r", recorded: clock,
                    body: Array("alert-\(alertsMade)".utf8) + [UInt8](repeating: UInt8(ascii: "."), count: padding)))
        }
        _ = try journal.commit(batch)
    }

    /// Takes what was acknowledged since the last call, as the gateway's next commit does.
    @discardableResult
    func take(_ uplink: Uplink) -> [Lane: UInt64] {
        for (lane, position) in uplink.takeAcknowledged() { acknowledged[lane] = position }
        return acknowledged
    }
}

extension MessageCollector {
    var texts: [String] { messages.map { String(decoding: $0.payload, as: UTF8.self) } }

    /// Collects until the condition holds. Returns whether it did.
    func collect(seconds: Int = 60, until condition: (MessageCollector) -> Bool) -> Bool {
        for _ in 0..<(seconds * 20) {
            if condition(self) { return true }
            collect(milliseconds: 50)
        }
        return condition(self)
    }
}

/// Waits until the condition holds. Returns whether it did; the time is generous and says "for ever".
func eventually(seconds: Int = 60, _ condition: () -> Bool) -> Bool {
    for _ in 0..<(seconds * 200) {
        if condition() { return true }
        usleep(5000)
    }
    return condition()
}
