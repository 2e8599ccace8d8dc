import Lifeline

/// A `[[reading]]` as it is written, in a template or over one in a device.
struct ReadingSpec {
    var name: String
    var quantity: String?
    var path: [String]?
    var unit: String?
    var event: String?
    var scale: Double?
    var offset: Double?
    var baseline: Double?
    var absolute: Bool?
    var codes: [String: Double]?
    var whenAbsent: Double?
    var required: Bool?
    var interval: Double?
    var cycle: Double?
    /// Where it stands, for messages.
    var table: TableReader

    /// nil when it has no name at all.
    init?(_ table: TableReader) {
        quantity = table.text("quantity")
        guard let name = table.text("name") ?? quantity else {
            let _: Bool? = table.missing("quantity", "\"pressure\"")
            return nil
        }
        if !Texts.isIdentifier(name, limit: 64) { table.report("name", "\"\(name)\" is no name: use letters, digits, \"-\", \"_\" or \".\"") }
        self.name = name
        if let text = table.text("path") {
            path = Texts.path(text)
            if path == nil { table.report("path", "\"\(text)\" is no path; write names with dots between them, such as \"object.angle_x\"") }
        }
        unit = table.text("unit")
        event = table.choice("event", "event", ["up", "status"]) { ["up", "status"].contains($0) ? $0 : nil }
        scale = table.number("scale")
        offset = table.number("offset")
        baseline = table.number("baseline")
        absolute = table.flag("absolute")
        codes = table.has("codes") ? table.numbers("codes") : nil
        whenAbsent = table.number("when_absent")
        required = table.flag("required")
        interval = table.duration("interval", in: 0.001...2_592_000)
        cycle = table.duration("cycle", in: 0.01...31_536_000)
        self.table = table
    }

    /// What a device says over what its template says.
    func over(_ base: ReadingSpec) -> ReadingSpec {
        var result = self
        result.quantity = quantity ?? base.quantity
        result.path = path ?? base.path
        result.unit = unit ?? base.unit
        result.event = event ?? base.event
        result.scale = scale ?? base.scale
        result.offset = offset ?? base.offset
        result.baseline = baseline ?? base.baseline
        result.absolute = absolute ?? base.absolute
        result.codes = codes ?? base.codes
        result.whenAbsent = whenAbsent ?? base.whenAbsent
        result.required = required ?? base.required
        result.interval = interval ?? base.interval
        result.cycle = cycle ?? base.cycle
        return result
    }
}

/// A device template, or the part of a device that says the same things.
struct TemplateSpec {
    var format: PayloadFormat?
    var topic: String?
    var identity: [String]?
    var timePath: [String]?
    var timeFormat: TimeFormat?
    var interval: Double?
    var cycle: Double?
    var lateAfter: Double?
    var readings: [ReadingSpec] = []

    init() {}

    init(_ table: TableReader) {
        format = table.choice("format", "format", PayloadFormat.allCases.map(\.rawValue)) { PayloadFormat(rawValue: $0) }
        topic = table.text("topic")
        if let text = table.text("identity") {
            identity = Texts.path(text)
            if identity == nil { table.report("identity", "\"\(text)\" is no path") }
        }
        if let time = table.table("time", keys: SiteSchema.time) {
            if let text = time.text("path", example: "time") {
                timePath = Texts.path(text)
                if timePath == nil { time.report("path", "\"\(text)\" is no path") }
            }
            timeFormat = time.choice("format", "time format", TimeFormat.allCases.map(\.rawValue)) { TimeFormat(rawValue: $0) }
        }
        interval = table.duration("interval", in: 0.001...2_592_000)
        cycle = table.duration("cycle", in: 0.01...31_536_000)
        lateAfter = table.duration("late_after")
        readings = table.tables("reading", keys: SiteSchema.reading).compactMap { ReadingSpec($0) }
    }
}
