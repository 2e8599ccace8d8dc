import Lifeline

/// The site file that describes the district to a gateway: made from the same layout as the readings, read by the same parser as any site's.
package enum MunicipalSite {
    /// The text of `site.toml`.
    ///
    /// - Parameters:
    ///   - profiles: where the profiles lie, seen from the file's folder.
    ///   - speed: simulated seconds a real one; intervals and cycles shrink by it.
    ///   - year: in which the story begins; dossiers tell years, not ages.
    ///   - extra: tables of the caller's own at the end, such as rules under trial.
    package static func file(
        _ layout: MunicipalLayout, profile: String = "lifeline-cn", profiles: String = "../profiles", speed: Double = 1, year: Int = 2024,
        extra: String = ""
    ) -> String {
        func span(_ seconds: Int?) -> String { seconds.map { "\(max(1, Int((Double($0) * 1000 / max(1, speed)).rounded()))) ms" } ?? "none" }
        var file = """
            # The simulated district of `bamai score street`: \(layout.assets.count) assets, \(layout.devices.count) devices, \(layout.sensors.count) series.
            schema = 1

            [site]
            id = "district"
            name = "simulated district"
            utc_offset = "+08:00"
            profile = "\(profile)"
            profiles = "\(profiles)"

            [journal]
            path = "run/district/journal.db"

            [control]
            socket = "run/district/control.sock"


            """
        for broker in 0..<MunicipalLayout.brokers {
            file += "[[broker]]\nid = \"field-\(broker + 1)\"\nurl = \"mqtt://127.0.0.1:\(18_830 + broker)\"\n\n"
        }
        for asset in layout.assets {
            file +=
                "[[asset]]\nid = \"\(asset.id)\"\nclass = \"\(asset.assetClass.rawValue)\"\nname = \"\(asset.name)\"\naddress = \"\(asset.address)\"\n\n"
            file += asset.dossier.table(asset.assetClass, year: year)
        }
        for device in layout.devices {
            file += "[[device]]\nid = \"\(device.id)\"\nasset = \"\(layout.assets[device.asset].id)\"\nbroker = \"field-\(device.broker + 1)\"\n"
            file += "topic = \"district/{id}/data\"\ntime = { path = \"t\", format = \"unix_ms\" }\n"
            if speed > 1 { file += "late_after = \"\(span(900))\"\n" }
            for index in device.sensors {
                let sensor = layout.sensors[index]
                file +=
                    "  [[device.reading]]\n  quantity = \"\(sensor.quantity)\"\n  name = \"\(sensor.name)\"\n  path = \"\(sensor.name)\"\n  unit = \"\(sensor.unit)\"\n"
                file += "  interval = \"\(span(sensor.interval))\"\n  cycle = \"\(span(sensor.cycle))\"\n"
            }
            file += "\n"
        }
        return file + extra
    }
}
