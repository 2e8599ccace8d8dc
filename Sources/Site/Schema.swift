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
    /// A year as a number, or a text of a year, a month or a day.
    case date
    /// An array of years.
    case years
    /// A table of texts to numbers with keys of the user's own.
    case codes
    /// A text, number or boolean that goes out as it stands.
    case constant
    /// A table of texts to constants with keys of the user's own.
    case constants
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
            .optional("control", .table, "[control]"), .optional("board", .table, "[board]"), .optional("broker", .tables, "[[broker]]"),
            .optional("platform", .table, "[platform]"),
            .optional("asset", .tables, "[[asset]]"), .optional("device", .tables, "[[device]]"),
            .optional("line", .tables, "[[line]]"),
            .optional("quantity", .tables, "[[quantity]]"), .optional("derive", .tables, "[[derive]]"), .optional("rule", .tables, "[[rule]]"),
            .optional("alarms", .table, "[alarms]"), .optional("maintenance", .tables, "[[maintenance]]"),
        ])

    static let site = TableShape(
        title: "[site]",
        keys: [
            .required("id", .text, "\"gw7\""), .optional("name", .text, "\"West Road pump room\""), .optional("utc_offset", .text, "\"+08:00\""),
            .optional("profile", .text, "\"lifeline-cn\""), .optional("disable", .texts, "[\"device.silent\"]"),
            .optional("profiles", .text, "\"../profiles\""), .optional("devices", .text, "\"../devices\""),
            .optional("mappings", .text, "\"../mappings\""),
            .optional("codes", .text, "\"../codes\""), .optional("boards", .text, "\"../boards\""),
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
            .optional("mapping", .text, "\"lift-platform\""), .optional("decisions", .boolean, "true"),
            .optional("decisions_topic", .text, "\"bamai/{gateway}/decisions\""), .optional("status_interval", .duration, "\"5 min\""),
            .optional("status_topic", .text, "\"bamai/{gateway}/status\""),
        ] + httpsKeys)

    /// Of a platform whose url is https://.
    private static let httpsKeys: [KeyShape] = [
        .optional("token", .text, "\"secret://platform-token\""), .optional("proxy", .text, "\"http://proxy.example:3128\""),
        .optional("timeout", .duration, "\"30 s\""), .optional("alert_path", .text, "\"/v1/events\""),
        .optional("readings_path", .text, "\"/v1/events\""), .optional("decisions_path", .text, "\"/v1/decisions\""),
        .optional("status_path", .text, "\"/v1/status\""),
    ]

    static let asset = TableShape(
        title: "[[asset]]",
        keys: [
            .required("id", .text, "\"MH-17\""), .required("class", .text, "\"manhole_cover\""), .optional("name", .text, "\"West Road 17\""),
            .optional("address", .text, "\"West Road 17, at the bus stop\""),
            .optional("location", .table, "{ latitude = 34.75, longitude = 113.63, system = \"WGS-84\" }"),
            .optional("dossier", .table, "[asset.dossier]"),
            .optional("parent", .text, "\"PUMP-1\""),
        ])

    private static let alarmKeys: [(name: String, form: KeyForm, example: String)] = [
        ("flood_window", .duration, "\"10 min\""), ("flood_update", .duration, "\"5 min\""), ("release_interval", .duration, "\"30 s\""),
        ("chatter_raises", .whole, "3"), ("chatter_window", .duration, "\"1 min\""), ("slow_chatter_raises", .whole, "5"),
        ("slow_chatter_window", .duration, "\"1 h\""), ("chatter_hold", .duration, "\"30 min\""), ("stale_after", .duration, "\"24 h\""),
        ("shelve_at_most", .duration, "\"30 d\""), ("repeat_at_most", .whole, "144"), ("acceptable_a_day", .whole, "150"),
    ]

    static let alarms = TableShape(title: "[alarms]", keys: alarmKeys.map { .optional($0.name, $0.form, $0.example) })

    /// A profile leaves no number open.
    static let profileAlarms = TableShape(title: "[alarms]", keys: alarmKeys.map { .required($0.name, $0.form, $0.example) })

    static let maintenance = TableShape(
        title: "[[maintenance]]",
        keys: [
            .required("assets", .texts, "[\"MH-17\"]"), .optional("from", .text, "\"2026-01-02 18:00\""),
            .optional("to", .text, "\"2026-01-02 20:00\""), .optional("weekly", .text, "\"Sun 02:00-04:00\""),
            .required("reason", .text, "\"valve exchange\""), .required("by", .text, "\"Li Wei\""),
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
        .optional("bytes", .table, "{ path = \"data\", encoding = \"base64\" }"),
        .optional("history", .table, "{ path = \"object.history\", time = \"timestamp\", format = \"unix_s\" }"),
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
        .optional("cycle", .period, "\"1 d\""), .optional("other_paths", .texts, "[\"object.BatV\", \"object.BAT\"]"),
        .optional("code_table", .text, "\"lift-gbt24476\""), .optional("topic", .text, "\"tele/{id}/LWT\""),
        .optional("when", .table, "{ path = \"fPort\", is = \"85\" }"), .optional("layout", .table, "{ offset = 0, width = 16 }"),
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
            .optional("states", .tables, "[ { value = 1, zh = \"开启\", en = \"open\" } ]"),
            .optional("baseline_spread", .number, "0.5"),
        ])

    static let stateWord = TableShape(
        title: "states", keys: [.required("value", .number, "1"), .required("zh", .text, "\"开启\""), .required("en", .text, "\"open\"")])

    private static let ruleKeys: [KeyShape] = [
        .required("id", .text, "\"cover.tilt\""), .required("kind", .text, "\"high\""), .optional("direction", .text, "\"up\""),
        .optional("class", .text, "\"manhole_cover\""), .optional("quantity", .text, "\"tilt\""), .optional("unit", .text, "\"deg\""),
        .required("levels", .tables, "[ { level = \"orange\", limit = 15.0 } ]"), .optional("deadband", .number, "1.0"),
        .optional("on_delay", .duration, "\"3 s\""), .optional("off_delay", .duration, "\"1 min\""), .optional("latched", .boolean, "false"),
        .optional("confirmed_by", .text, "\"cover.open\""), .optional("suppressed_by", .texts, "[\"pump.dry_run\"]"),
        .optional("shelvable", .boolean, "true"), .optional("repeat", .duration, "\"10 min\""), .optional("category", .text, "\"Infra\""),
        .optional("baseline", .table, "{ reference = \"rolling\", measure = \"deviations\", samples = 28 }"),
        .optional("while", .tables, "[ { quantity = \"running\", at_least = 0.5 } ]"), .optional("confirm_readings", .whole, "2"),
        .optional("about", .text, "\"device\""), .optional("features", .texts, "[\"surge\", \"step\"]"), .optional("margin", .number, "0.02"),
        .required("event", .table, "{ zh = \"井盖倾斜\", en = \"Cover tilted\" }"),
        .required("advice", .table, "{ zh = \"请到场查看。\", en = \"Go and look.\" }"),
        .optional("index", .table, "{ weight = 0.7, half_life = \"30 d\" }"),
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
            .optional("floor", .number, "0.5"), .optional("floor_share", .number, "0.04"),
        ])

    static let ruleGuard = TableShape(
        title: "while",
        keys: [
            .required("quantity", .text, "\"running\""), .optional("unit", .text, "\"MPa\""), .optional("at_least", .number, "0.5"),
            .optional("at_most", .number, "0.5"), .optional("max_age", .duration, "\"10 min\""), .optional("anywhere", .boolean, "false"),
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
        keys: [.required("quantity", .text, "\"tilt\""), .optional("path", .path, "\"object.angle_x\"")] + readingKeys)

    static let profileFile = TableShape(
        title: "the profile",
        keys: [
            .required("schema", .whole, "1"), .required("profile", .text, "\"lifeline-cn\""), .required("version", .whole, "1"),
            .optional("notes", .text, "\"Defaults for Chinese cities.\""), .optional("quantity", .tables, "[[quantity]]"),
            .optional("derive", .tables, "[[derive]]"), .optional("rule", .tables, "[[rule]]"), .optional("index", .table, "[index]"),
            .optional("alarms", .table, "[alarms]"),
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

    static let mappingFile = TableShape(
        title: "the mapping",
        keys: [
            .required("schema", .whole, "1"), .required("mapping", .text, "\"lift-platform\""), .required("version", .whole, "1"),
            .optional("notes", .text, "\"…\""), .optional("content_type", .text, "\"application/json\""), .optional("header", .tables, "[[header]]"),
            .optional("field", .tables, "[[field]]"),
        ])

    static let mappingHeader = TableShape(
        title: "[[header]]", keys: [.required("name", .text, "\"X-Sign\""), .required("value", .constant, "\"secret://platform-sign\"")])

    static let mappingField = TableShape(
        title: "[[field]]",
        keys: [
            .required("to", .path, "\"body.alarmLevel\""), .optional("from", .path, "\"data.bamai.level\""),
            .optional("value", .constant, "\"bamai\""),
            .optional("form", .text, "\"local\""), .optional("codes", .constants, "{ red = 1, orange = 2, yellow = 3, blue = 4 }"),
            .optional("otherwise", .constant, "99"),
        ])
}
