import Gateway
import GatewayTesting
import Journal
import Lifeline
import Site

/// Why a simulation failed; its seed repeats it.
package struct SimulationFailure: Error, CustomStringConvertible {
    package var seed: UInt64
    package var step: Int
    package var text: String
    package var description: String { "seed \(seed), step \(step): \(text)\nrepeat it with: make simulate SEED=\(seed)" }
}

/// What a run has been through, so that a reader sees that it was through something.
package struct SimulationReport: Sendable {
    package var published = 0
    package var acknowledged = 0
    package var readings = 0
    package var alerts = 0
    package var powerCuts = 0
    package var kills = 0
    package var brokerRestarts = 0
    package var linkCuts = 0
    package var storageFaults = 0
    package var refusedCommits: UInt64 = 0
    package var redelivered: UInt64 = 0
    package var dropped: UInt64 = 0
    package var clockSteps = 0
    package var decisions = 0
    package init() {}

    package static func + (left: SimulationReport, right: SimulationReport) -> SimulationReport {
        var sum = SimulationReport()
        sum.published = left.published + right.published
        sum.acknowledged = left.acknowledged + right.acknowledged
        sum.readings = left.readings + right.readings
        sum.alerts = left.alerts + right.alerts
        sum.powerCuts = left.powerCuts + right.powerCuts
        sum.kills = left.kills + right.kills
        sum.brokerRestarts = left.brokerRestarts + right.brokerRestarts
        sum.linkCuts = left.linkCuts + right.linkCuts
        sum.storageFaults = left.storageFaults + right.storageFaults
        sum.refusedCommits = left.refusedCommits + right.refusedCommits
        sum.redelivered = left.redelivered + right.redelivered
        sum.dropped = left.dropped + right.dropped
        sum.clockSteps = left.clockSteps + right.clockSteps
        sum.decisions = left.decisions + right.decisions
        return sum
    }
}

