import Foundation
import GatewayTesting
import Glibc
import HTTP
import Journal
import Lifeline
import MQTT
import Site
import Uplink

/// A journal full of readings and the time that an uplink takes to bring all of it to a platform on loopback, both over TLS.
struct UplinkDrain {
    let readings: Int
    let folder = TestFolder()
    let certificates: Certificates
    private let last: UInt64

    init(readings: Int) throws {
        self.readings = readings
        certificates = try Certificates(folder: folder.path)
        let journal = try SQLiteJournal.open(path: folder.file("journal.db"), maxBytes: 512 << 20)
        let series = try (0..<200).map { try journal.series(forKey: "A\($0)/pressure") }
        var generator = SeededGenerator(seed: 1)
        var clock = Timestamp(unixSeconds: 1_767_225_600)
        for _ in 0..<(readings / 5000) {
            var batch = CommitBatch()
            for index in 0..<5000 {
                clock = clock.advanced(byMicroseconds: 20_000)
                batch.readings.append(
                    Reading(
                        series: series[index % 200], observed: clock, received: clock, value: (Double(generator.below(9000)) + 1000) / 10_000))
            }
            _ = try journal.commit(batch)
        }
        last = try journal.lastSequence()
        journal.close()
    }

    private var openReader: @Sendable () throws(JournalError) -> any JournalReader {
        let path = folder.file("journal.db")
        return { () throws(JournalError) in try SQLiteJournalReader.open(path: path) }
    }

    /// *Units*: seconds.
    private func drain(_ uplink: Uplink) throws -> Double {
        let start = seconds()
        var position: UInt64 = 0
        while position < last {
            position = uplink.takeAcknowledged()[.readings] ?? position
            usleep(2000)
            guard seconds() - start < 300 else { throw BenchProblem(text: "the platform did not get the readings: \(uplink.status)") }
        }
        let spent = seconds() - start
        uplink.stop()
        return spent
    }

    func mqtt() throws -> Double {
        let broker = try MosquittoBroker(
            folder: folder.path, lines: ["max_inflight_messages 1000", "set_tcp_nodelay true"],
            tls: .init(authority: certificates.authority, certificate: certificates.server.0, key: certificates.server.1))
        let connection = BrokerConfiguration(
            id: "platform", address: BrokerAddress(host: "localhost", port: broker.port), clientID: "bench", window: 64)
        let platform = PlatformConfiguration(broker: connection, alertTopic: "a", readingsTopic: "r", readings: .all)
        let options = MQTTOptions(
            host: "localhost", port: broker.port, clientID: "bench",
            tls: MQTTTLS(authority: certificates.authority, certificate: certificates.client.0, key: certificates.client.1))
        return try drain(
            Uplink(platform: platform, options: options, gateway: "bench", utcOffsetSeconds: 0, seed: 1, openReader: openReader))
    }

    func https() throws -> Double {
        let platform = try HTTPSPlatform(
            folder: folder.file("platform"), tls: .init(certificate: certificates.server, clientAuthority: certificates.authority))
        // What Python would take for parsing is not the uplink's.
        platform.answerAlways(#"{"blind":true}"#)
        let server = HTTPSConfiguration(url: platform.url, host: "localhost", port: platform.port)
        let configuration = PlatformConfiguration(transport: .https(server), alertTopic: "/v1/events", readingsTopic: "/v1/events", readings: .all)
        let options = HTTPOptions(
            url: platform.url,
            tls: .init(authority: certificates.authority, certificate: certificates.client.0, key: certificates.client.1))
        return try drain(
            Uplink(
                platform: configuration, server: server, options: options, gateway: "bench", utcOffsetSeconds: 0, seed: 1, openReader: openReader))
    }

    /// Both ways, beside each other.
    static func measures(runs: Int) throws -> [Measure] {
        let count = ProcessInfo.processInfo.environment["BENCH_DRAIN"].flatMap { Int($0) } ?? 1_000_000
        let drain = try UplinkDrain(readings: count)
        var (mqtt, https): ([Double], [Double]) = ([], [])
        for _ in 0..<runs {
            mqtt.append(try drain.mqtt())
            https.append(try drain.https())
        }
        let rates = Runs(https.map { Double(count) / $0 })
        return [
            Measure(
                name: "uplink by HTTPS, a backlog", value: rates.median, unit: "readings/s", spread: rates.spread,
                beside: "by MQTT, TLS too: \(Report.text(Double(count) / Runs(mqtt).median))/s", ratio: Runs(zip(mqtt, https).map { $0 / $1 }).median)
        ]
    }
}
