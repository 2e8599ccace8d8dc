import Foundation
import GatewayTesting
import Glibc
import Lifeline
import Testing

@testable import Desk

@Suite("A real desk over HTTP", .serialized)
struct ServerTests {
    private func send(_ client: inout HTTPClient, _ alert: Alert) throws -> HTTPAnswer {
        try client.post("/v1/events", "application/cloudevents+json", EventSamples.document(alert))
    }

    private func gateway(_ desk: DeskFixture, _ id: String) throws -> HTTPClient {
        var client = HTTPClient(port: desk.port)
        client.headers["Authorization"] = "Bearer \(try desk.gateway(id))"
        return client
    }

    @Test("From the first start to a closed alert: set up, log in, receive, look, decide")
    func wholeWay() throws {
        let desk = try DeskFixture()
        var admin = try desk.person("admin")
        var gateway = try gateway(desk, "gw7")
        #expect(try send(&gateway, EventSamples.alert(1)).status == 202)
        let list = try admin.get("/alerts", ["Accept-Language": "en"])
        #expect(list.status == 200 && list.text.contains("doors close more slowly") && list.text.contains("lang=\"en-GB\""))
        #expect(try admin.get("/alerts", ["Accept-Language": "zh-CN,en;q=0.5"]).text.contains("关门时间变长"))
        let page = try admin.get("/alerts/1", ["Accept-Language": "en"])
        for part in [
            "Closing takes 4.25 s", "class=\"band\"", "class=\"seen\"", "Sick-running index", "43", "geo:34.75", "value=\"dispatch\"",
        ] {
            #expect(page.text.contains(part), "\(part)")
        }
        let csrf = try DeskFixture.csrf(page.text)
        let done = try admin.post("/alerts/1/act", form: ["csrf": csrf, "act": "acknowledge", "reason": "看过"])
        #expect(done.status == 303 && done.headers["location"] == "/alerts/1")
        let late = try admin.post("/alerts/1/act", form: ["csrf": csrf, "act": "acknowledge", "reason": "again"])
        #expect(late.status == 409 && late.text.contains("role=\"alert\""))
        // The gateway fetches what was decided.
        let decisions = try gateway.get("/v1/decisions?gateway=gw7&after=0")
        let first = try #require(JSONValue(decisions.body)?.list.first)
        #expect(first["act"].text == "acknowledge" && first["by"].text == "admin" && first["reason"].text == "看过")
        #expect(try gateway.get("/v1/decisions?after=\(first["sequence"].count)&wait=0").text == "[]")
        #expect(try admin.get("/alerts/1", ["Accept-Language": "en"]).text.contains("received by the gateway"))
        // Logging out ends it.
        #expect(try admin.post("/logout", form: ["csrf": csrf]).status == 303)
        #expect(try admin.get("/alerts").status == 303)
    }

