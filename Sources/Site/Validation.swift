/// What came of reading a file and all that it names: a value and perhaps warnings, or every reason against it at once.
package enum Validation<Value: Sendable>: Sendable {
    case valid(Value, warnings: [Finding])
    /// Never empty; sorted by file and position; at most 101, where the last one counts the rest.
    case invalid([Finding])

    /// The findings, whichever they are.
    package var findings: [Finding] {
        switch self {
        case .valid(_, let warnings): warnings
        case .invalid(let errors): errors
        }
    }

    /// The value, or nil.
    package var value: Value? {
        if case .valid(let value, _) = self { value } else { nil }
    }
}

/// A site's configuration, or why there is none.
package typealias SiteOutcome = Validation<SiteConfiguration>

extension Validation {
    /// The outcome that a log and a draft make together.
    init(_ value: Value?, _ log: FindingLog) {
        if let value, !log.hasErrors {
            self = .valid(value, warnings: log.warnings)
        } else {
            self = .invalid(log.errors)
        }
    }
}
