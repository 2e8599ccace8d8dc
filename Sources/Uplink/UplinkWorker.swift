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

    private let platform: PlatformConfiguration
    private let options: MQTTOptions
    private let openReader: @Sendable () throws(JournalError) -> any JournalReader
    private let port: UplinkPort
    private var backoff: Backoff
    private var reader: (any JournalReader)?
    private var connection: MQTTConnection?
    private var isConnected = false
    private var connectingSince: Int64 = 0
    private var connectedSince: Int64 = 0
    private var connections: UInt64 = 0
    private var retryAt: Int64 = 0
    private var countAt: Int64 = 0
    private var alerts = LaneQueue(acknowledged: 0)
    private var readings = LaneQueue(acknowledged: 0)
    private var messages: ReadingsMessages
    /// Messages of the readings lane that are made and not sent.
    private var waiting: [ReadingsMessage] = []
    /// Something may be in the journal that was not looked at.
    private var isHungry = true

    init(
        platform: PlatformConfiguration, options: MQTTOptions, gateway: String, utcOffsetSeconds: Int, seed: UInt64,
        openReader: @escaping @Sendable () throws(JournalError) -> any JournalReader, port: UplinkPort
    ) {
        self.platform = platform
        self.options = options
        self.openReader = openReader
        self.port = port
        backoff = Backoff(base: 1, ceiling: 60, seed: seed)
        messages = ReadingsMessages(
            lane: platform.readings, gateway: gateway, utcOffsetSeconds: utcOffsetSeconds, summaryInterval: platform.summaryInterval)
    }

    func run() {
        while !port.isStopping { turn() }
        let deadline = Clocks.monotonicNanoseconds() + UplinkWorker.farewell
        while isConnected && alerts.inFlight + readings.inFlight > 0 && Clocks.monotonicNanoseconds() < deadline { wait(milliseconds: 50) }
        if let connection {
            connection.disconnect()
            connection.write()
        }
        connection = nil
        report()
    }

    private func turn() {
        let now = Clocks.monotonicNanoseconds()
        if reader == nil { openJournal(now) }
        if connection == nil && reader != nil && now >= retryAt { connect(now) }
        if let connection {
            connection.keepAlive()
            if !isConnected && now - connectingSince > UplinkWorker.handshakeLimit { end("the broker does not answer") }
            if isConnected { fill() }
            if let failure = connection.failure { end(failure.text) }
        }
        if now >= countAt {
            countAt = now + UplinkWorker.countInterval
            count()
        }
        report()
        let canGoOn = isConnected && isHungry && hasRoom
        wait(milliseconds: canGoOn ? 0 : connection == nil ? Int32(clamping: max(1, min(1000, (retryAt - now) / 1_000_000))) : 1000)
    }

    private var hasRoom: Bool { alerts.inFlight + readings.inFlight < platform.broker.window }

    // MARK: - Journal

    private func openJournal(_ now: Int64) {
        do throws(JournalError) {
            let opened = try openReader()
            alerts = LaneQueue(acknowledged: max(alerts.acknowledged, try opened.cursor(.alerts)))
            readings = LaneQueue(acknowledged: max(readings.acknowledged, try opened.cursor(.readings)))
            messages.rewind(to: readings.acknowledged)
            reader = opened
        } catch {
            journalFailed(error, now)
        }
    }

    private func journalFailed(_ error: JournalError, _ now: Int64) {
        port.update { $0.lastError = "the journal cannot be read: \(error)" }
        reader = nil
        end("the journal cannot be read: \(error)")
        retryAt = max(retryAt, now + 1_000_000_000)
    }

    // MARK: - Sending

    private func fill() {
        guard let reader, let connection else { return }
        do throws(JournalError) {
            isHungry = false
            try fillAlerts(reader, connection)
            if alertsAreSent { try fillReadings(reader, connection) }
        } catch {
            journalFailed(error, Clocks.monotonicNanoseconds())
        }
        self.connection?.write()
    }

    /// No alert is known to wait for a place in the window.
    private var alertsAreSent = true

    private func fillAlerts(_ reader: any JournalReader, _ connection: MQTTConnection) throws(JournalError) {
        alertsAreSent = false
        while hasRoom {
            let room = platform.broker.window - alerts.inFlight - readings.inFlight
            let records = try reader.alerts(after: alerts.sent, limit: room)
            for record in records {
                if let identifier = connection.publish(topic: platform.alertTopic, payload: record.body) {
                    alerts.send(identifier, position: record.position)
                } else if connection.failure != nil {
                    return
                } else {
                    port.update { $0.deadLetters += 1 }
                    alerts.skip(to: record.position)
                }
            }
            if records.count < room {
                alertsAreSent = true
                return
            }
        }
    }

    /// Readings take at most half of the window, so that an alert never waits for more than that.
    private func fillReadings(_ reader: any JournalReader, _ connection: MQTTConnection) throws(JournalError) {
        let most = max(1, platform.broker.window / 2)
        while hasRoom && readings.inFlight < most {
            if waiting.isEmpty {
                waiting = try messages.next(after: readings.sent, from: reader)
                if waiting.isEmpty {
                    isHungry = messages.hasMore
                    return
                }
            }
            let message = waiting.removeFirst()
            guard let payload = message.payload else {
                readings.skip(to: message.position)
                acknowledged(.readings, readings.acknowledged)
                continue
            }
            if let identifier = connection.publish(topic: platform.readingsTopic, payload: payload) {
                readings.send(identifier, position: message.position)
            } else if connection.failure != nil {
                return
            } else {
                port.update { $0.deadLetters += 1 }
                readings.skip(to: message.position)
            }
        }
        isHungry = true
    }

    private func acknowledged(_ lane: Lane, _ position: UInt64) { port.acknowledged(lane, position) }

    // MARK: - Connection

    private func connect(_ now: Int64) {
        connectingSince = now
        port.update { $0.state = .connecting }
        do throws(MQTTError) {
            let made = try MQTTConnection(options)
            made.events = self
            try made.connect()
            connection = made
        } catch {
            end(error.text)
        }
    }

    private func end(_ reason: String) {
        let now = Clocks.monotonicNanoseconds()
        if isConnected && now - connectedSince > 30_000_000_000 { backoff.reset() }
        connection = nil
        isConnected = false
        alerts.rewind()
        readings.rewind()
        messages.rewind(to: readings.acknowledged)
        waiting.removeAll()
        retryAt = now + backoff.next()
        port.update {
            $0.state = .waiting
            $0.lastError = reason
        }
    }

    private func wait(milliseconds: Int32) {
        let socket = connection?.socket ?? -1
        var interest = Int16(POLLIN)
        if connection?.wantsWrite == true { interest |= Int16(POLLOUT) }
        var descriptors = [pollfd(fd: port.wake.descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: socket, events: interest, revents: 0)]
        guard poll(&descriptors, socket >= 0 ? 2 : 1, milliseconds) > 0 else { return }
        if descriptors[0].revents != 0 {
            port.wake.drain()
            isHungry = true
        }
        guard let connection, socket >= 0 else { return }
        if descriptors[1].revents & Int16(POLLOUT) != 0 { connection.write() }
        if descriptors[1].revents & ~Int16(POLLOUT) != 0 {
            while connection.read() {}
        }
        if let failure = connection.failure { end(failure.text) }
    }

    // MARK: - Status

    private func count() {
        guard let reader else { return }
        let newest = (try? reader.latestAlerts(limit: 1).first?.position) ?? 0
        let last = (try? reader.lastSequence()) ?? 0
        let (alert, reading) = (alerts.acknowledged, readings.acknowledged)
        port.update {
            $0.alertsPending = newest > alert ? newest - alert : 0
            $0.readingsPending = last > reading ? last - reading : 0
        }
    }

    private func report() {
        let inFlight = alerts.inFlight + readings.inFlight
        port.update { $0.inFlight = inFlight }
    }
}

extension UplinkWorker: MQTTEvents {
    func connected(sessionPresent: Bool) {
        isConnected = true
        connectedSince = Clocks.monotonicNanoseconds()
        connections += 1
        isHungry = true
        port.update {
            $0.state = .connected
            $0.lastError = nil
            $0.reconnects = connections - 1
        }
    }

    func message(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, qos: Int, retained: Bool, identifier: UInt16) {}
    func subscribed(granted: [Bool]) {}

    func published(identifier: Int32) {
        isHungry = true
        if alerts.acknowledge(identifier) {
            acknowledged(.alerts, alerts.acknowledged)
            port.update { $0.alertsAcknowledged += 1 }
        } else if readings.acknowledge(identifier) {
            acknowledged(.readings, readings.acknowledged)
            port.update { $0.readingsAcknowledged += 1 }
        }
    }
}
