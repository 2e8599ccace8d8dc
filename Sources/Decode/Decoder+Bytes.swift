import Lifeline

extension Decoder {
    /// A message that is bytes, or a text of bytes, as a whole.
    mutating func decodeBinary(
        _ device: CompiledDevice, _ payload: UnsafeRawBufferPointer, _ received: Timestamp, _ report: inout DecodeReport,
        _ readings: inout [DecodedReading]
    ) {
        if payload.isEmpty { return refuse(.empty, &report) }
        let observed = ObservedTime(received: received)
        guard device.bytes >= 0, program.bytes[device.bytes].encoding != .raw else {
            return decodeBytes(device, payload, observed, &report, &readings)
        }
        decodeText(device, payload, observed, &report, &readings)
    }

    /// Bytes that a field of a JSON message holds as a text.
    mutating func decodeByteText(
        _ device: CompiledDevice, _ observed: ObservedTime, _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        let text = parser.find(program.bytes[device.bytes].path, program)
        switch text.kind {
        // A frame without a payload speaks to the network only.
        case .absent, .null:
            for place in device.fields where program.fields[place].layout >= 0 && program.fields[place].required { refuse(.missingField, &report) }
        case .text: text.withText { decodeText(device, $0, observed, &report, &readings) }
        default: refuse(.wrongType, &report)
        }
    }

    private mutating func decodeText(
        _ device: CompiledDevice, _ text: UnsafeRawBufferPointer, _ observed: ObservedTime, _ report: inout DecodeReport,
        _ readings: inout [DecodedReading]
    ) {
        var bytes: [UInt8] = []
        swap(&bytes, &scratch)
        bytes.removeAll(keepingCapacity: true)
        if ByteText.decode(text, program.bytes[device.bytes].encoding, into: &bytes) {
            bytes.withUnsafeBytes { decodeBytes(device, $0, observed, &report, &readings) }
        } else {
            refuse(.badEncoding, &report)
        }
        swap(&bytes, &scratch)
    }

    private mutating func decodeBytes(
        _ device: CompiledDevice, _ bytes: UnsafeRawBufferPointer, _ observed: ObservedTime, _ report: inout DecodeReport,
        _ readings: inout [DecodedReading]
    ) {
        for place in device.fields {
            let field = program.fields[place]
            guard field.layout >= 0, program.layouts[field.layout].tag == nil else { continue }
            read(field, bytes, observed, &report, &readings)
        }
        guard device.bytes >= 0, program.bytes[device.bytes].tagBytes > 0 else { return }
        var position = 0
        while true {
            switch program.bytes[device.bytes].next(bytes, &position) {
            case .end: return
            case .refused(let cause): return refuse(cause, &report)
            case .value(let tag, let value):
                guard takeEntry(&report) else { return }
                for place in device.fields {
                    let field = program.fields[place]
                    guard field.layout >= 0, program.layouts[field.layout].tag == tag else { continue }
                    read(field, value, observed, &report, &readings)
                }
            }
        }
    }

    private mutating func read(
        _ field: CompiledField, _ bytes: UnsafeRawBufferPointer, _ observed: ObservedTime, _ report: inout DecodeReport,
        _ readings: inout [DecodedReading]
    ) {
        if let condition = field.condition, !holds(condition, ListEntry()) { return }
        switch program.layouts[field.layout].read(bytes) {
        case .otherwise: return
        case .refused(let cause): refuse(cause, &report)
        case .number(let raw): take(FieldValue.number(raw, field, program), field, observed, &report, &readings)
        }
    }
}
