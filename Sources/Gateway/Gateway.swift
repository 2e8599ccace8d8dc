import Decode
import Diagnosis
import Intake
import Journal
import Lifeline
import Pulse
import Site

/// The line: sources → decode → journal → acknowledge → judge → alerts → journal.
///
/// It owns no socket, thread or timer: the daemon drives it, and so do tests and simulations. After any throw or crash the journal alone says what
/// happened; a new gateway on the same journal goes on from there.
///
/// *Isolation*: the intake thread.
package final class Gateway {
    package let configuration: SiteConfiguration
    package let journal: any JournalWriter
    private let time: any TimeSource
    private var decoder: Decoder
    private var diagnosis: Diagnosis
    /// The series of every sensor, and back (−1: a series whose sensor the site no longer has).
    private let seriesOfSensor: [SeriesID]
    private let sensorOfSeries: [Int32]

    private var batch = CommitBatch()
    private var decoded: [DecodedReading] = []
    private var alerts: [Alert] = []
    /// Alerts made but not yet durable: they go with the next commit, whatever that is.
    private var alertsToCommit: [AlertRecord] = []
    private var batchMessages = 0
    private var batchUnacknowledgeable = 0
    /// *Units*: monotonic nanoseconds of the first message of the batch.
    private var batchSince: Int64 = 0
    private var lastEntry: Int64
    private var lastCheckpoint: Int64
    private var rejectedSamples = SampleBudget()
    private var lastCommit: Int64
    private var checkpointSequence: Sequence64 = 0
    private var commitsAtUpkeep: UInt64 = 0

    /// What has been counted since the start.
    package private(set) var figures = GatewayFigures()
    /// The last failure of the store; nil when the last commit went well.
    package private(set) var storageProblem: JournalError?
    /// Every reading with its judgement, for `bamai watch`; nil while nobody watches.
    package var watcher: ((Int, Reading, Judgement) -> Void)?
    /// Called with each alert's record once it is durable.
    package var onAlert: ((AlertRecord) -> Void)?
    /// What the checkpoint gave at start.
    package private(set) var restored: RestoreOutcome?

    /// While nothing arrives, a tick is journalled this often. *Units*: nanoseconds. Half of the longest gap that counts as listening.
    package static let tickInterval: Int64 = 60_000_000_000
    /// Messages read from one source before the batch's size is looked at and the next source has its turn.
    package static let drainLimit = 256

    /// Opens the line on a journal: takes the last checkpoint and judges again what came after it.
    ///
    /// - Throws: what the journal throws; nothing was changed then but series numbers.
    package init(configuration: SiteConfiguration, journal: any JournalWriter, time: any TimeSource) throws(JournalError) {
        self.configuration = configuration
        self.journal = journal
        self.time = time
        decoder = Decoder(plan: configuration.plan)
        diagnosis = Diagnosis(plan: configuration.plan)
        var series: [SeriesID] = []
        var highest: UInt32 = 0
        for sensor in configuration.plan.sensors {
            let id = try journal.series(forKey: sensor.id)
            highest = max(highest, id.rawValue)
            series.append(id)
        }
        var back = [Int32](repeating: -1, count: Int(highest) + 1)
        for (sensor, id) in series.enumerated() { back[Int(id.rawValue)] = Int32(sensor) }
        seriesOfSensor = series
        sensorOfSeries = back
        lastEntry = time.monotonicNanoseconds
        lastCheckpoint = lastEntry
        lastCommit = lastEntry
        try recover()
    }

    // MARK: - The line

    /// One turn: read what has come, and when a commit is due make it durable, acknowledge it, judge it.
    ///
    /// - Throws: the store's failure. What was unacknowledged has then been abandoned, so that its senders send it again; nothing acknowledged is lost.
    package func step(readable sources: [any Source], all: [any Source]) throws(JournalError) {
        for source in sources {
            while source.readable(limit: Gateway.drainLimit, sink: self) == Gateway.drainLimit && !batchIsFull {}
        }
        if tickIsDue { appendTick() }
        guard commitIsDue(all) else { return }
        try commit(all)
    }

    /// Commits whatever is waiting, acknowledges it and judges it.
    package func commit(_ sources: [any Source]) throws(JournalError) {
        let first = try makeDurable(sources)
        for source in sources { source.releaseAcknowledgements() }
        for (offset, reading) in batch.readings.enumerated() { judge(reading, sequence: first + UInt64(offset)) }
        batch.removeAll()
        (batchMessages, batchUnacknowledgeable) = (0, 0)
        if !alertsToCommit.isEmpty { try commitWithoutMessages() }
    }

    /// A commit of what no source waits for: alerts, cursors, a checkpoint. Where it fails the alerts wait in memory, and a crash would make them again
    /// from the journal, which has their readings.
    private func commitWithoutMessages() throws(JournalError) {
        _ = try makeDurable([])
        batch.removeAll()
    }

    private func makeDurable(_ sources: [any Source]) throws(JournalError) -> Sequence64 {
        do {
            batch.alerts = alertsToCommit
            // Messages that gave no reading leave nothing to know them again by: sent twice, they are ignored twice.
            if batch.readings.isEmpty { batch.receipts.removeAll(keepingCapacity: true) }
            guard !batch.isEmpty else { return 0 }
            let first = try journal.commit(batch)
            storageProblem = nil
            figures.commits += 1
            lastCommit = time.monotonicNanoseconds
            publishDurable()
            return first
        } catch {
            storageProblem = error
            figures.failedCommits += 1
            figures.lostUnacknowledgeable += UInt64(batchUnacknowledgeable)
            let cursors = batch.cursors
            batch.removeAll()
            // What the platform acknowledged stays true and goes with the next commit.
            batch.cursors = cursors
            (batchMessages, batchUnacknowledgeable) = (0, 0)
            for source in sources { source.abandonUnacknowledged() }
            throw error
        }
    }

    private func judge(_ reading: Reading, sequence: Sequence64) {
        if reading.series == .tick {
            diagnosis.tick(reading, sequence: sequence, into: &alerts)
        } else {
            let index = Int(reading.series.rawValue)
            guard index < sensorOfSeries.count, sensorOfSeries[index] >= 0 else { return }
            let sensor = Int(sensorOfSeries[index])
            let judgement = diagnosis.judge(sensor: sensor, reading, sequence: sequence, into: &alerts)
            watcher?(sensor, reading, judgement)
        }
        guard !alerts.isEmpty else { return }
        for alert in alerts { alertsToCommit.append(AlertRecord(alert, utcOffsetSeconds: configuration.plan.utcOffsetSeconds)) }
        figures.alerts += UInt64(alerts.count)
        alerts.removeAll(keepingCapacity: true)
    }

    private func publishDurable() {
        if let onAlert { alertsToCommit.forEach(onAlert) }
        alertsToCommit.removeAll(keepingCapacity: true)
    }

    // MARK: - When to commit

    /// Messages count too: a flood of what gives no reading must not keep the rest from being committed.
    private var batchIsFull: Bool { max(batch.readings.count, batchMessages) >= configuration.journal.maxBatch }

    private func commitIsDue(_ sources: [any Source]) -> Bool {
        if batchMessages == 0 {
            // Redeliveries of what is durable already bring nothing to commit, and must be acknowledged all the same, or they would fill the window.
            return !batch.readings.isEmpty || !alertsToCommit.isEmpty || sources.contains { $0.unacknowledged > 0 }
        }
        if batchIsFull { return true }
        // A broker that has used up its window sends nothing more until it is acknowledged: waiting would only waste time.
        for (index, source) in sources.enumerated() where index < configuration.brokers.count {
            if source.unacknowledged >= configuration.brokers[index].window { return true }
        }
        return time.monotonicNanoseconds - batchSince >= configuration.journal.commitDelay.wholeMicroseconds * 1000
    }

    /// *Units*: monotonic nanoseconds: when `step` has to be called again, even if nothing arrives.
    package var nextDeadline: Int64 {
        var deadline = lastEntry + Gateway.tickInterval
        if batchMessages > 0 { deadline = min(deadline, batchSince + configuration.journal.commitDelay.wholeMicroseconds * 1000) }
        if let due = diagnosis.nextDue { deadline = min(deadline, lastEntry + due * 1000) }
        return deadline
    }

    private var tickIsDue: Bool {
        let now = time.monotonicNanoseconds
        if now - lastEntry >= Gateway.tickInterval { return true }
        guard let due = diagnosis.nextDue else { return false }
        return now - lastEntry >= due * 1000
    }

    private func appendTick() {
        let now = time.now
        batch.readings.append(Reading(series: .tick, observed: now, received: now, value: 0))
        lastEntry = time.monotonicNanoseconds
        figures.ticks += 1
    }

    // MARK: - Cursors, checkpoints, end

    /// What the platform has acknowledged; durable with the next commit.
    package func acknowledged(_ cursors: [Lane: UInt64]) {
        for (lane, position) in cursors { batch.cursors[lane] = max(position, batch.cursors[lane] ?? 0) }
    }

    /// Whether detectors should be checkpointed now.
    package var checkpointIsDue: Bool {
        diagnosis.sequence != checkpointSequence
            && time.monotonicNanoseconds - lastCheckpoint >= configuration.journal.checkpointInterval.wholeMicroseconds * 1000
    }

    /// Writes the detectors' state, with what else is waiting.
    ///
    /// Precondition: no message is waiting (`commit` was called).
    package func writeCheckpoint() throws(JournalError) {
        lastCheckpoint = time.monotonicNanoseconds
        checkpointSequence = diagnosis.sequence
        batch.checkpoint = Checkpoint(sequence: diagnosis.sequence, revision: configuration.revision, body: diagnosis.snapshot())
        defer { batch.checkpoint = nil }
        try commitWithoutMessages()
    }

    /// No message waits for a commit.
    package var isIdle: Bool { batchMessages == 0 && batch.readings.isEmpty }

    /// Positions that the platform acknowledged wait for a commit that readings do not bring: a crash would only send a little twice, so a few seconds
    /// are no harm, and a commit for each would wear the card.
    package var cursorsAreOld: Bool { !batch.cursors.isEmpty && time.monotonicNanoseconds - lastCommit > Gateway.cursorPatience }

    /// *Units*: nanoseconds.
    static let cursorPatience: Int64 = 5_000_000_000

    /// Whether the journal's upkeep should be done now, with nothing else to do.
    package var upkeepIsDue: Bool { figures.commits - commitsAtUpkeep >= Gateway.upkeepCommits }
    /// Upkeep was done.
    package func noteUpkeep() { commitsAtUpkeep = figures.commits }

    /// Commits between two pieces of upkeep.
    static let upkeepCommits: UInt64 = 256

    /// Whether storage makes progress: nothing has waited for a commit beyond all reason.
    package func storageIsAlive(_ now: Int64) -> Bool { isIdle || storageProblem == nil || now - lastCommit < Gateway.storagePatience }

    /// How long a store may refuse before the service manager is let to restart us. *Units*: nanoseconds.
    static let storagePatience: Int64 = 600_000_000_000

    // MARK: - Start

    private func recover() throws(JournalError) {
        if let checkpoint = try journal.checkpoint() { restored = diagnosis.restore(from: checkpoint.body) }
        let from = diagnosis.sequence + 1
        var replayed: UInt64 = 0
        try journal.readings(from: from) { sequence, reading in
            self.judge(reading, sequence: sequence)
            replayed += 1
            return true
        }
        figures.replayed = replayed
        if !alertsToCommit.isEmpty { try commitWithoutMessages() }
    }

    // MARK: - What others may ask

    /// The decoder's counters.
    package var decodeFigures: DecodeFigures { decoder.figures }
    /// The entry that was judged last.
    package var judgedSequence: Sequence64 { diagnosis.sequence }
    /// The episodes that are raised now.
    package func activeEpisodes() -> [ActiveEpisode] { diagnosis.activeEpisodes() }
    /// Sensors by whether they speak.
    package func presence() -> Presence { diagnosis.presence() }
    /// The MQTT topic filters that a broker is asked for.
    package func topicFilters(broker: Int) -> [String] { decoder.topicFilters(broker: broker) }
}

