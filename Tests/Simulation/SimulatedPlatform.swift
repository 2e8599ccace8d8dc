import GatewayTesting
import Lifeline
import Uplink

/// The city's platform: it keeps what it was sent, and complains about what breaks the contract.
final class SimulatedPlatform {
    /// Alerts by id, without the one member that differs when they are sent again.
    private(set) var alerts: [String: String] = [:]
    /// Ids in the order in which they came first.
    private(set) var alertOrder: [String] = []
    /// Sequences of readings in the order in which they came first.
    private(set) var sequences: Set<UInt64> = []
    private var lastNew: UInt64 = 0
    private(set) var summaries = 0
    /// The first breach of the contract.
    private(set) var complaint: String?

    func receive(_ topic: String, _ payload: [UInt8]) {
        if topic == World.alertTopic { receiveAlert(payload) } else { receiveReadings(payload) }
    }

    private func complain(_ text: String) { complaint = complaint ?? text }

    private func receiveAlert(_ payload: [UInt8]) {
        let text = String(decoding: payload, as: UTF8.self)
        guard let id = Scan.text(after: "\"id\":\"", in: payload) else { return complain("an alert without an id") }
        guard Scan.text(after: "\"senttime\":\"", in: payload) != nil else { return complain("an alert that does not say when it was sent: \(text)") }
        let body = Scan.without("\"senttime\":\"", in: text)
        // How the clock stood may be known better by the second time, and an alert that retention took and a restart made again has a shorter window, so
        // its descriptions may know of no trend, and where the detectors learned anew, of nothing expected;
        // nor does it know of messages in between whose entries are gone.
        var same = body
        for name in ["clockstate", "correctedtime", "description", "description", "references"] { same = Scan.without("\"\(name)\":\"", in: same) }
        for _ in 0..<2 { same = Scan.without("{\"valueName\":\"expected\",\"value\":\"", in: same) }
        // The flood's alert counts other alerts, some of which may be of entries that are gone by then.
        let isAboutRate = Scan.text(after: "\"sensor\":\"", in: payload)?.hasSuffix("/alarm_rate") ?? false
        let core = Scan.text(before: isAboutRate ? "\"info\"" : "\"evidence\"", in: same)
        if let known = alerts[id] {
            if known != core { complain("alert \(id) came twice, and differs:\n\(known)\n\(core)") }
        } else {
            alerts[id] = core
            alertOrder.append(id)
        }
    }

    private func receiveReadings(_ payload: [UInt8]) {
        guard payload.count <= 65_536 else { return complain("a message of \(payload.count) bytes") }
        var before: UInt64 = 0
        var isSummary = true
        Scan.numbers(after: "\"sequence\":", in: payload) { sequence in
            isSummary = false
            if sequence <= before { self.complain("sequence \(sequence) follows \(before) in one message") }
            before = sequence
            guard self.sequences.insert(sequence).inserted else { return }
            if sequence < self.lastNew { self.complain("sequence \(sequence) came first after \(self.lastNew)") }
            self.lastNew = max(self.lastNew, sequence)
        }
        if isSummary { summaries += 1 }
    }
}

/// The way to the platform: messages on the wire, which arrive, and whose acknowledgements come back, or not.
final class SimulatedLink: PlatformLink {
    private let platform: SimulatedPlatform
    private var wire: [(identifier: Int32, topic: String, payload: [UInt8])] = []
    private var acknowledged: [Int32] = []
    private var next: Int32 = 1
    private(set) var hasFailed = false
    /// Topics of what was published since the last look.
    var published: [String] = []
    /// Decides whether a message is one that no broker can take.
    var isUnsendable: (_ topic: String, _ payload: [UInt8]) -> Bool = { _, _ in false }

    init(_ platform: SimulatedPlatform) { self.platform = platform }

    var waiting: Int { wire.count + acknowledged.count }

    func publish(topic: String, payload: [UInt8]) -> Int32? {
        guard !hasFailed, !isUnsendable(topic, payload) else { return nil }
        defer { next = next % 65_535 + 1 }
        wire.append((next, topic, payload))
        published.append(topic)
        return next
    }

    /// Some messages arrive.
    func arrive(_ count: Int) {
        for message in wire.prefix(count) {
            platform.receive(message.topic, message.payload)
            acknowledged.append(message.identifier)
        }
        wire.removeFirst(min(count, wire.count))
    }

    /// Acknowledgements that have come back, oldest first.
    func takeAcknowledged(_ count: Int) -> [Int32] {
        defer { acknowledged.removeFirst(min(count, acknowledged.count)) }
        return Array(acknowledged.prefix(count))
    }

    /// The link breaks: some of what was on the wire arrives, and nobody hears of it.
    func cut(arriving: Int) {
        arrive(arriving)
        (wire, acknowledged, hasFailed) = ([], [], true)
    }
}
