import Linux
import MQTT

/// One broker that messages come from: QoS 1, a session that outlives connections, and acknowledgements that wait for the commit.
///
/// The loop waits for `descriptor` (readable always, writable while `wantsWrite`) and for `wakeDescriptor`, and calls `tick` at `nextDeadline`.
///
/// *Isolation*: one thread. *Limit*: between two commits a broker sends no more than its own in-flight window.
package final class MQTTSource {
    /// A broker that does not answer a connection is given up after this. *Units*: nanoseconds.
    static let handshakeLimit: Int64 = 30_000_000_000
    /// A connection that lasted this long was a success: the next failure waits as the first does. *Units*: nanoseconds.
    static let steady: Int64 = 30_000_000_000
    /// Filters in one SUBSCRIBE: a packet of a few kilobytes at the most.
    static let filtersPerPacket = 50

    package let index: Int
    private var options: MQTTOptions
    private let filters: [String]
    private let connector: any BrokerConnector
    private var versions = VersionChoice()
    private var backoff: Backoff
    private var connection: (any BrokerConnection)?
    private var receipts = Receipts()
    private weak var sink: (any MessageSink)?
    private var delivered = 0
    /// Messages since the last release that wait for an acknowledgement.
    package private(set) var unacknowledged = 0
    /// Acknowledgements were released and the socket did not take all: nothing may be read until they are gone, or new ones would go out with them.
    private var isFlushing = false
    private var retryAt: Int64 = 0
    private var connectedBefore = false
    private var now: Int64 = 0
    private var isStopped = false
    private var isPaused = false
    private var quiet: QuietWatch

    /// What to show of it.
    package private(set) var status: SourceStatus
    /// Counts up whenever `descriptor` is another one.
    package private(set) var generation = 0

    /// - Parameters:
    ///   - index: the broker's place in the site, given back with every message.
    ///   - id: the site's name of the broker; part of every receipt.
    ///   - filters: MQTT topic filters, subscribed to at every connection.
    ///   - seed: for the jitter of reconnecting.
    ///   - connector: what makes its connections.
    ///   - quietLimit: *units*: nanoseconds without any message after which a connection is made anew; `.max`: never.
    package init(
        index: Int, id: String, options: MQTTOptions, filters: [String], seed: UInt64, connector: any BrokerConnector, quietLimit: Int64 = .max
    ) {
        self.index = index
        self.options = options
        self.filters = TopicFilter.reduced(filters)
        status = SourceStatus(id: id)
        status.quietLimit = quietLimit == .max ? nil : quietLimit
        backoff = Backoff(seed: seed)
        self.connector = connector
        quiet = QuietWatch(limit: quietLimit)
    }

    /// The socket to wait for; nil while there is none.
    package var descriptor: Int32? {
        guard let connection, connection.socket >= 0 else { return nil }
        return connection.socket
    }

    /// Readable when a connection attempt has ended: call `tick`.
    package var wakeDescriptor: Int32 { connector.descriptor }

    /// Whether the socket should be waited for as writable: for the handshake, pings and what is left of released acknowledgements, never because
    /// acknowledgements are held back.
    package var wantsWrite: Bool { (isFlushing || unacknowledged == 0) && (connection?.wantsWrite ?? false) }

    /// Whether the socket should be waited for as readable: not while released acknowledgements wait for room in it, or the loop would turn in circles.
    package var wantsRead: Bool { !isFlushing }

    /// Takes over the receipts that the journal remembers.
    package func restore(receipts: [UInt64]) { self.receipts.restore(receipts) }

    // MARK: - Events of the loop

    /// Hands over what has arrived, until nothing is left or `limit` messages were delivered. Returns how many were.
    package func readable(limit: Int, sink: any MessageSink) -> Int {
        guard let connection, !isFlushing else { return 0 }
        self.sink = sink
        delivered = 0
        while delivered < limit, connection.read() {}
        self.sink = nil
        if !receipts.expectsRedeliveries { connection.watchDuplicates(false) }
        if connection.failure != nil { fail() }
        return delivered
    }

    /// The socket takes bytes again.
    package func writable() {
        guard let connection, isFlushing || unacknowledged == 0 else { return }
        connection.write()
        if isFlushing && !connection.wantsWrite { isFlushing = false }
        if connection.failure != nil { fail() }
    }

    /// Everything delivered so far is durable: acknowledge it.
    package func releaseAcknowledgements() {
        receipts.committed()
        guard unacknowledged > 0 else { return }
        unacknowledged = 0
        guard let connection else { return }
        connection.write()
        isFlushing = connection.wantsWrite
        if connection.failure != nil { fail() }
    }

    /// Nothing of what is unacknowledged was kept: the connection is dropped with the acknowledgements queued in it, and the broker sends again.
    package func abandonUnacknowledged() {
        receipts.abandoned()
        guard unacknowledged > 0 else { return }
        unacknowledged = 0
        if connection != nil { end(MQTTError(code: 0, text: "the journal refused a commit")) }
    }

    /// While paused there is no connection: its session stays with the broker, which keeps what comes.
    package func setPaused(_ isPaused: Bool) {
        guard isPaused != self.isPaused, !isStopped else { return }
        self.isPaused = isPaused
        if isPaused {
            receipts.abandoned()
            unacknowledged = 0
            connection = nil
            isFlushing = false
            generation += 1
            status.lastError = "paused: the journal takes nothing now"
            enter(.paused)
        } else {
            retryAt = now
            status.lastError = nil
            enter(.waiting)
        }
    }

    /// Pings, time limits, reconnecting. To be called when `wakeDescriptor` is readable and at `nextDeadline`.
    package func tick(monotonicNanoseconds: Int64) {
        now = monotonicNanoseconds
        guard !isStopped else { return }
        takeAttempt()
        guard !isPaused else { return }
        if let connection {
            connection.keepAlive()
            if connection.failure != nil {
                fail()
            } else if status.state == .connecting && now - status.since > MQTTSource.handshakeLimit {
                end(MQTTError(code: 0, text: "\(options.host):\(options.port): the broker does not answer"))
            } else if status.state == .connected && unacknowledged == 0 {
                renewIfQuiet()
            }
        } else if !connector.isBusy && now >= retryAt {
            beginAttempt()
        }
    }

    /// *Units*: monotonic nanoseconds: when `tick` is due.
    package var nextDeadline: Int64 {
        if isStopped || isPaused { return .max }
        if connection != nil { return now + 1_000_000_000 }
        return connector.isBusy ? .max : retryAt
    }

    /// Says goodbye and keeps the session. Unacknowledged messages will be sent again.
    package func stop() {
        isStopped = true
        if let connection, unacknowledged == 0, status.state == .connected {
            connection.disconnect()
            connection.write()
        }
        connection = nil
        generation += 1
        enter(.waiting)
    }

    /// Sends a command to the field, at most once (QoS 0). false: there is no connection, or acknowledgements are held back, which nothing may overtake:
    /// what is written goes out together with them.
    package func publish(topic: String, payload: [UInt8]) -> Bool {
        guard let connection, unacknowledged == 0, !isFlushing, status.state == .connected else { return false }
        let isTaken = connection.publish(topic: topic, payload: payload, qos: 0, retained: false) != nil
        if connection.failure != nil { fail() }
        return isTaken
    }

    // MARK: - Connection

    private func beginAttempt() {
        enter(.connecting)
        options.version = versions.version
        do throws(SystemError) {
            try connector.start(options)
        } catch {
            end(MQTTError(code: error.code, text: "\(error)"))
        }
    }

    private func takeAttempt() {
        guard let result = connector.take() else { return }
        switch result {
        case .success(let made):
            guard !isPaused else { return }
            made.events = self
            connection = made
            generation += 1
        case .failure(let error):
            end(error)
        }
    }

    private func fail() { end(connection?.failure ?? MQTTError(code: 0, text: "the connection ended")) }

    private func end(_ reason: MQTTError) {
        // Its queue of acknowledgements goes with it. What was delivered from it and is not committed yet stays pending: committed, it is known when it
        // comes again; abandoned, it is taken again.
        connection = nil
        isFlushing = false
        generation += 1
        if status.state == .connected && now - status.since > MQTTSource.steady { backoff.reset() }
        status.failures += 1
        status.lastError = reason.text
        let isImmediate = versions.ended(reason, wasConnected: status.state == .connected)
        retryAt = isImmediate ? now : now + backoff.next()
        enter(.waiting)
    }

    private func renewIfQuiet() {
        guard quiet.isOverdue(connected: status.since, now: now) else { return }
        quiet.renewed()
        let minutes = quiet.quiet(connected: status.since, now: now) / 60_000_000_000
        status.quietRenewals += 1
        end(MQTTError(code: 0, text: "nothing has come for \(minutes) min: connecting anew"))
    }

    private func enter(_ state: SourceState) {
        status.state = state
        status.since = now
    }
}

