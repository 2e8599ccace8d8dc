/// What a key's value looks like before its meaning is looked at.
enum KeyForm: Sendable {
    case text, whole, number, boolean
    /// An array of texts.
    case texts
    /// An array of numbers.
    case numbers
    /// `"15 min"`.
    case duration
    /// `"15 min"`, or `"none"` where there is no regularity.
    case period
    /// `"512 MiB"`.
    case size
    /// `"object.angle_x"`, or an array of texts where a name holds a dot.
    case path
    /// A number, or for rules about silence a duration.
    case limit
    /// A number of seconds, or a duration with its unit.
    case seconds
    /// A number of seconds, or a date and time.
    case moment
    /// A table of texts to numbers with keys of the user's own.
    case codes
    case table
    /// An array of tables.
    case tables
}

/// One key of the configuration language.
struct KeyShape: Sendable {
    var name: String
    var form: KeyForm
    var isRequired: Bool
    /// As it would be written; shown in findings.
    var example: String

    static func required(_ name: String, _ form: KeyForm, _ example: String) -> KeyShape {
        KeyShape(name: name, form: form, isRequired: true, example: example)
    }

    static func optional(_ name: String, _ form: KeyForm, _ example: String) -> KeyShape {
        KeyShape(name: name, form: form, isRequired: false, example: example)
    }
}

/// The keys that a table may have.
struct TableShape: Sendable {
    /// As people write it: `[[device.reading]]`.
    var title: String
    var keys: [KeyShape]

    subscript(name: String) -> KeyShape? { keys.first { $0.name == name } }
}

/// The whole configuration language as data: readers check against it, and tests hold the samples against it.
enum Schema {
    /// The number that `schema = …` must say in every file.
    static let version = 1

    static let siteFile = TableShape(
        title: "the site file",
        keys: [
            .required("schema", .whole, "1"), .required("site", .table, "[site]"), .optional("journal", .table, "[journal]"),
            .optional("control", .table, "[control]"), .optional("broker", .tables, "[[broker]]"), .optional("platform", .table, "[platform]"),
            .optional("asset", .tables, "[[asset]]"), .optional("device", .tables, "[[device]]"),
            .optional("quantity", .tables, "[[quantity]]"), .optional("derive", .tables, "[[derive]]"), .optional("rule", .tables, "[[rule]]"),
        ])

    static let site = TableShape(
        title: "[site]",
        keys: [
            .required("id", .text, "\"gw7\""), .optional("name", .text, "\"West Road pump room\""), .optional("utc_offset", .text, "\"+08:00\""),
            .optional("profile", .text, "\"lifeline-cn\""), .optional("disable", .texts, "[\"device.silent\"]"),
            .optional("profiles", .text, "\"../profiles\""), .optional("devices", .text, "\"../devices\""),
        ])

    static let journal = TableShape(
        title: "[journal]",
        keys: [
            .optional("path", .text, "\"/var/lib/bamai/journal.db\""), .optional("max_bytes", .size, "\"512 MiB\""),
            .optional("commit_delay", .duration, "\"50 ms\""), .optional("max_batch", .whole, "4096"),
            .optional("checkpoint_interval", .duration, "\"5 min\""), .optional("keep_readings", .duration, "\"90 d\""),
            .optional("keep_alerts", .duration, "\"365 d\""),
        ])

    static let control = TableShape(title: "[control]", keys: [.optional("socket", .text, "\"/run/bamai/control.sock\"")])

    private static let connectionKeys: [KeyShape] = [
        .required("url", .text, "\"mqtts://broker.example:8883\""), .optional("client_id", .text, "\"bamai-gw7-local\""),
        .optional("username", .text, "\"gw7\""), .optional("password", .text, "\"secret://broker-password\""),
        .optional("ca", .text, "\"/etc/bamai/ca.pem\""), .optional("certificate", .text, "\"/etc/bamai/gw7.pem\""),
        .optional("key", .text, "\"/etc/bamai/gw7.key\""), .optional("keepalive", .duration, "\"30 s\""), .optional("window", .whole, "20"),
    ]

    static let broker = TableShape(title: "[[broker]]", keys: [.required("id", .text, "\"local\"")] + connectionKeys)

    static let platform = TableShape(
        title: "[platform]",
        keys: connectionKeys + [
            .optional("alert_topic", .text, "\"bamai/{gateway}/alerts\""), .optional("readings_topic", .text, "\"bamai/{gateway}/readings\""),
            .optional("readings", .text, "\"summary\""), .optional("summary_interval", .duration, "\"5 min\""),
        ])

