import Glibc
import Journal
import Lifeline
import Linux
import MQTT
import Site

/// The uplink's thread: one connection, two lanes, a window.
final class UplinkWorker {
    /// How long the last acknowledgements are waited for at the end. *Units*: nanoseconds.
    static let farewell: Int64 = 2_000_000_000
    /// A broker that does not answer a connection is given up after this. *Units*: nanoseconds.
    static let handshakeLimit: Int64 = 30_000_000_000
    /// How often the backlog is counted for status. *Units*: nanoseconds.
    static let countInterval: Int64 = 1_000_000_000

    private let feed: UplinkFeed
    private let port: UplinkPort
    private let forwarder: Forwarder
    private var options: MQTTOptions
    private let attempt: BackgroundCall<Result<MQTTConnection, MQTTError>>
    private var versions = VersionChoice()
    private var backoff: Backoff
    /// While an alert waits, the way back is looked for at least every second and a half, however long it has been gone.
    private var urgency: Backoff
    private let mostInFlight: Int
    private var connection: MQTTConnection?
    private var isConnected = false
    private var connectingSince: Int64 = 0
    private var connectedSince: Int64 = 0
    private var connections: UInt64 = 0
    private var retryAt: Int64 = 0
    private var countAt: Int64 = 0
    private let decisionsTopic: String?
    /// nil: the platform gets no status.
    private var statusTurn: StatusTurn?
    /// Of the status that is on its way.
    private var statusIdentifier: Int32?
    /// Decisions that were read and not offered yet; their acknowledgements are queued in the library.
    private var heard: [DecisionOffer] = []
    /// Since when acknowledgements are held back: nothing is written, or they would go out before the owner's commit. nil: they are not.
    private var holdingSince: Int64?
    /// An offer was made on a connection that is gone: its answer counts for nothing.
    private var isAnswerDue = false

    init(setting: UplinkSetting, options: MQTTOptions, feed: UplinkFeed, attempt: BackgroundCall<Result<MQTTConnection, MQTTError>>) {
        self.feed = feed
        (port, forwarder) = (feed.port, feed.forwarder)
        self.options = options
        self.attempt = attempt
        decisionsTopic = setting.platform.decisionsTopic
        statusTurn = setting.statusTurn
        mostInFlight = setting.platform.broker?.window ?? 1
        backoff = Backoff(base: 1, ceiling: 60, seed: setting.seed)
        urgency = Backoff(base: 1, ceiling: 1, seed: setting.seed &+ 1)
    }

    func run() {
        while !port.isStopping { turn() }
        let deadline = Clocks.monotonicNanoseconds() + UplinkWorker.farewell
        while isConnected && forwarder.inFlight > 0 && Clocks.monotonicNanoseconds() < deadline { wait(milliseconds: 50) }
        // A goodbye would carry acknowledgements along that are held back.
        if let connection, holdingSince == nil, heard.isEmpty {
            connection.disconnect()
            connection.write()
        }
        connection = nil
        feed.report()
    }

    private func turn() {
        let now = Clocks.monotonicNanoseconds()
        if let error = feed.open() { journalFailed(error, now) }
        takeAttempt(now)
        if connection == nil && !attempt.isBusy && feed.reader != nil && now >= retryAt { connect(now) }
        if let connection {
            connection.keepAlive()
            takeAnswer(now)
            if isConnected && holdingSince == nil {
                fill()
                sendStatus(now)
            }
            if let failure = connection.failure {
                end(failure)
            } else if !isConnected && now - connectingSince > UplinkWorker.handshakeLimit {
                end(MQTTError(code: 0, text: "\(options.host):\(options.port): the broker does not answer"))
            }
        }
        if now >= countAt {
            countAt = now + UplinkWorker.countInterval
            feed.count()
            if connection == nil && port.status.alertsPending > 0 { retryAt = min(retryAt, now + urgency.next()) }
        }
        feed.report()
        wait(milliseconds: patience(now))
    }

