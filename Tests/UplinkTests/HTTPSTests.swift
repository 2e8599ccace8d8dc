import GatewayTesting
import Glibc
import Journal
import Lifeline
import Site
import Testing
import Uplink

@Suite("The uplink by HTTPS and a real platform", .serialized)
struct HTTPSTests {
    @Test("Alerts arrive in order, once, in batches of CloudEvents, and the cursor follows what was taken")
    func alerts() throws {
        let fixture = try HTTPSFixture()
        try fixture.addAlerts(150)
        let uplink = try fixture.uplink(window: 40)
        #expect(eventually { fixture.take(uplink)[.alerts] == 150 }, "\(uplink.status)")
        #expect(fixture.taken == fixture.names(1...150))
        #expect(fixture.platform.events.first?.batch == 40)
        #expect(fixture.platform.events.allSatisfy { $0.source == "urn:bamai:gw7" && $0.document["senttime"].text != nil })
        #expect(uplink.status.state == .connected)
        // One alert alone is a structured document.
        try fixture.addAlerts(1)
        uplink.wake()
        #expect(eventually { fixture.take(uplink)[.alerts] == 151 })
        #expect(fixture.platform.events.last?.batch == 0)
        #expect(fixture.platform.requests.last?["type"].text == "application/cloudevents+json; charset=utf-8")
        #expect(fixture.platform.requests.first?["type"].text == "application/cloudevents-batch+json; charset=utf-8")
        uplink.stop()
        #expect(try fixture.journal.cursor(.alerts) == 151)
    }

    @Test("Stopped and started, it goes on from what was taken and durable")
    func resumes() throws {
        let fixture = try HTTPSFixture()
        try fixture.addAlerts(30)
        let first = try fixture.uplink()
        #expect(eventually { fixture.take(first)[.alerts] == 30 })
        first.stop()
        try fixture.addAlerts(5)
        let second = try fixture.uplink()
        #expect(eventually { fixture.take(second)[.alerts] == 35 })
        second.stop()
        #expect(fixture.taken == fixture.names(1...35))
    }

    @Test("No batch is larger than a mebibyte, however large its alerts are")
    func bounded() throws {
        let fixture = try HTTPSFixture()
        try fixture.addAlerts(60, padding: 40_000)
        let uplink = try fixture.uplink()
        #expect(eventually { fixture.take(uplink)[.alerts] == 60 }, "\(uplink.status)")
        #expect(fixture.taken == fixture.names(1...60))
        let sizes = fixture.platform.requests.map { $0["bytes"].count }
        #expect(sizes.allSatisfy { $0 <= 1 << 20 })
        #expect(sizes.count == 3, "\(sizes)")
        uplink.stop()
    }

    @Test("Readings come as events too, every one of them, and alerts before them")
    func readings() throws {
        let fixture = try HTTPSFixture()
        let last = try fixture.addReadings(30_000)
        try fixture.addAlerts(3)
        let uplink = try fixture.uplink(readings: .all)
        #expect(eventually { fixture.take(uplink)[.readings] == last }, "\(uplink.status)")
        uplink.stop()
        #expect(Array(fixture.taken.prefix(3)) == fixture.names(1...3))
        let events = fixture.platform.events.dropFirst(3)
        #expect(events.allSatisfy { $0.type == "cn.bamai.readings" && $0.id.hasPrefix("gw7-readings-") })
        #expect(Set(events.map(\.id)).count == events.count)
        let sequences = events.flatMap { $0.document["data"]["readings"].list.map { UInt64($0["sequence"].count) } }
        #expect(sequences == Array(1...last))
        #expect(fixture.platform.requests.allSatisfy { $0["bytes"].count <= 1 << 20 })
    }