    static let asset = TableShape(
        title: "[[asset]]",
        keys: [
            .required("id", .text, "\"MH-17\""), .required("class", .text, "\"manhole_cover\""), .optional("name", .text, "\"West Road 17\""),
            .optional("address", .text, "\"West Road 17, at the bus stop\""),
            .optional("location", .table, "{ latitude = 34.75, longitude = 113.63, system = \"WGS-84\" }"),
        ])

    static let location = TableShape(
        title: "location",
        keys: [
            .required("latitude", .number, "34.75"), .required("longitude", .number, "113.63"), .required("system", .text, "\"WGS-84\""),
        ])

    private static let messageKeys: [KeyShape] = [
        .optional("topic", .text, "\"application/+/device/{id}/event/+\""), .optional("format", .text, "\"chirpstack-v4\""),
        .optional("identity", .path, "\"deviceInfo.devEui\""), .optional("time", .table, "{ path = \"time\", format = \"rfc3339\" }"),
        .optional("interval", .period, "\"15 min\""), .optional("cycle", .period, "\"1 d\""), .optional("late_after", .duration, "\"15 min\""),
        .optional("reading", .tables, "[[device.reading]]"),
    ]

    static let device = TableShape(
        title: "[[device]]",
        keys: [
            .required("id", .text, "\"24e1240000000017\""), .required("asset", .text, "\"MH-17\""), .optional("broker", .text, "\"local\""),
            .optional("template", .text, "\"milesight-em310-tilt\""), .optional("prefix", .text, "\"reed\""),
            .optional("omit", .texts, "[\"battery\"]"),
        ] + messageKeys)

    static let time = TableShape(
        title: "time", keys: [.required("path", .path, "\"time\""), .optional("format", .text, "\"rfc3339\"")])

    private static let readingKeys: [KeyShape] = [
        .optional("name", .text, "\"tilt_x\""), .optional("unit", .text, "\"deg\""), .optional("event", .text, "\"up\""),
        .optional("scale", .number, "1.0"), .optional("offset", .number, "0.0"), .optional("baseline", .number, "1.3"),
        .optional("absolute", .boolean, "true"), .optional("codes", .codes, "{ open = 1, closed = 0 }"),
        .optional("when_absent", .number, "0"), .optional("required", .boolean, "false"), .optional("interval", .period, "\"15 min\""),
        .optional("cycle", .period, "\"1 d\""),
    ]

    /// Neither key is required here, because a reading may change one of the template's; the reader demands them otherwise.
    static let deviceReading = TableShape(
        title: "[[device.reading]]",
        keys: [
            .optional("quantity", .text, "\"tilt\""), .optional("path", .path, "\"object.angle_x\""), .optional("asset", .text, "\"MH-18\""),
        ] + readingKeys)

    static let quantity = TableShape(
        title: "[[quantity]]",
        keys: [
            .required("name", .text, "\"pressure\""), .required("unit", .text, "\"MPa\""), .required("min", .number, "-0.1"),
            .required("max", .number, "10"), .required("zh", .text, "\"压力\""), .required("en", .text, "\"pressure\""),
            .optional("baseline_spread", .number, "0.5"),
        ])

    private static let ruleKeys: [KeyShape] = [
        .required("id", .text, "\"cover.tilt\""), .required("kind", .text, "\"high\""), .optional("direction", .text, "\"up\""),
        .optional("class", .text, "\"manhole_cover\""), .optional("quantity", .text, "\"tilt\""), .optional("unit", .text, "\"deg\""),
        .required("levels", .tables, "[ { level = \"orange\", limit = 15.0 } ]"), .optional("deadband", .number, "1.0"),
        .optional("on_delay", .duration, "\"3 s\""), .optional("off_delay", .duration, "\"1 min\""), .optional("latched", .boolean, "false"),
        .optional("confirmed_by", .text, "\"cover.open\""), .optional("category", .text, "\"Infra\""),
        .optional("baseline", .table, "{ reference = \"rolling\", measure = \"deviations\", samples = 28 }"),
        .optional("while", .tables, "[ { quantity = \"running\", at_least = 0.5 } ]"), .optional("confirm_readings", .whole, "2"),
        .optional("about", .text, "\"device\""),
        .required("event", .table, "{ zh = \"井盖倾斜\", en = \"Cover tilted\" }"),
        .required("advice", .table, "{ zh = \"请到场查看。\", en = \"Go and look.\" }"),
    ]

    static let siteRule = TableShape(
        title: "[[rule]]", keys: ruleKeys + [.optional("asset", .text, "\"MH-17\""), .optional("sensor", .text, "\"MH-17/tilt_x\"")])

    static let level = TableShape(
        title: "levels",
        keys: [.required("level", .text, "\"orange\""), .optional("limit", .limit, "15.0"), .optional("codes", .numbers, "[5, 101]")])

