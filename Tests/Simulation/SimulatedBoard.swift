import Gateway
import GatewayTesting
import Intake
import Journal
import Lifeline
import MQTT
import Site
import Uplink

/// The board: the real line on a simulated disk, driven as the daemon drives it. Everything here is gone after a power cut but the disk.
final class SimulatedBoard {
    private let site: SiteConfiguration
    private let time: ManualTimeSource
    private let connect: () -> SimulatedConnection?
    private let broker: SimulatedBroker
    private var seed: UInt64

    private(set) var gateway: Gateway?
    private(set) var source: MQTTSource?
    private(set) var forwarder: Forwarder?
    private var reader: SQLiteJournalReader?
    /// What opening the journal last said, when it could not be opened.
    private(set) var openingError: JournalError?
    private var startAt: Int64 = 0
    private(set) var uplinkError: JournalError?
    private(set) var notes: [String] = []
    /// Alerts that the line has said to be durable, in order.
    private(set) var durableAlerts: Set<String> = []

    init(site: SiteConfiguration, time: ManualTimeSource, broker: SimulatedBroker, seed: UInt64, connect: @escaping () -> SimulatedConnection?) {
        self.site = site
        self.time = time
        self.broker = broker
        self.seed = seed
        self.connect = connect
    }

    var isUp: Bool { gateway != nil }

    /// Alerts made again at a start are durable before anybody is told of them.
    private func noteAlerts(_ journal: any JournalReader) {
        for alert in (try? journal.alerts(after: 0, limit: 10_000)) ?? [] { durableAlerts.insert(alert.id) }
    }

    private func open(
        checkedAtOpenBytes: Int64 = SQLiteJournal.checkedAtOpenBytes, knownDamage: String? = nil
    ) throws(JournalError) -> any JournalWriter {
        let journal = try SQLiteJournal.open(
            path: site.journal.path, maxBytes: site.journal.maxBytes, vfs: SimulatedDisk.vfsName, checkedAtOpenBytes: checkedAtOpenBytes,
            knownDamage: knownDamage)
        if let note = journal.openingNote { notes.append(note) }
        return journal
    }

    /// The daemon starts. False when the journal cannot be opened: it tries again.
    func start() -> Bool {
        do throws(JournalError) {
            let journal = try open()
            let made = try Gateway(configuration: site, journal: journal, time: time)
            seed &+= 1
            let source = MQTTSource(
                index: 0, id: "b", options: MQTTOptions(host: "simulated", port: 1883, clientID: "c"), filters: made.topicFilters(broker: 0),
                seed: seed, connector: SimulatedConnector(broker) { [connect] _ in connect() })
            source.restore(receipts: try journal.recentReceipts(limit: Gateway.receiptsRemembered))
            noteAlerts(journal)
            made.onAlert = { [unowned self] in self.durableAlerts.insert($0.id) }
            (gateway, self.source, openingError) = (made, source, nil)
            forwarder = site.platform.map { Forwarder(platform: $0, gateway: site.plan.gateway, utcOffsetSeconds: site.plan.utcOffsetSeconds) }
            return true
        } catch {
            openingError = error
            startAt = time.monotonicNanoseconds + 5_000_000_000
            return false
        }
    }

    /// The process is gone, without a word.
    func vanish() { (gateway, source, forwarder, reader, startAt) = (nil, nil, nil, nil, 0) }

    /// The daemon is asked to stop, and does what it then does.
    func stop() {
        guard let gateway, let source else { return }
        do throws(JournalError) {
            try gateway.commit([source])
            source.stop()
            takeAcknowledgements()
            try gateway.writeCheckpoint()
        } catch {
            // Said in the log; the journal says the rest at the next start.
        }
        gateway.journal.close()
        vanish()
    }

    /// One turn of the loop.
    func turn() {
        guard let gateway, let source else {
            // As the daemon does: every five seconds.
            if time.monotonicNanoseconds >= startAt { _ = start() }
            return
        }
        let now = time.monotonicNanoseconds
        if now >= source.nextDeadline || source.descriptor == nil { source.tick(monotonicNanoseconds: now) }
        if source.wantsWrite { source.writable() }
        if gateway.storage.wantsReopening && now >= gateway.storage.retryAt {
            let reopened = try? Gateway.reopened(after: gateway, sources: [source], exists: true) { (limit, damage) throws(JournalError) in
                try open(checkedAtOpenBytes: limit, knownDamage: damage)
            }
            self.gateway = reopened ?? gateway
            if let reopened { noteAlerts(reopened.journal) }
            return
        }
        _ = try? gateway.step(readable: source.descriptor != nil && source.wantsRead ? [source] : [], all: [source])
        _ = try? gateway.upkeep([source])
    }

    /// A person decides; where it is journalled, or nil when it was refused.
    func decide(_ decision: Decision) -> Sequence64? {
        guard let gateway, let source, let answer = try? gateway.decide(decision, sources: [source]), case .taken(let place) = answer else {
            return nil
        }
        return place
    }

    /// One turn of the uplink.
    func forward(to link: SimulatedLink, window: Int) -> String? {
        guard let forwarder else { return nil }
        do throws(JournalError) {
            let reader: SQLiteJournalReader
            if let known = self.reader {
                reader = known
            } else {
                reader = try SQLiteJournalReader.open(path: site.journal.path, vfs: SimulatedDisk.vfsName)
                try forwarder.begin(reader)
                self.reader = reader
            }
            uplinkError = nil
            link.published.removeAll()
            try forwarder.fill(from: reader, to: link, window: window, now: time.now)
            if forwarder.inFlight > window { return "\(forwarder.inFlight) messages in flight at a window of \(window)" }
            let firstReadings = link.published.firstIndex(of: World.readingsTopic) ?? link.published.count
            if link.published[firstReadings...].contains(World.alertTopic) { return "an alert was sent behind readings" }
        } catch {
            uplinkError = error
            self.reader = nil
            forwarder.rewind()
        }
        takeAcknowledgements()
        return nil
    }

    /// What the uplink's own connection sees last.
    var newestForUplink: UInt64 { (try? reader?.latestAlerts(limit: 1).first?.position) ?? 0 }

    func takeAcknowledgements() {
        guard let forwarder else { return }
        gateway?.acknowledged(forwarder.takeMoved())
    }
}
