import GatewayTesting
import Glibc
import HTTP
import Journal
import Lifeline
import Site
import Uplink

/// A real journal, a real platform by HTTPS, and the uplinks between them.
final class HTTPSFixture {
    let folder = TestFolder()
    let certificates: Certificates
    let platform: HTTPSPlatform
    let journal: SQLiteJournal
    private var alertsMade = 0
    private var clock = Timestamp(unixSeconds: 1_767_225_600)
    /// What uplinks said is acknowledged.
    private(set) var acknowledged: [Lane: UInt64] = [:]

    /// - Parameter server: the certificate that the platform shows; nil: the right one.
    init(clientCertificate: Bool = false, server: ((Certificates) -> (String, String))? = nil) throws {
        certificates = try Certificates.shared.get()
        platform = try HTTPSPlatform(
            folder: folder.file("platform"),
            tls: .init(
                certificate: server?(certificates) ?? certificates.server, clientAuthority: clientCertificate ? certificates.authority : nil))
        journal = try SQLiteJournal.open(path: folder.file("journal.db"), maxBytes: 64 << 20)
    }

    deinit { journal.close() }

    func uplink(
        readings: ReadingsLane = .none, window: Int = 64, authority: String? = nil, certificate: (String, String)? = nil, token: String? = nil,
        proxy: String? = nil, timeout: Int = 3000, mapping: AlertMapping? = nil, secrets: [String: String] = [:],
        statusPath: String? = nil
    ) throws -> Uplink {
        let server = HTTPSConfiguration(url: platform.url, host: "localhost", port: platform.port, window: window)
        var configuration = PlatformConfiguration(
            transport: .https(server), alertTopic: "/v1/events", readingsTopic: "/v1/events", readings: readings, summaryInterval: 60,
            mapping: mapping)
        (configuration.statusTopic, configuration.statusInterval) = (statusPath, 1)
        let options = HTTPOptions(
            url: platform.url,
            tls: .init(authority: authority ?? certificates.authority, certificate: certificate?.0, key: certificate?.1), token: token, proxy: proxy,
            timeoutMilliseconds: timeout)
        let path = folder.file("journal.db")
        return try Uplink(
            platform: configuration, server: server, options: options, gateway: "gw7", utcOffsetSeconds: 28_800, secrets: secrets, seed: 11
        ) { () throws(JournalError) in try SQLiteJournalReader.open(path: path) }
    }

    /// Commits the alerts that follow: `alert-1`, `alert-2` …, padded with dots.
    func addAlerts(_ count: Int, padding: Int = 0) throws {
        var batch = CommitBatch()
        for _ in 0..<count {
            alertsMade += 1
            let id = "alert-\(alertsMade)"
            let document =
                #"{"specversion":"1.0","id":"\#(id)","source":"urn:bamai:gw7","type":"cn.bamai.alert.raised","data":{"text":""#
                + String(repeating: ".", count: padding) + "\"}}"
            batch.alerts.append(
                AlertRecord(
                    id: id, episode: "e", kind: "raised", level: 4, subject: "s", sensor: "x", rule: "r", recorded: clock,
                    body: Array(document.utf8)))
        }
        _ = try journal.commit(batch)
    }

    /// Commits readings of two sensors in turn, one a second. Returns the newest sequence.
    func addReadings(_ count: Int) throws -> UInt64 {
        let series = try ["MH-17/tilt", "WP-2/pressure"].map { try journal.series(forKey: $0) }
        var left = count
        while left > 0 {
            var batch = CommitBatch()
            for index in 0..<min(left, 5000) {
                clock = clock.advanced(byMicroseconds: 1_000_000)
                batch.readings.append(Reading(series: series[index % 2], observed: clock, received: clock, value: Double(index % 7)))
            }
            _ = try journal.commit(batch)
            left -= 5000
        }
        return try journal.lastSequence()
    }

    /// Takes what was acknowledged and refused since the last call, and makes it durable as the gateway's next commit does.
    @discardableResult
    func take(_ uplink: Uplink) -> [Lane: UInt64] {
        var batch = CommitBatch()
        batch.cursors = uplink.takeAcknowledged()
        batch.deadLetters = uplink.takeDeadLetters()
        for (lane, position) in batch.cursors { acknowledged[lane] = position }
        if !batch.isEmpty { _ = try? journal.commit(batch) }
        return acknowledged
    }

    func names(_ range: ClosedRange<Int>) -> [String] { range.map { "alert-\($0)" } }
    var taken: [String] { platform.events.map(\.id) }
}
