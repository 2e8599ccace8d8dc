/// A time in which assets are worked on, as the site announces it: their alerts are withheld, and what still holds at its end is raised then.
package struct MaintenanceWindow: Equatable, Sendable {
    /// When it is.
    package enum Span: Equatable, Sendable {
        /// From a moment up to another, which is outside.
        case once(from: Timestamp, to: Timestamp)
        /// Every week: the day (1 Monday … 7 Sunday) on which it begins, and seconds of local time. An end that is not after the start is on the next day.
        case weekly(day: Int, from: Int, to: Int)
    }

    /// Indices into the site's assets, ascending.
    package var assets: [Int]
    package var span: Span
    package var reason: String
    /// Who answers for it.
    package var by: String

    package init(assets: [Int], span: Span, reason: String, by: String) {
        self.assets = assets
        self.span = span
        self.reason = reason
        self.by = by
    }

    /// Whether the moment lies within the window.
    package func contains(_ moment: Timestamp, utcOffsetSeconds: Int) -> Bool {
        switch span {
        case .once(let from, let to): return moment >= from && moment < to
        case .weekly(let day, let from, let to):
            let local = moment.advanced(byMicroseconds: Int64(utcOffsetSeconds) * 1_000_000).microseconds
            let week: Int64 = 604_800
            // The first of January 1970 was a Thursday, three days after a Monday.
            let seconds = (local >= 0 ? local : local &- 999_999) / 1_000_000
            let within = Int((seconds % week + 3 * 86_400 + 2 * week) % week)
            let start = (day - 1) * 86_400 + from
            let length = to > from ? to - from : to + 86_400 - from
            let since = (within - start + Int(week)) % Int(week)
            return since < length
        }
    }
}
