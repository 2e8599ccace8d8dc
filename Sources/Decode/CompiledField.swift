import Lifeline

/// One field as the decoder looks at it: a plain value, texts and paths in the lexicon, numbers folded.
struct CompiledField {
    let sensor: Int
    let path: Lexicon.Path
    /// Into the program's paths: where else the value may stand.
    let others: Range<Int>
    /// How many lists the path goes through: 0, 1 or 2.
    let depth: Int
    /// ChirpStack: carried by `status` events, not by `up`.
    let isStatus: Bool
    /// Lives in the object that a network server's codec makes.
    let needsCodec: Bool
    /// ChirpStack: zero (so absent) when there is no battery to speak of, which is no reading.
    let isBatteryLevel: Bool
    /// Sparkplug B: 1 with a birth, 0 with a death.
    let isPresence: Bool
    /// Sparkplug B: the metric's place among the program's names; −1: no metric.
    let metric: Int
    /// What must be said beside it.
    let condition: CompiledCondition?
    /// Into the program's layouts; −1: the path tells.
    let layout: Int
    let scale: Double
    let shift: Double
    let absolute: Bool
    /// Into the program's codes.
    let codes: Range<Int>
    /// Into the program's table entries.
    let table: Range<Int>
    let whenTrue: Double
    let whenFalse: Double
    let whenAbsent: Double?
    let required: Bool
    /// The quantity's physical range.
    let range: ClosedRange<Double>

    init(_ field: FieldBinding, _ format: PayloadFormat, range: ClosedRange<Double>, _ parts: inout CompiledParts) {
        sensor = field.sensor
        path = parts.lexicon.path(field.path)
        let firstOther = parts.paths.count
        for other in field.otherPaths { parts.paths.append(parts.lexicon.path(other)) }
        others = firstOther..<parts.paths.count
        depth = CompiledDevice.depth(field.path)
        isStatus = format == .chirpStackV4 && field.event == "status"
        needsCodec = field.layout == nil && !isStatus && CompiledDevice.needsCodec(field.path, format)
        isBatteryLevel = isStatus && field.path == ChirpStackPaths.batteryLevel
        isPresence = format == .sparkplugB && field.event == "presence"
        metric = format == .sparkplugB && !isPresence ? parts.metrics.place(of: field.path.joined(separator: ".")) : -1
        condition = field.condition.map { CompiledCondition(path: parts.lexicon.path($0.path), value: parts.lexicon.text($0.value)) }
        layout = field.layout == nil ? -1 : parts.layouts.count
        if let layout = field.layout { parts.layouts.append(layout) }
        scale = field.scale
        shift = field.shift - field.baseline
        absolute = field.absolute
        let first = parts.codes.count
        for (text, value) in field.codes.sorted(by: { $0.key < $1.key }) {
            parts.codes.append(CompiledCode(text: parts.lexicon.text(text), value: value))
        }
        codes = first..<parts.codes.count
        let firstEntry = parts.table.count
        for (raw, value) in field.codeTable.sorted(by: { $0.key < $1.key }) { parts.table.append(TableEntry(raw: Double(raw), value: value)) }
        table = firstEntry..<parts.table.count
        whenTrue = field.codes["true"] ?? 1
        whenFalse = field.codes["false"] ?? 0
        whenAbsent = field.whenAbsent
        required = field.required
        self.range = range
    }

    /// From the raw number to the canonical unit; nil when the result is not finite.
    func finish(_ raw: Double) -> Double? {
        let line = raw * scale + shift
        let value = absolute ? abs(line) : line
        return value.isFinite ? value : nil
    }
}

/// A text that stands for a raw number.
struct CompiledCode {
    let text: Lexicon.Text
    let value: Double
}

/// One line of a code table: the device's number and the site's.
struct TableEntry {
    let raw: Double
    let value: Double
}

/// What must be said beside a field.
struct CompiledCondition {
    let path: Lexicon.Path
    let value: Lexicon.Text
}

/// What the devices of a program are made into.
struct CompiledParts {
    var lexicon = Lexicon()
    var paths: [Lexicon.Path] = []
    var fields: [CompiledField] = []
    var codes: [CompiledCode] = []
    var table: [TableEntry] = []
    var layouts: [ByteLayout] = []
    var bytes: [CompiledBytes] = []
    var metrics = MetricNames()
}
