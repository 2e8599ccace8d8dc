import Lifeline

/// One reading as a template or a device writes it; what is nil is left to the other, or to the default.
struct ReadingDraft {
    /// The explicit name, or else the quantity's.
    var name: Located<String>?
    var quantity: Located<String>?
    var asset: Located<String>?
    var path: Located<[String]>?
    var otherPaths: [[String]]?
    var topic: Located<String>?
    var layout: LayoutDraft?
    var condition: Located<FieldCondition>?
    var codeTable: Located<String>?
    var unit: Located<String>?
    var event: Located<String>?
    var scale: Located<Double>?
    var offset: Located<Double>?
    var baseline: Located<Double>?
    var absolute: Located<Bool>?
    var codes: Located<[String: Double]>?
    var whenAbsent: Located<Double>?
    var required: Located<Bool>?
    var interval: Located<Double?>?
    var cycle: Located<Double?>?
    var spot: Spot
    /// Whether a path was written, sound or not, or its absence reported already.
    var hasPathKey: Bool

    /// - Parameter isTemplate: A template's reading stands for itself: it has no asset, and says its quantity.
    init(_ reader: TableReader, isTemplate: Bool) {
        spot = reader.here
        hasPathKey = reader.has("path")
        quantity = reader.text("quantity")
        name = reader.identifier("name") ?? quantity
        asset = isTemplate ? nil : reader.text("asset")
        path = reader.path("path")
        if reader.has("other_paths") {
            otherPaths = reader.texts("other_paths", limit: Limits.otherPaths).map {
                $0.value.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            }
        }
        topic = reader.text("topic", limit: 1024)
        layout = reader.table("layout", Schema.layout).flatMap { LayoutDraft($0) }
        if reader.has("layout") { hasPathKey = true }
        if let table = reader.table("when", Schema.condition), let path = table.path("path"), let value = table.text("is") {
            condition = path.map { FieldCondition(path: $0, value: value.value) }
        }
        codeTable = reader.text("code_table")
        unit = reader.text("unit")
        event = reader.identifier("event", limit: 32)
        scale = reader.number("scale", in: -1e9...1e9)
        if let zero = scale, zero.value == 0 {
            reader.log.error("scale must not be 0: every reading would be the same", at: zero.spot)
            scale = nil
        }
        offset = reader.number("offset", in: -1e9...1e9)
        baseline = reader.number("baseline", in: -1e9...1e9)
        absolute = reader.boolean("absolute")
        codes = reader.codes("codes")
        whenAbsent = reader.number("when_absent", in: -1e9...1e9)
        required = reader.boolean("required")
        interval = reader.period("interval")
        cycle = reader.period("cycle")
    }

    /// This reading with everything that `other` says put over it.
    func overlaid(with other: ReadingDraft) -> ReadingDraft {
        var result = self
        result.quantity = other.quantity ?? quantity
        result.asset = other.asset ?? asset
        result.path = other.path ?? path
        result.otherPaths = other.otherPaths ?? otherPaths
        result.topic = other.topic ?? topic
        result.layout = other.layout ?? layout
        result.condition = other.condition ?? condition
        result.codeTable = other.codeTable ?? codeTable
        result.unit = other.unit ?? unit
        result.event = other.event ?? event
        result.scale = other.scale ?? scale
        result.offset = other.offset ?? offset
        result.baseline = other.baseline ?? baseline
        result.absolute = other.absolute ?? absolute
        result.codes = other.codes ?? codes
        result.whenAbsent = other.whenAbsent ?? whenAbsent
        result.required = other.required ?? required
        result.interval = other.interval ?? interval
        result.cycle = other.cycle ?? cycle
        result.spot = other.spot
        result.hasPathKey = hasPathKey || other.hasPathKey
        return result
    }
}

/// The keys that a template and a device have in common.
struct MessageDraft {
    var topic: Located<String>?
    var format: Located<PayloadFormat>?
    var identity: Located<[String]>?
    var timePath: Located<[String]>?
    var timeFormat: Located<TimeFormat>?
    var interval: Located<Double?>?
    var cycle: Located<Double?>?
    var lateAfter: Located<Double>?
    var bytes: BytesDraft?
    /// Its bytes were written and are unsound: whoever uses them is not at fault.
    var hasBrokenBytes = false
    var history: Located<HistoryList>?
    var readings: [ReadingDraft] = []

    init() {}

    /// - Parameter readingShape: `Schema.templateReading` or `Schema.deviceReading`.
    init(_ reader: TableReader, readingShape: TableShape, isTemplate: Bool) {
        topic = reader.text("topic", limit: 1024)
        format = reader.choice("format", "payload format")
        identity = reader.path("identity", mayBeEmpty: true)
        if let time = reader.table("time", Schema.time) {
            timePath = time.path("path", mayBeEmpty: true)
            timeFormat = time.choice("format", "time format") ?? Located(value: .rfc3339, spot: time.here)
        }
        interval = reader.period("interval")
        cycle = reader.period("cycle")
        lateAfter = reader.duration("late_after", in: .seconds(0) ... .seconds(366 * 86_400))?.map { $0.inSeconds }
        bytes = reader.table("bytes", Schema.bytes).flatMap { BytesDraft($0) }
        hasBrokenBytes = reader.has("bytes") && bytes == nil
        if let table = reader.table("history", Schema.history) {
            let format: Located<TimeFormat>? = table.choice("format", "time format")
            if let path = table.path("path"), let time = table.path("time") {
                history = path.map { HistoryList(path: $0, timePath: time.value, timeFormat: format?.value ?? .unixSeconds) }
            }
        }
        let tables = reader.tables("reading", readingShape, limit: Limits.readingsPerDevice)
        var names = IDRegister("reading")
        for table in tables {
            let reading = ReadingDraft(table, isTemplate: isTemplate)
            guard let name = reading.name else {
                if !isTemplate, !table.has("name"), !table.has("quantity") {
                    reader.log.error("a reading needs a \"quantity\", or the \"name\" of one of the template's readings", at: table.here)
                }
                continue
            }
            let hint = "; give one of them a \"name\" of its own"
            if names.declare(name, log: reader.log, hint: hint).isNew { readings.append(reading) }
        }
    }
}
