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
    let time: any TimeSource
    private var decoder: Decoder
    var diagnosis: Diagnosis
    /// The series of every sensor, and back (−1: a series whose sensor the site no longer has).
    let seriesOfSensor: [SeriesID]
    private let sensorOfSeries: [Int32]
    private var observation: SelfObservation
    /// The assets whose index is journalled once a day, and its series.
    private let indexSeries: [(asset: Int, series: SeriesID)]
    /// The gateway's own sensors in the plan of the diagnosis.
    private let ownSensors: Range<Int>

    var batch = CommitBatch()
    private var decoded: [DecodedReading] = []
    private var alerts: [Alert] = []
    /// Alerts made but not yet durable: they go with the next commit, whatever that is.
    private var alertsToCommit: [AlertRecord] = []
    var batchMessages = 0
    private var batchUnacknowledgeable = 0
    /// *Units*: monotonic nanoseconds of the first message of the batch.
    var batchSince: Int64 = 0
    var lastEntry: Int64
    private var lastCheckpoint: Int64
    private var rejectedSamples = SampleBudget()
    private var lastCommit: Int64
    /// *Units*: monotonic nanoseconds of the last time that the gateway looked at itself.
    private var lastLook: Int64
    private var clockMark: ClockMark?
    /// Marks that go with the next readings; their sequences are indices into the batch.
    private var marks: [ClockMark] = []
    private var checkpointSequence: Sequence64 = 0
    /// *Units*: bytes of the last checkpoint.
    private var checkpointBytes = 0
    private var commitsAtUpkeep: UInt64 = 0
    private var hasMoreUpkeep = false
    /// Alerts of the next commit at most: fewer while the store has no room for so many.
    private var alertChunk = Gateway.alertsPerCommit
    /// Decisions whose entries are still to be judged, in the order of sequences. While the batch is open: their places in the batch.
    private var decisionsDue: [(sequence: Sequence64, decision: Decision)] = []
    private var batchDecisions: [(index: Int, decision: Decision)] = []
    /// The next entry to be judged again; nil once everything is.
    var replayFrom: Sequence64?

    /// Decisions from the platform that stand in the journal, and what has been counted of them.
    var knownDecisions = KnownDecisions()
    package var decisionFigures = PlatformDecisionFigures()
    var refusals = RefusalBudget()

    /// What has been counted since the start.
    package private(set) var figures = GatewayFigures()
    /// Whether the store takes commits.
    package private(set) var storage = StorageState()
    /// Every reading with its judgement, for `bamai watch`; nil while nobody watches.
    package var watcher: ((Int, Reading, Judgement) -> Void)?
    /// Called with each alert's record once it is durable.
    package var onAlert: ((AlertRecord) -> Void)?
    /// What the checkpoint gave at start.
    package private(set) var restored: RestoreOutcome?
    /// By device of the site: whether it was heard since this configuration was loaded, replays aside.
    package private(set) var devicesHeard: [Bool]

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
        devicesHeard = Array(repeating: false, count: configuration.plan.devices.count)
        // The gateway's own sensors come last, so that the decoder's numbers hold in both plans.
        let observed = configuration.plan.includingGateway
        let plan = observed.includingIndices
        diagnosis = Diagnosis(plan: plan)
        var series: [SeriesID] = []
        var highest: UInt32 = 0
        for sensor in plan.sensors {
            let id = try journal.series(forKey: sensor.id)
            highest = max(highest, id.rawValue)
            series.append(id)
        }
        var back = [Int32](repeating: -1, count: Int(highest) + 1)
        for (sensor, id) in series.enumerated() { back[Int(id.rawValue)] = Int32(sensor) }
        seriesOfSensor = series
        sensorOfSeries = back
        ownSensors = configuration.plan.sensors.count..<observed.sensors.count
        let own = zip(configuration.plan.gatewaySensors, ownSensors).map { ($0, series[$1]) }
        indexSeries = plan.sensors.indices.dropFirst(observed.sensors.count).map { (plan.sensors[$0].asset, series[$0]) }
        journal.retention = RetentionPolicy(maxAgeReadings: configuration.journal.keepReadings, maxAgeAlerts: configuration.journal.keepAlerts)
        observation = SelfObservation(series: own, figures: try journal.figures(), wasDamaged: journal.openingNote != nil)
        lastEntry = time.monotonicNanoseconds
        lastCheckpoint = lastEntry
        lastCommit = lastEntry
        // A damaged journal is told of at once.
        lastLook = journal.openingNote == nil ? lastEntry : lastEntry - Gateway.tickInterval
        clockMark = try journal.clockMarks().last
        try recover()
    }

    // MARK: - The line

    /// One turn: read what has come, and when a commit is due make it durable, acknowledge it, judge it.
    ///
    /// - Throws: the store's failure. What was unacknowledged has then been abandoned, so that its senders send it again; nothing acknowledged is lost.
    ///   While the store refuses, a turn reads nothing and tries the store again when that is due.
    package func step(readable sources: [any Source], all: [any Source]) throws(JournalError) {
        guard !storage.isRefusing else { return try retry(all) }
        try resume()
        noteClock()
        for source in sources {
            while source.readable(limit: Gateway.drainLimit, sink: self) == Gateway.drainLimit && !batchIsFull {}
        }
        if tickIsDue { appendTick() }
        lookAtItself(all)
        guard commitIsDue(all) else { return }
        try commit(all)
    }

    /// Tries a store that has refused: room is made, and a tick is committed.
    private func retry(_ sources: [any Source]) throws(JournalError) {
        guard time.monotonicNanoseconds >= storage.retryAt else { return }
        do throws(JournalError) {
            // By themselves: what the platform has acknowledged is what makes room for the rest.
            try commitCursors()
            for _ in 0..<Gateway.upkeepAtOnce where try !maintain() { break }
        } catch {
            storage.refused(error, now: time.monotonicNanoseconds)
            figures.failedCommits += 1
            throw error
        }
        try resume()
        noteClock()
        appendTick()
        try commit(sources)
        for source in sources { source.setPaused(false) }
        lookAtItself(sources, atOnce: true)
    }

    /// Pieces of upkeep that one attempt may do, so that it ends.
    private static let upkeepAtOnce = 256

    /// Commits whatever is waiting, acknowledges it and judges it.
    package func commit(_ sources: [any Source]) throws(JournalError) {
        let first = try makeDurable(sources)
        for source in sources { source.releaseAcknowledgements() }
        for (index, decision) in batchDecisions {
            decisionsDue.append((first + UInt64(index), decision))
            // Only what is durable is known: a copy of what the store refused is taken.
            knownDecisions.insert(decision.id)
        }
        batchDecisions.removeAll()
        for (offset, reading) in batch.readings.enumerated() { judge(reading, sequence: first + UInt64(offset)) }
        batch.removeAll()
        (batchMessages, batchUnacknowledgeable) = (0, 0)
        do throws(JournalError) {
            while !alertsToCommit.isEmpty { try commitWithoutMessages() }
        } catch {
            for source in sources { source.setPaused(true) }
            throw error
        }
    }

    /// A commit of what no source waits for: alerts, cursors, a checkpoint. Where it fails the alerts wait in memory, and a crash would make them again
    /// from the journal, which has their readings.
    private func commitWithoutMessages() throws(JournalError) {
        _ = try makeDurable([])
        batch.removeAll()
    }

    /// Goes on with judging again, where the store once stopped it.
    private func resume() throws(JournalError) {
        do throws(JournalError) {
            try replay()
        } catch {
            if !storage.isRefusing { storage.refused(error, now: time.monotonicNanoseconds) }
            throw error
        }
    }

    private func commitCursors() throws(JournalError) {
        guard !batch.cursors.isEmpty else { return }
        var only = CommitBatch()
        (only.cursors, only.deadLetters) = (batch.cursors, batch.deadLetters)
        _ = try journal.commit(only)
        batch.cursors.removeAll()
        batch.deadLetters.removeAll()
    }

    private func makeDurable(_ sources: [any Source]) throws(JournalError) -> Sequence64 {
        do {
            batch.alerts = Array(alertsToCommit.prefix(alertChunk))
            // Messages that gave no reading leave nothing to know them again by: sent twice, they are ignored twice.
            if batch.readings.isEmpty { batch.receipts.removeAll(keepingCapacity: true) }
            guard !batch.isEmpty else { return 0 }
            if !batch.readings.isEmpty { batch.clock = marks }
            let first = try journal.commit(batch)
            if !batch.readings.isEmpty { marks.removeAll(keepingCapacity: true) }
            alertChunk = min(Gateway.alertsPerCommit, alertChunk * 2)
            figures.commits += 1
            lastCommit = time.monotonicNanoseconds
            observation.refused += storage.accepted(now: lastCommit)
            publishDurable()
            return first
        } catch {
            storage.refused(error, now: time.monotonicNanoseconds)
            if case .full = error { alertChunk = max(1, min(alertChunk, alertsToCommit.count) / 2) }
            figures.failedCommits += 1
            figures.lostUnacknowledgeable += UInt64(batchUnacknowledgeable)
            let (cursors, letters) = (batch.cursors, batch.deadLetters)
            batch.removeAll()
            batchDecisions.removeAll()
            // What the platform acknowledged or refused stays true and goes with the next commit, and so does what the clock has done.
            (batch.cursors, batch.deadLetters) = (cursors, letters)
            for index in marks.indices { marks[index].sequence = 0 }
            (batchMessages, batchUnacknowledgeable) = (0, 0)
            for source in sources {
                source.abandonUnacknowledged()
                source.setPaused(true)
            }
            throw error
        }
    }

    private func judge(_ reading: Reading, sequence: Sequence64) {
        // A decision stands at its own tick. Where damage has taken that away, the next entry does.
        while let due = decisionsDue.first, due.sequence <= sequence {
            let subject = due.decision.id.isEmpty ? nil : diagnosis.subject(of: due.decision)
            diagnosis.decide(due.decision, reading, sequence: sequence, into: &alerts)
            // Those who decided here were answered at once.
            if !due.decision.id.isEmpty { echo(due.decision, subject: subject, sequence: sequence) }
            decisionsDue.removeFirst()
        }
        if reading.series == .tick {
            diagnosis.tick(reading, sequence: sequence, into: &alerts)
        } else {
            let index = Int(reading.series.rawValue)
            guard index < sensorOfSeries.count, sensorOfSeries[index] >= 0 else { return }
            let sensor = Int(sensorOfSeries[index])
            if replayFrom == nil && sensor < configuration.plan.sensors.count { devicesHeard[configuration.plan.sensors[sensor].device] = true }
            let judgement = diagnosis.judge(sensor: sensor, reading, sequence: sequence, into: &alerts)
            watcher?(sensor, reading, judgement)
        }
        guard !alerts.isEmpty else { return }
        for alert in alerts { alertsToCommit.append(AlertRecord(alert, utcOffsetSeconds: configuration.plan.utcOffsetSeconds)) }
        figures.alerts += UInt64(alerts.count)
        alerts.removeAll(keepingCapacity: true)
    }

    private func echo(_ decision: Decision, subject: String?, sequence: Sequence64) {
        let plan = configuration.plan
        let echo = HandlingEcho(.applied(decision), gateway: plan.gateway, subject: subject, made: decision.made, sequence: sequence)
        alertsToCommit.append(AlertRecord(echo, utcOffsetSeconds: plan.utcOffsetSeconds))
    }

    private func publishDurable() {
        if let onAlert { batch.alerts.forEach(onAlert) }
        alertsToCommit.removeFirst(batch.alerts.count)
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
        if storage.isRefusing { return storage.retryAt }
        if hasMoreUpkeep && isIdle { return time.monotonicNanoseconds }
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

    // MARK: - Clock and self

    /// Journals how the wall clock stands whenever that has changed.
    private func noteClock() {
        let now = time.now
        // A wall clock beyond the range of microseconds does not exist; wrapping keeps the line alive all the same.
        let offset = now.microseconds &- time.monotonicNanoseconds / 1000
        let (boot, isSynchronised) = (time.boot, time.isSynchronised)
        if let clockMark, !clockMark.isOver(boot: boot, offset: offset, isSynchronised: isSynchronised) { return }
        let mark = ClockMark(sequence: UInt64(batch.readings.count), boot: boot, offset: offset, isSynchronised: isSynchronised)
        clockMark = mark
        marks.append(mark)
    }

    /// Once a minute, what has changed about the gateway itself becomes readings.
    private func lookAtItself(_ sources: [any Source], atOnce: Bool = false) {
        let now = time.monotonicNanoseconds
        guard !observation.series.isEmpty || !indexSeries.isEmpty, atOnce || now - lastLook >= Gateway.tickInterval else { return }
        lastLook = now
        sayIndices()
        let lastValues = ownSensors.map { diagnosis.lastValue(sensor: $0) }
        guard let figures = try? journal.figures() else { return }
        let moment = time.now
        for (series, value) in observation.next(
            last: lastValues, figures: figures, isSynchronised: time.isSynchronised, isConnected: sources.map(\.isConnected),
            lines: sources.lazy.compactMap(\.lines).first)
        {
            batch.readings.append(Reading(series: series, observed: moment, received: moment, value: value, flags: ownFlags))
        }
    }

    /// Once a local day, each asset's index becomes a reading: forwarded and exported like any other, there after a change of the checkpoint's format, and a
    /// replay repeats the value of the day instead of making another one from today's dossier. Not while nobody has set the clock: it would be another day's.
    private func sayIndices() {
        guard !indexSeries.isEmpty, time.isSynchronised != false else { return }
        let moment = time.now
        let day = IndexHistory.day(of: moment, utcOffsetSeconds: configuration.plan.utcOffsetSeconds)
        // Said today already, before a restart perhaps; a clock that steps back makes no day twice. What a refused commit took with it is said again.
        let due = indexSeries.filter { (diagnosis.indexHistory(asset: $0.asset).entries.last?.day ?? .min) < day }
        guard !due.isEmpty else { return }
        let waiting = Set(batch.readings.map(\.series))
        for (asset, series) in due where !waiting.contains(series) {
            guard let index = conditionIndex(asset: asset) else { continue }
            batch.readings.append(Reading(series: series, observed: moment, received: moment, value: Double(index.value), flags: ownFlags))
        }
    }

    /// Flags of a reading whose times are the gateway's own.
    var ownFlags: ReadingFlags { clockMark?.isSynchronised == false ? [.timeOfReceipt, .boardClockUnsynchronised] : .timeOfReceipt }

    private func appendTick() {
        let now = time.now
        batch.readings.append(Reading(series: .tick, observed: now, received: now, value: 0, flags: ownFlags))
        lastEntry = time.monotonicNanoseconds
        figures.ticks += 1
    }

    // MARK: - Cursors, checkpoints, end

    /// What the platform has acknowledged; durable with the next commit.
    package func acknowledged(_ cursors: [Lane: UInt64]) {
        for (lane, position) in cursors { batch.cursors[lane] = max(position, batch.cursors[lane] ?? 0) }
    }

    /// What the platform will never take; durable with the next commit. While the store refuses, the newest `DeadLetter.limit` wait.
    package func buried(_ letters: [DeadLetter]) {
        let moment = time.now
        for letter in letters {
            var dated = letter
            dated.made = moment
            batch.deadLetters.append(dated)
        }
        if batch.deadLetters.count > DeadLetter.limit { batch.deadLetters.removeFirst(batch.deadLetters.count - DeadLetter.limit) }
    }

    /// Whether detectors should be checkpointed now: after the interval, when a checkpoint is worth its wear.
    ///
    /// A thousand sensors have two megabytes of state. Written every five minutes that would be twenty times their readings; so as many bytes of readings must
    /// have been journalled as the checkpoint has, or as many readings as are quickly judged again.
    package var checkpointIsDue: Bool {
        let entries = diagnosis.sequence &- checkpointSequence
        guard entries != 0, !storage.isRefusing,
            time.monotonicNanoseconds - lastCheckpoint >= configuration.journal.checkpointInterval.wholeMicroseconds * 1000
        else { return false }
        return entries >= Gateway.replayLimit || entries * Gateway.bytesPerReading >= UInt64(checkpointBytes)
    }

    /// Entries after which a checkpoint is written in any case: some tenths of a second of judging at the next start.
    static let replayLimit: UInt64 = 500_000
    /// *Units*: bytes that a journalled reading takes, roughly.
    static let bytesPerReading: UInt64 = 4
    /// Alerts of one commit; a batch that makes more takes several.
    static let alertsPerCommit = 1024

    /// Writes the detectors' state, with what else is waiting.
    ///
    /// Precondition: no message is waiting (`commit` was called).
    package func writeCheckpoint() throws(JournalError) {
        // A checkpoint says that everything before it has been judged: alerts that are not durable yet would never be made again.
        while !alertsToCommit.isEmpty { try commitWithoutMessages() }
        lastCheckpoint = time.monotonicNanoseconds
        checkpointSequence = diagnosis.sequence
        // Of a hundred thousand sensors it would take hundreds of megabytes, only to be left out.
        let body = diagnosis.leastSnapshotBytes <= SQLiteJournal.checkpointBytesLimit ? diagnosis.snapshot() : []
        checkpointBytes = max(body.count, diagnosis.leastSnapshotBytes)
        guard checkpointBytes <= SQLiteJournal.checkpointBytesLimit else {
            // Restarts then judge from the journal alone, as far back as it goes.
            figures.checkpointsTooLarge += 1
            return
        }
        let checkpoint = Checkpoint(sequence: diagnosis.sequence, revision: configuration.revision, body: body)
        batch.checkpoint = checkpoint
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
    package var upkeepIsDue: Bool { hasMoreUpkeep || figures.commits - commitsAtUpkeep >= Gateway.upkeepCommits }

    /// One piece of the journal's upkeep. Returns whether more remains.
    func maintain() throws(JournalError) -> Bool {
        commitsAtUpkeep = figures.commits
        hasMoreUpkeep = false
        // Age counts only where the clock can be believed.
        hasMoreUpkeep = try journal.maintain(now: time.isSynchronised == false ? nil : time.now)
        return hasMoreUpkeep
    }

    /// Commits between two pieces of upkeep.
    static let upkeepCommits: UInt64 = 256

    /// Whether storage makes progress: what waits is committed, or a store that refuses is tried again and answers. A new process could do no better.
    package func storageIsAlive(_ now: Int64) -> Bool {
        storage.isRefusing ? now - storage.retryAt < Gateway.storagePatience : isIdle || now - batchSince < Gateway.storagePatience
    }

    /// How long a commit may be overdue before the service manager is let to restart us. *Units*: nanoseconds.
    static let storagePatience: Int64 = 60_000_000_000

    // MARK: - Start

    private func recover() throws(JournalError) {
        if let checkpoint = try journal.checkpoint() {
            restored = diagnosis.restore(from: checkpoint.body)
            checkpointBytes = checkpoint.body.count
        }
        checkpointSequence = diagnosis.sequence
        for record in try journal.decisions(after: 0) {
            guard let decision = Decision(bytes: record.body) else { continue }
            knownDecisions.insert(decision.id)
            if record.sequence > diagnosis.sequence { decisionsDue.append((record.sequence, decision)) }
        }
        replayFrom = diagnosis.sequence + 1
        do throws(JournalError) {
            try replay()
        } catch {
            // A store that takes no alert now must not keep the gateway from starting: the platform's acknowledgements are what makes room again.
            guard storage.isRefusing else { throw error }
        }
    }

    /// Judges again what came after the checkpoint, from where the last attempt ended. Nothing is read before it is through.
    private func replay() throws(JournalError) {
        guard let from = replayFrom else { return }
        while !alertsToCommit.isEmpty { try commitWithoutMessages() }
        var failure: JournalError?
        try journal.readings(from: from) { sequence, reading in
            self.judge(reading, sequence: sequence)
            self.figures.replayed += 1
            self.replayFrom = sequence + 1
            guard self.alertsToCommit.count >= Gateway.alertsPerCommit else { return true }
            // The alerts of a long journal must not wait in memory for its end.
            do throws(JournalError) { try self.commitWithoutMessages() } catch { failure = error }
            return failure == nil
        }
        if let failure { throw failure }
        while !alertsToCommit.isEmpty { try commitWithoutMessages() }
        replayFrom = nil
    }

    // MARK: - What others may ask

    /// The decoder's counters.
    package var decodeFigures: DecodeFigures { decoder.figures }
    /// The entry that was judged last.
    package var judgedSequence: Sequence64 { diagnosis.sequence }
    /// The episodes that are raised now.
    package func activeEpisodes() -> [ActiveEpisode] { diagnosis.activeEpisodes() }
    /// What is judged: the site's plan with the gateway's own sensors behind it.
    package var judgedPlan: SitePlan { diagnosis.plan }
    /// The sick-running index of an asset of the plan, as of the newest entry; nil where its class has none.
    package func conditionIndex(asset: Int) -> ConditionIndex? {
        diagnosis.conditionIndex(asset: asset, now: diagnosis.sequence == 0 ? time.now : nil)
    }
    /// The past values of an asset's index.
    package func indexHistory(asset: Int) -> IndexHistory { diagnosis.indexHistory(asset: asset) }
    /// Sensors by whether they speak.
    package func presence() -> Presence { diagnosis.presence() }
    /// By device of the site: whether it speaks as often as it should, as far as is known.
    func reportingDevices() -> [Bool] { diagnosis.reportingDevices(count: configuration.plan.devices.count) }
    /// What the gateway says of its own alerts.
    package func alarmReport() -> AlarmReport { diagnosis.alarmReport(now: time.now) }
    /// Why a decision cannot be taken.
    func diagnosisObjection(to decision: Decision) -> String? { diagnosis.objection(to: decision, now: time.now) }
    /// A decision takes a place in the batch, as a tick.
    func appendDecision(_ decision: Decision) {
        batchDecisions.append((batch.readings.count, decision))
        batch.decisions.append(DecisionRecord(sequence: UInt64(batch.readings.count), body: decision.bytes))
        appendTick()
    }
    /// A decision with what the detectors know of it.
    func diagnosisCompleted(_ decision: Decision) -> Decision { diagnosis.completed(decision) }
    /// Whether what a decision is about is not known here, rather than not possible now.
    func isUnknown(_ decision: Decision) -> Bool { diagnosis.isUnknown(decision) }
    /// An answer to the platform goes with the next commit.
    func appendEcho(_ record: AlertRecord) { alertsToCommit.append(record) }
    /// The platform's own number of a decision goes with the next commit; 0: it has none.
    func noteNumber(_ number: UInt64) {
        if number > 0 { batch.cursors[.decisions] = max(number, batch.cursors[.decisions] ?? 0) }
    }
    /// A sample of what the platform sent and nobody can read.
    func noteMalformed(_ bytes: [UInt8], topic: String) {
        guard rejectedSamples.take("decision", at: time.now) else { return }
        batch.rejected.append(
            RejectedMessage(
                received: time.now, broker: "platform", topic: topic, cause: "decision", sample: Array(bytes.prefix(RejectedMessage.sampleLimit))))
    }
    /// Judges again what is left of the start, so that a decision meets the state of now.
    func resumeReplay() throws(JournalError) { try resume() }
    /// The journal could not be opened anew either.
    func noteReopening(_ error: JournalError) { storage.refused(error, now: time.monotonicNanoseconds) }
    /// This gateway goes on after one whose journal was opened anew, with the positions that still wait there for their commit.
    func takesOver(_ old: Gateway) {
        storage.reopened(after: old.storage)
        acknowledged(old.batch.cursors)
        observation.edgesLostBefore = old.observation.edgesLostBefore
        batch.deadLetters += old.batch.deadLetters
    }
    /// The Sparkplug nodes to be asked for a rebirth now; each at most once a minute.
    package func takeRebirthRequests() -> [RebirthRequest] { decoder.takeRebirthRequests(now: time.now) }
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
                Reading(
                    series: seriesOfSensor[entry.sensor], observed: entry.observed, received: now, value: entry.value,
                    flags: clockMark?.isSynchronised == false ? entry.flags.union(.boardClockUnsynchronised) : entry.flags))
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
