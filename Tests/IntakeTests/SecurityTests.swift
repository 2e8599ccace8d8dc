import GatewayTesting
import Intake
import MQTT
import Testing

@Suite("TLS lets in nobody else, and says why", .serialized)
struct SecurityTests {
    let folder = TestFolder()
    let certificates: Certificates

    init() throws { certificates = try Certificates(folder: folder.path) }

    private func options(_ port: UInt16, host: String = "localhost", tls: MQTTTLS) -> MQTTOptions {
        MQTTOptions(host: host, port: port, clientID: "gateway", tls: tls)
    }

    private var good: MQTTTLS { MQTTTLS(authority: certificates.authority, certificate: certificates.client.0, key: certificates.client.1) }

    private func secureBroker() throws -> MosquittoBroker {
        try MosquittoBroker(
            folder: folder.path, lines: ["log_type all"],
            tls: .init(authority: certificates.authority, certificate: certificates.server.0, key: certificates.server.1))
    }

    @Test("Under TLS too, messages are held until the release, come again after a crash, and arrive in order")
    func acknowledgements() throws {
        let broker = try secureBroker()
        let first = SourceLoop(try .make(options(broker.port, tls: good)))
        first.releases = false
        try #require(first.ready(), "\(first.source.status)")
        var device = options(broker.port, tls: good)
        (device.clientID, device.cleanSession) = ("device", true)
        try publish(broker.port, numbered(0..<15), options: device)
        #expect(first.run { $0.collector.entries.count == 15 })
        first.idle(milliseconds: 200)
        #expect(!broker.log.contains("Received PUBACK from gateway"))
        let second = SourceLoop(try .make(options(broker.port, tls: good)))
        try publish(broker.port, numbered(15..<2000), options: device)
        #expect(second.run { $0.collector.entries.count >= 2000 })
        #expect(second.collector.texts == (0..<2000).map(String.init))
    }

    @Test("Without the client certificate that the broker demands")
    func noClientCertificate() throws {
        let broker = try secureBroker()
        // TLS 1.3 asks for the certificate after the handshake: whether its alert or the end of the connection is read first is a race.
        try refused(options(broker.port, tls: MQTTTLS(authority: certificates.authority)), "certificate", "closed the connection")
        withExtendedLifetime(broker) {}
    }

    @Test("A broker of another authority")
    func foreignAuthority() throws {
        var tls = good
        tls.authority = certificates.foreign
        let broker = try secureBroker()
        try refused(options(broker.port, tls: tls), "certificate verify failed")
        withExtendedLifetime(broker) {}
    }

    @Test("A private broker is not believed on the system's authorities")
    func systemAuthorities() throws {
        var tls = good
        tls.authority = nil
        let broker = try secureBroker()
        try refused(options(broker.port, tls: tls), "certificate verify failed")
        withExtendedLifetime(broker) {}
    }

    @Test("A certificate that is made out to another name")
    func wrongName() throws {
        let broker = try secureBroker()
        try refused(options(broker.port, host: "127.0.0.1", tls: good), "host name verification failed")
        withExtendedLifetime(broker) {}
    }

    @Test("A file that is not there is named")
    func missingFile() throws {
        try refused(options(MosquittoBroker.freePort(), tls: MQTTTLS(authority: "/nowhere/ca.pem")), "/nowhere/ca.pem")
    }

    @Test("A broker that is down: neither hangs nor spins")
    func down() throws { try refused(options(MosquittoBroker.freePort(), tls: good), "Connection refused") }

    @Test("Something that hangs up in the handshake: neither hangs nor spins")
    func hangsUp() throws {
        let script = try ScriptedBroker { connection in _ = connection.readByte() }
        try refused(options(script.port, tls: good), "TLS")
    }

    @Test("A broker that speaks no TLS")
    func plain() throws {
        let broker = try MosquittoBroker(folder: folder.path)
        try refused(options(broker.port, tls: good), "TLS")
        withExtendedLifetime(broker) {}
    }

    private func refused(_ options: MQTTOptions, _ words: String...) throws {
        let loop = SourceLoop(try .make(options))
        #expect(loop.run(seconds: 25) { $0.source.status.failures >= 2 })
        #expect(loop.source.status.state != .connected)
        let error = loop.source.status.lastError ?? "no error"
        #expect(words.contains { error.contains($0) }, "\(error)")
    }
}
