import Lifeline

/// How long a journal keeps what the platform has acknowledged, beside the limits of space and number.
///
/// Age drops acknowledged entries only, and only while the caller vouches for the clock (see `JournalWriter.maintain(now:)`): a wrong clock may
/// shorten the local history but never loses what was not forwarded.
package struct RetentionPolicy: Equatable, Sendable {
    /// Readings received longer ago than this may go; nil: age does not matter.
    package var maxAgeReadings: Duration?
    /// Alerts recorded longer ago than this may go; nil: age does not matter.
    package var maxAgeAlerts: Duration?

    package init(maxAgeReadings: Duration? = nil, maxAgeAlerts: Duration? = nil) {
        self.maxAgeReadings = maxAgeReadings
        self.maxAgeAlerts = maxAgeAlerts
    }

    /// Before this moment an entry is too old; nil when age does not matter or the clock cannot be trusted.
    package static func horizon(_ age: Duration?, _ now: Timestamp?) -> Timestamp? {
        guard let age, let now else { return nil }
        return now.advanced(byMicroseconds: -max(0, age.wholeMicroseconds))
    }
}
