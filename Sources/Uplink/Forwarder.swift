import Journal
import Lifeline
import MQTT
import Site

/// Two lanes from the journal to the platform: alerts first, readings when no alert waits, each with its window and its cursor.
///
/// At least once: what was on its way when a link ended is sent again, under the same ids. It owns no socket, thread or clock.
///
/// *Isolation*: one owner. *Memory*: the window's messages, and the state of one open summary.
package final class Forwarder {
    private let platform: PlatformConfiguration
    private let gateway: String
    private let utcOffsetSeconds: Int
    private let secrets: [String: String]
    /// What the mapping puts beside each alert; nil without a mapping.
    private let properties: MQTTProperties?
    private var alerts = LaneQueue(acknowledged: 0)
    private var readings = LaneQueue(acknowledged: 0)
    private var messages: ReadingsMessages
    /// Messages of the readings lane that are made and not sent.
    private var waiting: [ReadingsMessage] = []
    /// No alert is known to wait for a place in the window.
    private var alertsAreSent = true
    private var isHoldingReadings = false
    private var correction = ClockCorrection()
    private var marks: [ClockMark] = []
    private var moved: [Lane: UInt64] = [:]

    /// Something may be in the journal that was not looked at.
    package private(set) var isHungry = true
    /// Messages that the platform will never take: stepped over, and kept in the journal.
    package private(set) var deadLetters: UInt64 = 0
    private var letters: [DeadLetter] = []

    /// - Parameter secrets: those of the platform's mapping, by name.
    package init(platform: PlatformConfiguration, gateway: String, utcOffsetSeconds: Int, secrets: [String: String] = [:]) {
        self.platform = platform
        self.gateway = gateway
        self.utcOffsetSeconds = utcOffsetSeconds
        self.secrets = secrets
        properties = platform.mapping.map { mapping in
            MQTTProperties(
                contentType: mapping.contentType,
                user: mapping.namedHeaders(secrets: secrets).map { MQTTProperties.UserProperty(name: $0.name, value: $0.value) })
        }
        messages = ReadingsMessages(
            lane: platform.readings, gateway: gateway, utcOffsetSeconds: utcOffsetSeconds, summaryInterval: platform.summaryInterval)
    }

    /// An alert waits, or is on its way.
    package var hasAlerts: Bool { !alertsAreSent || alerts.inFlight > 0 }
    /// Messages on their way.
    package var inFlight: Int { alerts.inFlight + readings.inFlight }
    /// Everything of a lane up to here is acknowledged.
    package func acknowledged(_ lane: Lane) -> UInt64 { lane == .alerts ? alerts.acknowledged : readings.acknowledged }

    /// Takes the cursors of a journal that was just opened; what is known already to be acknowledged stays so.
    package func begin(_ reader: any JournalReader) throws(JournalError) {
        alerts = LaneQueue(acknowledged: max(alerts.acknowledged, try reader.cursor(.alerts)))
        readings = LaneQueue(acknowledged: max(readings.acknowledged, try reader.cursor(.readings)))
        messages.rewind(to: readings.acknowledged)
        waiting.removeAll()
        isHungry = true
    }

    /// Something was committed, or a link begins: look again.
    package func wake() { isHungry = true }

    /// Sends as much as the window takes.
    ///
    /// - Parameters:
    ///   - window: messages that may be on their way at once. Readings take at most half of it, so that an alert never waits for more than that.
    ///   - now: the wall clock, said in every message.
    package func fill(from reader: any JournalReader, to link: any PlatformLink, window: Int, now: Timestamp) throws(JournalError) {
        isHungry = false
        guard link.isOpen(.alerts) else { return }
        let marks = try reader.clockMarks()
        if marks != self.marks { (self.marks, correction) = (marks, ClockCorrection(marks)) }
        try fillAlerts(reader, link, window, now)
        // Readings of a damaged predecessor come back into their old places: the lane must not pass them by.
        if try reader.isSalvaging {
            isHoldingReadings = true
        } else if isHoldingReadings {
            isHoldingReadings = false
            readings = LaneQueue(acknowledged: try reader.cursor(.readings))
            messages.rewind(to: readings.acknowledged)
            waiting.removeAll()
        }
        if alertsAreSent && !isHoldingReadings && link.isOpen(.readings) { try fillReadings(reader, link, window, now) }
    }

    /// There is something to look for in the journal, and room to send it. Without room, the next acknowledgement makes some.
    package func canGoOn(window: Int) -> Bool {
        isHungry && inFlight < window && (!alertsAreSent || readings.inFlight < Forwarder.readingsWindow(window))
    }

    private static func readingsWindow(_ window: Int) -> Int { max(1, window / 2) }

    /// The platform has acknowledged a message. Returns its lane; nil when it is none of ours.
    package func acknowledge(_ identifier: Int32) -> Lane? {
        isHungry = true
        let lane: Lane? = alerts.acknowledge(identifier) ? .alerts : readings.acknowledge(identifier) ? .readings : nil
        if let lane { moved[lane] = acknowledged(lane) }
        return lane
    }

    /// The platform will never take this message: it stays in the journal, and the lane goes on.
    ///
    /// - Parameters:
    ///   - cause: in a word, such as `http-422`.
    ///   - reason: the platform's own words.
    package func refuse(_ identifier: Int32, cause: String, reason: String = "") {
        let known = alerts.message(identifier) ?? readings.message(identifier)
        guard let known, let lane = acknowledge(identifier) else { return }
        bury(lane, position: known.position, event: known.event, cause: cause, reason: reason)
    }

    private func bury(_ lane: Lane, position: UInt64, event: String, cause: String, reason: String = "") {
        deadLetters += 1
        // More than the journal keeps is of no use to it.
        if letters.count < DeadLetter.limit {
            letters.append(DeadLetter(lane: lane, position: position, event: event, cause: cause, reason: reason))
        }
    }

    /// What was refused since the last call; to be taken, and made durable, with or before what `takeMoved` says.
    package func takeDeadLetters() -> [DeadLetter] {
        defer { letters.removeAll() }
        return letters
    }

    /// Lanes whose cursors have moved since the last call.
    package func takeMoved() -> [Lane: UInt64] {
        defer { moved.removeAll() }
        return moved
    }

    /// The link is gone: what was on its way is sent again.
    package func rewind() {
        rewind(.alerts)
        rewind(.readings)
    }

    /// The same for one lane of a link that has two ways.
    package func rewind(_ lane: Lane) {
        isHungry = true
        if lane == .alerts { return alerts.rewind() }
        readings.rewind()
        messages.rewind(to: readings.acknowledged)
        waiting.removeAll()
    }

    // MARK: - Lanes

    private func fillAlerts(_ reader: any JournalReader, _ link: any PlatformLink, _ window: Int, _ now: Timestamp) throws(JournalError) {
        alertsAreSent = false
        while inFlight < window {
            let room = window - inFlight
            let records = try reader.alerts(after: alerts.sent, limit: room)
            for record in records {
                // A platform with forms of its own has no form for the answer to a decision, nor for a change of the board: they stay in the journal.
                if (record.isHandling || record.isAudit) && platform.mapping != nil {
                    skip(.alerts, to: record.position)
                    continue
                }
                if let identifier = publish(record, to: link, now) {
                    alerts.send(identifier, position: record.position, event: record.id)
                } else if link.hasFailed {
                    return
                } else {
                    bury(.alerts, position: record.position, event: record.id, cause: Forwarder.tooLarge)
                    skip(.alerts, to: record.position)
                }
            }
            if records.count < room {
                alertsAreSent = true
                return
            }
        }
    }

    /// Sends an alert as the platform wants it.
    private func publish(_ record: AlertRecord, to link: any PlatformLink, _ now: Timestamp) -> Int32? {
        let document = stamped(record, now)
        var message = PlatformMessage(lane: .alerts, topic: platform.alertTopic, payload: document, event: record.id, kind: "alert")
        if let mapping = platform.mapping {
            message.payload = mapping.message(of: document, secrets: secrets, utcOffsetSeconds: utcOffsetSeconds)
            message.properties = properties
        }
        return link.publish(message)
    }

    /// Why a link takes a message at no time: every one has a limit on bytes, and nothing else.
    static let tooLarge = "too-large"

    /// The alert's document with what is only known now: when it is sent, and how far the gateway's clock could be believed.
    private func stamped(_ record: AlertRecord, _ now: Timestamp) -> [UInt8] {
        var body = record.body.isEmpty ? bare(record) : record.body
        guard body.last == UInt8(ascii: "}") else { return body }
        body.removeLast()
        body += ",\"senttime\":\"\(CivilTime.rfc3339(now, offsetSeconds: utcOffsetSeconds))\"".utf8
        let (microseconds, trust) = correction.correction(at: record.sequence)
        if trust != .synchronised { body += ",\"clockstate\":\"\(trust.rawValue)\"".utf8 }
        if trust == .corrected {
            let recorded = Timestamp(microseconds: record.recorded.microseconds &+ microseconds)
            body += ",\"correctedtime\":\"\(CivilTime.rfc3339(recorded, offsetSeconds: utcOffsetSeconds))\"".utf8
        }
        body.append(UInt8(ascii: "}"))
        return body
    }

    /// What the row itself still says of an alert whose document is lost: enough to send somebody.
    private func bare(_ record: AlertRecord) -> [UInt8] {
        let recorded = CivilTime.rfc3339(record.recorded, offsetSeconds: utcOffsetSeconds)
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("specversion", "1.0")
        json.member("id", record.id)
        json.member("source", "urn:bamai:" + gateway)
        json.member("type", "cn.bamai." + (record.isHandling ? "" : "alert.") + record.kind)
        json.member("subject", record.subject)
        json.member("time", recorded)
        json.member("recordedtime", recorded)
        json.member("sequence", Alert.padded(record.sequence))
        json.member("correlationid", record.episode)
        json.key("data")
        json.beginObject()
        json.member("identifier", record.id)
        json.member("sensor", record.sensor)
        json.member("rule", record.rule)
        json.member("level", Int(record.level))
        json.member("note", "the document of this alert was damaged in the gateway's journal")
        json.endObject()
        json.endObject()
        return json.bytes
    }

    /// What needs no message, or gets none.
    private func skip(_ lane: Lane, to position: UInt64) {
        if lane == .alerts { alerts.skip(to: position) } else { readings.skip(to: position) }
        moved[lane] = acknowledged(lane)
    }

    private func fillReadings(_ reader: any JournalReader, _ link: any PlatformLink, _ window: Int, _ now: Timestamp) throws(JournalError) {
        while inFlight < window && readings.inFlight < Forwarder.readingsWindow(window) {
            if waiting.isEmpty {
                waiting = try messages.next(after: readings.sent, from: reader, correction, now: now)
                if waiting.isEmpty {
                    isHungry = messages.hasMore
                    return
                }
            }
            let message = waiting.removeFirst()
            guard let payload = message.payload else {
                skip(.readings, to: message.position)
                continue
            }
            let event = PlatformMessage(
                lane: .readings, topic: platform.readingsTopic, payload: payload, event: gateway + "-" + message.name, kind: message.kind)
            if let identifier = link.publish(event) {
                readings.send(identifier, position: message.position, event: event.event)
            } else if link.hasFailed {
                return
            } else {
                bury(.readings, position: message.position, event: event.event, cause: Forwarder.tooLarge)
                skip(.readings, to: message.position)
            }
        }
        isHungry = true
    }
}
