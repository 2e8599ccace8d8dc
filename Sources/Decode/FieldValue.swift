/// What a payload says about one field.
enum FieldValue {
    case raw(Double)
    /// Absent or null, and that means nothing.
    case nothing
    case refused(RejectCause)

    init(_ value: JSONValue, _ field: CompiledField, _ program: DecodeProgram) {
        switch value.kind {
        case .absent, .null:
            if let number = field.whenAbsent {
                self = FieldValue.number(number, field, program)
            } else {
                self = field.required ? .refused(.missingField) : .nothing
            }
        case .number: self = FieldValue.number(value.number, field, program)
        case .bool: self = FieldValue.flag(value.isTrue, field, program)
        case .text: self = value.withText { FieldValue.text($0, field, program) }
        case .array, .object: self = .refused(.wrongType)
        }
    }

    /// A raw number, which a code table may turn into the site's own code.
    @inline(__always)
    static func number(_ number: Double, _ field: CompiledField, _ program: DecodeProgram) -> FieldValue {
        if field.table.isEmpty { return .raw(number) }
        return program.canonical(field, number).map { .raw($0) } ?? .refused(.unknownCode)
    }

    static func flag(_ flag: Bool, _ field: CompiledField, _ program: DecodeProgram) -> FieldValue {
        number(flag ? field.whenTrue : field.whenFalse, field, program)
    }

    static func text(_ text: UnsafeRawBufferPointer, _ field: CompiledField, _ program: DecodeProgram) -> FieldValue {
        guard let raw = program.code(field, text) ?? NumberText.parse(text) else { return .refused(.notANumber) }
        return number(raw, field, program)
    }
}
