/// How bad it is, by colour: the colour is stored, numbers are derived in a platform's profile because standards number both ways.
package enum Level: UInt8, Comparable, CaseIterable, Sendable {
    case blue = 1, yellow, orange, red

    package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

    /// `red`, as written in configuration files.
    package var name: String {
        switch self {
        case .blue: "blue"
        case .yellow: "yellow"
        case .orange: "orange"
        case .red: "red"
        }
    }

    package init?(name: String) {
        guard let level = Level.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    /// The colour in Chinese, as a duty officer reads it.
    package var chinese: String {
        switch self {
        case .blue: "蓝色"
        case .yellow: "黄色"
        case .orange: "橙色"
        case .red: "红色"
        }
    }

    /// *Source*: CAP 1.2 section 3.2.2, `severity`.
    package var capSeverity: String {
        switch self {
        case .blue: "Minor"
        case .yellow: "Moderate"
        case .orange: "Severe"
        case .red: "Extreme"
        }
    }

    /// *Source*: OpenTelemetry severity numbers, as the CloudEvents severity extension uses them: WARN 13, WARN3 15, ERROR 17, FATAL 21.
    package var severityNumber: Int {
        switch self {
        case .blue: 13
        case .yellow: 15
        case .orange: 17
        case .red: 21
        }
    }
}
