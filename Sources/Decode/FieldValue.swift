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
                self = .raw(number)
            } else {
                self = field.required ? .refused(.missingField) : .nothing
            }
        case .number: self = .raw(value.number)
        case .bool: self = .raw(value.isTrue ? field.whenTrue : field.whenFalse)
        case .text:
            self = value.withText { text in
                if let number = program.code(field, text) ?? NumberText.parse(text) { return .raw(number) }
                return .refused(.notANumber)
            }
        case .array, .object: self = .refused(.wrongType)
        }
    }
}
