/// The board that a site runs on, its lines, and the files that describe boards.
extension Schema {
    static let board = TableShape(
        title: "[board]", keys: [.required("type", .text, "\"raspberry-pi-4\""), .optional("serial", .text, "\"10000000a1b2c3d4\"")])

    static let line = TableShape(
        title: "[[line]]",
        keys: [
            .required("id", .text, "\"lid\""), .required("role", .text, "\"contact\""), .optional("pin", .text, "\"P1-11\""),
            .optional("chip", .text, "\"pinctrl-bcm2711\""), .optional("offset", .whole, "17"), .optional("bias", .text, "\"pull-up\""),
            .optional("active_low", .boolean, "true"), .optional("asset", .text, "\"MH-17\""), .optional("prefix", .text, "\"b\""),
            .optional("quantity", .text, "\"open\""), .optional("unit", .text, "\"l\""), .optional("debounce", .duration, "\"20 ms\""),
            .optional("interval", .duration, "\"10 min\""), .optional("cycle", .period, "\"1 d\""), .optional("dwell", .duration, "\"5 s\""),
            .optional("per_pulse", .number, "10"), .optional("max_hz", .number, "5"), .optional("rate", .text, "\"flow\""),
            .optional("window", .duration, "\"5 min\""), .optional("wraps_at", .number, "100000"),
            .optional("meters", .tables, "[ { from_count = 0, reading = 1234.5 } ]"), .optional("drives", .text, "\"siren\""),
            .optional("level", .text, "\"orange\""), .optional("at_most", .duration, "\"15 min\""), .optional("safe", .text, "\"off\""),
        ])

    static let meter = TableShape(
        title: "meters",
        keys: [
            .required("from_count", .whole, "88123"), .required("reading", .number, "0"), .optional("per_pulse", .number, "10"),
            .optional("wraps_at", .number, "100000"),
        ])

    static let boardFile = TableShape(
        title: "the board file",
        keys: [
            .required("schema", .whole, "1"), .required("name", .text, "\"Raspberry Pi 4 Model B\""),
            .required("compatible", .texts, "[\"raspberrypi,4-model-b\"]"), .optional("notes", .text, "\"…\""),
            .optional("max_edges_per_second", .whole, "2000"), .optional("storage", .size, "\"4 GiB\""), .optional("chip", .tables, "[[chip]]"),
        ])

    static let chip = TableShape(
        title: "[[chip]]",
        keys: [
            .required("label", .text, "\"pinctrl-bcm2711\""), .required("lines", .whole, "58"), .optional("notes", .text, "\"…\""),
            .optional("pins", .tables, "[ { offset = 17, names = [\"P1-11\", \"GPIO17\"] } ]"),
        ])

    static let boardPin = TableShape(
        title: "pins",
        keys: [
            .required("offset", .whole, "17"), .optional("names", .texts, "[\"P1-11\", \"GPIO17\"]"),
            .optional("reserved", .text, "\"holds the boot ROM's strap\""), .optional("caution", .text, "\"the serial console's, unless it is off\""),
        ])
}
