import GatewayTesting
import Glibc
import Intake
import Linux
import MQTT

/// What a source handed over.
final class Collector: MessageSink {
    struct Entry: Equatable {
        var broker: Int
        var topic: String
        var text: String
        var receipt: UInt64
        var qos: Int
        var retained: Bool
    }
    var entries: [Entry] = []
    var texts: [String] { entries.map(\.text) }
    var receipts: [UInt64] { entries.map(\.receipt).filter { $0 != 0 } }

    func received(broker: Int, topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, receipt: UInt64, qos: Int, retained: Bool) {
        entries.append(
            Entry(
                broker: broker, topic: String(decoding: topic, as: UTF8.self), text: String(decoding: payload, as: UTF8.self), receipt: receipt,
                qos: qos, retained: retained))
    }

    func sensed(sensor: Int, value: Double, monotonicNanoseconds: Int64) { preconditionFailure("a broker senses nothing") }
}

/// A loop as the daemon has one, around sources under test.
final class SourceLoop {
    let sources: [MQTTSource]
    let collector = Collector()
    /// Acknowledge after each round, as after a commit.
    var releases = true

    init(_ sources: MQTTSource...) { self.sources = sources }

    /// One source of one plain broker.
    convenience init(_ port: UInt16, clientID: String = "gateway", window: Int = 20, filters: [String] = ["site/#"], receipts: [UInt64] = []) throws {
        self.init(try .make(MQTTOptions(host: "127.0.0.1", port: port, clientID: clientID, window: window), filters: filters, receipts: receipts))
    }

    var source: MQTTSource { sources[0] }

    /// Turns until the condition holds. Returns whether it did within the time, which is generous: it says "for ever".
    func run(seconds: Int64 = 60, until condition: (SourceLoop) -> Bool) -> Bool {
        let deadline = Clocks.monotonicNanoseconds() + seconds * 1_000_000_000
        while !condition(self) {
            if Clocks.monotonicNanoseconds() > deadline { return false }
            turn()
        }
        return true
    }

    /// Turns until every source is connected and subscribed.
    func ready() -> Bool { run { $0.sources.allSatisfy { $0.status.state == .connected && $0.status.grantedFilters > 0 } } }

    /// Turns for a while, to see that something does *not* happen.
    func idle(milliseconds: Int64) {
        let deadline = Clocks.monotonicNanoseconds() + milliseconds * 1_000_000
        while Clocks.monotonicNanoseconds() < deadline { turn() }
    }

    private func turn() {
        var waiting: [pollfd] = []
        for source in sources {
            waiting.append(pollfd(fd: source.wakeDescriptor, events: Int16(POLLIN), revents: 0))
            waiting.append(
                pollfd(fd: source.descriptor ?? -1, events: Int16(source.wantsWrite ? POLLIN | POLLOUT : POLLIN), revents: 0))
        }
        _ = poll(&waiting, nfds_t(waiting.count), 10)
        for (index, source) in sources.enumerated() {
            let ready = waiting[2 * index + 1].revents
            if ready & Int16(POLLOUT) != 0 { source.writable() }
            if ready & ~Int16(POLLOUT) != 0 { _ = source.readable(limit: 1000, sink: collector) }
            let now = Clocks.monotonicNanoseconds()
            if now >= source.nextDeadline || waiting[2 * index].revents != 0 { source.tick(monotonicNanoseconds: now) }
        }
        if releases { for source in sources { source.releaseAcknowledgements() } }
    }
}

extension MQTTSource {
    static func make(
        _ options: MQTTOptions, index: Int = 0, id: String = "street", filters: [String] = ["site/#"], receipts: [UInt64] = [], quietLimit: Int64 = .max
    ) throws -> MQTTSource {
        let source = try MQTTSource(
            index: index, id: id, options: options, filters: filters, seed: 7, connector: ThreadConnector(), quietLimit: quietLimit)
        source.restore(receipts: receipts)
        return source
    }
}

/// `("site/a", "0")`, `("site/a", "1")` …
func numbered(_ range: Range<Int>, topic: String = "site/a") -> [(topic: String, text: String)] {
    range.map { (topic, String($0)) }
}

/// Publishes as a device does; the broker has everything when it returns.
func publish(_ port: UInt16, _ messages: [(topic: String, text: String)], retained: Bool = false, options: MQTTOptions? = nil) throws {
    let publisher = try MQTTPublisher(options ?? MQTTOptions(host: "127.0.0.1", port: port, clientID: "device", cleanSession: true))
    for message in messages { try publisher.publish(message.topic, Array(message.text.utf8), retained: retained) }
    try publisher.finish()
}

/// Another client takes a name over, as a cloned board or a flapping network does: the broker ends the first one's connection.
func takeOver(_ port: UInt16, clientID: String) throws {
    _ = try MQTTPublisher(MQTTOptions(host: "127.0.0.1", port: port, clientID: clientID))
}
