import Journal
import Lifeline
import Linux
import Site

/// The journal's side of an uplink, the same for every kind of link: the reading end, the lanes, and what is told of them.
///
/// *Isolation*: the uplink's thread.
final class UplinkFeed {
    let forwarder: Forwarder
    let port: UplinkPort
    private let openReader: @Sendable () throws(JournalError) -> any JournalReader
    private(set) var reader: (any JournalReader)?

    init(setting: UplinkSetting, port: UplinkPort) {
        self.port = port
        openReader = setting.openReader
        forwarder = Forwarder(
            platform: setting.platform, gateway: setting.gateway, utcOffsetSeconds: setting.utcOffsetSeconds, secrets: setting.secrets)
    }

    /// Opens the journal where it is not open, or anew where the owner has asked for that. Returns why it cannot be read; nil: it can.
    func open() -> JournalError? {
        if port.takeReopening() { reader = nil }
        guard reader == nil else { return nil }
        do throws(JournalError) {
            let opened = try openReader()
            try forwarder.begin(opened)
            reader = opened
            return nil
        } catch {
            return failed(error)
        }
    }

    private func failed(_ error: JournalError) -> JournalError {
        port.update { $0.lastError = "the journal cannot be read: \(error)" }
        reader = nil
        return error
    }

    /// Sends what the window takes, and hands on what needed no message. Returns why the journal cannot be read; nil: it can.
    func fill(to link: any PlatformLink, window: Int) -> JournalError? {
        guard let reader else { return nil }
        defer { tell() }
        do throws(JournalError) {
            try forwarder.fill(from: reader, to: link, window: window, now: Timestamp(microseconds: Clocks.wallMicroseconds()))
            return nil
        } catch {
            return failed(error)
        }
    }

    /// Hands on what has been acknowledged. What was refused goes first, so that it becomes durable no later than its cursor.
    func tell() {
        for letter in forwarder.takeDeadLetters() { port.bury(letter) }
        for (lane, position) in forwarder.takeMoved() { port.acknowledged(lane, position) }
    }

    /// A message is acknowledged: counted, and handed on.
    func acknowledge(_ identifier: Int32) {
        guard let lane = forwarder.acknowledge(identifier) else { return }
        port.update { if lane == .alerts { $0.alertsAcknowledged += 1 } else { $0.readingsAcknowledged += 1 } }
    }

    /// Counts the backlog, for status.
    func count() {
        guard let reader else { return }
        let newest = (try? reader.latestAlerts(limit: 1).first?.position) ?? 0
        let last = (try? reader.lastSequence()) ?? 0
        let (alert, reading) = (forwarder.acknowledged(.alerts), forwarder.acknowledged(.readings))
        port.update {
            $0.alertsPending = newest > alert ? newest - alert : 0
            $0.readingsPending = last > reading ? last - reading : 0
        }
    }

    func report() {
        let (inFlight, deadLetters) = (forwarder.inFlight, forwarder.deadLetters)
        port.update {
            $0.inFlight = inFlight
            $0.deadLetters = deadLetters
        }
    }
}

/// What an uplink is made from, whatever its link.
struct UplinkSetting: Sendable {
    var platform: PlatformConfiguration
    var gateway: String
    var utcOffsetSeconds: Int
    /// Those of the platform's mapping, by name.
    var secrets: [String: String]
    /// For the jitter of reconnecting.
    var seed: UInt64

    /// When the gateway's own status goes out; nil: never.
    var statusTurn: StatusTurn? {
        platform.statusTopic.map { StatusTurn(topic: $0, intervalSeconds: platform.statusInterval, seed: seed &+ 13) }
    }

    var openReader: @Sendable () throws(JournalError) -> any JournalReader
}
