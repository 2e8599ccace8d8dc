import Glibc
import Lifeline
import Linux
import Logging
import MQTT
import Synchronization

/// The way from and to gateways over MQTT, on a thread of its own.
///
/// Alerts are acknowledged to the broker after the commit that holds them: what the desk had not made durable when it died, the broker sends again. Decisions
/// are published from the store, with QoS 1, and noted as published when the broker has acknowledged them.
///
/// *Isolation*: `start` and `stop` from one task; all else on the thread.
package final class BrokerLink: @unchecked Sendable {
    // Sendable: what the thread uses is its own after `start`; the flags are atomic.
    /// Messages of one commit, and of the broker's window.
    static let batchLimit = 200

    private let core: DeskCore
    private let settings: BrokerSettings
    private let logger: Logger
    private let wake: EventDescriptor
    private let isStopping = Atomic(false)
    private var thread: NativeThread?

    // The thread's own.
    private var options: MQTTOptions
    private var connection: MQTTConnection?
    private var versions = VersionChoice()
    private var backoff = Backoff(base: 1, ceiling: 60, seed: UInt64(bitPattern: Clocks.wallMicroseconds()))
    private var isWelcome = false
    /// What the next commit takes.
    private var delivery = DeskStore.Delivery()
    /// Something was read that is acknowledged with the next commit.
    private var isHolding = false
    private var heardAt: [String: Int64] = [:]
    private var onTheWay: [Int32: Int64] = [:]
    private var mustLook = true

    package init(_ settings: BrokerSettings, core: DeskCore, logger: Logger) throws(SystemError) {
        self.settings = settings
        self.core = core
        self.logger = logger
        options = settings.options
        wake = try EventDescriptor()
        core.broker.store(0, ordering: .relaxed)
    }

    /// Starts the thread.
    package func start() throws(SystemError) {
        thread = try NativeThread(name: "bamai-broker") { [self] in
            while !isStopping.load(ordering: .relaxed) { life() }
            connection?.disconnect()
            connection?.write()
            connection = nil
        }
        let (feed, wake) = (core.feed, wake)
        if let news = feed.decisions(of: nil) {
            Task { for await _ in news { wake.signal() } }
        }
    }

    /// Says goodbye to the broker, which keeps what comes for the next start. *Blocks* for a connection attempt at most.
    package func stop() {
        isStopping.store(true, ordering: .relaxed)
        wake.signal()
        thread?.join()
        thread = nil
    }

    // MARK: - One connection

    private func life() {
        options.version = versions.version
        switch MQTTConnection.open(options) {
        case .success(let made):
            made.events = self
            connection = made
        case .failure(let error): return end(error)
        }
        let began = Clocks.monotonicNanoseconds()
        connection?.watchDuplicates(false)
        while !isStopping.load(ordering: .relaxed) {
            guard let connection else { return }
            wait(for: connection)
            var packets = 0
            while packets < BrokerLink.batchLimit, connection.read() { packets += 1 }
            if isHolding || !delivery.isEmpty { settle(connection) }
            if isWelcome && mustLook && onTheWay.isEmpty { offer(connection) }
            // Nothing is held here: what is queued may go.
            connection.write()
            connection.keepAlive()
            if let failure = connection.failure { return end(failure) }
            if !isWelcome && Clocks.monotonicNanoseconds() - began > 20_000_000_000 {
                return end(MQTTError(code: 0, text: "\(options.host):\(options.port): the broker does not answer"))
            }
        }
    }

    private func wait(for connection: MQTTConnection) {
        var descriptors = [
            pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: connection.socket, events: Int16(connection.wantsWrite ? POLLIN | POLLOUT : POLLIN), revents: 0),
        ]
        guard poll(&descriptors, 2, 1000) > 0, descriptors[0].revents != 0 else { return }
        wake.drain()
        mustLook = true
    }

    private func end(_ reason: MQTTError) {
        let wasWelcome = isWelcome
        logger.warning("broker: \(reason.text)")
        core.counters.add("bamai_desk_broker_ended_total")
        (connection, isWelcome, isHolding) = (nil, false, false)
        core.broker.store(0, ordering: .relaxed)
        delivery = DeskStore.Delivery()
        onTheWay.removeAll()
        if wasWelcome { backoff.reset() }
        if versions.ended(reason, wasConnected: wasWelcome) { return }
        pause(nanoseconds: backoff.next())
    }

    /// Ends at once when the desk stops.
    private func pause(nanoseconds: Int64) {
        let until = Clocks.monotonicNanoseconds() + nanoseconds
        while !isStopping.load(ordering: .relaxed) {
            let left = until - Clocks.monotonicNanoseconds()
            if left <= 0 { return }
            var descriptor = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&descriptor, 1, Int32(clamping: left / 1_000_000 + 1)) > 0 {
                wake.drain()
                mustLook = true
            }
        }
    }

    /// Makes durable what was read, then lets the acknowledgements go; on failure nothing is acknowledged, and the broker sends it again.
    private func settle(_ connection: MQTTConnection) {
        let settled = delivery
        delivery = DeskStore.Delivery()
        isHolding = false
        do {
            if !settled.isEmpty { try core.take(settled) }
        } catch {
            logger.error("broker: alerts are not acknowledged: \(error)")
            core.counters.add("bamai_desk_store_failures_total", "mqtt")
            connection.giveUp("the store refuses: \(error)")
        }
    }

    // MARK: - Decisions

    private func offer(_ connection: MQTTConnection) {
        mustLook = false
        do {
            let waiting = try core.store.wait { store throws(DatabaseError) in try store.unpublishedDecisions(limit: 20) }
            for decision in waiting {
                let topic = settings.decisionsTopic.replacing("{gateway}", with: decision.gateway)
                guard let identifier = connection.publish(topic: topic, payload: Array(decision.document.utf8)) else { return }
                onTheWay[identifier] = decision.sequence
            }
            if waiting.count == 20 { mustLook = true }
        } catch {
            logger.error("broker: decisions cannot be read: \(error)")
            connection.giveUp("the store refuses: \(error)")
        }
    }
}