extension MQTTSource: MQTTEvents {
    /// The broker has accepted: subscribe again, since its memory of the session may be gone.
    package func connected(sessionPresent: Bool) {
        receipts.connected(sessionPresent: sessionPresent)
        if connectedBefore { status.reconnects += 1 }
        connectedBefore = true
        versions.connected()
        status.grantedFilters = 0
        status.protocolVersion = options.version.rawValue
        status.lastError = nil
        enter(.connected)
        var start = 0
        while start < filters.count {
            let end = min(filters.count, start + MQTTSource.filtersPerPacket)
            connection?.subscribe(Array(filters[start..<end]))
            start = end
        }
    }

    /// A message: handed on unless the journal has it already.
    package func message(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, qos: Int, retained: Bool, identifier: UInt16) {
        quiet.message(at: now)
        status.lastMessage = now
        var receipt: UInt64 = 0
        if qos > 0 {
            unacknowledged += 1
            receipt = Receipts.make(broker: status.id, topic: topic, payload: payload, identifier: identifier)
            if receipts.isRedelivery(receipt, isDuplicate: connection?.isDuplicate) {
                status.redelivered += 1
                delivered += 1
                return
            }
        }
        delivered += 1
        guard payload.count <= MQTTOptions.packetLimit else {
            status.oversized += 1
            return
        }
        status.messages += 1
        status.bytes += UInt64(payload.count)
        sink?.received(broker: index, topic: topic, payload: payload, receipt: receipt, qos: qos, retained: retained)
    }

    /// A source publishes nothing.
    package func published(identifier: Int32) {}

    /// Refused filters are a problem of the site or of the broker's access rules; a person must see it.
    package func subscribed(granted: [Bool]) {
        let refused = granted.count { !$0 }
        status.grantedFilters += granted.count - refused
        if refused > 0 { status.lastError = "the broker refused \(refused) of \(filters.count) topic filters; check its access rules" }
    }
}
