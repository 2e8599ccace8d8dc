import HTTP
import Journal
import Lifeline
import MQTT

/// The platform by HTTPS: each lane has a request of its own, so that no alert waits behind readings.
///
/// It decides nothing about cursors: it tells what became of events, and its owner acts.
///
/// *Isolation*: the uplink's thread.
final class HTTPSLink: PlatformLink {
    /// What became of events, or of a lane.
    enum Outcome: Equatable {
        case accepted(Lane, [Int32])
        case refused(Lane, Int32, cause: String, reason: String)
        /// The lane is empty now and waits: what was in it comes from the journal again.
        case failed(Lane, String)
        /// A request that the owner has started itself.
        case other(HTTPClient.Identifier, HTTPOutcome)
    }

    /// *Units*: seconds; the longest wait of a lane. While an alert waits, nobody should have to wait for it for minutes after the platform is back.
    static let ceilings: [Lane: Int64] = [.alerts: 30, .readings: 300]

    private let client: HTTPClient
    private let gateway: String
    private let batchEvents: Int
    private var lanes: [Lane: HTTPSLane] = [:]
    private var nextIdentifier: Int32 = 1
    /// *Units*: monotonic nanoseconds; the owner sets it.
    var now: Int64 = 0

    /// Returns nil where libcurl cannot be set up.
    init?(_ options: HTTPOptions, gateway: String, batchEvents: Int, seed: UInt64) {
        guard let client = HTTPClient(options) else { return nil }
        self.client = client
        self.gateway = gateway
        self.batchEvents = batchEvents
        for (index, lane) in [Lane.alerts, .readings].enumerated() {
            lanes[lane] = HTTPSLane(ceiling: HTTPSLink.ceilings[lane] ?? 300, seed: seed &+ UInt64(index))
        }
    }

    var hasFailed: Bool { false }

    func isOpen(_ lane: Lane) -> Bool { now >= lanes[lane]?.retryAt ?? 0 }

    /// *Units*: monotonic nanoseconds: when a lane that waits may go on; nil: none waits.
    var nextOpening: Int64? { lanes.values.map(\.retryAt).filter { $0 > now }.min() }

    /// Events are on their way.
    var isBusy: Bool { lanes.values.contains { $0.request != nil } }

    func publish(topic: String, payload: [UInt8]) -> Int32? {
        publish(PlatformMessage(lane: .alerts, topic: topic, payload: payload, event: "", kind: "alert"))
    }

    func publish(_ message: PlatformMessage) -> Int32? {
        let payload = message.lane == .alerts ? message.payload : wrapped(message)
        guard payload.count <= HTTPSLane.eventBytes else { return nil }
        let identifier = nextIdentifier
        nextIdentifier = nextIdentifier == .max ? 1 : nextIdentifier + 1
        lanes[message.lane]?.append(
            HTTPSLane.Event(identifier: identifier, payload: payload, path: message.topic, mapped: message.properties))
        return identifier
    }

    /// A document of readings as the data of an event: an HTTPS platform has one door for everything.
    private func wrapped(_ message: PlatformMessage) -> [UInt8] {
        var json = JSONWriter(reserving: message.payload.count + 256)
        json.beginObject()
        json.member("specversion", "1.0")
        json.member("id", message.event)
        json.member("source", "urn:bamai:" + gateway)
        json.member("type", "cn.bamai." + message.kind)
        json.member("datacontenttype", "application/json")
        json.key("data")
        json.raw(message.payload)
        json.endObject()
        return json.bytes
    }

    // MARK: - Requests

    /// Begins what can be begun; a lane that cannot is told of by the next `takeOutcomes`.
    func send() -> [Outcome] {
        var outcomes: [Outcome] = []
        for lane in [Lane.alerts, .readings] {
            guard var state = lanes[lane], state.request == nil, now >= state.retryAt else { continue }
            // What was begun goes on, but on a thin line an alert should not share it with readings that come after.
            if lane == .readings && lanes[.alerts]?.isIdle == false { continue }
            let events = state.take(events: batchEvents)
            if !events.isEmpty {
                state.request = client.start(HTTPSLink.request(events))
                if state.request == nil {
                    state.failed(now, seconds: nil, isSlow: false)
                    outcomes.append(.failed(lane, "there is no memory for a request"))
                }
            }
            lanes[lane] = state
        }
        return outcomes
    }

    /// A request of the owner's own; nil where it cannot be begun.
    func start(_ request: HTTPRequest) -> HTTPClient.Identifier? { client.start(request) }

    private static func request(_ events: [HTTPSLane.Event]) -> HTTPRequest {
        var body = events[0].payload
        var type = "application/cloudevents+json; charset=utf-8"
        var headers: [HTTPRequest.Header] = []
        if let mapped = events[0].mapped {
            type = mapped.contentType ?? "application/json"
            headers = mapped.user.map { HTTPRequest.Header(name: $0.name, value: $0.value) }
        } else if events.count > 1 {
            type = "application/cloudevents-batch+json; charset=utf-8"
            body = [UInt8(ascii: "[")]
            body.reserveCapacity(events.reduce(2) { $0 + $1.payload.count + 1 })
            for (index, event) in events.enumerated() {
                if index > 0 { body.append(UInt8(ascii: ",")) }
                body += event.payload
            }
            body.append(UInt8(ascii: "]"))
        }
        return HTTPRequest(path: events[0].path, body: body, headers: headers + [HTTPRequest.Header(name: "Content-Type", value: type)])
    }

    /// Waits until something moves, `descriptor` is readable or the time is over.
    func wait(for descriptor: Int32, milliseconds: Int32) { client.wait(for: descriptor, milliseconds: milliseconds) }

    /// What has become of requests since the last call.
    func takeOutcomes() -> [Outcome] {
        client.takeEnded().flatMap { identifier, outcome in
            guard let lane = lanes.first(where: { $0.value.request == identifier })?.key else { return [Outcome.other(identifier, outcome)] }
            return settle(lane, outcome)
        }
    }

    private func settle(_ lane: Lane, _ outcome: HTTPOutcome) -> [Outcome] {
        guard var state = lanes[lane] else { return [] }
        defer { lanes[lane] = state }
        state.request = nil
        guard case .answer(let answer) = outcome else {
            guard case .failure(let words) = outcome else { return [] }
            state.failed(now, seconds: nil, isSlow: true)
            return [.failed(lane, words)]
        }
        switch HTTPSVerdict(status: answer.status, retryAfter: answer.retryAfter, isBatch: state.flying.count > 1) {
        case .accepted: return [.accepted(lane, state.accepted())]
        case .noBatches:
            state.sendAlone()
            return []
        case .atFault:
            guard let identifier = state.refused(now) else { return [] }
            return [.refused(lane, identifier, cause: "http-\(answer.status)", reason: HTTPSVerdict.words(answer.body))]
        case .later(let words, let seconds):
            state.failed(now, seconds: seconds, isSlow: false)
            // A platform that asks for time asks it of both lanes.
            if let seconds { for other in lanes.keys where other != lane { lanes[other]?.wait(now, seconds: seconds) } }
            let own = HTTPSVerdict.words(answer.body)
            return [.failed(lane, own.isEmpty ? words : "\(words) (\(own))")]
        }
    }
}
