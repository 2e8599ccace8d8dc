import Lifeline

/// The site file that describes the street to a gateway: made from the same layout as the devices, so the two cannot drift apart.
package enum StreetSite {
    /// *Units*: seconds of a day that the file tells the gateway of.
    package static let dayLength = 24

    /// The text of `site.toml` for a street of some copies. The one under `firmware-config/street` is that of one copy.
    package static func file(copies: Int = 1) -> String {
        var file = head
        for copy in 0..<min(max(copies, 1), 1000) {
            for cover in StreetLayout.covers { add(cover, copy, &file) }
            for pipe in StreetLayout.pipes { add(pipe, copy, &file) }
            for lift in StreetLayout.lifts { add(lift, copy, &file) }
            addPumpRoom(copy, &file)
        }
        return file + rules
    }

    private static let head = """
        # The simulated street of `bamai simulate` and `make run`: six manhole covers, eight pressure points in two districts, two lifts, a pump room.
        #
        # A day lasts 24 seconds, an hour one. That is why intervals and cycles are short; in a real street they read "15 min" and "24 h".
        # `StreetSite.swift` writes this file from the same layout as the devices, and a test compares the two.
        schema = 1

        [site]
        id = "street"
        name = "西大街 (a street of twenty-four-second days)"
        utc_offset = "+08:00"
        profile = "lifeline-cn"

        # Ten minutes of a real street are twenty-five days of this one.
        disable = ["water.burst_front"]

        # Relative to the folder that the gateway is started in.
        [journal]
        path = "run/street/journal.db"
        max_bytes = "64 MiB"
        checkpoint_interval = "10 s"

        [control]
        socket = "run/street/control.sock"

        # One broker serves as the field's and as the city platform's.
        [[broker]]
        id = "field"
        url = "mqtt://127.0.0.1:18830"

        [platform]
        url = "mqtt://127.0.0.1:18830"
        alert_topic = "platform/{gateway}/alerts"
        readings_topic = "platform/{gateway}/readings"
        readings = "summary"
        summary_interval = "10 s"
        status_interval = "10 s"

        """

    private static func table(_ name: String, _ members: [(String, String)], _ file: inout String) {
        file += "\n[[\(name)]]\n"
        for (key, value) in members { file += "\(key) = \(value)\n" }
    }

    private static func asset(
        _ id: String, _ assetClass: AssetClass, _ name: String, _ address: String, _ copy: Int, _ place: Int, _ file: inout String
    ) {
        // A street from east to west, fifty metres from one thing to the next.
        let longitude = TimeText.fixed(113.6300 - 0.0005 * Double(place), 4)
        let latitude = TimeText.fixed(34.7500 - 0.0010 * Double(copy % 1000), 4)
        table(
            "asset",
            [
                ("id", quoted(id)), ("class", quoted(assetClass.rawValue)), ("name", quoted(copy == 0 ? name : "\(name)（\(copy + 1)）")),
                ("address", quoted(address)), ("location", "{ latitude = \(latitude), longitude = \(longitude), system = \"WGS-84\" }"),
            ], &file)
    }

    private static func quoted(_ text: String) -> String { "\"\(text)\"" }

    /// A reading of the device above it.
    private static func reading(_ members: [(String, String)], _ file: inout String) {
        file += "\n  [[device.reading]]\n"
        for (key, value) in members { file += "  \(key) = \(value)\n" }
    }

    // MARK: - The devices

    private static func add(_ cover: StreetLayout.Cover, _ copy: Int, _ file: inout String) {
        let id = StreetLayout.name(cover.id, copy: copy)
        asset(id, .manholeCover, cover.name, cover.address, copy, cover.number - 1, &file)
        // Tilt has no cycle: Pulse would take the traffic for spikes, and the limits of the profile know what to do.
        table(
            "device",
            [
                ("id", quoted(StreetLayout.eui(kind: StreetLayout.tilt, number: cover.number, copy: copy))), ("asset", quoted(id)),
                ("template", quoted("milesight-em310-tilt")), ("interval", quoted("1 s")),
            ], &file)
        reading([("name", quoted("tilt_x")), ("baseline", TimeText.fixed(cover.baseline, 1))], &file)
        reading([("name", quoted("link_margin")), ("interval", quoted("12 s"))], &file)
        table(
            "device",
            [
                ("id", quoted(StreetLayout.eui(kind: StreetLayout.contact, number: cover.number, copy: copy))), ("asset", quoted(id)),
                ("template", quoted("milesight-em300-mcs")), ("prefix", quoted("contact")), ("interval", quoted("2 s")),
            ], &file)
        reading([("name", quoted("link_margin")), ("interval", quoted("12 s"))], &file)
    }

    private static func add(_ pipe: StreetLayout.Pipe, _ copy: Int, _ file: inout String) {
        let id = StreetLayout.name(pipe.id, copy: copy)
        let isTexts = pipe.district == 0
        let place = (StreetLayout.pipes.firstIndex { $0.id == pipe.id } ?? 0)
        asset(id, .waterPipe, pipe.name, pipe.address, copy, place, &file)
        table(
            "device",
            [
                ("id", quoted(id)), ("asset", quoted(id)), ("topic", quoted("water/{id}/data")), ("interval", quoted("250 ms")),
                ("time", isTexts ? "{ path = \"valueTime\", format = \"local\" }" : "{ path = \"t\", format = \"unix_ms\" }"),
            ], &file)
        reading(
            [
                ("quantity", quoted("pressure")), ("path", quoted(isTexts ? "devPressure" : "v.p")), ("unit", quoted(isTexts ? "MPa" : "kPa")),
                ("cycle", day),
            ], &file)
        if pipe.flow > 0 {
            reading([("quantity", quoted("flow")), ("path", quoted("devFlow")), ("unit", quoted("m3/h")), ("cycle", day)], &file)
        }
        reading([("quantity", quoted("battery")), ("path", quoted(isTexts ? "devBattery" : "v.batt")), ("unit", quoted("%"))], &file)
    }

    private static func add(_ lift: StreetLayout.Lift, _ copy: Int, _ file: inout String) {
        let id = StreetLayout.name(lift.id, copy: copy)
        asset(id, .lift, lift.name, lift.address, copy, lift.id == "LF-1" ? 3 : 4, &file)
        table(
            "device",
            [
                ("id", quoted(id)), ("asset", quoted(id)), ("topic", quoted("lift/{id}/trip")), ("interval", quoted("500 ms")),
                ("time", "{ path = \"time\", format = \"rfc3339\" }"),
            ], &file)
        reading([("quantity", quoted("door_close_time")), ("path", quoted("door.close_ms")), ("unit", quoted("ms")), ("cycle", day)], &file)
        reading([("quantity", quoted("door_open_time")), ("path", quoted("door.open_ms")), ("unit", quoted("ms")), ("cycle", day)], &file)
        reading([("quantity", quoted("levelling_error")), ("path", quoted("levelling_mm")), ("unit", quoted("mm"))], &file)
        reading([("quantity", quoted("travel_time")), ("path", quoted("travel_s")), ("unit", quoted("s")), ("cycle", day)], &file)
        reading([("quantity", quoted("trips")), ("path", quoted("trip")), ("unit", quoted("count"))], &file)
        reading(
            [
                ("quantity", quoted("entrapment")), ("path", quoted("entrapped")), ("codes", "{ true = 1, false = 0 }"),
                ("when_absent", "0.0"),
            ], &file)
    }

    private static func addPumpRoom(_ copy: Int, _ file: inout String) {
        let (plain, name, address) = StreetLayout.pumpRoom
        let id = StreetLayout.name(plain, copy: copy)
        asset(id, .pumpStation, name, address, copy, 5, &file)
        table(
            "device",
            [
                ("id", quoted(id)), ("asset", quoted(id)), ("topic", quoted("pump/{id}/data")), ("interval", quoted("250 ms")),
                ("time", "{ path = \"ts\", format = \"unix_s\" }"),
            ], &file)
        for side in ["in", "out"] {
            reading(
                [
                    ("quantity", quoted("\(side)let_pressure")), ("path", quoted("pressure.\(side)_bar")),
                    ("unit", quoted("bar")), ("cycle", day),
                ], &file)
        }
        reading([("quantity", quoted("current")), ("path", quoted("current_a")), ("unit", quoted("A")), ("cycle", day)], &file)
        // The tank fills when it is low, not at an hour of the day.
        reading([("quantity", quoted("tank_level")), ("path", quoted("tank_cm")), ("unit", quoted("cm"))], &file)
    }

    private static let day = quoted("\(dayLength) s")
}
