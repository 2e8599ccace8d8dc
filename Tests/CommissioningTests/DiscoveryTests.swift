import Lifeline
import Site
import Street
import Testing

@testable import Commissioning

@Suite("Discovery")
struct DiscoveryTests {
    @Test("Each shipped kind of device finds its template, also beside all the others")
    func kinds() throws {
        let catalogue = try Fixture.shipped.get()
        #expect(catalogue.findings.isEmpty)
        let discovery = Fixture.discover(
            [Fixture.tilt, Fixture.contact, Fixture.current, Fixture.door, Fixture.doorLife, Fixture.level, Fixture.foreignLevel, Fixture.stranger],
            catalogue)
        let templates = Dictionary(uniqueKeysWithValues: discovery.devices.map { ($0.id, $0.fit?.template ?? "") })
        #expect(templates["24e1240000000017"]?.hasPrefix("milesight-em310-tilt") == true)
        #expect(templates["24e1240000000018"] == "milesight-em300-mcs")
        #expect(templates["a840410000000003"] == "dragino-ps-lb")
        #expect(templates["cabinet-door"] == "zigbee2mqtt-contact")
        #expect(templates["L-4"] == "plain-json-level")
        #expect(templates["L-5"] == "plain-json-level")
        #expect(templates["BX-0007"] == "")
        #expect(discovery.devices.count == 7)
        let tilt = try #require(discovery.devices.first { $0.id == "24e1240000000017" })
        #expect(tilt.name == "人民路17号井" && tilt.signal == "-97 dBm" && tilt.classes.first == .manholeCover)
        #expect(tilt.fit?.seen.first == TemplateFit.Seen(reading: "tilt_x", quantity: try #require(tilt.fit?.seen.first?.quantity), value: 12.4))
        #expect(tilt.interval == IntervalEstimate(gaps: [60_000_000, 60_000_000, 60_000_000, 60_000_000]))
        let door = try #require(discovery.devices.first { $0.id == "cabinet-door" })
        #expect(door.topics == ["zigbee2mqtt/cabinet-door", "zigbee2mqtt/cabinet-door/availability"] && door.fit?.isOnItsTopic == true)
        #expect(discovery.devices.first { $0.id == "L-5" }?.fit?.isOnItsTopic == false)
    }

    @Test("The lines of all of them together are a valid site, and mean what was heard")
    func lines() throws {
        let catalogue = try Fixture.shipped.get()
        let discovery = Fixture.discover(
            [Fixture.tilt, Fixture.contact, Fixture.current, Fixture.door, Fixture.level, Fixture.foreignLevel, Fixture.stranger], catalogue)
        let lines = ConfigurationLines(discovery)
        #expect(lines.ready == 6 && lines.skeletons == 1 && lines.refused == 0)
        let outcome = Fixture.load(lines.text)
        let plan = try #require(outcome.value?.plan, "\(outcome.findings)\n\(lines.text)")
        #expect(plan.devices.count == 6)
        // Two devices of one name are on one asset, and their readings do not collide.
        let cover = try #require(plan.assets.first { $0.name == "人民路17号井" })
        #expect(cover.assetClass == .manholeCover)
        #expect(Set(plan.devices.filter { $0.id.hasPrefix("24e124") }.map { plan.sensors[$0.fields[0].sensor].asset }).count == 1)
        #expect(plan.devices.first { $0.id == "L-5" }?.topic == "river/north/L-5/report")
        #expect(plan.devices.first { $0.id == "L-4" }?.topic == "site/L-4/level")
        // The interval that was heard differs from the template's hour.
        #expect(plan.sensors.first { $0.id.hasSuffix("tilt_x") }?.interval == 60)
    }

