/// A moment on the wall clock: whole microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// *Range*: about ±292 000 years; arithmetic saturates at the ends and never traps.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// *Units*: microseconds since the Unix epoch.
    package var microseconds: Int64

    @inlinable
    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// *Units*: whole seconds since the Unix epoch; saturates.
    package init(unixSeconds: Int64) {
        let (product, overflow) = unixSeconds.multipliedReportingOverflow(by: 1_000_000)
        microseconds = overflow ? (unixSeconds < 0 ? .min : .max) : product
    }

    /// Seconds since the Unix epoch, as a real number (for detectors and charts, not for identity).
    package var secondsSinceEpoch: Double { Double(microseconds) / 1e6 }

    /// The earliest moment there is; "never yet".
    package static let distantPast = Timestamp(microseconds: .min)
    /// The latest moment there is; "not before then".
    package static let distantFuture = Timestamp(microseconds: .max)

    @inlinable
    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// This moment moved by `microseconds`; saturates at the ends of the range.
    package func advanced(byMicroseconds microseconds: Int64) -> Timestamp {
        let (sum, overflow) = self.microseconds.addingReportingOverflow(microseconds)
        return Timestamp(microseconds: overflow ? (microseconds < 0 ? .min : .max) : sum)
    }

    /// This moment moved by a duration; saturates.
    package func advanced(by duration: Duration) -> Timestamp { advanced(byMicroseconds: duration.wholeMicroseconds) }

    /// Microseconds from `earlier` to this moment; saturates. Negative when `earlier` is later.
    package func microseconds(since earlier: Timestamp) -> Int64 {
        let (difference, overflow) = microseconds.subtractingReportingOverflow(earlier.microseconds)
        return overflow ? (microseconds < earlier.microseconds ? .min : .max) : difference
    }
}

extension Duration {
    /// The duration in whole microseconds, rounded toward zero; saturates.
    package var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, overflow2) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return overflow2 ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration in seconds, as a real number.
    package var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

/// Where the program gets its time from. Floors 1 and 2 never ask: they are told.
///
/// *Isolation*: each call may come from any thread.
package protocol TimeSource: Sendable {
    /// The wall clock now, as good as the board knows it.
    var now: Timestamp { get }
    /// *Units*: nanoseconds of a clock that never steps (its zero means nothing).
    var monotonicNanoseconds: Int64 { get }
    /// Whether a time service has set the wall clock since the board started; nil: nobody can tell, and the clock is believed.
    var isSynchronised: Bool? { get }
    /// Which start of the board this is: another text after each boot, at most 64 characters.
    var boot: String { get }
}
