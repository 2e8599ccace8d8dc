import Foundation
import GatewayTesting
import Glibc
import Testing

@Suite("Examining brokers that are dead, mute, closed or strangers", .serialized)
struct DoctorConnectionTests {
    private func examine(_ table: String, in fixture: ProcessFixture = ProcessFixture()) throws -> DoctorReport {
        fixture.site(brokerTable: table)
        return try fixture.doctor()
    }

    @Test("A port where nobody listens")
    func deadPort() throws {
        let report = try examine("url = \"mqtt://127.0.0.1:\(MosquittoBroker.freePort())\"")
        #expect(report.code == 1)
        #expect(
            report.verdict("broker", "connection") == "error" && report.text("broker", "connection").contains("Connection refused"),
            "\(report.output)")
        #expect(report.verdict("broker", "login") == "unknown" && report.verdict("broker", "topics") == "unknown")
    }

    @Test("A broker that takes the connection and never answers, plain and with TLS, holds nobody up")
    func mute() throws {
        let port = try MutePort(isFull: false)
        let plain = try examine("url = \"mqtt://127.0.0.1:\(port.port)\"")
        #expect(plain.verdict("broker", "connection") == "ok" && plain.verdict("broker", "login") == "error", "\(plain.output)")
        #expect(plain.text("broker", "login").contains("does not answer"))
        let tls = try examine("url = \"mqtts://127.0.0.1:\(port.port)\"")
        #expect(tls.verdict("broker", "tls") == "error" && tls.text("broker", "tls").contains("no answer to the handshake"), "\(tls.output)")
        #expect(tls.verdict("broker", "login") == "unknown")
    }

    @Test("An address that swallows everything")
    func blackHole() throws {
        let port = try MutePort(isFull: true)
        let report = try examine("url = \"mqtt://127.0.0.1:\(port.port)\"")
        #expect(
            report.verdict("broker", "connection") == "error" && report.text("broker", "connection").contains("nothing comes back"),
            "\(report.output)")
    }

    @Test("A name that does not exist")
    func noName() throws {
        let report = try examine("url = \"mqtt://no-such-broker.invalid\"")
        #expect(report.verdict("broker", "name") == "error", "\(report.output)")
        #expect(report.verdict("broker", "connection") == "unknown")
    }

    @Test("A broker that knows another password")
    func password() throws {
        let fixture = ProcessFixture()
        let broker = try MosquittoBroker(folder: fixture.folder.path, lines: ["allow_anonymous false"])
        let report = try examine("url = \"mqtt://127.0.0.1:\(broker.port)\"", in: fixture)
        #expect(report.verdict("broker", "login") == "error", "\(report.output)")
        #expect(report.text("broker", "login").contains("check username and password"))
    }

    // MARK: - TLS

    private func secure(
        _ fixture: ProcessFixture, _ certificates: Certificates, server: (String, String), authority: String? = nil, host: String = "localhost",
        client: Bool = true
    ) throws -> (DoctorReport, MosquittoBroker) {
        let broker = try MosquittoBroker(
            folder: fixture.folder.path, tls: .init(authority: certificates.authority, certificate: server.0, key: server.1))
        var table = "url = \"mqtts://\(host):\(broker.port)\"\nca = \"\(authority ?? certificates.authority)\"\n"
        if client { table += "certificate = \"\(certificates.client.0)\"\nkey = \"\(certificates.client.1)\"\n" }
        return (try examine(table, in: fixture), broker)
    }

    @Test("TLS as it should be, with certificates that soon end")
    func good() throws {
        let fixture = ProcessFixture()
        let certificates = try Certificates(folder: fixture.folder.path)
        chmod(certificates.client.1, 0o600)
        let (report, _) = try secure(fixture, certificates, server: certificates.server)
        // They are made for two days.
        #expect(report.verdict("broker", "tls") == "warning" && report.text("broker", "tls").contains("TLSv1."), "\(report.output)")
        #expect(report.verdict("broker", "login") == "ok")
        #expect(report.verdict("certificates", "authority") == "warning")
        #expect(report.verdict("certificates", "key") == "ok")
    }

    @Test("A certificate that has ended, and one that has not begun")
    func dates() throws {
        let fixture = ProcessFixture()
        let certificates = try Certificates(folder: fixture.folder.path)
        let old = try certificates.server("old", in: fixture.folder.path, from: "20200101000000Z", until: "20200201000000Z")
        let (ended, _) = try secure(fixture, certificates, server: old)
        #expect(
            ended.verdict("broker", "tls") == "error" && ended.text("broker", "tls").contains("has ended (its own: 2020-02-01)"), "\(ended.output)")
        #expect(ended.verdict("broker", "login") == "unknown")
        let young = try certificates.server("young", in: fixture.folder.path, from: "20910101000000Z", until: "20920101000000Z")
        let (early, _) = try secure(fixture, certificates, server: young)
        #expect(early.verdict("broker", "tls") == "error" && early.text("broker", "tls").contains("2091-01-01"), "\(early.output)")
    }

    @Test("Another host's certificate, another authority's, and a broker that wants one of ours")
    func strangers() throws {
        let fixture = ProcessFixture()
        let certificates = try Certificates(folder: fixture.folder.path)
        let (host, _) = try secure(fixture, certificates, server: certificates.server, host: "127.0.0.1")
        #expect(host.verdict("broker", "tls") == "error" && host.text("broker", "tls").contains("made out to localhost"), "\(host.output)")
        #expect(host.verdict("broker", "login") == "unknown")
        let (authority, _) = try secure(fixture, certificates, server: certificates.server, authority: certificates.foreign)
        #expect(
            authority.verdict("broker", "tls") == "error" && authority.text("broker", "tls").contains("issued by CN = authority"),
            "\(authority.output)")
        let (bare, _) = try secure(fixture, certificates, server: certificates.server, client: false)
        #expect(bare.verdict("broker", "tls") == "error" && bare.text("broker", "tls").contains("wants a certificate"), "\(bare.output)")
        #expect(bare.verdict("broker", "login") == "unknown")
    }

    @Test("A key of another certificate, open to everybody, and files that are missing or hold no certificate")
    func files() throws {
        let fixture = ProcessFixture()
        let certificates = try Certificates(folder: fixture.folder.path)
        fixture.folder.write("empty.pem", "nothing\n")
        chmod(certificates.server.1, 0o600)
        fixture.site(
            brokerTable:
                "url = \"mqtts://localhost\"\nca = \"\(fixture.folder.file("empty.pem"))\"\ncertificate = \"\(certificates.client.0)\"\nkey = \"\(certificates.server.1)\"\n"
        )
        let other = try fixture.doctor(["--offline"])
        #expect(other.text("certificates", "authority").contains("no PEM certificate"), "\(other.output)")
        #expect(other.text("certificates", "key").contains("belongs to another certificate"))
        chmod(certificates.server.1, 0o644)
        #expect(try fixture.doctor(["--offline"]).text("certificates", "key").contains("everybody may read"))
        unlink(certificates.client.0)
        #expect(try fixture.doctor(["--offline"]).text("certificates", "certificate").contains("there is no such file"))
    }
}

@Suite(
    "Examining cards that are full or read-only", .serialized,
    .enabled(if: Card.isPossible, "SKIPPED, LOUDLY: mounting a file system needs root and loop devices"))
struct DoctorCardTests {
    @Test("A card that is mounted read-only, and one without room")
    func cards() throws {
        let fixture = ProcessFixture()
        let card = try Card(fixture.folder)
        fixture.journalPath = card.path + "/journal.db"
        fixture.site(broker: MosquittoBroker.freePort(), platform: nil, KillTests.devices(1))
        let well = try fixture.doctor(["--offline"])
        #expect(well.verdict("storage", "mount") == "ok" && well.text("storage", "mount").hasPrefix("ext4 \(card.path)"), "\(well.output)")
        #expect(well.verdict("storage", "wear") == "unknown")
        card.fill()
        let full = try fixture.doctor(["--offline"])
        #expect(full.verdict("storage", "space") == "error", "\(full.output)")
        try card.remove()
        try card.insert(readOnly: true)
        let readOnly = try fixture.doctor(["--offline"])
        #expect(readOnly.verdict("storage", "mount") == "error" && readOnly.text("storage", "mount").contains("read-only"), "\(readOnly.output)")
    }
}
