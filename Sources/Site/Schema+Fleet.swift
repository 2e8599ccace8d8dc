/// The inventory of a fleet.
extension Schema {
    static let fleetFile = TableShape(
        title: "the inventory",
        keys: [
            .required("schema", .whole, "1"), .optional("defaults", .table, "[defaults]"), .required("host", .tables, "[[host]]"),
        ])

    /// How a board is reached: of all boards, and of one.
    private static let reachKeys: [KeyShape] = [
        .optional("ssh_config", .text, "\"ssh_config\""), .optional("ssh_options", .texts, "[\"Port=2222\"]"),
        .optional("remote", .text, "\"sudo -n bamai\""), .optional("root", .text, "\"/var/lib/bamai\""),
    ]

    static let fleetDefaults = TableShape(title: "[defaults]", keys: reachKeys)

    static let fleetHost = TableShape(
        title: "[[host]]",
        keys: [
            .required("name", .text, "\"pump-07\""), .optional("ssh", .text, "\"root@10.0.0.7\""), .required("site", .text, "\"west\""),
            .optional("groups", .texts, "[\"west\"]"), .optional("canary", .boolean, "true"), .optional("notes", .text, "\"in the cellar\""),
        ] + reachKeys)
}
