import Lifeline
import Testing

@testable import Site

/// A baseline finds its place in a site file, and nothing else of the file changes.
@Suite struct BaselinePlaceTests {
    static let head = """
        # 西大街, a site
        schema = 1
        [site]
        id = "gw"   # the gateway

        [[broker]]
        id = "b"
        url = "mqtt://127.0.0.1"
        [[asset]]
        id = "MH-1"
        class = "manhole_cover"

        """

    private func sources(_ text: String) -> SiteSources {
        let folder = Repository.path("firmware-config")
        return SiteSources(
            read: { $0 == "\(folder)/x/site.toml" ? .bytes(Array(text.utf8)) : SiteSources.disk.read($0) }, list: SiteSources.disk.list)
    }

    /// The text after `value` was put in for a sensor, and where.
    private func set(_ sensor: String, _ value: String, in text: String) throws -> (text: String?, place: BaselinePlace) {
        let path = Repository.path("firmware-config") + "/x/site.toml"
        let outcome = loadSite(at: path, from: sources(text))
        let plan = try #require(outcome.value?.plan, "\(outcome.findings)")
        let index = try #require(plan.sensors.firstIndex { $0.id == sensor })
        let device = plan.devices[plan.sensors[index].device]
        let place = try #require(baselinePlace(of: plan.sensors[index], on: device, in: path, from: sources(text)))
        guard let bytes = place.setting(value, in: Array(text.utf8)) else { return (nil, place) }
        let changed = String(decoding: bytes, as: UTF8.self)
        let after = loadSite(at: path, from: sources(changed))
        let binding = try #require(after.value?.plan.devices.flatMap(\.fields).first { $0.sensor == index }, "\(after.findings)\n\(changed)")
        // In the tests below units are canonical, or centimetres.
        #expect(abs(binding.baseline - (Double(value) ?? .nan) * (place.unit.symbol == "cm" ? 0.01 : 1)) < 1e-12)
        return (changed, place)
    }

    @Test func aNumberGivesWayToAnother() throws {
        let text =
            Self.head + """
                [[device]]
                id = "24e1240000000001"
                asset = "MH-1"
                template = "milesight-em310-tilt"

                  [[device.reading]]   # 倾角
                \tname = "tilt_x"
                \tbaseline =   -1_0.5e-1 # was taken by hand, 1.05
                """
        let (changed, place) = try set("MH-1/tilt_x", "2.25", in: text)
        #expect(place.edit == .replace(line: 19, column: 15, length: 9))
        #expect(changed == text.replacing("-1_0.5e-1", with: "2.25"))
    }

    @Test func aReadingWithoutABaselineGetsALine() throws {
        let text =
            Self.head + """
                [[device]]
                id = "24e1240000000001"
                asset = "MH-1"
                template = "milesight-em310-tilt"
                    [[device.reading]]
                    name = "tilt_x"
                    # a remark
                    interval = "1 h"
                [journal]
                path = "j.db"

                """
        let (changed, place) = try set("MH-1/tilt_x", "-1.5", in: text)
        #expect(place.line == 17)
        #expect(changed == text.replacing("    name = \"tilt_x\"\n", with: "    name = \"tilt_x\"\n    baseline = -1.5\n"))
    }

    @Test func aReadingOfTheTemplateGetsATable() throws {
        let text =
            Self.head + """
                [[device]]
                id = "24e1240000000001"
                asset = "MH-1"
                template = "milesight-em310-tilt"
                prefix = "north"
                omit = [
                  "battery" ]

                # ---- the other one
                [[device]]
                id = "24e1240000000002"
                asset = "MH-1"
                template = "milesight-em310-tilt"
                """
        for (sensor, anchor) in [("MH-1/north.tilt_y", "  \"battery\" ]\n"), ("MH-1/tilt_y", "")] {
            let added = "\n  [[device.reading]]\n  name = \"tilt_y\"\n  baseline = 0.5\n"
            let changed = try set(sensor, "0.5", in: text).text
            #expect(changed == (anchor.isEmpty ? text + "\n" + added : text.replacing(anchor, with: anchor + added)))
        }
    }

    @Test func linesKeepTheirEndsAndUnitsCount() throws {
        let text = (Self.head + "[[device]]\nid = \"24e1240000000001\"\nasset = \"MH-1\"\ntemplate = \"milesight-em500-swl\"\n").replacing(
            "\n", with: "\r\n")
        let (changed, place) = try set("MH-1/water_level", "42.5", in: text)
        #expect(place.unit.symbol == "cm")
        #expect(changed == text + "\r\n  [[device.reading]]\r\n  name = \"water_level\"\r\n  baseline = 42.5\r\n")
    }

    @Test func whatStandsInOneLineIsLeftToAPerson() throws {
        let text =
            Self.head + """
                [[device]]
                id = "24e1240000000001"
                asset = "MH-1"
                template = "milesight-em310-tilt"
                reading = [ { name = "tilt_x", interval = "2 h" }, { name = "tilt_y", baseline = 1 } ]
                """
        for sensor in ["MH-1/tilt_x"] {
            let (changed, place) = try set(sensor, "2", in: text)
            #expect(changed == nil)
            guard case .byHand = place.edit else {
                Issue.record("\(place)")
                return
            }
            #expect(place.line == 16)
        }
        // A number that stands there can be exchanged even so.
        #expect(try set("MH-1/tilt_y", "2.5", in: text).text == text.replacing("baseline = 1 ", with: "baseline = 2.5 "))
    }

    @Test func aFileThatChangedMeanwhileIsNotTouched() throws {
        let place = BaselinePlace(edit: .insert(after: 40, lines: ["baseline = {}"]), line: 40, reading: "x", unit: Unit.all[0])
        #expect(place.setting("1.0", in: Array("schema = 1\n".utf8)) == nil)
        let other = BaselinePlace(edit: .replace(line: 1, column: 60, length: 2), line: 1, reading: "x", unit: Unit.all[0])
        #expect(other.setting("1.0", in: Array("schema = 1\n".utf8)) == nil)
    }

    @Test func textsForSiteFilesAreWhatTheParserReads() throws {
        for text in ["plain", "a\"b\\c", "井盖", "tab\there", "\u{1}\u{7f}", "line\nfeed"] {
            let table = try TOMLDocument.parse(Array("x = \(SiteText.quoted(text))\n".utf8))
            #expect(table["x"]?.content == .text(text))
        }
        #expect(SiteText.id(from: "井盖 17/a b") == "17-a-b" && SiteText.id(from: "井盖") == "" && SiteText.isID("MH-17"))
        #expect(SiteText.id(from: String(repeating: "x", count: 99)).utf8.count == 64)
        #expect(SiteText.path(["a", "b"]) == "\"a.b\"" && SiteText.path(["a.b", "c"]) == "[\"a.b\", \"c\"]")
        #expect(SiteText.duration(0.25) == "\"250 ms\"" && SiteText.duration(900) == "\"15 min\"")
        #expect(SiteText.isTopicFilter("a/{id}/+") && !SiteText.isTopicFilter("a/{x}") && !SiteText.isTopicFilter("a/#/b"))
    }
}
