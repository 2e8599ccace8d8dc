import Lifeline

/// When a reading was observed, as far as the device's word can be believed.
struct ObservedTime {
    var moment: Timestamp
    var flags: ReadingFlags
    /// The text or number was no time.
    var isUnreadable = false

    /// A device's clock before this was never set. 2000-01-01.
    static let earliest = Timestamp(unixSeconds: 946_684_800)
    /// A board's clock before this was never set, so that it can judge no device's. 2020-01-01.
    static let boardEarliest = Timestamp(unixSeconds: 1_577_836_800)
    /// How far ahead of the board a device's clock may be. *Units*: microseconds.
    static let tolerance: Int64 = 600_000_000

    init(in root: JSONElement, _ device: CompiledDevice, received: Timestamp, utcOffsetSeconds: Int) {
        moment = received
        flags = .timeOfReceipt
        guard !device.timePath.isEmpty, let element = root.find(device.timePath), element.kind != .null else { return }
        guard let told = ObservedTime.read(element, device.timeFormat, utcOffsetSeconds) else {
            isUnreadable = true
            return
        }
        let boardIsSet = received >= ObservedTime.boardEarliest
        if told < ObservedTime.earliest || (boardIsSet && told.microseconds(since: received) > ObservedTime.tolerance) {
            flags = .clockRefused
            return
        }
        moment = told
        flags = boardIsSet && received.microseconds(since: told) > device.lateAfterMicroseconds ? .late : []
    }

    private static func read(_ element: JSONElement, _ format: TimeFormat, _ utcOffsetSeconds: Int) -> Timestamp? {
        switch format {
        case .rfc3339, .local:
            guard element.kind == .text else { return nil }
            return element.withText { CivilTime.parse($0, defaultOffsetSeconds: utcOffsetSeconds) }
        case .unixSeconds: return number(element).flatMap { scaled($0, 1e6) }
        case .unixMilliseconds: return number(element).flatMap { scaled($0, 1e3) }
        }
    }

    private static func number(_ element: JSONElement) -> Double? {
        switch element.kind {
        case .number: element.number
        case .text: element.withText { NumberText.parse($0) }
        default: nil
        }
    }

    /// Rounded to the microsecond; nil beyond the year 5138, where a unit has been mistaken.
    private static func scaled(_ number: Double, _ factor: Double) -> Timestamp? {
        let microseconds = (number * factor).rounded()
        guard microseconds.magnitude < 1e17 else { return nil }
        return Timestamp(microseconds: Int64(microseconds))
    }
}
