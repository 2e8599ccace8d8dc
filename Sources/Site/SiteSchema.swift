/// Every key that the files may hold. The sample site must mention each of them, which a test sees to.
package enum SiteSchema {
    static let version = 1
    static let siteFile = ["schema", "site", "journal", "control", "broker", "platform", "asset", "device", "rule"]
    static let site = ["id", "name", "utc_offset", "profile", "disable"]
    static let journal = ["path", "max_bytes", "commit_delay", "max_batch", "checkpoint_interval"]
    static let control = ["socket"]
    static let connection = ["url", "client_id", "username", "password", "ca", "certificate", "key", "keepalive", "window"]
    static let broker = ["id"] + connection
    static let platform = connection + ["alert_topic", "readings_topic", "readings", "summary_interval"]
    static let asset = ["id", "class", "name", "address", "location"]
    static let location = ["latitude", "longitude", "system"]
    static let time = ["path", "format"]
    static let template = ["format", "topic", "identity", "time", "interval", "cycle", "late_after"]
    static let device = ["id", "asset", "label", "broker", "template"] + template + ["reading"]
    static let reading = [
        "quantity", "name", "path", "unit", "event", "scale", "offset", "baseline", "absolute", "codes", "when_absent", "required", "interval",
        "cycle",
    ]
    static let templateFile = ["schema", "name", "description", "reading"] + template
    static let profileFile = ["schema", "profile", "version", "quantity", "rule"]
    static let quantity = ["name", "unit", "min", "max", "zh", "en"]
    static let rule = [
        "id", "kind", "direction", "class", "quantity", "asset", "sensor", "levels", "deadband", "on_delay", "off_delay", "latched", "confirmed_by",
        "category", "event", "advice",
    ]
    static let level = ["level", "limit"]
    static let text = ["zh", "en"]
    static let boardFile = ["schema", "board", "name", "compatible", "notes", "chip"]
    static let chip = ["label", "lines"]

    /// All keys of a site file, for the test of the sample.
    package static var allSiteKeys: Set<String> {
        Set(
            siteFile + site + journal + control + broker + platform + asset + location + time + device + reading + rule + level + text)
    }
}
