import Foundation
import GatewayTesting
import Journal
import Lifeline
import MQTT
import Site
import Testing
import Uplink

/// `Tests/Cases/mappings/<mapping>.json`: what each shipped mapping makes of `Tests/Cases/alerts/full.json`. After a wanted change: `BAMAI_RECORD=1 swift test
/// --filter MappingTests`, then read the difference.
@Suite("Platforms' own messages")
struct MappingTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let names = SiteSources.disk.list(root.appendingPathComponent("firmware-config/mappings").path).sorted().map { String($0.dropLast(5)) }

    static func text(_ path: String) throws -> String { try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8) }

    static func shipped(_ name: String) throws -> AlertMapping {
        try #require(loadMapping(at: root.appendingPathComponent("firmware-config/mappings/\(name).toml").path, from: .disk).value)
    }

    static func mapping(_ fields: String) throws -> AlertMapping {
        let text = "schema = 1\nmapping = \"m\"\nversion = 1\n" + fields
        let outcome = loadMapping(at: "m.toml", from: .memory(["m.toml": text]))
        return try #require(outcome.value, "\(outcome.findings)")
    }

    /// The message that one field makes of a document.
    static func value(_ field: String, of document: String, secrets: [String: String] = [:]) throws -> String {
        let message = try mapping("[[field]]\nto = \"x\"\n" + field).message(of: Array(document.utf8), secrets: secrets, utcOffsetSeconds: 28_800)
        return String(decoding: message, as: UTF8.self)
    }

    @Test("Every shipped mapping makes the recorded message, byte for byte, every time", arguments: names)
    func golden(name: String) throws {
        let mapping = try MappingTests.shipped(name)
        let document = Array(try MappingTests.text("Tests/Cases/alerts/full.json").utf8)
        let secrets = ["city-lifeline-sign": "s3cret"]
        let message = mapping.message(of: document, secrets: secrets, utcOffsetSeconds: 28_800)
        #expect(mapping.message(of: document, secrets: secrets, utcOffsetSeconds: 28_800) == message)
        let path = "Tests/Cases/mappings/\(name).json"
        if ProcessInfo.processInfo.environment["BAMAI_RECORD"] != nil { try Data(message).write(to: MappingTests.root.appendingPathComponent(path)) }
        #expect(try MappingTests.text(path) == String(decoding: message, as: UTF8.self))
        #expect(JSONValue(message) != nil)
    }

    @Test("Code 11 is entrapment on one platform and overspeed on another: each mapping has its own table")
    func elevens() throws {
        let document = #"{"data":{"bamai":{"rule":"lift.entrapment"}}}"#
        let here = #"from = "data.bamai.rule""# + "\n" + #"codes = { "lift.entrapment" = "11", "lift.overspeed" = "12" }"#
        let there = #"from = "data.bamai.rule""# + "\n" + #"codes = { "lift.entrapment" = "30", "lift.overspeed" = "11" }"#
        #expect(try MappingTests.value(here, of: document) == #"{"x":"11"}"#)
        #expect(try MappingTests.value(there, of: document) == #"{"x":"30"}"#)
        #expect(try MappingTests.value(there, of: document.replacingOccurrences(of: "entrapment", with: "overspeed")) == #"{"x":"11"}"#)
    }

    @Test(
        "Each form, and what it cannot be made of",
        arguments: [
            ("time", "rfc3339", #""2026-01-02T11:04:05+08:00""#), ("time", "local", #""2026-01-02 11:04:05""#),
            ("time", "compact", #""20260102110405""#),
            ("time", "unix_s", "1767323045"), ("time", "unix_ms", "1767323045000"), ("time", "as_is", #""2026-01-02T03:04:05+00:00""#),
            ("data.bamai.evidence.seen", "as_is", "4.25"), ("data.bamai.evidence.seen", "text", #""4.25""#), ("sequence", "number", "1842"),
            ("data.bamai.late", "number", "1"), ("data.bamai.late", "text", #""true""#),
            ("data.bamai.evidence", "as_is", #"{"limit":2,"seen":4.25}"#),
            ("data.bamai.evidence", "text", #""{\"limit\":2,\"seen\":4.25}""#), ("id", "number", nil), ("id", "local", nil),
            ("subject", "as_is", nil),
        ])
    func forms(path: String, form: String, value: String?) throws {
        let document =
            #"{"id":"a-1","time":"2026-01-02T03:04:05+00:00","sequence":"000001842","data":{"bamai":{"late":true,"evidence":{"seen":4.25,"limit":2}}}}"#
        #expect(try MappingTests.value("from = \"\(path)\"\nform = \"\(form)\"", of: document) == value.map { "{\"x\":\($0)}" } ?? "{}")
        #expect(try MappingTests.value("from = \"\(path)\"\nform = \"\(form)\"\notherwise = 0", of: document) == "{\"x\":\(value ?? "0")}")
    }

    @Test(
        "A document with holes, or one that is broken, still gives a message; a list keeps its places",
        arguments: ["", "{", "[]", "{}", #"{"data":7}"#])
    func holes(document: String) throws {
        let fields = """
            [[field]]
            to = "a.0"
            from = "id"
            [[field]]
            to = "a.1"
            value = "x"
            [[field]]
            to = "b.c"
            from = "subject"
            [[field]]
            to = "sign"
            value = "secret://sign"
            """
        let mapping = try MappingTests.mapping(fields)
        let known = mapping.message(of: Array(document.utf8), secrets: ["sign": "s"], utcOffsetSeconds: 0)
        #expect(String(decoding: known, as: UTF8.self) == #"{"a":[null,"x"],"sign":"s"}"#)
        let unknown = mapping.message(of: Array(document.utf8), secrets: [:], utcOffsetSeconds: 0)
        #expect(String(decoding: unknown, as: UTF8.self) == #"{"a":[null,"x"],"sign":"secret://sign"}"#)
    }

    @Test("A mapping that asks for everything many times gets no more than the limit, and its constants all the same")
    func bounded() throws {
        let fields = (0..<127).map { "[[field]]\nto = \"f\($0)\"\nfrom = \"data\"\n" }.joined() + "[[field]]\nto = \"last\"\nvalue = \"here\"\n"
        let document = "{\"data\":{\"info\":\"" + String(repeating: "x", count: 16_000) + "\"}}"
        let message = try MappingTests.mapping(fields).message(of: Array(document.utf8), secrets: [:], utcOffsetSeconds: 0)
        #expect(message.count <= AlertMapping.messageLimit + 1024)
        let read = try #require(JSONValue(message))
        #expect(read["f0"]["info"].text?.count == 16_000 && read["f3"]["info"].text != nil && read["f4"].isNull)
        #expect(read["last"].text == "here")
    }

    /// A link that keeps what it is given.
    final class Link: PlatformLink {
        var messages: [(payload: String, properties: MQTTProperties?)] = []
        var hasFailed: Bool { false }

        func publish(topic: String, payload: [UInt8]) -> Int32? {
            messages.append((String(decoding: payload, as: UTF8.self), nil))
            return Int32(messages.count)
        }

        func publish(_ message: PlatformMessage) -> Int32? {
            messages.append((String(decoding: message.payload, as: UTF8.self), message.properties))
            return Int32(messages.count)
        }
    }

    static func forwarded(_ mapping: AlertMapping?, body: String) throws -> (payload: String, properties: MQTTProperties?) {
        let journal = MemoryJournal()
        var batch = CommitBatch()
        batch.alerts.append(
            AlertRecord(
                id: "a", episode: "e", kind: "raised", level: 4, subject: "s", sensor: "x", rule: "r",
                recorded: Timestamp(unixSeconds: 1_767_323_045),
                body: Array(body.utf8)))
        _ = try journal.commit(batch)
        let connection = BrokerConfiguration(id: "platform", address: BrokerAddress(host: "h", port: 1), clientID: "c")
        let platform = PlatformConfiguration(broker: connection, alertTopic: "t", readingsTopic: "r", readings: .none, mapping: mapping)
        let forwarder = Forwarder(platform: platform, gateway: "gw7", utcOffsetSeconds: 28_800, secrets: ["sign": "s3cret"])
        let link = Link()
        try forwarder.begin(journal)
        try forwarder.fill(from: journal, to: link, window: 8, now: Timestamp(unixSeconds: 1_767_323_050))
        return try #require(link.messages.first)
    }

    @Test("Forwarding applies the mapping to the stamped document, with its headers; without one the bytes are the document's")
    func forwarding() throws {
        let body = #"{"id":"a","data":{"bamai":{"level":"red"}}}"#
        let plain = try MappingTests.forwarded(nil, body: body)
        #expect(plain.payload == #"{"id":"a","data":{"bamai":{"level":"red"}},"senttime":"2026-01-02T11:04:10+08:00"}"#)
        #expect(plain.properties == nil)
        let mapping = try MappingTests.mapping(
            """
            content_type = "text/json"
            [[header]]
            name = "X-Sign"
            value = "secret://sign"
            [[header]]
            name = "X-App"
            value = 7
            [[field]]
            to = "level"
            from = "data.bamai.level"
            codes = { red = 1 }
            [[field]]
            to = "sentAt"
            from = "senttime"
            form = "unix_s"
            """)
        let mapped = try MappingTests.forwarded(mapping, body: body)
        #expect(mapped.payload == #"{"level":1,"sentAt":1767323050}"#)
        #expect(
            mapped.properties
                == MQTTProperties(
                    contentType: "text/json",
                    user: [MQTTProperties.UserProperty(name: "X-Sign", value: "s3cret"), MQTTProperties.UserProperty(name: "X-App", value: "7")]))
    }

    @Test("A real broker of MQTT 5 carries content type and headers; one of 3.1.1 the message alone")
    func broker() throws {
        let folder = TestFolder()
        let broker = try MosquittoBroker(folder: folder.path)
        for version in [MQTTVersion.v5, .v311] {
            let output = folder.file("out-\(version.rawValue)")
            let consumer = try ChildProcess(
                "/usr/bin/mosquitto_sub",
                ["-h", "127.0.0.1", "-p", "\(broker.port)", "-V", "5", "-t", "m/\(version.rawValue)", "-C", "1", "-W", "20", "-F", "%C|%P|%p"],
                output: output)
            usleep(700_000)
            var options = MQTTOptions(host: "127.0.0.1", port: broker.port, clientID: "mapper", cleanSession: true)
            options.version = version
            let connection = try MQTTConnection(options)
            try connection.connect()
            for _ in 0..<50 where connection.read() == false { usleep(10_000) }
            let properties = MQTTProperties(contentType: "application/json", user: [MQTTProperties.UserProperty(name: "X-Sign", value: "s3cret")])
            #expect(connection.publish(topic: "m/\(version.rawValue)", payload: Array("{}".utf8), properties: properties) != nil)
            for _ in 0..<50 {
                connection.write()
                _ = connection.read()
                usleep(10_000)
            }
            #expect(consumer.wait() == 0)
            let line = try String(contentsOfFile: output, encoding: .utf8)
            #expect(line == (version == .v5 ? "application/json|X-Sign:s3cret|{}\n" : "||{}\n"))
        }
    }
}
