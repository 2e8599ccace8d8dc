import Lifeline
import Testing

@testable import Site

@Suite struct DeviceBindingTests {
    private func plan(_ device: String, template: String = "") throws -> SitePlan {
        let site = """
            schema = 1
            [site]
            id = "gw7"
            profile = "none"
            [[broker]]
            id = "local"
            url = "mqtt://127.0.0.1"
            [[asset]]
            id = "A"
            class = "other"
            [[asset]]
            id = "B"
            class = "other"
            [[quantity]]
            name = "temperature"
            unit = "degC"
            min = -60
            max = 200
            zh = "温度"
            en = "temperature"
            [[device]]
            id = "d"
            asset = "A"
            \(device)
            """
        let files = ["s/x/site.toml": site, "s/devices/t.toml": "schema = 1\ndevice = \"t\"\nname = \"T\"\n" + template]
        let outcome = loadSite(at: "s/x/site.toml", from: .memory(files))
        return try #require(outcome.value, "\(outcome.findings)").plan
    }

    @Test func unitScaleOffsetAndBaselineBecomeOneLine() throws {
        let plan = try plan(
            """
            topic = "t"
            [[device.reading]]
            quantity = "temperature"
            path = "f"
            unit = "degF"
            scale = 0.1
            offset = 2
            baseline = 50
            absolute = true
            """)
        let field = try #require(plan.devices[0].fields.first)
        // 480 raw is 50 °F, which is 10 °C: exactly the baseline.
        #expect(abs(480 * field.scale + field.shift - 10) < 1e-9)
        #expect(abs(field.baseline - 10) < 1e-9)
        #expect(field.absolute)
    }

    @Test func aBaselineOfZeroTakesNothingOffInAnyUnit() throws {
        let plan = try plan(
            """
            topic = "t"
            [[device.reading]]
            quantity = "temperature"
            path = "k"
            unit = "K"
            baseline = 0
            """)
        #expect(plan.devices[0].fields[0].baseline == 0)
        #expect(plan.devices[0].fields[0].shift == -273.15)
    }

    @Test func theUnitItselfIsExact() throws {
        let plan = try plan("topic = \"t\"\n[[device.reading]]\nquantity = \"temperature\"\npath = \"c\"\nscale = 0.1\n")
        #expect(plan.devices[0].fields[0].scale == 0.1 && plan.devices[0].fields[0].shift == 0)
    }

    @Test func aDeviceGoesOverItsTemplateKeyByKey() throws {
        let template = """
            topic = "t/{id}/up"
            identity = "who"
            interval = "10 min"
            cycle = "1 d"
            late_after = "1 h"
            time = { path = "at", format = "unix_s" }
            [[reading]]
            quantity = "temperature"
            path = "a"
            required = true
            [[reading]]
            quantity = "temperature"
            name = "second"
            path = "b"
            interval = "1 h"
            cycle = "none"
            """
        let plan = try plan(
            """
            template = "t"
            interval = "20 min"
            [[device.reading]]
            name = "temperature"
            path = "c"
            asset = "B"
            [[device.reading]]
            quantity = "temperature"
            name = "third"
            path = "e"
            """, template: template)
        let device = plan.devices[0]
        #expect(device.topic == "t/d/up" && device.identityPath == ["who"] && device.lateAfter == 3600)
        #expect(device.timePath == ["at"] && device.timeFormat == .unixSeconds)
        #expect(device.fields.map(\.path) == [["c"], ["b"], ["e"]])
        #expect(device.fields[0].required && !device.fields[1].required)
        #expect(plan.sensors.map(\.id) == ["B/temperature", "A/second", "A/third"])
        #expect(plan.sensors.map(\.interval) == [1200, 3600, 1200])
        #expect(plan.sensors.map(\.cycle) == [86_400, nil, 86_400])
    }

    @Test func anEmptyPathTakesTheTemplatesAway() throws {
        let template = "topic = \"t\"\nidentity = \"who\"\ntime = { path = \"at\" }\n[[reading]]\nquantity = \"temperature\"\npath = \"a\"\n"
        let device = try plan("template = \"t\"\nidentity = \"\"\ntime = { path = \"\" }\n", template: template).devices[0]
        #expect(device.identityPath.isEmpty && device.timePath.isEmpty)
    }

    @Test func whatIsNotSaidHasTheDocumentedDefaults() throws {
        let plan = try plan("topic = \"t\"\n[[device.reading]]\nquantity = \"temperature\"\npath = \"a\"\n")
        #expect(
            plan.devices == [
                Device(id: "d", broker: 0, topic: "t", fields: [FieldBinding(sensor: 0, path: ["a"])])
            ])
        #expect(plan.sensors[0].interval == nil && plan.sensors[0].cycle == nil)
        #expect(plan.rules.isEmpty)
    }
}
