import Lifeline

/// One field as the decoder looks at it: paths and codes as bytes, numbers folded.
struct CompiledField {
    let sensor: Int
    let path: CompiledPath
    let isStatus: Bool
    /// The field lives in the object that a codec makes.
    let needsCodec: Bool
    let scale: Double
    let shift: Double
    let absolute: Bool
    let codes: [(text: [UInt8], value: Double)]
    let whenAbsent: Double?
    let required: Bool
    let range: ClosedRange<Double>

    init(_ field: FieldBinding, range: ClosedRange<Double>) {
        sensor = field.sensor
        path = CompiledPath(field.path)
        isStatus = field.event == "status"
        needsCodec = field.path.first == "object"
        scale = field.scale
        shift = field.shift - field.baseline
        absolute = field.absolute
        codes = field.codes.sorted { $0.key < $1.key }.map { (Array($0.key.utf8), $0.value) }
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

    /// The raw number that stands in a payload: nil where the field is absent or null and that means nothing.
    func raw(in root: JSONElement) -> Result<Double?, RejectCause> {
        guard let element = root.find(path), element.kind != .null else {
            return required && whenAbsent == nil ? .failure(.missingField) : .success(whenAbsent)
        }
        switch element.kind {
        case .number: return .success(element.number)
        case .bool:
            let flag = element.bool
            return .success(code(flag ? CompiledField.trueText : CompiledField.falseText) ?? (flag ? 1 : 0))
        case .text:
            return element.withText { text in
                if let value = code(text) { return .success(value) }
                guard let number = NumberText.parse(text) else { return .failure(.notANumber) }
                return .success(number)
            }
        case .array, .object, .null: return .failure(.wrongType)
        }
    }

    private static let trueText = Array("true".utf8)
    private static let falseText = Array("false".utf8)

    private func code(_ text: some Collection<UInt8>) -> Double? {
        for entry in codes where entry.text.count == text.count && entry.text.elementsEqual(text) { return entry.value }
        return nil
    }
}

/// One device as the decoder looks at it.
struct CompiledDevice {
    let format: PayloadFormat
    let timePath: CompiledPath
    let timeFormat: TimeFormat
    let lateAfterMicroseconds: Int64
    let fields: [CompiledField]
    /// Any field of a ChirpStack `up` event lives in the decoded object.
    let needsCodec: Bool

    init(_ device: Device, sensors: [Sensor]) {
        format = device.format
        let time = device.timePath.isEmpty && device.format == .chirpStackV4 ? ["time"] : device.timePath
        timePath = CompiledPath(time)
        timeFormat = device.timeFormat
        lateAfterMicroseconds = Duration.seconds(max(0, device.lateAfter)).wholeMicroseconds
        fields = device.fields.map { CompiledField($0, range: sensors[$0.sensor].quantity.range) }
        needsCodec = fields.contains { $0.needsCodec && !$0.isStatus }
    }
}