/// One seeded life of a gateway between devices, a broker, a platform, a disk and a clock, all of which misbehave.
///
/// Real: the line, the source, the journal and its codec on SQLite, the diagnosis, the two lanes. Simulated: what they touch. After every step the
/// invariants are looked at; at the end everything heals, and nothing may be missing.
package final class World {
    static let alertTopic = "platform/alerts"
    static let readingsTopic = "platform/readings"

    let seed: UInt64
    var random: SeededGenerator
    var report = SimulationReport()
    private(set) var step = 0
    let folder = TestFolder()
    let time: ManualTimeSource
    let disk: SimulatedDisk
    let site: SiteConfiguration
    let broker: SimulatedBroker
    let platform = SimulatedPlatform()
    let street: SimulatedStreet
    var board: SimulatedBoard
    var link: SimulatedLink
    var boots = 1
    var isLinkUp = true
    /// Where decisions stand that were answered.
    var decided: [Sequence64] = []
    let window: Int
    /// Alerts that the platform's broker can never take, by a rule of this world.
    private let unsendable: UInt64

    package init(seed: UInt64) {
        self.seed = seed
        var random = SeededGenerator(seed: seed &* 0x9e37_79b9)
        let time = ManualTimeSource()
        self.time = time
        disk = SimulatedDisk(directory: folder.path, seed: seed)
        window = [1, 4, 20, 100][random.below(4)]
        let lane = [ReadingsLane.all, .all, .summary, .none][random.below(4)]
        // A third of the worlds have a journal so small that retention has work.
        let isSmall = random.chance(0.33)
        site = SimulatedStreet.site(path: folder.file("journal.db"), maxBytes: isSmall ? 256 << 10 : 64 << 20, lane: lane, window: window)
        street = SimulatedStreet(devices: SimulatedStreet.deviceCount)
        let broker = SimulatedBroker(window: [5, 20, 50][random.below(3)], reusesIdentifiers: random.chance(0.3))
        self.broker = broker
        let tellsDuplicates = random.chance(0.7)
        let sockets = SeededBox(random.next())
        board = SimulatedBoard(site: site, time: time, broker: broker, seed: seed) {
            guard let (number, sessionPresent) = broker.accept() else { return nil }
            return SimulatedConnection(
                broker, number: number, sessionPresent: sessionPresent, acknowledgementsAtOnce: 1 + sockets.below(40),
                tellsDuplicates: tellsDuplicates)
        }
        unsendable = random.chance(0.2) ? 13 : 0
        link = SimulatedLink(platform)
        self.random = random
        broker.onAcknowledged = { [street] tag in street.acknowledge(tag) }
        plugLink()
    }

    private func plugLink() {
        let unsendable = unsendable
        link.isUnsendable = { topic, payload in
            // Documents of readings differ each time they are made, so a broker that never takes one of them cannot be told.
            guard unsendable > 0, topic == World.alertTopic else { return false }
            var hash = StableHash()
            payload.prefix(120).withUnsafeBytes { hash.combine($0) }
            return hash.value % unsendable == 0
        }
    }

    func fail(_ text: String) -> SimulationFailure { SimulationFailure(seed: seed, step: step, text: text) }

    /// Lives through `steps` steps and the healing after them.
    package func run(steps: Int = 600) throws -> SimulationReport {
        defer { disk.remove() }
        _ = board.start()
        for _ in 0..<steps {
            step += 1
            try act()
            try look()
        }
        try heal()
        try judge()
        return report
    }

    // MARK: - What is always true

    private func look() throws {
        if let complaint = platform.complaint { throw fail("the platform: \(complaint)") }
        if let complaint = street.complaint { throw fail(complaint) }
        guard board.notes.isEmpty else { throw fail("the journal was taken for damaged: \(board.notes)") }
        let size = disk.size("journal.db")
        if Int64(size) > site.journal.maxBytes { throw fail("the journal has \(size) bytes of \(site.journal.maxBytes)") }
        let log = disk.size("journal.db-wal")
        if log > 6 << 20 { throw fail("the WAL has \(log) bytes") }
    }

    // MARK: - The end

    /// Everything is well again; then all that is waiting must arrive.
    private func heal() throws {
        disk.clearFaults()
        disk.setFull(false)
        disk.isReadOnly = false
        disk.failsAll = false
        disk.capacity = nil
        time.synchronise(true)
        if !broker.isUp { broker.start(forgetting: false) }
        isLinkUp = true
        var quiet = 0
        for _ in 0..<10_000 {
            step += 1
            time.advance(by: .milliseconds(200))
            board.turn()
            try forward()
            let isQuiet =
                board.isUp && broker.waiting == 0 && link.waiting == 0 && board.gateway?.isIdle == true
                && board.gateway?.storage.isRefusing == false && board.source?.status.state == .connected && link.published.isEmpty
            quiet = isQuiet ? quiet + 1 : 0
            // Half a minute in which nothing moves: cursors are written after five seconds, and a tick comes each minute.
            if quiet > 400 { break }
        }
        try look()
        guard quiet > 400 else {
            throw fail(
                "it does not come to rest: \(broker.waiting) messages at the broker, \(link.waiting) on the link, "
                    + "storage \(String(describing: board.gateway?.storage.problem ?? board.openingError)), \(state)")
        }
    }

    /// For a failure's reader.
    private var state: String {
        guard let journal = board.gateway?.journal, let figures = try? journal.figures() else { return "no journal" }
        let cursors = Lane.allCases.map { "\($0) \((try? journal.cursor($0)) ?? 0)" }
        return
            "\(figures), cursors \(cursors), forwarder \(board.forwarder.map { "\($0.inFlight) in flight, alerts \($0.acknowledged(.alerts))" } ?? "none"), "
            + "newest alert there \(board.newestForUplink), uplink \(board.uplinkError.map { "\($0)" } ?? "well")"
    }

    /// Lets the uplink work, and the wire.
    func forward() throws {
        guard isLinkUp, board.isUp else { return }
        if link.hasFailed {
            link = SimulatedLink(platform)
            plugLink()
            board.forwarder?.rewind()
        }
        if let complaint = board.forward(to: link, window: window) { throw fail(complaint) }
        link.arrive(1 + random.below(window))
        for identifier in link.takeAcknowledged(1 + random.below(window)) {
            _ = board.forwarder?.acknowledge(identifier)
            // A hostile broker says everything twice.
            if random.chance(0.02) { _ = board.forwarder?.acknowledge(identifier) }
        }
        // And sometimes what nobody asked for.
        if random.chance(0.01) { _ = board.forwarder?.acknowledge(Int32(70_000 + random.below(70_000))) }
        board.takeAcknowledgements()
    }

    private func judge() throws {
        guard let gateway = board.gateway else { throw fail("there is no gateway at the end") }
        let journal = gateway.journal
        try judgeReadings(journal)
        try judgePlatform(journal)
        try judgeReplay(gateway)
        report.refusedCommits += gateway.figures.failedCommits
        report.redelivered += board.source?.status.redelivered ?? 0
    }

    func judgeReadings(_ journal: any JournalWriter) throws {
        let figures = try journal.figures()
        report.dropped = figures.droppedReadings
        guard figures.damagedSegments == 0 else { throw fail("\(figures.damagedSegments) segments cannot be read") }
        let kept = Set(try journal.decisions(after: 0).map(\.sequence))
        if let lost = decided.first(where: { !kept.contains($0) }) { throw fail("the decision at \(lost) was answered and is gone") }
        var held: [SeriesID: [UInt64]] = [:]
        var expected = try journal.firstSequence()
        if figures.droppedReadings == 0 && expected > 1 { throw fail("the journal begins at \(expected), and nothing was dropped") }
        var gap: UInt64?
        try journal.readings(from: 0) { sequence, reading in
            if sequence != expected { gap = gap ?? sequence }
            expected = sequence + 1
            held[reading.series, default: []].append(UInt64(reading.value.magnitude))
            return true
        }
        if let gap { throw fail("a gap before sequence \(gap)") }
        report.readings = Int(clamping: expected)
        let keys = try journal.seriesKeys()
        for (series, key) in keys {
            guard let device = street.device(ofCounter: key) else { continue }
            if let complaint = street.compare(device, held[series] ?? [], isComplete: figures.droppedReadings == 0) { throw fail(complaint) }
        }
        (report.published, report.acknowledged) = street.counts
    }

    private func judgePlatform(_ journal: any JournalWriter) throws {
        let alerts = try journal.alerts(after: 0, limit: 10_000)
        report.alerts = alerts.count
        let exempt = board.forwarder?.deadLetters ?? 0 > 0 || unsendable > 0
        let order = alerts.map(\.id)
        // Retention may have taken what the platform has; what is left comes last.
        let missing = order.filter { platform.alerts[$0] == nil }
        // An alert that was taken and that a restart makes again comes at another place.
        let isOrdered = try journal.figures().dropped.alertsBySpace > 0 || Array(platform.alertOrder.suffix(order.count)) == order
        if !exempt && !(missing.isEmpty && isOrdered) {
            throw fail(
                "\(order.count) alerts in the journal, \(platform.alertOrder.count) at the platform, \(missing.count) missing there, "
                    + "cursor \(try journal.cursor(.alerts)) of \(alerts.last?.position ?? 0), \(state)")
        }
        guard platform.alertOrder.allSatisfy(board.durableAlerts.contains) else { throw fail("the platform has an alert that was never durable") }
        guard try journal.cursor(.alerts) == alerts.last?.position ?? 0 else { throw fail("the alerts' cursor stays behind") }
        guard site.platform?.readings == .all, !exempt, try journal.figures().droppedReadings == 0 else { return }
        var unsent: UInt64?
        try journal.readings(from: 1) { sequence, reading in
            if reading.series != .tick && !self.platform.sequences.contains(sequence) { unsent = unsent ?? sequence }
            return unsent == nil
        }
        if let unsent { throw fail("sequence \(unsent) never reached the platform") }
    }

    /// The same entries from the start give the same alerts and the same state, whatever happened on the way.
    private func judgeReplay(_ gateway: Gateway) throws {
        let journal = gateway.journal
        let drops = try journal.figures().dropped
        guard drops.readings == 0 && drops.alertsBySpace == 0 else { return }
        let copy = MemoryJournal()
        let keys = try journal.seriesKeys()
        for (series, key) in keys.sorted(by: { $0.key < $1.key }) {
            guard try copy.series(forKey: key) == series else { throw fail("series \(key) is not \(series.rawValue)") }
        }
        var batch = CommitBatch()
        var readings: [Reading] = []
        try journal.readings(from: 1) { _, reading in
            readings.append(reading)
            return true
        }
        batch.readings = readings
        batch.decisions = try journal.decisions(after: 0).map { DecisionRecord(sequence: $0.sequence - 1, body: $0.body) }
        _ = try copy.commit(batch)
        let again = try Gateway(configuration: site, journal: copy, time: time)
        let (left, right) = (try journal.alerts(after: 0, limit: 10_000).map(\.id), try copy.alerts(after: 0, limit: 10_000).map(\.id))
        if left != right {
            let place = zip(left, right).prefix { $0 == $1 }.count
            throw fail(
                "\(left.count) alerts live, \(right.count) from a replay; they part at \(place): \(left.dropFirst(max(0, place - 1)).prefix(4)) and \(right.dropFirst(max(0, place - 1)).prefix(4))"
            )
        }
        // A small journal may be so full of alerts that it has no room for a checkpoint.
        guard (try? gateway.writeCheckpoint()) != nil else { return }
        try again.writeCheckpoint()
        if try journal.checkpoint()?.body != copy.checkpoint()?.body { throw fail("the state differs from a replay's") }
    }
}

/// Luck for a closure.
final class SeededBox {
    private var random: SeededGenerator
    init(_ seed: UInt64) { random = SeededGenerator(seed: seed) }
    func below(_ bound: Int) -> Int { random.below(bound) }
}