    static let baseline = TableShape(
        title: "baseline",
        keys: [
            .required("reference", .text, "\"rolling\""), .required("measure", .text, "\"deviations\""), .required("samples", .whole, "28"),
            .optional("floor", .number, "0.5"),
        ])

    static let ruleGuard = TableShape(
        title: "while",
        keys: [
            .required("quantity", .text, "\"running\""), .optional("unit", .text, "\"MPa\""), .optional("at_least", .number, "0.5"),
            .optional("at_most", .number, "0.5"), .optional("max_age", .duration, "\"10 min\""),
        ])

    static let derivation = TableShape(
        title: "[[derive]]",
        keys: [
            .required("quantity", .text, "\"night_flow\""), .optional("class", .text, "\"water_pipe\""), .required("from", .text, "\"flow\""),
            .required("method", .text, "\"lowest_mean\""), .optional("window", .duration, "\"1 h\""),
            .optional("hours", .text, "\"02:00-04:00\""), .optional("period", .duration, "\"1 d\""), .optional("amplitude", .number, "0.05"),
            .optional("at_least", .number, "0.14"), .optional("at_most", .number, "0.5"), .optional("over", .duration, "\"7 d\""),
            .optional("per", .text, "\"trips\""), .optional("scale", .number, "1000"), .optional("least", .number, "200"),
            .optional("by", .text, "\"temperature\""), .optional("minus", .text, "\"return_temperature\""),
            .optional("max_age", .duration, "\"1 h\""),
        ])

    static let bilingual = TableShape(
        title: "a text in two languages", keys: [.required("zh", .text, "\"井盖倾斜\""), .required("en", .text, "\"Cover tilted\"")])

    static let templateFile = TableShape(
        title: "the device template",
        keys: [
            .required("schema", .whole, "1"), .required("device", .text, "\"milesight-em310-tilt\""),
            .required("name", .text, "\"Milesight EM310-TILT\""), .optional("notes", .text, "\"Mount with the arrow up.\""),
        ] + messageKeys)

    static let templateReading = TableShape(
        title: "[[reading]]",
        keys: [.required("quantity", .text, "\"tilt\""), .required("path", .path, "\"object.angle_x\"")] + readingKeys)

    static let profileFile = TableShape(
        title: "the profile",
        keys: [
            .required("schema", .whole, "1"), .required("profile", .text, "\"lifeline-cn\""), .required("version", .whole, "1"),
            .optional("notes", .text, "\"Defaults for Chinese cities.\""), .optional("quantity", .tables, "[[quantity]]"),
            .optional("derive", .tables, "[[derive]]"), .optional("rule", .tables, "[[rule]]"),
        ])

    static let profileRule = TableShape(title: "[[rule]]", keys: ruleKeys)

    static let manifestFile = TableShape(
        title: "the manifest",
        keys: [
            .optional("name", .text, "\"pumps\""), .optional("notes", .text, "\"…\""), .optional("time", .text, "\"timestamp\""),
            .optional("interval", .seconds, "\"5 min\""), .optional("cycle", .seconds, "\"1 d\""), .optional("label", .text, "\"anomaly\""),
            .optional("columns", .texts, "[\"pressure\"]"), .optional("counts", .texts, "[\"reopenings\"]"), .optional("file", .tables, "[[file]]"),
        ])

    static let manifestRecording = TableShape(
        title: "[[file]]",
        keys: [
            .required("path", .text, "\"pump-1.csv\""), .optional("columns", .texts, "[\"pressure\"]"), .optional("interval", .seconds, "\"5 min\""),
            .optional("cycle", .seconds, "\"1 d\""), .optional("label", .text, "\"anomaly\""),
            .optional("events", .tables, "[ { from = \"2026-01-05 03:00:00\", to = \"2026-01-05 04:30:00\", kind = \"burst\" } ]"),
        ])

    static let manifestEvent = TableShape(
        title: "events",
        keys: [
            .required("from", .moment, "\"2026-01-05 03:00:00\""), .required("to", .moment, "\"2026-01-05 04:30:00\""),
            .optional("kind", .text, "\"burst\""), .optional("size", .number, "0.1"),
        ])

    static let boardFile = TableShape(
        title: "the board file",
        keys: [
            .required("schema", .whole, "1"), .required("name", .text, "\"Raspberry Pi 4 Model B\""),
            .required("compatible", .texts, "[\"raspberrypi,4-model-b\"]"), .optional("notes", .text, "\"…\""),
            .optional("chip", .tables, "[[chip]]"),
        ])

    static let chip = TableShape(
        title: "[[chip]]",
        keys: [.required("label", .text, "\"pinctrl-bcm2711\""), .required("lines", .whole, "58"), .optional("notes", .text, "\"…\"")])
}