    @Test("While readings crawl over a slow line, an alert overtakes them")
    func overtakes() throws {
        let fixture = try HTTPSFixture()
        let last = try fixture.addReadings(4000)
        fixture.platform.answerNext(#"{"slow":0.05}"#)
        let uplink = try fixture.uplink(readings: .all, timeout: 20_000)
        #expect(eventually { uplink.status.inFlight > 0 })
        usleep(300_000)
        try fixture.addAlerts(1)
        uplink.wake()
        #expect(eventually { fixture.take(uplink)[.readings] == last })
        #expect(fixture.taken.first == "alert-1", "\(fixture.taken)")
        uplink.stop()
    }

    @Test("A client certificate is shown where the platform asks for one, and a bearer token from a secret goes with every request")
    func identity() throws {
        let fixture = try HTTPSFixture(clientCertificate: true)
        fixture.platform.require(token: "s3cret")
        try fixture.addAlerts(1)
        let uplink = try fixture.uplink(certificate: fixture.certificates.client, token: "s3cret")
        #expect(eventually { fixture.take(uplink)[.alerts] == 1 }, "\(uplink.status)")
        uplink.stop()
    }

    @Test("Without the certificate, or with a wrong token, nothing is called forwarded, nothing is lost, and the status says why")
    func strangers() throws {
        let demanding = try HTTPSFixture(clientCertificate: true)
        try demanding.addAlerts(1)
        let bare = try demanding.uplink()
        #expect(eventually { bare.status.lastError != nil })
        #expect(bare.status.state == .waiting && bare.takeAcknowledged().isEmpty)
        bare.stop()
        let fixture = try HTTPSFixture()
        fixture.platform.require(token: "s3cret")
        try fixture.addAlerts(2)
        let uplink = try fixture.uplink(token: "guess")
        #expect(eventually { uplink.status.lastError?.contains("401: check the token") == true }, "\(uplink.status)")
        #expect(uplink.takeAcknowledged().isEmpty && uplink.takeDeadLetters().isEmpty)
        // Whoever mends the token at the platform loses nothing.
        fixture.platform.require(token: "guess")
        #expect(eventually { fixture.take(uplink)[.alerts] == 2 })
        uplink.stop()
        #expect(uplink.status.lastError?.contains("guess") != true)
    }

    @Test(
        "A platform that is not who it should be gets nothing",
        arguments: [
            ("another authority", "certificate"), ("another host", "elsewhere.example|not match|name"), ("out of date", "expired"),
        ])
    func impostors(case name: String, words: String) throws {
        let fixture = try HTTPSFixture(server: { name == "another host" ? $0.stranger : name == "out of date" ? $0.expired : $0.server })
        try fixture.addAlerts(1)
        let uplink = try fixture.uplink(authority: name == "another authority" ? fixture.certificates.foreign : nil)
        #expect(eventually { uplink.status.lastError != nil })
        let said = uplink.status.lastError ?? ""
        #expect(words.split(separator: "|").contains { said.contains($0) }, "\(said)")
        if name == "out of date" { #expect(said.contains("is the board's clock right?"), "\(said)") }
        #expect(uplink.takeAcknowledged().isEmpty)
        uplink.stop()
        #expect(fixture.taken.isEmpty && fixture.platform.requests.isEmpty)
    }

    @Test("A mapping's messages go one by one, with its content type and its headers, secrets among them")
    func mapped() throws {
        let fixture = try HTTPSFixture()
        try fixture.addAlerts(3)
        let text = """
            schema = 1
            mapping = "m"
            version = 1
            content_type = "application/vnd.city+json"
            [[header]]
            name = "X-Sign"
            value = "secret://sign"
            [[field]]
            to = "id"
            from = "id"
            """
        let mapping = try #require(loadMapping(at: "m.toml", from: .memory(["m.toml": text])).value)
        let uplink = try fixture.uplink(mapping: mapping, secrets: ["sign": "s1gn"])
        #expect(eventually { fixture.take(uplink)[.alerts] == 3 }, "\(uplink.status)")
        uplink.stop()
        #expect(fixture.taken == fixture.names(1...3))
        #expect(fixture.platform.requests.count == 3)
        for request in fixture.platform.requests {
            #expect(request["type"].text == "application/vnd.city+json")
            #expect(request["headers"]["X-Sign"].text == "s1gn")
        }
    }
}
