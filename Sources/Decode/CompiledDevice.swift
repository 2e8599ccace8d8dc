import Lifeline

/// One device as the decoder looks at it: a plain value.
struct CompiledDevice {
    let format: PayloadFormat
    /// Empty: the time of receipt stands for the time of observation.
    let timePath: Lexicon.Path
    let timeFormat: TimeFormat
    let lateAfterMicroseconds: Int64
    /// Into the program's fields.
    let fields: Range<Int>
    /// A field of a ChirpStack `up` event lives in the decoded object.
    let needsCodec: Bool

    init(
        _ device: Device, sensors: [Sensor], _ lexicon: inout Lexicon, _ codes: inout [CompiledCode], _ fields: inout [CompiledField]
    ) {
        format = device.format
        let isChirpStack = device.format == .chirpStackV4
        timePath = lexicon.path(device.timePath.isEmpty && isChirpStack ? ChirpStackPaths.time : device.timePath)
        timeFormat = device.timeFormat
        lateAfterMicroseconds = CompiledDevice.microseconds(device.lateAfter)
        let first = fields.count
        for field in device.fields { fields.append(CompiledField(field, range: sensors[field.sensor].quantity.range, &lexicon, &codes)) }
        self.fields = first..<fields.count
        needsCodec = isChirpStack && fields[first...].contains { $0.needsCodec }
    }

    /// Negative and NaN are zero; what no Int64 holds is never.
    private static func microseconds(_ seconds: Double) -> Int64 {
        guard seconds > 0 else { return 0 }
        let scaled = (seconds * 1e6).rounded()
        return scaled < 9e18 ? Int64(scaled) : .max
    }
}
