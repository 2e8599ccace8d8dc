import Foundation
import GatewayTesting
import Intake
import Linux
import MQTT
import Testing

/// Keeps what a source hands over.
final class Sink: MessageSink {
    var payloads: [String] = []
    var receipts: [UInt64] = []

    func received(broker: Int, topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, receipt: UInt64, qos: Int, retained: Bool) {
        payloads.append(String(decoding: payload, as: UTF8.self))
        receipts.append(receipt)
    }

    func sensed(sensor: Int, value: Double, monotonicNanoseconds: Int64) { preconditionFailure("a broker senses nothing") }
}

/// A source that is driven as the daemon's loop does, without the daemon.
final class DrivenSource {
    let source: MQTTSource
    let sink = Sink()

    init(
        port: UInt16, host: String = "127.0.0.1", client: String = "gateway", filters: [String] = ["in/#"], tls: MQTTTLS? = nil,
        username: String? = nil, password: String? = nil
    ) throws {
        let options = MQTTOptions(host: host, port: port, clientID: client, username: username, password: password, tls: tls)
        source = try MQTTSource(index: 0, id: "field", options: options, filters: filters, seed: 1, connector: ThreadConnector())
    }

    /// Reads without acknowledging until a condition holds.
    func run(seconds: Double = 10, release: Bool = false, until condition: () -> Bool) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            source.tick(monotonicNanoseconds: Clocks.monotonicNanoseconds())
            if source.wantsWrite { source.writable() }
            _ = source.readable(limit: 1000, sink: sink)
            if release { source.releaseAcknowledgements() }
            if condition() { return true }
            usleep(2000)
        }
        return false
    }

    var isConnected: Bool { source.status.state == .connected }
}

@Suite("A source and a real broker", .serialized)
struct SourceTests {
    let folder = TestFolder()

    private func publish(_ broker: MosquittoBroker, _ payloads: [String]) throws {
        let publisher = try MQTTPublisher(MQTTOptions(host: "127.0.0.1", port: broker.port, clientID: "publisher", cleanSession: true))
        for payload in payloads { try publisher.publish("in/x", Array(payload.utf8)) }
        try publisher.finish()
    }

    /// A connected source whose subscription stands.
    private func connected(_ broker: MosquittoBroker) throws -> DrivenSource {
        let driven = try DrivenSource(port: broker.port)
        try #require(driven.run { driven.isConnected }, "\(String(describing: driven.source.status.lastError))")
        _ = driven.run(seconds: 0.2, release: true) { false }
        return driven
    }

    @Test("Messages that were read and not released come again to the next process; released ones do not")
    func acknowledgedOnlyWhenReleased() throws {
        let broker = try MosquittoBroker(folder: folder.path)
        let sent = (0..<15).map { "m\($0)" }
        do {
            let first = try connected(broker)
            try publish(broker, sent)
            #expect(first.run { first.sink.payloads.count == 15 })
            #expect(first.source.unacknowledged == 15)
            // It dies here: nothing was released.
        }
        do {
            let second = try DrivenSource(port: broker.port)
            #expect(second.run { second.sink.payloads.count == 15 })
            #expect(second.sink.payloads == sent, "all of them again, in order")
            second.source.releaseAcknowledgements()
            _ = second.run(seconds: 0.3) { false }
        }
        let third = try DrivenSource(port: broker.port)
        #expect(third.run { third.isConnected })
        _ = third.run(seconds: 0.5) { false }
        #expect(third.sink.payloads.isEmpty)
    }

    @Test("What is durable and was not acknowledged comes again, is known by its receipt, and is handed on once")
    func receipts() throws {
        let broker = try MosquittoBroker(folder: folder.path)
        var durable: [UInt64] = []
        do {
            let first = try connected(broker)
            try publish(broker, ["a", "b", "c", "c"])
            #expect(first.run { first.sink.payloads.count == 4 })
            // The journal kept a, b and one c; the process died before the rest was committed and before anything was acknowledged.
            durable = Array(first.sink.receipts.prefix(3))
        }
        #expect(Set(durable).count == 3)
        let second = try DrivenSource(port: broker.port)
        second.source.restore(receipts: durable)
        #expect(second.run { second.source.status.redelivered == 3 && second.sink.payloads.count == 1 })
        #expect(second.sink.payloads == ["c"], "the second c is a message of its own")
        #expect(second.source.unacknowledged == 4, "the known ones are acknowledged too, with the next release")
    }

    @Test("After a refused commit the broker sends again, and it is taken again")
    func abandoned() throws {
        let broker = try MosquittoBroker(folder: folder.path)
        let driven = try connected(broker)
        try publish(broker, ["a", "b"])
        #expect(driven.run { driven.sink.payloads.count == 2 })
        driven.source.abandonUnacknowledged()
        #expect(!driven.isConnected)
        #expect(driven.run { driven.sink.payloads.count == 4 })
        #expect(driven.sink.payloads == ["a", "b", "a", "b"])
        #expect(driven.source.status.redelivered == 0)
    }

    @Test("Five thousand messages arrive in order through a window of twenty")
    func order() throws {
        let broker = try MosquittoBroker(folder: folder.path)
        let driven = try connected(broker)
        let sent = (0..<5000).map { "\($0)" }
        try publish(broker, sent)
        #expect(driven.run(seconds: 30, release: true) { driven.sink.payloads.count == 5000 })
        #expect(driven.sink.payloads == sent)
        #expect(driven.source.status.messages == 5000)
    }

