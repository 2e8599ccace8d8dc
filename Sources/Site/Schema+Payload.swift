/// The tables that say how payloads are laid out, and the files of code tables.
extension Schema {
    static let bytes = TableShape(
        title: "bytes",
        keys: [
            .optional("path", .path, "\"data\""), .optional("encoding", .text, "\"base64\""), .optional("tag", .whole, "2"),
            .optional("length", .whole, "1"), .optional("lengths", .codes, "{ 0175 = 1, 03cf = 7 }"),
        ])

    static let history = TableShape(
        title: "history",
        keys: [
            .required("path", .path, "\"object.history\""), .required("time", .path, "\"timestamp\""), .optional("format", .text, "\"unix_s\""),
        ])

    static let condition = TableShape(
        title: "when", keys: [.required("path", .path, "\"fPort\""), .required("is", .text, "\"85\"")])

    static let layout = TableShape(
        title: "layout",
        keys: [
            .optional("offset", .whole, "0"), .optional("width", .whole, "16"), .optional("form", .text, "\"signed\""),
            .optional("order", .text, "\"little\""), .optional("bit", .whole, "3"), .optional("bits", .whole, "1"),
            .optional("tag", .text, "\"03cf\""),
            .optional("match", .text, "\"01\""), .optional("match_offset", .whole, "0"),
        ])

    static let codeFile = TableShape(
        title: "the code table",
        keys: [
            .required("schema", .whole, "1"), .required("codes", .text, "\"lift-gbt24476\""), .required("name", .text, "\"GB/T 24476\""),
            .required("quantity", .text, "\"lift_fault\""), .optional("notes", .text, "\"…\""), .required("code", .tables, "[[code]]"),
        ])

    static let code = TableShape(
        title: "[[code]]",
        keys: [
            .required("raw", .whole, "11"), .required("canonical", .whole, "101"), .required("zh", .text, "\"困人\""),
            .required("en", .text, "\"entrapment\""),
        ])
}
