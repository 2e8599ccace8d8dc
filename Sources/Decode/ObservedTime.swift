import Lifeline

/// When a reading was observed, as far as the device's word can be believed.
struct ObservedTime {
    var moment: Timestamp
    var flags: ReadingFlags
    /// The text or number was no time.
    var isUnreadable = false

    /// A device's clock before this was never set. 2000-01-01: the day where many real-time clocks start.
    static let earliest = Timestamp(unixSeconds: 946_684_800)
    /// A device's clock after this is out of order, whatever the board's clock says. 2100-01-01.
    static let latest = Timestamp(unixSeconds: 4_102_444_800)
    /// A board's clock before this was never set, so that it can judge no device's. 2020-01-01: older than this program.
    static let boardEarliest = Timestamp(unixSeconds: 1_577_836_800)
    /// How far ahead of the board a device's clock may be: what cheap clocks drift between two settings. *Units*: microseconds.
    static let tolerance: Int64 = 600_000_000

    /// The time of receipt stands for it.
    init(received: Timestamp) {
        moment = received
        flags = .timeOfReceipt
    }

    /// - Parameters:
    ///   - told: what stands where the device writes its time; missing: it wrote none.
    ///   - format: how it is written there.
    ///   - lateAfter: *Units*: microseconds.
    init(_ told: JSONValue, _ format: TimeFormat, lateAfter: Int64, received: Timestamp, utcOffsetSeconds: Int) {
        self.init(received: received)
        if told.isMissing { return }
        guard let said = ObservedTime.read(told, format, utcOffsetSeconds) else {
            isUnreadable = true
            return
        }
        judge(said, lateAfter, received)
    }

    /// - Parameter milliseconds: since 1970.
    init(milliseconds: UInt64, lateAfter: Int64, received: Timestamp) {
        self.init(received: received)
        // What no Int64 of microseconds holds lies beyond every clock.
        judge(milliseconds < 9_000_000_000_000_000 ? Timestamp(microseconds: Int64(milliseconds) * 1000) : .distantFuture, lateAfter, received)
    }

    private mutating func judge(_ said: Timestamp, _ lateAfter: Int64, _ received: Timestamp) {
        let boardIsSet = received >= ObservedTime.boardEarliest
        let isAhead = boardIsSet && said.microseconds(since: received) > ObservedTime.tolerance
        if said < ObservedTime.earliest || said >= ObservedTime.latest || isAhead {
            flags = .clockRefused
            return
        }
        moment = said
        // Not `[]`: a literal is made into a set by generic code, a tenth of a message's time.
        let isLate = boardIsSet && received.microseconds(since: said) > lateAfter
        flags = isLate ? .late : ReadingFlags(rawValue: 0)
    }

    private static func read(_ told: JSONValue, _ format: TimeFormat, _ utcOffsetSeconds: Int) -> Timestamp? {
        switch format {
        case .rfc3339, .local:
            guard told.kind == .text else { return nil }
            return told.withText { CivilTime.parse($0, defaultOffsetSeconds: utcOffsetSeconds) }
        case .unixSeconds: return number(told).flatMap { scaled($0, 1e6) }
        case .unixMilliseconds: return number(told).flatMap { scaled($0, 1e3) }
        }
    }

    private static func number(_ told: JSONValue) -> Double? {
        switch told.kind {
        case .number: told.number
        case .text: told.withText { NumberText.parse($0) }
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
