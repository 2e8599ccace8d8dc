import Lifeline

/// What the devices of one copy of the street share: the clock, what goes wrong, and the water in the pipes.
struct Surroundings: Sendable {
    /// *Units*: seconds east of UTC: the street lies in China.
    static let offsetSeconds = 28_800

    let start: Timestamp
    let day: StreetDay
    let scenario: Scenario
    var districts: [District]

    /// The wall clock at an offset in microseconds.
    func moment(_ offset: Int64) -> Timestamp { start.advanced(byMicroseconds: offset) }
}

/// A device of the street: it says when it will speak next, and then speaks.
protocol StreetSource: Sendable {
    /// *Units*: microseconds since the start.
    var due: Int64 { get }
    /// The message that is due, and on to the next one.
    mutating func speak(_ around: inout Surroundings) -> StreetMessage
    /// The message that ends what lasts for a moment only, if something does; nil: nothing does.
    mutating func settle(_ around: inout Surroundings) -> StreetMessage?
}

extension StreetSource {
    mutating func settle(_ around: inout Surroundings) -> StreetMessage? { nil }
}