    /// How long nothing has to be done unless something happens.
    private func patience(_ now: Int64) -> Int32 {
        if isConnected && holdingSince == nil && forwarder.canGoOn(window: window) { return 0 }
        return connection == nil ? Int32(clamping: max(1, min(1000, (retryAt - now) / 1_000_000))) : 1000
    }

    /// No more than the broker says it takes: the library would hold the rest back, out of our sight.
    private var window: Int { min(mostInFlight, connection?.receiveMaximum ?? 1) - (statusIdentifier == nil ? 0 : 1) }

    // MARK: - Journal

    private func journalFailed(_ error: JournalError, _ now: Int64) {
        end(MQTTError(code: 0, text: "the journal cannot be read: \(error)"))
        retryAt = max(retryAt, now + 1_000_000_000)
    }

    // MARK: - Sending

    private func fill() {
        guard let connection else { return }
        connection.watchDuplicates(false)
        if let error = feed.fill(to: connection, window: window) { journalFailed(error, Clocks.monotonicNanoseconds()) }
        self.connection?.write()
    }

    /// The gateway's own status, where it is due, no alert waits, and the window has room.
    private func sendStatus(_ now: Int64) {
        if statusTurn?.mustAsk(now) == true { port.askForStatus() }
        if let document = port.takeStatus() { statusTurn?.given(document, now) }
        guard let connection, let topic = statusTurn?.topic, connection.failure == nil, !forwarder.hasAlerts, forwarder.inFlight < window,
            let document = statusTurn?.take()
        else { return }
        statusIdentifier = connection.publish(topic: topic, payload: document, qos: 1, retained: true)
        // The broker's limit on a packet is below it: it would be so the next time.
        if statusIdentifier == nil && connection.failure == nil { statusIsRefused() }
        connection.write()
    }

    private func statusIsRefused() {
        statusTurn?.refused(Clocks.monotonicNanoseconds())
        port.update { $0.isStatusRefused = true }
    }

    // MARK: - Connection

    private func connect(_ now: Int64) {
        connectingSince = now
        port.update { $0.state = .connecting }
        options.version = versions.version
        let options = options
        do throws(SystemError) {
            try attempt.start(name: "bamai-connect") { MQTTConnection.open(options) }
        } catch {
            end(MQTTError(code: error.code, text: "\(error)"))
        }
    }

    private func takeAttempt(_ now: Int64) {
        guard let result = attempt.take() else { return }
        switch result {
        case .success(let made):
            made.events = self
            connection = made
            // The broker's time begins with the connection, not with the look-up.
            connectingSince = now
        case .failure(let error): end(error)
        }
    }

    private func end(_ reason: MQTTError) {
        let now = Clocks.monotonicNanoseconds()
        if isConnected && now - connectedSince > 30_000_000_000 { backoff.reset() }
        let isImmediate = versions.ended(reason, wasConnected: isConnected)
        connection = nil
        isConnected = false
        statusIdentifier = nil
        statusTurn?.ended(now)
        // Acknowledgements that were held back die with the connection: the broker sends those decisions again.
        (heard, holdingSince) = ([], nil)
        forwarder.rewind()
        retryAt = isImmediate ? now : now + backoff.next()
        port.update {
            $0.state = .waiting
            $0.lastError = reason.text
        }
    }

    private func wait(milliseconds: Int32) {
        // While acknowledgements are held back the socket is left alone.
        let socket = holdingSince == nil ? connection?.socket ?? -1 : -1
        var interest = Int16(POLLIN)
        if connection?.wantsWrite == true { interest |= Int16(POLLOUT) }
        // poll(2) passes over negative descriptors.
        var descriptors = [
            pollfd(fd: port.wake.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: attempt.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket, events: interest, revents: 0),
        ]
        guard poll(&descriptors, 3, milliseconds) > 0 else { return }
        if descriptors[0].revents != 0 {
            port.wake.drain()
            forwarder.wake()
        }
        guard let connection, socket >= 0 else { return }
        if descriptors[2].revents & Int16(POLLOUT) != 0 { connection.write() }
        if descriptors[2].revents & ~Int16(POLLOUT) != 0 {
            while heard.count < DecisionOffer.limit, connection.read() {}
        }
        if let failure = connection.failure { return end(failure) }
        offer()
    }