extension BrokerLink: MQTTEvents {
    package func connected(sessionPresent: Bool) {
        isWelcome = true
        core.broker.store(1, ordering: .relaxed)
        versions.connected()
        mustLook = true
        let share = "$share/\(settings.group)/"
        var filters = [settings.alertsTopic, settings.readingsTopic].filter { !$0.isEmpty }.map { share + BrokerSettings.filter($0) }
        // Not shared: a shared subscription gets no retained messages, and every desk of a group shows the fleet.
        if !settings.statusTopic.isEmpty { filters.append(BrokerSettings.filter(settings.statusTopic)) }
        connection?.subscribe(filters)
        logger.notice("broker: connected to \(options.host):\(options.port)")
    }

    package func message(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, qos: Int, retained: Bool, identifier: UInt16) {
        isHolding = true
        let name = String(decoding: topic, as: UTF8.self)
        if let gateway = BrokerSettings.gateway(in: name, of: settings.alertsTopic) {
            take(payload, from: gateway)
        } else if let gateway = BrokerSettings.gateway(in: name, of: settings.statusTopic) {
            guard payload.count <= IncomingEvent.bytesLimit, let value = JSONValue(payload), let text = String(validating: payload, as: UTF8.self)
            else {
                return refuse(.notJSON)
            }
            guard value["gateway"].text == gateway else { return refuse(.forged) }
            delivery.states.append(DeskStore.Delivery.State(gateway: gateway, document: text, isRetained: retained))
        } else if let gateway = BrokerSettings.gateway(in: name, of: settings.readingsTopic) {
            lives(gateway)
        }
    }

    private func take(_ payload: UnsafeRawBufferPointer, from gateway: String) {
        do throws(EventRefusal) {
            let event = try IncomingEvent(payload)
            guard event.gateway == gateway else { throw .forged }
            delivery.events.append(event)
        } catch {
            refuse(error)
        }
    }

    /// Counted and acknowledged: sent again it would be no better.
    private func refuse(_ refusal: EventRefusal) { core.counters.add("bamai_desk_refused_total", refusal.rawValue) }

    /// Readings are not kept; that a gateway sends them is noted once a minute.
    private func lives(_ gateway: String) {
        let now = Clocks.monotonicNanoseconds()
        if let last = heardAt[gateway], now - last < 60_000_000_000 { return }
        guard GatewayName.isValid(gateway), heardAt.count < 20_000 || heardAt[gateway] != nil else { return }
        heardAt[gateway] = now
        delivery.alive.insert(gateway)
    }

    /// Noted with the next commit; what is lost before it is published again, and gateways know it by its id.
    package func published(identifier: Int32) {
        guard let sequence = onTheWay.removeValue(forKey: identifier) else { return }
        delivery.published.append(sequence)
        if onTheWay.isEmpty { mustLook = true }
    }

    package func subscribed(granted: [Bool]) {
        if granted.contains(false) { logger.error("broker: it refuses a subscription; check its access rules for \(settings.alertsTopic)") }
    }
}