extension Gateway: MessageSink {
    /// One message: decoded now, durable with the next commit.
    package func received(
        broker: Int, topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, receipt: UInt64, qos: Int, retained: Bool
    ) {
        let now = time.now
        if batchMessages == 0 { batchSince = time.monotonicNanoseconds }
        batchMessages += 1
        if qos == 0 { batchUnacknowledgeable += 1 } else { batch.receipts.append(receipt) }
        decoded.removeAll(keepingCapacity: true)
        let report = decoder.decode(broker: broker, topic: topic, payload: payload, received: now, into: &decoded)
        for entry in decoded {
            if retained && !diagnosis.isNews(sensor: entry.sensor, observed: entry.observed, value: entry.value, flags: entry.flags) {
                figures.staleRetained += 1
                continue
            }
            batch.readings.append(
                Reading(series: seriesOfSensor[entry.sensor], observed: entry.observed, received: now, value: entry.value, flags: entry.flags))
        }
        if !decoded.isEmpty { lastEntry = time.monotonicNanoseconds }
        if let cause = report.rejection, rejectedSamples.take(cause.rawValue, at: now) {
            batch.rejected.append(
                RejectedMessage(
                    received: now, broker: configuration.brokers[broker].id, topic: String(decoding: topic.prefix(256), as: UTF8.self),
                    cause: cause.rawValue, sample: Array(payload.prefix(RejectedMessage.sampleLimit))))
        }
    }
}

extension AlertRecord {
    /// The record of an alert: rendered once, here.
    package init(_ alert: Alert, utcOffsetSeconds: Int) {
        self.init(
            id: alert.id, episode: alert.episode, kind: alert.kind.rawValue, level: alert.level.rawValue, subject: alert.asset.subject,
            sensor: alert.sensor, rule: alert.rule.id, recorded: alert.recorded, body: alert.cloudEvent(utcOffsetSeconds: utcOffsetSeconds))
    }
}