    // MARK: - Decisions

    /// What was heard goes to the owner, one offer at a time.
    private func offer() {
        guard !heard.isEmpty, holdingSince == nil else { return }
        holdingSince = Clocks.monotonicNanoseconds()
        guard !isAnswerDue else { return }
        isAnswerDue = true
        port.offer(heard)
        heard = []
    }

    private func takeAnswer(_ now: Int64) {
        let answer = port.takeAnswer()
        if answer != nil { isAnswerDue = false }
        guard let since = holdingSince else { return }
        if !isAnswerDue && !heard.isEmpty {
            // The answer was one to the connection before.
            holdingSince = nil
            offer()
        } else if answer == true {
            holdingSince = nil
            connection?.write()
        } else if answer == false || now - since > UplinkWorker.holdLimit {
            connection?.giveUp("the journal takes no decisions now; the broker keeps them")
        }
    }

    /// How long acknowledgements are held back before the broker gets its messages back. *Units*: nanoseconds; below any keep-alive time.
    static let holdLimit: Int64 = 4_000_000_000
}

extension UplinkWorker: MQTTEvents {
    func connected(sessionPresent: Bool) {
        isConnected = true
        versions.connected()
        connectedSince = Clocks.monotonicNanoseconds()
        connections += 1
        forwarder.wake()
        statusTurn?.began(connectedSince)
        if let decisionsTopic { connection?.subscribe([decisionsTopic]) }
        port.update {
            $0.state = .connected
            $0.lastError = nil
            $0.reconnects = connections - 1
        }
    }

    /// Whatever comes on this session was subscribed to as decisions.
    func message(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, qos: Int, retained: Bool, identifier: UInt16) {
        // A retained message that was deleted is empty.
        guard !payload.isEmpty else { return }
        heard.append(DecisionOffer(bytes: Array(payload.prefix(DecisionOffer.bytesKept))))
    }

    func subscribed(granted: [Bool]) {
        let isGranted = granted.allSatisfy { $0 }
        port.update { $0.decisions = isGranted ? .listening : .refused }
    }

    func refused(identifier: Int32, refusal: MQTTRefusal) {
        if identifier == statusIdentifier {
            statusIdentifier = nil
            return statusIsRefused()
        }
        if refusal.isPermanent {
            // No broker will ever take it: it stays in the journal and the lane goes on.
            forwarder.refuse(identifier, cause: "mqtt-0x" + String(refusal.code, radix: 16), reason: refusal.text)
            feed.tell()
        } else {
            // Access rules or a quota: people mend that, and until they have, nothing is marked as forwarded.
            connection?.giveUp("the platform refused a message: \(refusal.text)")
        }
    }

    func published(identifier: Int32) {
        if identifier == statusIdentifier {
            statusIdentifier = nil
            statusTurn?.arrived(Clocks.monotonicNanoseconds())
            return port.update {
                $0.statusSent += 1
                $0.isStatusRefused = false
            }
        }
        feed.acknowledge(identifier)
        feed.tell()
    }
}

extension MQTTConnection: PlatformLink {
    package func publish(topic: String, payload: [UInt8]) -> Int32? { publish(topic: topic, payload: payload, qos: 1) }
    package func publish(_ message: PlatformMessage) -> Int32? {
        publish(topic: message.topic, payload: message.payload, qos: 1, properties: message.properties ?? MQTTProperties())
    }
    package var hasFailed: Bool { failure != nil }
}
