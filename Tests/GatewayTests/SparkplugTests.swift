import Foundation
import GatewayTesting
import MQTT
import Testing

@Suite("A Sparkplug node in the field", .serialized)
struct SparkplugTests {
    /// `{ seq: 7, metrics: [ { alias: 1, datatype: Double, value: 0.5 } ] }`.
    static let data: [UInt8] = [0x12, 0x0d, 0x10, 0x01, 0x20, 0x0a, 0x69, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f, 0x18, 0x07]

    @Test("A node whose births were never heard is asked for them at its own broker, and once only")
    func rebirth() throws {
        let fixture = ProcessFixture()
        let broker = try MosquittoBroker(folder: fixture.folder.path)
        fixture.site(
            broker: broker.port, platform: nil,
            """
            [[asset]]
            id = "PS-7"
            class = "other"
            [[device]]
            id = "st7"
            asset = "PS-7"
            topic = "spBv1.0/water/+/st7"
            format = "sparkplug-b"
            [[device.reading]]
            quantity = "value"
            path = "Pressure"

            """)
        try fixture.start()
        try #require(fixture.waitUntilSubscribed(), "\(fixture.log)")
        let node = MessageCollector(port: broker.port, clientID: "st7", filters: ["spBv1.0/water/NCMD/#"])
        #expect(node.ready())
        let publisher = try MQTTPublisher(MQTTOptions(host: "127.0.0.1", port: broker.port, clientID: "publisher", cleanSession: true))
        for _ in 0..<3 { try publisher.publish("spBv1.0/water/NDATA/st7", SparkplugTests.data) }
        try publisher.finish()
        for _ in 0..<100 where node.messages.isEmpty { node.collect(milliseconds: 100) }
        node.collect(milliseconds: 500)
        #expect(node.messages.map(\.topic) == ["spBv1.0/water/NCMD/st7"], "\(fixture.log)")
        let metric = [0x0a, 20] + Array("Node Control/Rebirth".utf8) + [0x20, 11, 0x70, 1]
        #expect(node.messages.first.map { Array($0.payload.suffix(metric.count)) } == metric)
        #expect(fixture.log.contains("water/st7"))
    }
}
