import Testing

@testable import Site

@Suite struct TextFormTests {
    @Test(arguments: ["a", "a/b", "/a", "a//b", "+", "#", "a/+/b", "+/a/#", "井/盖"])
    func aSoundTopicFilterHasNoObjection(_ filter: String) {
        #expect(TextRules.objection(toTopicFilter: filter) == nil)
    }

    @Test(arguments: ["", "a#", "#/a", "a/#/b", "a+", "a/+b", "a\u{0}", "a\n", "{x}", String(repeating: "a", count: 1025)])
    func aFaultyTopicFilterHasOne(_ filter: String) {
        #expect(TextRules.objection(toTopicFilter: filter) != nil)
    }

    @Test func aTopicToPublishToHasNoWildcard() {
        #expect(TextRules.objection(toTopicName: "a/b") == nil)
        #expect(TextRules.objection(toTopicName: "a/#") != nil)
        #expect(TextRules.objection(toTopicName: "a/+/b") != nil)
    }

    @Test func anAddressIsTakenApart() throws {
        #expect(try BrokerURL("mqtt://127.0.0.1:18830") == url("127.0.0.1", 18830, false))
        #expect(try BrokerURL("mqtts://broker.example") == url("broker.example", 8883, true))
        #expect(try BrokerURL("mqtt://[fe80::1]") == url("fe80::1", 1883, false))
        #expect(try BrokerURL("mqtts://[::1]:1/") == url("::1", 1, true))
    }

    private func url(_ host: String, _ port: UInt16, _ tls: Bool) throws -> BrokerURL {
        var url = try BrokerURL("mqtt://x")
        (url.host, url.port, url.usesTLS) = (host, port, tls)
        return url
    }

    @Test func pathsAreJoinedWithoutAskingTheDisk() {
        #expect(FilePath.join("firmware-config/street", "../devices") == "firmware-config/devices")
        #expect(FilePath.join(".", "../devices") == "../devices")
        #expect(FilePath.join("a/b", "/etc/x") == "/etc/x")
        #expect(FilePath.join("/a", "../../x") == "/x")
        #expect(FilePath.join("../a", "../../b") == "../../b")
        #expect(FilePath.folder(of: "/site.toml") == "/")
        #expect(FilePath.stem(of: "a/b.c.toml") == "b.c")
    }

    @Test func onlyTheNamedPlaceholderIsReplaced() {
        #expect(DeviceReader.replacing("{id}", in: "a/{id}/{x}/{id}", with: "7") == "a/7/{x}/7")
        #expect(DeviceReader.replacing("{id}", in: "{{id}", with: "{id}") == "{{id}")
    }
}
