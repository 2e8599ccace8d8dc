import Lifeline

/// One field as the decoder looks at it: a plain value, texts and paths in the lexicon, numbers folded.
struct CompiledField {
    let sensor: Int
    let path: Lexicon.Path
    /// ChirpStack: carried by `status` events, not by `up`.
    let isStatus: Bool
    /// ChirpStack: lives in the object that a codec makes.
    let needsCodec: Bool
    /// ChirpStack: zero (so absent) when there is no battery to speak of, which is no reading.
    let isBatteryLevel: Bool
    let scale: Double
    let shift: Double
    let absolute: Bool
    /// Into the program's codes.
    let codes: Range<Int>
    let whenTrue: Double
    let whenFalse: Double
    let whenAbsent: Double?
    let required: Bool
    /// The quantity's physical range.
    let range: ClosedRange<Double>

    init(_ field: FieldBinding, range: ClosedRange<Double>, _ lexicon: inout Lexicon, _ codes: inout [CompiledCode]) {
        sensor = field.sensor
        path = lexicon.path(field.path)
        isStatus = field.event == "status"
        needsCodec = !isStatus && field.path.first == "object"
        isBatteryLevel = isStatus && field.path == ChirpStackPaths.batteryLevel
        scale = field.scale
        shift = field.shift - field.baseline
        absolute = field.absolute
        let first = codes.count
        for (text, value) in field.codes.sorted(by: { $0.key < $1.key }) { codes.append(CompiledCode(text: lexicon.text(text), value: value)) }
        self.codes = first..<codes.count
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
