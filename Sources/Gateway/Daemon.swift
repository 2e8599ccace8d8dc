import Diagnosis
import Glibc
import Intake
import Journal
import Lifeline
import Lines
import Linux
import MQTT
import Site
import Uplink

/// The daemon: one epoll loop around the line.
///
/// *Isolation*: everything here runs on the thread that calls `run`; the uplink and the connection attempts have their own.
package final class Daemon {
    /// How the daemon ended.
    package enum End: Sendable {
        case stopped
        case failed(String)
    }

    enum Token: UInt64 {
        case signals = 1
        case timer, control, uplink, check, lines
        // Sources have two tokens each, clients one.
        static let socket: UInt64 = 1000
        static let wake: UInt64 = 2000
        static let client: UInt64 = 10_000
    }

    let sitePath: String
    let time = SystemTime()
    let log = Log()
    let started: Int64
    let epoll: Epoll
    let signals: SignalDescriptor
    let timer: TimerDescriptor
    var gateway: Gateway?
    /// A valid site whose journal cannot be opened yet.
    var waiting: SiteConfiguration?
    var journalRetryAt: Int64 = 0
    var journalProblem: JournalError?
    let checkCall: BackgroundCall<String?>
    var check: JournalCheck?
    var sources: [MQTTSource] = []
    var registered: [(generation: Int, descriptor: Int32?, interest: Readiness)] = []
    /// The board's own lines; nil: the site has none.
    var lines: GPIOSource?
    var lineHolds: [LineHold] = []
    var conditions = OutputState.Conditions(isJudging: false)
    var linesLookedAt: Int64 = 0
    var alertsDriven: UInt64 = 0
    var uplink: Uplink?
    var listener: Int32 = -1
    var controlPath = ""
    var clients: [UInt64: ControlClient] = [:]
    var nextClient: UInt64 = 0
    var problems: [Problem] = []
    /// Of the secrets that the configuration was loaded with.
    var secretsMark: UInt64 = 0
    var isStopping = false
    /// Why the daemon ends by itself.
    var failure: String?
    var watchdogAt: Int64 = .max
    var watchdogInterval: Int64 = .max
    private var giveBackAt: Int64 = .max
    var sourceStates: [SourceState] = []

    /// Clients at the control socket at once.
    static let clientLimit = 16
    /// Findings of a refused site that go into the log; `bamai check` shows them all.
    static let findingsInLog = 20
    /// A journal that cannot be opened is tried again after this. *Units*: nanoseconds.
    static let journalRetry: Int64 = 5_000_000_000

    /// As often as a checkpoint is made, which takes much for a moment. *Units*: nanoseconds.
    private static let giveBackInterval: Int64 = 3_600_000_000_000

    /// - Parameter sitePath: the site's folder or its `site.toml`. Signals are blocked from here on: make it before any thread.
    package init(sitePath: String) throws(SystemError) {
        self.sitePath = sitePath
        Heap.keepSmall()
        started = Clocks.monotonicNanoseconds()
        signals = try SignalDescriptor([SIGTERM, SIGINT, SIGHUP])
        signal(SIGPIPE, SIG_IGN)
        epoll = try Epoll()
        timer = try TimerDescriptor()
        checkCall = try BackgroundCall()
        try epoll.add(signals.descriptor, .readable, token: Token.signals.rawValue)
        try epoll.add(timer.descriptor, .readable, token: Token.timer.rawValue)
        try epoll.add(checkCall.descriptor, .readable, token: Token.check.rawValue)
    }

    func say(_ priority: Log.Priority, _ text: String) { log.write(priority, text, monotonicNanoseconds: time.monotonicNanoseconds) }

    // MARK: - Life

    /// Runs until a signal ends it.
    package func run() -> End {
        switch SiteFiles.load(sitePath) {
        case .invalid(let findings):
            for finding in findings { say(.error, finding.description) }
            return .failed("the site \(sitePath) has \(findings.count) errors; `bamai check` shows them all")
        case .valid(let site, let warnings):
            for warning in warnings { say(.warning, warning.description) }
            openControl(site)
            if let reason = open(site) { return .failed(reason) }
        }
        if let micro = watchdogMicroseconds() {
            watchdogInterval = micro * 1000 / 3
            watchdogAt = time.monotonicNanoseconds
        }
        giveBack()
        notifyServiceManager("READY=1")
        while !isStopping { turn() }
        notifyServiceManager("STOPPING=1")
        close()
        return failure.map { .failed($0) } ?? .stopped
    }

    func begin(_ site: SiteConfiguration, _ journal: any JournalWriter) -> String? {
        var journal = journal
        let gateway: Gateway
        do throws(JournalError) {
            do throws(JournalError) {
                gateway = try Gateway(configuration: site, journal: journal, time: time)
            } catch .damaged(let words) {
                // Met where no check had looked: the file is set aside, and what can be read of it is taken over.
                journal.close()
                journal = try SQLiteJournal.open(path: site.journal.path, maxBytes: pageCap(site), knownDamage: words)
                note(journal)
                gateway = try Gateway(configuration: site, journal: journal, time: time)
            }
        } catch {
            return "the journal cannot be read: \(error.sentence)"
        }
        self.gateway = gateway
        gateway.onAlert = { [unowned self] record in
            self.announce(record)
            self.raise(record)
        }
        if case .refused(let reason)? = gateway.restored {
            say(.warning, "the checkpoint was refused (\(reason)); detectors were taught from the journal")
        }
        if let reason = openSources(site, gateway, journal) { return reason }
        if let reason = openLines(site, gateway) { return reason }
        openUplink(site)
        takeAuditAtStart()
        secretsMark = Connections.secretsMark(site)
        say(
            .notice,
            "gateway \(site.plan.gateway): \(site.plan.assets.count) assets, \(site.plan.sensors.count) sensors, revision \(site.revision), journal at \(gateway.judgedSequence), \(gateway.figures.replayed) entries judged again"
        )
        return nil
    }

    func openSources(_ site: SiteConfiguration, _ gateway: Gateway, _ journal: any JournalWriter) -> String? {
        let receipts = (try? journal.recentReceipts(limit: Gateway.receiptsRemembered)) ?? []
        for (index, broker) in site.brokers.enumerated() {
            switch Connections.options(broker) {
            case .failure(let problem): return problem.text
            case .success(let options):
                do throws(SystemError) {
                    let source = try MQTTSource(
                        index: index, id: broker.id, options: options, filters: gateway.topicFilters(broker: index), seed: seed(broker.clientID),
                        connector: ThreadConnector(), quietLimit: Connections.quietLimit(site.plan, broker: index))
                    source.restore(receipts: receipts)
                    try epoll.add(source.wakeDescriptor, .readable, token: Token.wake + UInt64(index))
                    sources.append(source)
                    registered.append((-1, nil, []))
                    sourceStates.append(.waiting)
                } catch {
                    return "\(error)"
                }
            }
        }
        return nil
    }

    /// Different on each start and on each gateway: jitter must not repeat.
    func seed(_ text: String) -> UInt64 {
        var hash = StableHash()
        hash.combine(text)
        hash.combine(UInt64(bitPattern: time.now.microseconds))
        return hash.value
    }

    func openControl(_ site: SiteConfiguration) {
        do throws(SystemError) {
            Folder.make(for: site.controlSocket)
            listener = try UnixSocket.listen(at: site.controlSocket)
            controlPath = site.controlSocket
            try epoll.add(listener, .readable, token: Token.control.rawValue)
        } catch {
            problems.append(Problem(.warning, "control", "no control socket: \(error)"))
            say(.warning, "no control socket: \(error)")
        }
    }

    private func close() {
        defer { closeControl() }
        // Whatever the store says: an output is not left on.
        defer { lines?.stop(now: time.monotonicNanoseconds) }
        guard let gateway else { return }
        endCheck()
        // What has been read is committed and acknowledged before the goodbye; what has not is sent again next time.
        do throws(JournalError) {
            reportLines(gateway)
            try gateway.commit(allSources)
            for source in sources { source.stop() }
            uplink?.stop()
            if let uplink { gateway.takeAcknowledged(uplink) }
            try gateway.writeCheckpoint()
        } catch {
            say(.error, "the journal refused the last commit: \(error.sentence)")
        }
        gateway.journal.close()
        say(.notice, "stopped at \(gateway.judgedSequence)")
    }

    /// What only the start or a reload has needed goes back to the system: what parsing the site took, and the code that did it.
    private func giveBack() {
        giveBackAt = time.monotonicNanoseconds + Daemon.giveBackInterval
        Heap.trim()
        ProgramPages.release()
    }

    func closeControl() {
        for client in clients.values { _ = client.flush() }
        clients = [:]
        guard listener >= 0 else { return }
        Glibc.close(listener)
        unlink(controlPath)
    }

    // MARK: - The loop

    func turn() {
        let deadline = gateway.map(nextDeadline) ?? min(journalRetryAt, watchdogAt)
        timer.arm(atNanoseconds: deadline)
        register()
        var ready: [any Source] = []
        var events: [(UInt64, Readiness)] = []
        epoll.wait(timeoutMilliseconds: -1) { events.append(($0, $1)) }
        for (token, readiness) in events { handle(token, readiness, &ready) }
        let now = time.monotonicNanoseconds
        guard let gateway else { return awaitJournal(now) }
        for source in sources where now >= source.nextDeadline { source.tick(monotonicNanoseconds: now) }
        tickLines(now, &ready)
        step(gateway, ready, now)
        askForRebirths(gateway)
        upkeep(gateway)
        if now >= giveBackAt { giveBack() }
        driveLines(gateway, now)
        feedWatchdog(gateway, now)
        flushClients()
        noteSources()
    }

    private func nextDeadline(_ gateway: Gateway) -> Int64 {
        var deadline = gateway.nextDeadline
        for source in sources { deadline = min(deadline, source.nextDeadline) }
        if let lines { deadline = min(deadline, lines.nextDeadline) }
        if watchdogInterval != .max { deadline = min(deadline, watchdogAt) }
        return deadline
    }

    private func handle(_ token: UInt64, _ readiness: Readiness, _ ready: inout [any Source]) {
        switch token {
        case Token.signals.rawValue: takeSignals()
        case Token.timer.rawValue: timer.drain()
        case Token.control.rawValue: acceptClients()
        case Token.uplink.rawValue: takeAcknowledgements()
        case Token.check.rawValue: takeCheck()
        case Token.lines.rawValue: takeEdges(&ready)
        case Token.socket..<Token.wake:
            let source = sources[Int(token - Token.socket)]
            if readiness.contains(.writable) { source.writable() }
            if !readiness.subtracting(.writable).isEmpty { ready.append(source) }
        case Token.wake..<Token.client: sources[Int(token - Token.wake)].tick(monotonicNanoseconds: time.monotonicNanoseconds)
        default: serve(token)
        }
    }

    func step(_ gateway: Gateway, _ ready: [any Source], _ now: Int64) {
        if gateway.storage.wantsReopening && now >= gateway.storage.retryAt { return reopenJournal(gateway) }
        let before = gateway.figures.commits
        let (wasRefusing, problem) = (gateway.storage.isRefusing, gateway.storage.problem)
        do throws(JournalError) {
            try gateway.step(readable: ready, all: allSources)
            if wasRefusing && !gateway.storage.isRefusing { say(.notice, "the journal takes commits again") }
        } catch {
            if error != problem { say(.error, "the journal refused a commit: \(error.sentence)") }
        }
        if gateway.figures.commits != before { uplink?.wake() }
    }

    /// Sparkplug nodes whose names are not known are asked to tell them again. Not while acknowledgements wait for a commit: a command would carry them
    /// out of the house.
    private func askForRebirths(_ gateway: Gateway) {
        guard sources.allSatisfy({ $0.unacknowledged == 0 }) else { return }
        for request in gateway.takeRebirthRequests() where sources.indices.contains(request.broker) {
            let isSent = sources[request.broker].publish(topic: request.topic, payload: request.payload(at: time.now))
            say(.notice, "asked \(request.group)/\(request.node) for its birth\(isSent ? "" : ", but the broker is away")")
        }
    }

    private func upkeep(_ gateway: Gateway) {
        do throws(JournalError) {
            try gateway.upkeep(allSources)
        } catch {
            say(.error, "upkeep of the journal failed: \(error.sentence)")
        }
    }

    private func takeAcknowledgements() {
        guard let uplink else { return }
        hear(uplink)
    }

    /// The watchdog is fed by progress of sensing (this loop turns) and of storage (nothing has been waiting for a commit for long).
    func feedWatchdog(_ gateway: Gateway, _ now: Int64) {
        guard now >= watchdogAt, gateway.storageIsAlive(now) else { return }
        watchdogAt = now + watchdogInterval
        notifyServiceManager("WATCHDOG=1")
    }

    // MARK: - Sources

    private func register() {
        for (index, source) in sources.enumerated() {
            var interest: Readiness = source.wantsRead ? .readable : []
            if source.wantsWrite { interest.insert(.writable) }
            let known = registered[index]
            if known.generation != source.generation {
                if let old = known.descriptor { epoll.remove(old) }
                if let descriptor = source.descriptor {
                    try? epoll.add(descriptor, interest, token: Token.socket + UInt64(index))
                }
                registered[index] = (source.generation, source.descriptor, interest)
            } else if known.interest != interest, let descriptor = known.descriptor {
                epoll.modify(descriptor, interest, token: Token.socket + UInt64(index))
                registered[index].interest = interest
            }
        }
    }

    private func noteSources() {
        for (index, source) in sources.enumerated() where source.status.state != sourceStates[index] {
            let before = sourceStates[index]
            sourceStates[index] = source.status.state
            switch source.status.state {
            case .connected: say(.notice, "broker \(source.status.id): connected")
            case .waiting where before == .connected || before == .connecting:
                say(.warning, "broker \(source.status.id): \(source.status.lastError ?? "the connection ended")")
            default: break
            }
        }
    }

    // MARK: - Signals and reload

    private func takeSignals() {
        while let number = signals.next() {
            if number == SIGHUP { reload() } else { isStopping = true }
        }
    }

    /// A new site takes the old one's place only when it is valid; detectors of sensors that remain go on.
    func reload() {
        guard let old = gateway else { return }
        notifyServiceManager("RELOADING=1\nMONOTONIC_USEC=\(time.monotonicNanoseconds / 1000)")
        defer { notifyServiceManager("READY=1") }
        problems.removeAll { $0.subject == "configuration" }
        switch SiteFiles.load(sitePath) {
        case .invalid(let findings):
            let text = "the new configuration has \(findings.count) errors and was not taken; first: \(findings.first?.description ?? "")"
            problems.append(Problem(.error, "configuration", text))
            say(.error, text)
            for finding in findings.prefix(Daemon.findingsInLog) { say(.error, finding.description) }
        case .valid(let site, _) where site.revision == old.configuration.revision && Connections.secretsMark(site) == secretsMark:
            say(.notice, "reload: nothing has changed")
        case .valid(let site, _):
            let keeps = site.journal.path == old.configuration.journal.path && site.controlSocket == old.configuration.controlSocket
            guard keeps else {
                problems.append(Problem(.error, "configuration", "a changed journal path or control socket needs a restart"))
                say(.error, "reload: a changed journal path or control socket needs a restart")
                return
            }
            // A site that cannot connect is not taken: the one that runs keeps sensing.
            if let problem = Connections.missingSecret(site) {
                problems.append(Problem(.error, "configuration", "the new configuration was not taken: \(problem.text)"))
                say(.error, "reload: \(problem.text); the old configuration stays")
                return
            }
            replace(old, by: site)
        }
    }

    private func replace(_ old: Gateway, by site: SiteConfiguration) {
        do throws(JournalError) {
            reportLines(old)
            try old.commit(allSources)
            try old.writeCheckpoint()
        } catch {
            say(.error, "reload: the journal refuses (\(error.sentence)); the old configuration stays")
            return
        }
        for (index, source) in sources.enumerated() {
            if let descriptor = registered[index].descriptor { epoll.remove(descriptor) }
            epoll.remove(source.wakeDescriptor)
            source.stop()
        }
        if let lines {
            epoll.remove(lines.descriptor)
            lines.stop(now: time.monotonicNanoseconds)
        }
        if let uplink {
            epoll.remove(uplink.ackDescriptor)
            uplink.stop()
            old.takeAcknowledged(uplink)
            try? old.writeCheckpoint()
        }
        if listener >= 0 {
            epoll.remove(listener)
            Glibc.close(listener)
            listener = -1
        }
        (sources, registered, sourceStates, lines, uplink, gateway) = ([], [], [], nil, nil, nil)
        openControl(site)
        if let reason = begin(site, old.journal) {
            // The files were valid and the secrets there: what is left is the system. The service manager starts us again, with the reason in the log.
            say(.error, "reload: \(reason)")
            isStopping = true
        } else {
            updateWatcher()
            giveBack()
            say(.notice, "reload: revision \(site.revision) runs")
        }
    }
}
