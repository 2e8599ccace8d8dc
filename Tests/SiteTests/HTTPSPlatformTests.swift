import Lifeline
import Testing

@testable import Site

@Suite("A platform by HTTPS in the site file")
struct HTTPSPlatformTests {
    private func load(_ platform: String) -> Validation<SiteConfiguration> {
        let text = "schema = 1\n[site]\nid = \"gw7\"\nprofile = \"none\"\n[platform]\n" + platform
        return loadSite(at: "site.toml", from: .memory(["site.toml": text]))
    }

    private func findings(_ platform: String) -> [String] { load(platform).findings.map(\.description).filter { !$0.contains("no sensor") } }

    @Test("Everything that can be said of it is read")
    func whole() throws {
        let outcome = load(
            """
            url = "https://city.example:8443/bamai/"
            token = "secret://city-token"
            ca = "/etc/bamai/ca.pem"
            certificate = "/etc/bamai/gw7.pem"
            key = "/etc/bamai/gw7.key"
            proxy = "http://proxy.example:3128"
            timeout = "10 s"
            window = 20
            alert_path = "/alerts"
            readings_path = "/readings"
            decisions_path = "/decisions"
            status_path = "/status"
            status_interval = "1 min"
            readings = "all"
            """)
        #expect(outcome.findings.map(\.message) == ["no sensor: this site watches nothing"])
        let platform = try #require(outcome.value?.platform)
        guard case .https(let server) = platform.transport else {
            Issue.record("not by HTTPS")
            return
        }
        #expect(server.url == "https://city.example:8443/bamai")
        #expect(server.tokenSecret == "city-token" && server.proxy == "http://proxy.example:3128")
        #expect(server.timeout == 10 && server.window == 20)
        #expect(server.tls == TLSConfiguration(authority: "/etc/bamai/ca.pem", certificate: "/etc/bamai/gw7.pem", key: "/etc/bamai/gw7.key"))
        #expect((platform.alertTopic, platform.readingsTopic, platform.decisionsTopic) == ("/alerts", "/readings", "/decisions"))
        #expect(platform.statusTopic == "/status" && platform.statusInterval == 60)
        #expect(platform.readings == .all)
    }

    @Test("What is not said has the review desk's paths, and the usual port is not written")
    func defaults() throws {
        let platform = try #require(load("url = \"https://city.example:443\"\ntoken = \"secret://t\"\n").value?.platform)
        guard case .https(let server) = platform.transport else {
            Issue.record("not by HTTPS")
            return
        }
        #expect(server.url == "https://city.example" && server.port == 443 && server.timeout == 30 && server.window == 64)
        #expect((platform.alertTopic, platform.readingsTopic, platform.decisionsTopic) == ("/v1/events", "/v1/events", "/v1/decisions"))
        #expect(platform.statusTopic == "/v1/status" && platform.statusInterval == 300)
        let six = try #require(load("url = \"https://[2001:db8::1]:8443\"\ntoken = \"secret://t\"\n").value?.platform)
        #expect(six.place == "2001:db8::1:8443 by HTTPS")
    }

    @Test(
        "What cannot work is refused with the reason",
        arguments: [
            ("url = \"http://city.example\"\ntoken = \"secret://t\"", "plain HTTP to another host"),
            ("url = \"https://user:pass@city.example\"", "a URL holds no user or password"),
            ("url = \"https://city.example/?a=b\"", "has a query"), ("url = \"https:///x\"", "names no host"),
            ("url = \"https://city.example/a b\"", "the path holds a character"), ("url = \"https://city.example:0\"", "the port must be"),
            ("url = \"https://c.example\"\ntoken = \"open sesame\"", "token: write \"secret://name\""),
            ("url = \"https://c.example\"\nkeepalive = \"30 s\"", "keepalive belongs to a platform with an mqtt:// url"),
            ("url = \"https://c.example\"\ndecisions_topic = \"a/b\"", "decisions_topic belongs to a platform with an mqtt:// url"),
            ("url = \"https://c.example\"\nstatus_topic = \"a/b\"", "status_topic belongs to a platform with an mqtt:// url"),
            ("url = \"mqtt://localhost\"\nstatus_path = \"/s\"", "status_path belongs to a platform with an https:// url"),
            ("url = \"mqtt://localhost\"\nstatus_interval = \"5 s\"", "status_interval: write 10 s or more"),
            ("url = \"mqtt://localhost\"\ntoken = \"secret://t\"", "token belongs to a platform with an https:// url"),
            ("url = \"https://c.example\"\ncertificate = \"/a.pem\"", "certificate without key"),
            ("url = \"https://c.example\"\nproxy = \"https://p.example\"", "a proxy is spoken to by HTTP"),
            ("url = \"https://c.example\"\nalert_path = \"events\"", "alert_path begins without \"/\""),
            ("url = \"http://localhost\"\nca = \"/a.pem\"", "ca needs TLS"), ("url = \"https://c.example\"\nwindow = 129", "1…128"),
        ])
    func refused(platform: String, words: String) {
        let outcome = load(platform)
        #expect(outcome.value == nil)
        #expect(findings(platform).contains { $0.contains(words) }, "\(findings(platform))")
    }

    @Test("Nobody to be known by is a warning; plain HTTP to this machine is none")
    func warned() {
        #expect(findings("url = \"https://c.example\"").contains { $0.contains("neither token nor certificate") })
        #expect(findings("url = \"http://127.0.0.1:8080\"") == [])
    }

    @Test("The finding about a token never shows it")
    func silent() {
        #expect(!findings("url = \"https://c.example\"\ntoken = \"open sesame\"").contains { $0.contains("sesame") })
    }

    @Test("An MQTT platform's decisions have a topic of their own")
    func topics() throws {
        let usual = try #require(load("url = \"mqtt://localhost\"").value?.platform)
        #expect(usual.decisionsTopic == "bamai/gw7/decisions")
        let own = try #require(load("url = \"mqtt://localhost\"\ndecisions_topic = \"city/{gateway}/down\"").value?.platform)
        #expect(own.decisionsTopic == "city/gw7/down")
        let deaf = try #require(load("url = \"mqtt://localhost\"\ndecisions = false").value?.platform)
        #expect(deaf.decisionsTopic == nil)
    }

    @Test("A platform gets the gateway's status unless the file says that it does not")
    func status() throws {
        let usual = try #require(load("url = \"mqtt://localhost\"").value?.platform)
        #expect(usual.statusTopic == "bamai/gw7/status" && usual.statusInterval == 300)
        let own = try #require(load("url = \"mqtt://localhost\"\nstatus_topic = \"city/{gateway}/state\"\nstatus_interval = \"1 h\"").value?.platform)
        #expect(own.statusTopic == "city/gw7/state" && own.statusInterval == 3600)
        let none = try #require(load("url = \"mqtt://localhost\"\nstatus_interval = \"0 s\"").value?.platform)
        #expect(none.statusTopic == nil)
    }
}