    @Test("What was answered survives a kill; what comes again is known")
    func durable() throws {
        let desk = try DeskFixture()
        var gateway = try gateway(desk, "gw7")
        for number in 1...5 {
            for each in 1...4 { #expect(try send(&gateway, EventSamples.alert(number * 10 + each, episode: "ep-\(number)")).status == 202) }
            desk.kill()
            try desk.start()
            gateway.port = desk.port
        }
        let again = try send(&gateway, EventSamples.alert(51, episode: "ep-5"))
        #expect(JSONValue(again.body)?["known"].count == 1)
        #expect(try DeskStore.open(desk.store).figures().events == 20)
    }

    @Test("Batches: all or nothing, each once; readings are a sign of life")
    func batches() throws {
        let desk = try DeskFixture()
        var gateway = try gateway(desk, "gw7")
        let documents = (1...30).map { String(decoding: EventSamples.document(EventSamples.alert($0, episode: "ep-\($0)")), as: UTF8.self) }
        let type = "application/cloudevents-batch+json; charset=utf-8"
        let taken = try gateway.post("/v1/events", type, Array("[\(documents.joined(separator: ",\n"))]".utf8))
        #expect(taken.status == 202 && JSONValue(taken.body)?["taken"].count == 30)
        let again = try gateway.post("/v1/events", type, Array("[\(documents[0])]".utf8))
        #expect(JSONValue(again.body)?["known"].count == 1)
        let bad = "[\(documents[1]),{\"specversion\":\"1.0\"}]"
        let refused = try gateway.post("/v1/events", type, Array(bad.utf8))
        #expect(refused.status == 400 && refused.text.contains("event 1 of the batch"))
        let other = #"{"specversion":"1.0","id":"r-1","source":"urn:bamai:gw7","type":"cn.bamai.readings","data":{"schema":"bamai.summary/1"}}"#
        #expect(try gateway.post("/v1/events", "application/cloudevents+json", Array(other.utf8)).status == 202)
        #expect(try gateway.post("/v1/events", type, Array("[]".utf8)).status == 202)
        #expect(try DeskStore.open(desk.store).figures().events == 30)
    }

    @Test("A waiting gateway gets a decision when it is made; a page is told of changes")
    func live() throws {
        let desk = try DeskFixture()
        var admin = try desk.person("admin")
        var gateway = try gateway(desk, "gw7")
        let session = try #require(admin.cookies["bamai_session"])
        let stream = try HTTPStream(desk.port, Array("GET /live HTTP/1.1\r\nHost: x\r\nCookie: bamai_session=\(session)\r\n\r\n".utf8))
        #expect(try stream.wait(for: "retry:"))
        #expect(try send(&gateway, EventSamples.alert(1)).status == 202)
        #expect(try stream.wait(for: "event: change\ndata: 1\n"))
        let poll = try HTTPStream(
            desk.port,
            Array(
                "GET /v1/decisions?after=0&wait=50 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: \(gateway.headers["Authorization"]!)\r\n\r\n"
                    .utf8))
        let csrf = try DeskFixture.csrf(admin.get("/alerts/1").text)
        #expect(
            try admin.post("/alerts/1/act", form: ["csrf": csrf, "act": "shelve", "reason": "检修", "seconds": "3600", "scope": "asset"]).status == 303)
        #expect(try poll.wait(for: "\"act\":\"shelve\""))
    }

    @Test("Certificates: a gateway is who its certificate says; without one, or from another authority, it is nobody")
    func certificates() throws {
        let folder = TestFolder()
        let certificates = try Certificates(folder: folder.path)
        let desk = try DeskFixture(["--certificate", certificates.server.0, "--key", certificates.server.1, "--client-ca", certificates.authority])
        _ = try desk.command(["gateway", "add", "gateway", "--no-token"])
        folder.write("event.json", String(decoding: EventSamples.document(EventSamples.alert(1, gateway: "gateway")), as: UTF8.self))
        func curl(_ extra: [String]) throws -> String {
            let output = folder.file("curl-\(UUID().uuidString).txt")
            let base = [
                "-s", "-S", "-o", "/dev/null", "-w", "%{http_code} %header{strict-transport-security}", "--cacert", certificates.authority,
                "-H", "Content-Type: application/cloudevents+json", "--data-binary", "@" + folder.file("event.json"),
                "https://localhost:\(desk.port)/v1/events", "--resolve", "localhost:\(desk.port):127.0.0.1",
            ]
            _ = try ChildProcess("/usr/bin/curl", base + extra, output: output).wait()
            return try String(contentsOfFile: output, encoding: .utf8)
        }
        #expect(try curl(["--cert", certificates.client.0, "--key", certificates.client.1]) == "202 max-age=31536000")
        #expect(try curl([]).hasPrefix("401"))
        #expect(try !curl(["--tls-max", "1.1"]).hasPrefix("2"))
        // Signed by somebody else: the handshake already fails.
        let foreign = certificates.foreign
        #expect(try !curl(["--cert", foreign, "--key", foreign.replacingOccurrences(of: ".pem", with: ".key")]).hasPrefix("2"))
        #expect(try DeskStore.open(desk.store).figures().events == 1)
    }
}
