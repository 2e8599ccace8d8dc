/// What a while of a contact's edges says: how many pulses, how fast, how much of it is bouncing, and which settings would do.
///
/// Bounces are told from pulses by the gap between them: a contact bounces for a millisecond or a few, and a meter's pulse lasts many times longer. Where no
/// such gap is seen nothing is taken for a bounce.
package struct PulseSurvey: Equatable, Sendable {
    /// One edge, as the kernel told it without any debouncing.
    package struct Edge: Equatable, Sendable {
        /// *Units*: nanoseconds of a monotonic clock.
        package var nanoseconds: Int64
        /// The line became active.
        package var isRising: Bool

        package init(nanoseconds: Int64, isRising: Bool) {
            self.nanoseconds = nanoseconds
            self.isRising = isRising
        }
    }

    /// Times that the line became active and stayed so for longer than a bounce.
    package let pulses: Int
    /// Edges that are taken for bounces.
    package let bounces: Int
    /// The longest time between two edges that are taken for bounces; nil: none are. *Units*: nanoseconds.
    package let longestBounce: Int64?
    /// Between the beginnings of two pulses; nil: there were not two. *Units*: nanoseconds.
    package let shortestInterval: Int64?
    package let longestInterval: Int64?
    /// The shortest time that a level lasted, bounces left out; nil: there were not two changes. *Units*: nanoseconds.
    package let shortestLevel: Int64?
    /// *Units*: hertz: over the time between the first pulse and the last; nil: there were not two.
    package let rate: Double?
    /// A debounce that takes the bounces out and leaves the pulses; nil: there is none, since bounces last as long as pulses. *Units*: nanoseconds.
    package let debounce: Int64?
    /// A `max_hz` that has room for twice what was seen, as far as the debounce lets it; nil: there were not two pulses. *Units*: hertz.
    package let maxHz: Double?

    /// Longer levels are never taken for bounces. *Units*: nanoseconds. *Source*: what makers of reed contacts and small relays promise is 1 to 10 ms.
    static let bounceLimit: Int64 = 20_000_000
    /// Bounces end, and pulses begin, where one duration is so many times the next smaller one.
    static let gap = 4.0

    /// - Parameter edges: in the order of their times. *Complexity*: n log n.
    package init(_ edges: [Edge]) {
        let spans = zip(edges, edges.dropFirst()).map { $1.nanoseconds - $0.nanoseconds }
        let (threshold, changes) = PulseSurvey.settled(edges, spans)
        let rises = changes.filter(\.isRising).map(\.nanoseconds)
        let intervals = zip(rises, rises.dropFirst()).map { $1 - $0 }
        let levels = zip(changes, changes.dropFirst()).map { $1.nanoseconds - $0.nanoseconds }
        pulses = rises.count
        bounces = edges.count - changes.count
        longestBounce = spans.filter { $0 < threshold }.max()
        shortestInterval = intervals.min()
        longestInterval = intervals.max()
        shortestLevel = levels.min()
        if let first = rises.first, let last = rises.last, last > first {
            rate = Double(rises.count - 1) / (Double(last - first) * 1e-9)
        } else {
            rate = nil
        }
        debounce = PulseSurvey.debounce(longestBounce: longestBounce, shortestLevel: shortestLevel)
        maxHz = PulseSurvey.maxHz(shortestInterval: shortestInterval, debounce: debounce)
    }

    /// The changes that last, and how short a level is that does not; 0: every one lasts.
    ///
    /// The highest gap among the durations that bounces can have comes first: a long bounce is a bounce still. Where most bursts leave the level as it was,
    /// the gap is not that between bounces and pulses but that between short pulses and long pauses.
    private static func settled(_ edges: [Edge], _ spans: [Int64]) -> (threshold: Int64, changes: [Edge]) {
        let sorted = spans.map { max(1, $0) }.sorted()
        let gaps = zip(sorted, sorted.dropFirst()).filter { $0 < bounceLimit && Double($1) >= gap * Double($0) }
        for (_, threshold) in gaps.reversed().prefix(gapLimit) {
            let (changes, bursts) = lasting(edges, spans, threshold)
            if changes.count * 5 >= bursts * 4 { return (threshold, changes) }
        }
        // Bounces of all lengths leave no gap. What is shorter than any promise is one then, where bursts still end at another level, and are not one
        // long signal.
        let (changes, bursts) = lasting(edges, spans, bounceLimit)
        if bursts >= burstsNeeded && changes.count * 5 >= bursts * 4 { return (bounceLimit, changes) }
        return (0, lasting(edges, spans, 0).changes)
    }

    /// Fewer bursts say nothing.
    private static let burstsNeeded = 4
    /// Gaps that are tried.
    private static let gapLimit = 8

    /// A burst is what no level of the threshold interrupts; the level after it is its last edge's.
    private static func lasting(_ edges: [Edge], _ spans: [Int64], _ threshold: Int64) -> (changes: [Edge], bursts: Int) {
        var changes: [Edge] = []
        var (start, bursts) = (0, 0)
        var level = edges.first.map { !$0.isRising } ?? false
        for index in edges.indices where index + 1 == edges.count || spans[index] >= threshold {
            bursts += 1
            if edges[index].isRising != level {
                level = edges[index].isRising
                changes.append(Edge(nanoseconds: edges[start].nanoseconds, isRising: level))
            }
            start = index + 1
        }
        return (changes, bursts)
    }

    private static func debounce(longestBounce: Int64?, shortestLevel: Int64?) -> Int64? {
        guard let level = shortestLevel else { return longestBounce.map { nice($0 * 2) } }
        // Half of the shortest level is left, for pulses that are shorter another day.
        let most = level / 2
        guard let bounce = longestBounce else { return niceBelow(min(most / 2, 5_000_000)) }
        let wanted = nice(bounce * 2)
        if wanted <= most { return wanted }
        // A quarter more than the longest, to a tenth of a millisecond.
        let tight = (bounce + bounce / 4 + 99_999) / 100_000 * 100_000
        return tight <= most ? tight : nil
    }

    private static func maxHz(shortestInterval: Int64?, debounce: Int64?) -> Double? {
        guard let shortestInterval, shortestInterval > 0 else { return nil }
        let seen = 1e9 / Double(shortestInterval)
        // A debounce must not be longer than half a period.
        let most = debounce.map { $0 > 0 ? 1e9 / (2 * Double($0)) : .infinity } ?? .infinity
        let wanted = Double(nice(Int64((seen * 2).rounded(.up))))
        return min(wanted, most.rounded(.down))
    }

    /// The next of 1, 2, 5, 10, 20, 50 …
    private static func nice(_ value: Int64) -> Int64 {
        var step: Int64 = 1
        while true {
            for factor: Int64 in [1, 2, 5] where step * factor >= value { return step * factor }
            step *= 10
        }
    }

    private static func niceBelow(_ value: Int64) -> Int64 {
        var best: Int64 = 0
        var step: Int64 = 1
        while step <= value {
            for factor: Int64 in [1, 2, 5] where step * factor <= value { best = step * factor }
            step *= 10
        }
        return best
    }
}
