/// The keys of the sick-running index: `[index]` of a profile, `index` of a rule and `[asset.dossier]` of a site.
extension Schema {
    static let dossier = TableShape(
        title: "[asset.dossier]",
        keys: [
            .optional("built", .date, "\"1998-06\""), .optional("design_life", .number, "30"), .optional("material", .text, "\"grey_cast_iron\""),
            .optional("length_km", .number, "1.2"), .optional("breaks", .years, "[2019, 2021, 2021]"), .optional("breaks_since", .whole, "2015"),
            .optional("faults", .whole, "12"), .optional("trips", .whole, "86000"), .optional("standards_met", .texts, "[\"GB/T 13295\"]"),
            .optional("standards_not_met", .texts, "[\"GB 7588-2003\"]"), .optional("built_over", .boolean, "false"),
            .optional("surroundings", .texts, "[\"subsiding ground\"]"), .optional("traits", .texts, "[\"riser\"]"),
            .optional("assessment", .table, "{ date = \"2023-05-10\", result = \"hazard\" }"),
        ])

    static let assessment = TableShape(
        title: "assessment", keys: [.required("date", .date, "\"2023-05-10\""), .required("result", .text, "\"hazard\"")])

    static let ruleIndex = TableShape(
        title: "index",
        keys: [
            .required("weight", .number, "0.7"), .optional("half_life", .duration, "\"30 d\""), .optional("readings", .whole, "1"),
            .optional("group", .text, "\"water.burst\""),
        ])

    static let index = TableShape(
        title: "[index]",
        keys: [
            .required("age_from", .number, "0.5"), .required("age_span", .number, "0.7"),
            .required("confidence", .table, "{ observed = 1.0, likely = 0.8, possible = 0.5 }"),
            .required("bands", .table, "{ immediate = 80, limited = 60, control = 40 }"), .required("least_coverage", .number, "0.5"),
            .required("gates", .table, "{ renewal = \"limited\", renewal_and_red = \"immediate\", over_age_and_red = \"immediate\" }"),
            .required("note", .table, "{ zh = \"筛查建议。\", en = \"A screening suggestion.\" }"), .required("term", .tables, "[[index.term]]"),
            .required("class", .tables, "[[index.class]]"), .optional("material", .tables, "[[index.material]]"),
            .optional("trigger", .tables, "[[index.trigger]]"),
        ])

    static let indexConfidence = TableShape(
        title: "confidence",
        keys: [.required("observed", .number, "1.0"), .required("likely", .number, "0.8"), .required("possible", .number, "0.5")])

    static let indexBands = TableShape(
        title: "bands", keys: [.required("immediate", .number, "80"), .required("limited", .number, "60"), .required("control", .number, "40")])

    static let indexGates = TableShape(
        title: "gates",
        keys: [
            .required("renewal", .text, "\"limited\""), .required("renewal_and_red", .text, "\"immediate\""),
            .required("over_age_and_red", .text, "\"immediate\""),
        ])

    private static let sourced: [KeyShape] = [
        .required("zh", .text, "\"年限\""), .required("en", .text, "\"age\""),
        .required("source", .table, "{ zh = \"自定\", en = \"our own choice\" }"),
    ]

    static let indexTerm = TableShape(
        title: "[[index.term]]", keys: [.required("id", .text, "\"age\""), .required("points", .number, "20")] + sourced)

    static let indexClass = TableShape(
        title: "[[index.class]]",
        keys: [
            .required("class", .text, "\"gas_pipe\""), .required("design_life", .number, "20"), .required("terms", .texts, "[\"age\", \"live\"]"),
            .optional("history", .text, "\"breaks\""), .optional("history_full", .number, "0.18"),
            .required("source", .table, "{ zh = \"自定\", en = \"our own choice\" }"),
        ])

    static let indexMaterial = TableShape(
        title: "[[index.material]]",
        keys: [.required("id", .text, "\"grey_cast_iron\""), .required("points", .number, "8"), .optional("banned", .texts, "[\"gas_pipe\"]")]
            + sourced)

    static let indexTrigger = TableShape(
        title: "[[index.trigger]]",
        keys: [
            .required("id", .text, "\"gas.unfit_ductile_iron\""), .required("class", .text, "\"gas_pipe\""),
            .required("effect", .text, "\"renewal\""),
            .optional("materials", .texts, "[\"ductile_iron\"]"), .optional("age", .number, "20"), .optional("assessment", .texts, "[\"unfit\"]"),
            .optional("traits", .texts, "[\"riser\"]"),
        ] + sourced)
}
