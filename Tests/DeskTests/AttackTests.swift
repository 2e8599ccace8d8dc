import Foundation
import Glibc
import Lifeline
import Testing

@testable import Desk

/// What people try who should not: refused, counted, and the desk goes on.
@Suite("Attacks", .serialized)
struct AttackTests {
    private static let json = "application/cloudevents+json"

    @Test("Gateways: forged, unknown, replayed, oversized, malformed")
    func gateways() throws {
        let desk = try DeskFixture()
        let metrics = try desk.command(["token", "add", "tests"])
        let token = try desk.gateway("gw7")
        _ = try desk.gateway("gw8")
        var gateway = HTTPClient(port: desk.port)
        let document = EventSamples.document(EventSamples.alert(1))
        func counted(_ cause: String) throws -> Int { try desk.counter("bamai_desk_refused_total{cause=\"\(cause)\"}", token: metrics) }
        // Nobody, and somebody who guesses.
        #expect(try gateway.post("/v1/events", AttackTests.json, document).status == 401)
        gateway.headers["Authorization"] = "Bearer \(token)x"
        #expect(try gateway.post("/v1/events", AttackTests.json, document).status == 401)
        gateway.headers["Authorization"] = "Bearer \(String(repeating: "x", count: 5000))"
        #expect(try gateway.post("/v1/events", AttackTests.json, document).status == 401)
        gateway.headers["Authorization"] = "Bearer \(metrics)"
        #expect(try gateway.post("/v1/events", AttackTests.json, document).status == 401)
        #expect(try counted("anonymous") == 1 && counted("token") == 3)
        // One gateway in another's name, for events, decisions and states.
        gateway.headers["Authorization"] = "Bearer \(token)"
        let forged = EventSamples.document(EventSamples.alert(1, gateway: "gw8"))
        #expect(try gateway.post("/v1/events", AttackTests.json, forged).status == 403)
        #expect(try gateway.get("/v1/decisions?gateway=gw8&after=0").status == 403)
        #expect(try gateway.post("/v1/status", "application/json", Array(#"{"schema":1,"gateway":"gw8"}"#.utf8)).status == 403)
        #expect(try counted("forged") == 3)
        // Replay: taken once.
        #expect(try gateway.post("/v1/events", AttackTests.json, document).status == 202)
        for _ in 1...3 { #expect(try JSONValue(gateway.post("/v1/events", AttackTests.json, document).body)?["known"].count == 1) }
        // Too large, said and not said before.
        let large = Array(
            #"{"specversion":"1.0","id":"x","source":"urn:bamai:gw7","type":"t","data":"\#(String(repeating: "x", count: 70_000))"}"#.utf8)
        #expect(try gateway.post("/v1/events", AttackTests.json, large).status == 413)
        let head =
            "POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \(token)\r\nContent-Type: \(AttackTests.json)\r\n"
        let chunk = String(repeating: "x", count: 70_000)
        let chunked = head + "Transfer-Encoding: chunked\r\n\r\n\(String(70_000, radix: 16))\r\n\(chunk)\r\n0\r\n\r\n"
        #expect(try HTTPClient.exchange(desk.port, Array(chunked.utf8)).status == 413)
        #expect(try counted("too_large") == 2)
        // What is none.
        let broken: [String] = [
            "", "{", "[]", "null", "1", #"{"specversion":"1.0"}"#, #"{"specversion":"0.3","id":"1","source":"urn:bamai:gw7","type":"t"}"#,
            #"{"specversion":"1.0","id":"","source":"urn:bamai:gw7","type":"t"}"#,
            #"{"specversion":"1.0","id":1,"source":"urn:bamai:gw7","type":"t"}"#,
            #"{"specversion":"1.0","id":"a","source":"urn:bamai:gw7","type":"cn.bamai.alert.raised"}"#,
            #"{"specversion":"1.0","id":"a","source":"urn:bamai:gw7","type":"cn.bamai.alert.exploded","correlationid":"e"}"#,
            String(repeating: "[", count: 60_000), "{\"a\":\"\u{0}\"}",
        ]
        for text in broken { #expect(try gateway.post("/v1/events", AttackTests.json, Array(text.utf8)).status == 400, "\(text.prefix(80))") }
        #expect(try gateway.post("/v1/events", AttackTests.json, [0x7b, 0xff, 0xfe, 0x7d]).status == 400)
        #expect(try gateway.post("/v1/events", "text/xml", document).status == 415)
        #expect(try gateway.post("/v1/events", "application/cloudevents-batch+json", document).status == 400)
        // A gateway that was turned away.
        _ = try desk.command(["gateway", "disable", "gw7"])
        #expect(try gateway.post("/v1/events", AttackTests.json, document).status == 401)
        #expect(try DeskStore.open(desk.store).figures().events == 1)
    }

    @Test("Texts of gateways are texts, wherever they are shown")
    func scripts() throws {
        let desk = try DeskFixture()
        var admin = try desk.person("admin")
        var gateway = HTTPClient(port: desk.port)
        gateway.headers["Authorization"] = "Bearer \(try desk.gateway("gw7"))"
        let evil = "</title><script src=//evil.example></script><img src=x onerror=alert(1)>\" onmouseover=\"alert(2)"
        let template = String(decoding: EventSamples.document(EventSamples.alert(1)), as: UTF8.self)
        var escaped = JSONWriter()
        escaped.value(evil)
        // Every text of the document in turn, and the asset's own id too.
        let parts = template.components(separatedBy: "\"")
        var sent = 0
        for index in stride(from: 1, to: parts.count, by: 2)
        where parts[index + 1].hasPrefix(",") || parts[index + 1].hasPrefix("}") || parts[index + 1].hasPrefix("]") {
            var changed = parts
            changed[index] = String(escaped.text.dropFirst().dropLast())
            let body = changed.joined(separator: "\"").replacingOccurrences(of: "gw7-000000001", with: "gw7-9\(index)")
                .replacingOccurrences(of: "\"ep-1\"", with: "\"ep-\(index)\"")
            let status = try gateway.post("/v1/events", AttackTests.json, Array(body.utf8)).status
            #expect(status == 202 || status == 400 || status == 403, "\(parts[index]): \(status)")
            if status == 202 { sent += 1 }
        }
        #expect(sent > 30)
        let total = try DeskStore.open(desk.store).figures().episodes
        var paths = ["/alerts?state=all", "/alerts/rows", "/fleet", "/assets", "/report", "/accounts", "/alerts?q=\(Percent.encode(evil))"]
        for id in 1...total { paths.append("/alerts/\(id)") }
        for path in paths {
            for language in ["zh", "en"] {
                let page = try admin.get(path, ["Accept-Language": language])
                #expect(page.status == 200, "\(path)")
                for part in ["<script src=//", "<img", "onerror=alert(1)>", "\" onmouseover=\"", "</title><script"] {
                    #expect(!page.text.contains(part), "\(path): \(part)")
                }
                #expect(page.headers["content-security-policy"]?.hasPrefix("default-src 'none'; script-src 'self'") == true)
            }
        }
        let feed = try admin.get("/feed.atom")
        #expect(feed.status == 200 && !feed.text.contains("<script"))
        #expect(XMLText.isWellFormed(feed.text))
    }

    @Test("Forms of other sites, wrong methods, other people's pages")
    func forms() throws {
        let desk = try DeskFixture()
        let metrics = try desk.command(["token", "add", "tests"])
        var admin = try desk.person("admin")
        var viewer = try desk.person("viewer", role: "viewer")
        var gateway = HTTPClient(port: desk.port)
        gateway.headers["Authorization"] = "Bearer \(try desk.gateway("gw7"))"
        #expect(try gateway.post("/v1/events", AttackTests.json, EventSamples.document(EventSamples.alert(1))).status == 202)
        let form = ["act": "acknowledge", "reason": "x"]
        #expect(try admin.post("/alerts/1/act", form: form).status == 403)
        #expect(try admin.post("/alerts/1/act", form: form.merging(["csrf": "guess"]) { $1 }).status == 403)
        let (own, others) = (try DeskFixture.csrf(admin.get("/alerts").text), try DeskFixture.csrf(viewer.get("/alerts").text))
        #expect(own != others)
        #expect(try admin.post("/alerts/1/act", form: form.merging(["csrf": others]) { $1 }).status == 403)
        #expect(try admin.post("/alerts/1/act", form: form.merging(["csrf": own]) { $1 }, ["Sec-Fetch-Site": "cross-site"]).status == 403)
        #expect(try desk.counter("bamai_desk_refused_total{cause=\"csrf\"}", token: metrics) == 3)
        #expect(try desk.counter("bamai_desk_refused_total{cause=\"cross_site\"}", token: metrics) == 1)
        // A viewer looks and does not decide; nobody at all sees nothing.
        #expect(try viewer.post("/alerts/1/act", form: form.merging(["csrf": others]) { $1 }).status == 403)
        #expect(try viewer.get("/accounts").status == 403)
        #expect(try viewer.get("/alerts/1", ["Accept-Language": "en"]).text.contains("may look, not decide"))
        var nobody = HTTPClient(port: desk.port)
        for path in ["/alerts", "/alerts/1", "/fleet", "/assets", "/report", "/accounts"] {
            #expect(try nobody.get(path).headers["location"]?.hasPrefix("/login?next=%2F") == true, "\(path)")
        }
        for path in ["/metrics", "/feed.atom", "/v1/alerts", "/v1/alerts.csv", "/assets.csv", "/cap/1.xml", "/live"] {
            #expect(try nobody.get(path).status == 401, "\(path)")
        }
        #expect(try nobody.post("/alerts/1/act", form: form).status == 401)
        // Nothing of it was done.
        #expect(try DeskStore.open(desk.store).actions(of: 1).isEmpty)
        // Where a login leads is a page of this desk.
        for next in ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/alerts\r\nSet-Cookie: a=b"] {
            #expect(DeskServer.ownPath(next) == "/alerts", "\(next)")
        }
        #expect(DeskServer.ownPath("/alerts/7?state=all") == "/alerts/7?state=all")
    }

    @Test("Paths that climb, requests that are none: answered, and the desk goes on")
    func paths() throws {
        let desk = try DeskFixture()
        var client = HTTPClient(port: desk.port)
        let climbing = [
            "/assets/../../../../etc/passwd", "/assets/..%2f..%2fetc%2fpasswd", "/assets/%2e%2e/desk.db", "//etc/passwd", "/assets/desk.css%00",
            "/cap/..%2f1.xml",
            "/setup/..", "/setup/x", "/alerts/1%20OR%201=1",
        ]
        for path in climbing {
            let answer = try client.get(path)
            #expect([303, 401, 404].contains(answer.status), "\(path): \(answer.status)")
            #expect(!answer.text.contains("root:"), "\(path)")
        }
        let broken = [
            "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
            "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
            "GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "y", count: 100_000))\r\n\r\n",
        ]
        for text in broken {
            let answer = try? HTTPClient.exchange(desk.port, Array(text.utf8))
            if let answer { #expect(answer.status >= 400 || answer.status == 303, "\(text.prefix(40)): \(answer.status)") }
        }
        #expect(try client.get("/health").text == "ok\n")
    }

    @Test("Guessing a password ends after five attempts; so does guessing tokens; every refusal is in the audit log")
    func guessing() throws {
        let desk = try DeskFixture()
        let metrics = try desk.command(["token", "add", "tests"])
        var admin = try desk.person("admin")
        var thief = HTTPClient(port: desk.port)
        for attempt in 1...5 { #expect(try thief.post("/login", form: ["name": "admin", "password": "guess \(attempt)"]).status == 401) }
        let sixth = try thief.post("/login", form: ["name": "admin", "password": DeskFixture.password])
        #expect(sixth.status == 429 && Int(sixth.headers["retry-after"] ?? "") ?? 0 > 0)
        // A name that nobody has is refused in the same words.
        let nobody = try thief.post("/login", form: ["name": "nobody", "password": "x"], ["Accept-Language": "en"])
        #expect(nobody.status == 401 && nobody.text.contains("Name or password is wrong"))
        // Who is logged in stays so.
        let page = try admin.get("/accounts", ["Accept-Language": "en"])
        #expect(page.status == 200 && page.text.contains("login.refused"))
        #expect(try desk.counter("bamai_desk_refused_total{cause=\"login\"}", token: metrics) == 6)
        #expect(try desk.counter("bamai_desk_refused_total{cause=\"login_limited\"}", token: metrics) == 1)
        for _ in 1...50 { _ = try thief.get("/v1/alerts", ["Authorization": "Bearer guess"]) }
        #expect(try thief.get("/v1/alerts", ["Authorization": "Bearer \(metrics)"]).status == 429)
    }

    @Test("Passwords: too short, too plain, set twice; a link works once")
    func passwords() throws {
        let desk = try DeskFixture()
        var client = HTTPClient(port: desk.port)
        let path = try #require(desk.setupPath)
        for password in ["short", "aaaaaaaaaaaaaaaa", "administrator1", String(repeating: "long", count: 100)] {
            #expect(try client.post(path, form: ["name": "administrator1", "password": password, "again": password]).status == 422, "\(password)")
        }
        #expect(try client.post(path, form: ["name": "admin", "password": DeskFixture.password, "again": "other"]).status == 422)
        #expect(try client.post(path, form: ["name": "", "password": DeskFixture.password, "again": DeskFixture.password]).status == 422)
        _ = try desk.person("admin")
        #expect(try client.get(path).status == 404)
        #expect(try client.post(path, form: ["name": "second", "password": DeskFixture.password, "again": DeskFixture.password]).status == 404)
        let kept = try #require(try DeskStore.open(desk.store).password(of: "admin"))
        #expect(kept.hasPrefix("$argon2id$v=19$m=65536,t=3,p=1$"))
        #expect(PasswordHash.verify(DeskFixture.password, against: kept) && !PasswordHash.verify(DeskFixture.password + " ", against: kept))
    }
}

/// Whether a text is XML, as a parser of the system says.
enum XMLText {
    static func isWellFormed(_ text: String) -> Bool {
        // Every tag that is opened is closed, in its order; no bare ampersand.
        var open: [Substring] = []
        var rest = text[...]
        while let start = rest.firstIndex(of: "<") {
            guard let end = rest[start...].firstIndex(of: ">") else { return false }
            let tag = rest[rest.index(after: start)..<end]
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { return false }
            } else if !tag.hasSuffix("/") && !tag.hasPrefix("?") {
                open.append(tag.prefix { $0 != " " })
            }
            rest = rest[rest.index(after: end)...]
        }
        return open.isEmpty
    }
}
