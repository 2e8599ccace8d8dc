import Lifeline
import Testing

@testable import Site

@Suite struct SampleTests {
    static let path = Repository.path("firmware-config/sample/site.toml")

    @Test func theSampleLoadsWithoutAWarning() throws {
        let outcome = loadSite(at: SampleTests.path, from: .disk)
        #expect(outcome.findings == [])
        let site = try #require(outcome.value)
        #expect(site.plan.gateway == "sample")
        #expect(site.plan.utcOffsetSeconds == 28_800)
        #expect(site.journal == JournalConfiguration())
        #expect(site.controlSocket == "/run/bamai/control.sock")
        #expect(site.revision.count == 16)
        #expect(
            site.brokers == [BrokerConfiguration(id: "local", address: BrokerAddress(host: "127.0.0.1", port: 1883), clientID: "bamai-sample-local")])
        let platform = try #require(site.platform)
        #expect(platform.alertTopic == "bamai/sample/alerts")
        #expect(platform.readings == .summary && platform.summaryInterval == 300)
        #expect(platform.broker?.passwordSecret == "platform-password")
        #expect(platform.broker?.tls?.key == "/etc/bamai/sample.key")
    }

    @Test func theSamplesSensorsAndRulesAreWhatItSays() throws {
        let plan = try #require(loadSite(at: SampleTests.path, from: .disk).value).plan
        #expect(
            plan.sensors.map(\.id) == [
                "MH-17/a.tilt_x", "MH-17/a.tilt_y", "MH-17/a.battery", "MH-17/b.open", "MH-17/b.battery", "MH-17/b.link_margin", "WP-3/pressure",
                "WP-3/battery", "WP-3/link_margin", "LIFT-2/door_open_time", "LIFT-2/door_close_time", "LIFT-2/levelling_error", "LIFT-2/fault_code",
                "LIFT-2/entrapment", "WELL-9/depth", "MH-17/c.open", "WELL-9/immersion", "WP-3/pulses", "WP-3/volume", "WP-3/flow",
            ])
        let tilt = try #require(plan.devices.first?.fields.first)
        #expect(tilt.baseline == 1.3 && tilt.absolute && tilt.path == ["object", "angle_x"])
        let depth = try #require(plan.devices.first { $0.id == "well-9" }?.fields.first)
        #expect(depth.path == ["probes", "0", "depth.raw"])
        #expect(abs(depth.scale - 0.001) < 1e-15 && abs(depth.shift + 0.125) < 1e-15)
        let rule = try #require(plan.rules.last)
        #expect(rule.id == "well.low" && rule.origin == "site" && rule.offDelay == 3600)
        #expect(rule.levels == [LevelLimit(level: .yellow, limit: 1.5), LevelLimit(level: .orange, limit: 0.8)])
        #expect(abs(rule.deadband - 0.1) < 1e-15)
        #expect(plan.rules.contains { $0.id == "cover.tilt" && $0.origin == "lifeline-cn@4" })
        #expect(!plan.rules.contains { $0.id == "cover.displacement" })
    }

    @Test func theSamplesLinesAreWhatItSays() throws {
        let site = try #require(loadSite(at: SampleTests.path, from: .disk).value)
        #expect(site.board?.type == "raspberry-pi-4" && site.board?.serial == nil && site.board?.board.name == "Raspberry Pi 4 Model B")
        #expect(site.lines.map(\.id) == ["lid", "immersion", "meter", "siren"])
        #expect(site.lines.map(\.place.offset) == [17, 27, 22, 23] && site.lines.allSatisfy { $0.place.chip == "pinctrl-bcm2711" })
        func sensor(_ index: Int?) -> Sensor? { index.map { site.plan.sensors[$0] } }
        guard case .contact(let lid) = site.lines[0].role, case .state(let immersion) = site.lines[1].role,
            case .pulse(let meter) = site.lines[2].role,
            case .output(let siren) = site.lines[3].role
        else {
            Issue.record("other roles")
            return
        }
        #expect(sensor(lid.sensor)?.id == "MH-17/c.open" && lid.debounce == .milliseconds(20) && lid.interval == .seconds(600))
        #expect(site.lines[0].bias == .pullUp && !site.lines[0].isActiveLow && site.lines[1].isActiveLow)
        #expect(sensor(immersion.sensor)?.id == "WELL-9/immersion" && immersion.dwell == .seconds(5))
        #expect(sensor(meter.countSensor)?.id == "WP-3/pulses" && sensor(meter.totalSensor)?.id == "WP-3/volume")
        #expect(sensor(meter.rateSensor)?.cycle == 86_400 && sensor(meter.rateSensor)?.interval == 60 && meter.rateFactor == 3600)
        #expect(meter.maxHz == 5 && meter.debounce == .zero && meter.window == .seconds(300))
        #expect(meter.meters.map(\.fromCount) == [0, 88_123])
        #expect(abs(meter.meters[0].perPulse - 0.01) < 1e-15 && abs(meter.meters[0].reading - 1234.56) < 1e-9 && meter.meters[0].wrapsAt == 100_000)
        #expect(abs(meter.meters[1].perPulse - 0.001) < 1e-15 && meter.meters[1].reading == 0 && meter.meters[1].wrapsAt == 10_000)
        #expect(siren == OutputLine(drive: .siren(from: .orange, atMost: .seconds(900)), safe: false))
        // A line is a device that no broker carries, so that its silence is noticed and no broker's failure explains it.
        let device = try #require(sensor(lid.sensor).map { site.plan.devices[$0.device] })
        #expect(device.id == "lid" && device.topic.isEmpty && device.broker == site.brokers.count)
    }

    /// Without this the sample would go stale with the first new key.
    @Test func theSampleMentionsEveryKeyOfASiteFile() throws {
        let text = try Repository.text("firmware-config/sample/site.toml")
        let shapes = [
            Schema.site, Schema.journal, Schema.control, Schema.broker, Schema.platform, Schema.asset, Schema.device, Schema.deviceReading,
            Schema.quantity, Schema.derivation, Schema.siteRule, Schema.dossier, Schema.alarms, Schema.maintenance,
            Schema.board, Schema.line,
        ]
        for shape in shapes {
            let section = SampleTests.lines(of: text, under: shape.title)
            for key in shape.keys where key.name != "reading" && key.name != "dossier" {
                #expect(section.contains { SampleTests.sets(key.name, $0) }, "\(shape.title) \(key.name)")
            }
        }
        for key in Schema.siteFile.keys where key.name != "schema" {
            #expect(text.contains("[\(key.name)]"), "[\(key.name)]")
        }
        let small = [
            Schema.location, Schema.level, Schema.bilingual, Schema.time, Schema.stateWord, Schema.baseline, Schema.ruleGuard, Schema.ruleIndex,
            Schema.assessment, Schema.meter,
        ]
        for key in small.flatMap(\.keys) { #expect(text.contains("\(key.name) = ")) }
    }

    @Test func everyKeyOfTheSampleHasACommentAboveIt() throws {
        for path in ["firmware-config/sample/site.toml", "firmware-config/devices/plain-json-level.toml", "boards/generic.toml"] {
            let lines = try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            for shape in [
                Schema.platform, Schema.device, Schema.deviceReading, Schema.derivation, Schema.siteRule, Schema.boardFile, Schema.board, Schema.line,
            ] {
                for key in shape.keys where key.name != "reading" && key.name != "chip" {
                    guard let first = lines.firstIndex(where: { SampleTests.sets(key.name, $0) }), first > 0 else { continue }
                    #expect(lines[first - 1].hasPrefix("#") || SampleTests.isSetting(lines[first - 1]), "\(path):\(first + 1) \(key.name)")
                }
            }
        }
    }

    @Test func theTemplateAndBoardSamplesMentionEveryKey() throws {
        let template = try Repository.text("firmware-config/devices/plain-json-level.toml").split(separator: "\n").map(String.init)
        for key in Schema.templateFile.keys where key.name != "reading" {
            #expect(template.contains { SampleTests.sets(key.name, $0) }, "\(key.name)")
        }
        for key in Schema.templateReading.keys { #expect(template.contains { SampleTests.sets(key.name, $0) }, "\(key.name)") }
        let board = try Repository.text("boards/generic.toml").split(separator: "\n").map(String.init)
        for key in Schema.boardFile.keys where key.name != "chip" { #expect(board.contains { SampleTests.sets(key.name, $0) }, "\(key.name)") }
        let pins = board.filter { $0.hasPrefix("#     {") }.joined()
        for key in Schema.boardPin.keys { #expect(pins.contains("\(key.name) = "), "\(key.name)") }
        for key in Schema.chip.keys { #expect(board.contains { SampleTests.sets(key.name, $0) }, "\(key.name)") }
        let profile = try Repository.text("firmware-config/profiles/lifeline-cn.toml").split(separator: "\n").map(String.init)
        for key in Schema.profileFile.keys where key.form == .whole || key.form == .text {
            #expect(profile.contains { SampleTests.sets(key.name, $0) }, "\(key.name)")
        }
        for key in Schema.quantity.keys { #expect(profile.contains { SampleTests.sets(key.name, $0) }, "\(key.name)") }
    }

    @Test func theFirstMappingMentionsEveryKeyWithAComment() throws {
        let lines = try Repository.text("firmware-config/mappings/lift-platform.toml").split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        for shape in [Schema.mappingFile, Schema.mappingHeader, Schema.mappingField] {
            for key in shape.keys where key.form != .tables {
                let first = try #require(lines.firstIndex { SampleTests.sets(key.name, $0) }, "\(shape.title) \(key.name)")
                #expect(lines[first - 1].hasPrefix("#"), "\(key.name)")
            }
        }
        let text = lines.joined(separator: "\n")
        for form in AlertMapping.Form.allCases { #expect(text.contains(form.rawValue), "\(form)") }
    }

    /// Whether a line sets a key, live or commented out.
    static func sets(_ key: String, _ line: String) -> Bool { line.hasPrefix("\(key) = ") || line.hasPrefix("# \(key) = ") }

    private static func isSetting(_ line: String) -> Bool { line.contains(" = ") }

    /// The lines that belong to a header, up to the next header that is not it.
    static func lines(of text: String, under title: String) -> [String] {
        var result: [String] = []
        var isInside = false
        for line in text.split(separator: "\n").map(String.init) {
            if line.hasPrefix("[") {
                isInside = line.hasPrefix(title)
            } else if isInside {
                result.append(line)
            }
        }
        return result
    }
}