    @Test("A broker that dies and comes back is found again, and asked for the topics again")
    func brokerRestarts() throws {
        let broker = try MosquittoBroker(folder: folder.path)
        let driven = try connected(broker)
        broker.stop()
        #expect(driven.run { !driven.isConnected })
        #expect(driven.source.status.lastError != nil)
        try broker.start()
        #expect(driven.run(seconds: 30) { driven.isConnected })
        #expect(driven.source.status.reconnects == 1)
        _ = driven.run(seconds: 0.3, release: true) { false }
        // Without persistence the broker has forgotten the session: only a new subscription brings this.
        try publish(broker, ["after"])
        #expect(driven.run { driven.sink.payloads == ["after"] })
    }

    @Test("A broker that is not there, or a password that is wrong, is said and goes on being tried")
    func refusals() throws {
        let absent = try DrivenSource(port: MosquittoBroker.freePort())
        #expect(absent.run { absent.source.status.failures >= 2 })
        #expect(absent.source.status.lastError?.contains("onnection refused") == true, "\(absent.source.status.lastError ?? "")")

        let passwords = folder.file("passwords")
        #expect(try ChildProcess("/usr/bin/mosquitto_passwd", ["-b", "-c", passwords, "gw", "right"]).wait() == 0)
        let broker = try MosquittoBroker(folder: folder.path, lines: ["allow_anonymous false", "password_file \(passwords)"])
        let wrong = try DrivenSource(port: broker.port, username: "gw", password: "wrong")
        #expect(wrong.run { wrong.source.status.failures >= 1 })
        #expect(wrong.source.status.lastError?.lowercased().contains("not authori") == true, "\(wrong.source.status.lastError ?? "")")
        let right = try DrivenSource(port: broker.port, client: "other", username: "gw", password: "right")
        #expect(right.run { right.isConnected })
    }

    @Test("A name that cannot be looked up blocks nobody")
    func unknownHost() throws {
        let driven = try DrivenSource(port: 1883, host: "no-such-host.invalid")
        let start = Clocks.monotonicNanoseconds()
        driven.source.tick(monotonicNanoseconds: start)
        let spent = Clocks.monotonicNanoseconds() - start
        // The look-up itself runs on a thread of its own; this call only begins it.
        #expect(driven.source.status.state == .connecting)
        #expect(spent < 5_000_000_000)
        #expect(driven.run(seconds: 60) { driven.source.status.failures >= 1 })
        #expect(driven.source.status.lastError?.isEmpty == false)
    }

    @Test("TLS with a client certificate connects; a foreign authority and a wrong host name are refused with the reason")
    func tls() throws {
        let certificates = try Certificates(folder: folder.path)
        let broker = try MosquittoBroker(
            folder: folder.path, tls: .init(authority: certificates.authority, certificate: certificates.server.0, key: certificates.server.1))
        let good = MQTTTLS(authority: certificates.authority, certificate: certificates.client.0, key: certificates.client.1)
        let driven = try DrivenSource(port: broker.port, host: "localhost", tls: good)
        #expect(driven.run { driven.isConnected }, "\(driven.source.status.lastError ?? "")")

        var foreign = good
        foreign.authority = certificates.foreign
        let refused = try DrivenSource(port: broker.port, host: "localhost", client: "b", tls: foreign)
        // On a busy machine the first failure may be a handshake that took too long.
        let isExplained = refused.run { refused.source.status.lastError?.contains("certificate verify failed") == true }
        #expect(isExplained, "\(refused.source.status.lastError ?? "")")

        // The certificate is made out to localhost; by its address the same broker is a stranger.
        let wrongName = try DrivenSource(port: broker.port, host: "127.0.0.1", client: "c", tls: good)
        #expect(wrongName.run { wrongName.source.status.failures >= 1 })
        #expect(wrongName.source.status.lastError?.isEmpty == false)
        #expect(!wrongName.isConnected)

        let anonymous = try DrivenSource(port: broker.port, host: "localhost", client: "d", tls: MQTTTLS(authority: certificates.authority))
        #expect(anonymous.run { anonymous.source.status.failures >= 1 })
        #expect(!anonymous.isConnected)
    }

    @Test("A command goes out at once, but never past acknowledgements that wait for their commit")
    func commands() throws {
        let broker = try MosquittoBroker(folder: folder.path)
        let driven = try connected(broker)
        #expect(driven.source.publish(topic: "in/command", payload: Array("rebirth".utf8)))
        #expect(driven.run(release: true) { driven.sink.payloads == ["rebirth"] })
        try publish(broker, ["reading"])
        #expect(driven.run { driven.sink.payloads == ["rebirth", "reading"] })
        #expect(driven.source.unacknowledged == 1)
        #expect(!driven.source.publish(topic: "in/command", payload: Array("early".utf8)))
        driven.source.releaseAcknowledgements()
        #expect(driven.source.publish(topic: "in/command", payload: Array("late".utf8)))
        #expect(driven.run(release: true) { driven.sink.payloads == ["rebirth", "reading", "late"] })
    }
}
