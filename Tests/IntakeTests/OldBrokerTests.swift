import GatewayTesting
import Intake
import MQTT
import Synchronization
import Testing

@Suite("Brokers that are old or odd", .serialized)
struct OldBrokerTests {
    let folder = TestFolder()

    /// CONNECT's protocol level: 4 is 3.1.1, 5 is 5.0.
    private static func level(_ body: [UInt8]) -> UInt8 { body.count > 6 ? body[6] : 0 }

    /// Goes through CONNECT and SUBSCRIBE under 3.1.1. Returns false when the client spoke 5.0 (and was refused as old brokers do).
    private static func welcome(_ connection: ScriptedBroker.Connection, sessionPresent: Bool = false) -> Bool {
        guard let connect = connection.readPacket(), level(connect.body) == 4 else {
            connection.send([0x20, 2, 0, 1])
            return false
        }
        connection.send([0x20, 2, sessionPresent ? 1 : 0, 0])
        guard let subscribe = connection.readPacket(), subscribe.type == 0x82 else { return false }
        connection.send([0x90, 3, subscribe.body[0], subscribe.body[1], 1])
        return true
    }

    @Test("A broker that refuses 5.0 is spoken to in 3.1.1, at once")
    func refusesVersion() throws {
        let broker = try ScriptedBroker { connection in
            guard OldBrokerTests.welcome(connection) else { return }
            connection.publish("site/a", "hello", identifier: 1)
            while connection.readPacket() != nil {}
        }
        let loop = try SourceLoop(broker.port)
        #expect(loop.run { $0.collector.texts == ["hello"] })
        #expect(loop.source.status.protocolVersion == "3.1.1")
        #expect(loop.source.status.failures == 1)
        #expect(loop.source.status.lastError == nil)
    }

    @Test("A broker that hangs up on 5.0 without a word is spoken to in 3.1.1 after the second time")
    func hangsUp() throws {
        let broker = try ScriptedBroker { connection in
            guard let connect = connection.readPacket(), OldBrokerTests.level(connect.body) == 4 else { return }
            connection.send([0x20, 2, 0, 0])
            while connection.readPacket() != nil {}
        }
        let loop = try SourceLoop(broker.port)
        #expect(loop.run { $0.source.status.state == .connected })
        #expect(loop.source.status.protocolVersion == "3.1.1")
        #expect(loop.source.status.failures == 2)
    }

    @Test("mosquitto is spoken to in 5.0")
    func new() throws {
        let broker = try MosquittoBroker(folder: folder.path)
        let loop = try SourceLoop(broker.port)
        #expect(loop.run { $0.source.status.state == .connected })
        #expect(loop.source.status.protocolVersion == "5.0")
    }

    @Test("A new message with an old number and payload is news, though a committed one looks the same; the flagged one is not")
    func recycledNumbers() throws {
        let broker = try ScriptedBroker { connection in
            guard OldBrokerTests.welcome(connection, sessionPresent: connection.number > 1) else { return }
            if connection.number == 1 {
                // The first connection was refused for its version. This one brings a message, and breaks after its acknowledgement.
                connection.publish("site/door", "closed", identifier: 1)
                _ = connection.readPacket()
            } else {
                // One sent again, then a new one; the broker gives the lowest free number each time, and the door says the same each hour.
                connection.publish("site/door", "closed", identifier: 1, duplicate: true)
                _ = connection.readPacket()
                connection.publish("site/door", "closed", identifier: 1)
                while connection.readPacket() != nil {}
            }
        }
        let loop = try SourceLoop(broker.port)
        #expect(loop.run { $0.collector.entries.count == 2 })
        loop.idle(milliseconds: 200)
        #expect(loop.collector.texts == ["closed", "closed"])
        #expect(loop.source.status.redelivered == 1)
        #expect(loop.collector.receipts[0] == loop.collector.receipts[1])
    }

    /// As mosquitto 2.0 has been seen: alive, and its queue is not moved.
    @Test("A broker that stops delivering while it answers is connected to anew, and its queue comes")
    func stopsDelivering() throws {
        let broker = try ScriptedBroker { connection in
            guard OldBrokerTests.welcome(connection, sessionPresent: connection.number > 1) else { return }
            connection.publish("site/a", "of connection \(connection.number)", identifier: UInt16(connection.number))
            while let packet = connection.readPacket() {
                if packet.type == 0xc0 { connection.send([0xd0, 0]) }
            }
        }
        let source = try MQTTSource.make(MQTTOptions(host: "127.0.0.1", port: broker.port, clientID: "gateway"), quietLimit: 300_000_000)
        let loop = SourceLoop(source)
        #expect(loop.run { $0.collector.texts.count >= 3 }, "\(source.status)")
        #expect(loop.collector.texts.prefix(3) == ["of connection 1", "of connection 2", "of connection 3"])
        #expect(source.status.quietRenewals >= 2)
        #expect(source.status.reconnects >= 2)
    }

    @Test("No acknowledgement is on the wire before the release, byte by byte")
    func nothingOnTheWire() throws {
        let seen = Shared(Mutex<[UInt8]>([]))
        let broker = try ScriptedBroker { connection in
            guard OldBrokerTests.welcome(connection) else { return }
            for number in 1...10 { connection.publish("site/a", "\(number)", identifier: UInt16(number)) }
            while let packet = connection.readPacket() {
                if packet.type == 0x40 { seen.value.withLock { $0.append(packet.body[1]) } }
            }
        }
        let loop = try SourceLoop(broker.port)
        loop.releases = false
        #expect(loop.run { $0.collector.entries.count == 10 })
        loop.idle(milliseconds: 300)
        #expect(seen.value.withLock { $0 } == [])
        loop.source.releaseAcknowledgements()
        #expect(loop.run { _ in seen.value.withLock { $0.count } == 10 })
        #expect(seen.value.withLock { $0 } == Array(1...10))
    }
}

/// Lets a lock be seen by two threads.
final class Shared<Value: ~Copyable & Sendable>: Sendable {
    let value: Value
    init(_ value: consuming Value) { self.value = value }
}