    @Test("A skeleton that is filled in is valid, with every measurement a reading")
    func skeleton() throws {
        let discovery = Fixture.discover([Fixture.stranger], try Fixture.shipped.get())
        let lines = ConfigurationLines(discovery)
        #expect(lines.ready == 0 && lines.skeletons == 1)
        // As it is printed it changes nothing.
        #expect(Fixture.load(lines.text).value?.plan.devices.isEmpty == true)
        let filled = lines.text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            guard line.hasPrefix("# "), !line.hasPrefix("# No template fits") else { return String(line) }
            return line.dropFirst(2).split(separator: "\"?\"", omittingEmptySubsequences: false).joined(separator: "\"value\"")
        }.joined(separator: "\n")
        let outcome = Fixture.load(filled)
        let plan = try #require(outcome.value?.plan, "\(outcome.findings)\n\(filled)")
        let paths = plan.devices.first?.fields.map(\.path)
        #expect(paths == [["channels", "0", "ma"], ["oil_temperature"], ["on"], ["pressure.out"]])
        #expect(plan.devices.first?.timePath == ["ts"] && plan.devices.first?.timeFormat == .unixSeconds)
        #expect(lines.text.contains("perhaps pressure"))
    }

    @Test("A template of one field loses against the one that reads more")
    func specific() throws {
        let generic = """
            schema = 1
            device = "aaa-any"
            name = "Anything with a level"
            topic = "site/{id}/level"
            [[reading]]
            quantity = "water_level"
            path = "devLevel"
            """
        let discovery = Fixture.discover([Fixture.level], try Fixture.catalogue(more: ["aaa-any.toml": generic]))
        let device = try #require(discovery.devices.first)
        #expect(device.fit?.template == "plain-json-level")
        #expect(device.candidates.contains { $0.template == "aaa-any" && $0.score < device.candidates[0].score })
    }

    @Test("Equal templates are told as alternatives")
    func tie() throws {
        let text = try #require(String(validating: Array(Fixture.bytes("plain-json-level")), as: UTF8.self))
        let twin = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.hasPrefix("device = ") ? "device = \"twin-level\"" : String($0)
        }
        let discovery = Fixture.discover([Fixture.level], try Fixture.catalogue(more: ["twin-level.toml": twin.joined(separator: "\n")]))
        #expect(discovery.devices.first?.alternatives.map(\.template) == ["twin-level"])
        #expect(ConfigurationLines(discovery).text.contains("; or twin-level ("))
    }

    @Test("A template that the loader refuses is told and left out, the others serve")
    func brokenTemplate() throws {
        let catalogue = try Fixture.catalogue(more: ["broken.toml": "schema = 1\ndevice = \"broken\"\nname = 3\n"])
        #expect(catalogue.findings.count == 1 && catalogue.findings[0].file.hasSuffix("broken.toml"))
        #expect(Fixture.discover([Fixture.level], catalogue).devices.first?.fit != nil)
    }

    @Test("What the site's loader refuses stands behind #, with the reason, and costs nobody else a line")
    func refused() throws {
        // A ChirpStack device whose id is no EUI.
        let odd = (
            topic: "application/a1/device/odd-one/event/up",
            payload: #"{"deviceInfo":{"devEui":"odd-one"},"data":"AXVk","object":{"battery":88,"angle_x":12.4,"angle_y":0.5}}"#
        )
        let discovery = Fixture.discover([odd, Fixture.level, Fixture.door, Fixture.current], try Fixture.shipped.get())
        let lines = ConfigurationLines(discovery)
        #expect(lines.ready == 3 && lines.refused == 1)
        #expect(lines.text.contains("# Not taken: the id of a ChirpStack device is its DevEUI") && lines.text.contains("# id = \"odd-one\""))
        #expect(Fixture.load(lines.text).value?.plan.devices.count == 3)
    }

    @Test("Several devices behind one topic are told apart by a field, which the lines name")
    func sharedTopic() throws {
        let messages = (1...4).map { (topic: "yard/all", payload: #"{"deviceId":"D-\#($0)","depth_m":1.\#($0)}"#) }
        let discovery = Fixture.discover(messages, try Fixture.shipped.get())
        #expect(discovery.devices.map(\.id) == ["D-1", "D-2", "D-3", "D-4"])
        #expect(discovery.devices.allSatisfy { $0.identityPath == ["deviceId"] })
        #expect(ConfigurationLines(discovery).text.contains("# identity = \"deviceId\""))
    }

    @Test("A number of the message is no name of a device")
    func counter() throws {
        let messages = (1...30).map { (topic: "yard/pump/data", payload: #"{"id":\#(1000 + $0),"current_a":8.1}"#) }
        let discovery = Fixture.discover(messages, try Fixture.shipped.get(), times: 1)
        #expect(discovery.devices.map(\.id) == ["pump"])
        #expect(discovery.devices.first?.messages == 30 && discovery.devices.first?.identityPath == [])
    }

    @Test("Siblings are named by the level in which they differ")
    func siblings() throws {
        let messages = ["p1", "p2"].map { (topic: "plant/\($0)/line4/data", payload: #"{"x":1}"#) }
        #expect(Set(Fixture.discover(messages, try Fixture.shipped.get()).devices.map(\.id)) == ["p1", "p2"])
    }

    @Test("Beyond the limits nothing is kept, and what was left out is counted")
    func limits() throws {
        var limits = ListeningLimits()
        (limits.devices, limits.messages, limits.bytes, limits.messageBytes) = (3, 2, 400, 120)
        let messages =
            (1...5).map { (topic: "t/\($0)/x", payload: #"{"v":\#($0)}"#) } + [
                (topic: "t/1/x", payload: "{\"v\":\"" + String(repeating: "x", count: 200) + "\"}")
            ]
        let discovery = Fixture.discover(messages, try Fixture.shipped.get(), limits: limits)
        #expect(discovery.devices.count == 3)
        #expect(discovery.figures.beyondDevices == 10)
        #expect(discovery.figures.messages == 30)
        #expect(discovery.figures.unread == 1)
    }

    @Test("At most so many skeletons are printed, and what speaks comes before what is only kept")
    func manyStrangers() throws {
        let catalogue = try Fixture.shipped.get()
        var listening = catalogue.listening()
        for number in 0..<60 {
            Array(#"{"v":\#(number)}"#.utf8).withUnsafeBytes {
                listening.take(broker: 0, topic: "home/\(100 + number)/config", payload: $0, received: Fixture.start, isRetained: number != 59)
            }
        }
        let discovery = Discovery(listening, catalogue: catalogue)
        #expect(discovery.devices.count == 60 && discovery.devices.first?.id == "159")
        let lines = ConfigurationLines(discovery)
        #expect(lines.skeletons == ConfigurationLines.skeletonLimit)
        #expect(lines.text.contains("home/{id}/config") && lines.text.contains("\"159\"") && !lines.text.contains("\"150\""))
    }

    @Test("A gateway's own alerts and readings are nobody's device")
    func ownMessages() throws {
        let discovery = Fixture.discover(
            [
                ("bamai/gw/alerts", #"{"specversion":"1.0","source":"urn:bamai:gw"}"#),
                ("bamai/gw/readings", #"{"schema":"bamai.readings/1","gateway":"gw"}"#),
            ],
            try Fixture.shipped.get())
        #expect(discovery.devices.isEmpty && discovery.figures.ofGateways == 10)
        let long = Fixture.discover([(String(repeating: "x", count: 1025), "1")], try Fixture.shipped.get())
        #expect(long.devices.isEmpty && long.figures.beyondDevices == 5)
    }

    @Test("Bytes, bare numbers and hostile texts are shown and print no line that the loader refuses")
    func hostile() throws {
        let messages: [(topic: String, payload: String)] = [
            ("raw/1", "12.5"), ("raw/{x}/1", #"{"a":1}"#), ("a\"b\\c/d", #"{"a\"b":1,"":2,"x.y":3}"#), ("deep", String(repeating: "[", count: 5000)),
            ("zigbee2mqtt/井盖 1", Fixture.door.payload), ("empty", ""), ("nl", "{\"name\":\"a\\nb\",\"v\":1}"),
        ]
        let discovery = Fixture.discover(messages, try Fixture.shipped.get())
        #expect(discovery.devices.count == messages.count)
        let lines = ConfigurationLines(discovery)
        let outcome = Fixture.load(lines.text)
        let plan = try #require(outcome.value?.plan, "\(outcome.findings)\n\(lines.text)")
        // An id that no site file takes: the topic is written out.
        #expect(plan.devices.contains { $0.topic == "zigbee2mqtt/井盖 1" })
    }

    @Test(
        "The folder of templates may be named in any way",
        arguments: ["firmware-config/devices", "./firmware-config/devices/", "/a/devices", "devices", ".", "../x"])
    func folders(_ folder: String) {
        var asked: [String] = []
        let base = SiteBase(devices: folder, sources: SiteSources(read: { _ in .absent }, list: { _ in [] }))
        asked.append(Site.templates(ofSite: base.path, from: base.sources(adding: "")).folder)
        let plain = ["firmware-config/devices": "firmware-config/devices", "./firmware-config/devices/": "firmware-config/devices"]
        #expect(asked == [plain[folder] ?? folder])
    }

    // MARK: - The simulated street

    private func street(_ catalogue: TemplateCatalogue, seconds: Int64 = 20) -> Discovery {
        var street = Street(StreetOptions(seed: 7, start: Fixture.start))
        var listening = catalogue.listening()
        while street.nextDue < seconds * 1_000_000 {
            let message = street.next()
            message.payload.withUnsafeBytes {
                listening.take(
                    broker: 0, topic: message.topic, payload: $0, received: Fixture.start.advanced(byMicroseconds: message.due), isRetained: false)
            }
        }
        return Discovery(listening, catalogue: catalogue)
    }

    @Test("The street: every device is heard, every cover finds its templates and its class")
    func wholeStreet() throws {
        let discovery = street(try Fixture.shipped.get())
        #expect(discovery.devices.count == 23)
        let tilts = discovery.devices.filter { $0.id.hasPrefix("24e12471") }
        #expect(tilts.count == 6 && tilts.allSatisfy { $0.fit?.template == "milesight-em310-tilt" && $0.classes.first == .manholeCover })
        let contacts = discovery.devices.filter { $0.id.hasPrefix("24e12472") }
        #expect(contacts.count == 6 && contacts.allSatisfy { $0.fit?.template == "milesight-em300-mcs" && $0.classes == [.manholeCover] })
        // The street's pipes, lifts and pumps speak a tongue of their own: the site describes them without a template.
        let others = discovery.devices.filter { $0.fit == nil }.map(\.id)
        #expect(Set(others) == ["WP-01", "WP-02", "WP-03", "WP-04", "WP-05", "WP-06", "WP-07", "WP-08", "LF-1", "LF-2", "PS-1"])
        let classes = Dictionary(uniqueKeysWithValues: discovery.devices.map { ($0.id, $0.classes) })
        #expect(
            classes["WP-03"] == [.waterPipe] && classes["WP-05"] == [.waterPipe] && classes["LF-1"] == [.lift] && classes["PS-1"] == [.pumpStation])
        #expect(tilts.allSatisfy { $0.interval?.seconds == 1 && $0.interval?.isSteady == true })
        let lines = ConfigurationLines(discovery)
        #expect(lines.ready == 12 && lines.skeletons == 11)
        let outcome = Fixture.load(lines.text)
        #expect(outcome.value?.plan.devices.count == 12, "\(outcome.findings)")
    }

    @Test("Beside its own site the street has nothing new")
    func knownStreet() throws {
        let discovery = street(try Fixture.catalogue(site: Fixture.root + "/firmware-config/street/site.toml"))
        #expect(discovery.devices.count == 23)
        #expect(discovery.devices.allSatisfy { $0.known?.lowercased() == $0.id.lowercased() })
        #expect(ConfigurationLines(discovery).text.isEmpty)
    }
}

extension Fixture {
    static func bytes(_ template: String) -> [UInt8] {
        if case .bytes(let bytes) = SiteSources.disk.read(root + "/firmware-config/devices/\(template).toml") { return bytes }
        return []
    }
}
