import ArgumentParser
import Lifeline

/// A length of time as people write it: `24`, `24s`, `5 min`, `2h`, `1 d`.
struct Span: ExpressibleByArgument {
    /// *Range*: finite, above 0.
    var seconds: Double

    init?(argument: String) {
        let units: [(String, Double)] = [("ms", 0.001), ("min", 60), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)]
        let unit = units.first { argument.hasSuffix($0.0) }
        let digits = argument.dropLast(unit?.0.utf8.count ?? 0).filter { $0 != " " }
        guard let number = Double(digits), number.isFinite, number > 0 else { return nil }
        seconds = number * (unit?.1 ?? 1)
    }

    init(_ seconds: Double) { self.seconds = seconds }

    var defaultValueDescription: String { "\(JSONWriter.shortest(seconds)) s" }
}

/// In which language sentences are shown.
enum Language: String, ExpressibleByArgument, CaseIterable {
    case en, zh
    static let ofTerminal = Language(rawValue: Terminal.language) ?? .en
}

/// Where to begin or end in a journal: at a sequence, or at a moment.
enum Position: ExpressibleByArgument {
    case sequence(Sequence64)
    /// As written; without an offset it is the site's local time.
    case moment(String)

    init?(argument: String) {
        if let sequence = Sequence64(argument) {
            self = .sequence(sequence)
        } else if Position.parse(argument, 0) != nil {
            self = .moment(argument)
        } else {
            return nil
        }
    }

    /// A bare date is its midnight.
    static func parse(_ text: String, _ offsetSeconds: Int) -> Timestamp? {
        let full = text.utf8.count == 10 ? text + "T00:00" : text
        return CivilTime.parse(Array(full.utf8), defaultOffsetSeconds: offsetSeconds)
    }
}

/// Which sensors are meant: a shell pattern over their ids.
struct SensorPattern: ExpressibleByArgument {
    let pattern: String
    init?(argument: String) { pattern = argument }
}
