import Lifeline

/// Which segment must go when a journal fills: always the oldest, and how far depends on who still needs it.
///
/// Forwarding, judging and the age of segments all run in sequence order, so the oldest segment is the one that is least needed. A pure function.
package struct RetentionRule: Sendable {
    /// Above this share of the capacity, segments go that the platform has acknowledged and a checkpoint covers.
    package static let lowMark = 0.85
    /// Above this share, segments go that were never forwarded.
    package static let highMark = 0.95

    /// *Units*: pages, bytes or anything else, the same for both.
    package var used: Int64
    /// The most that there may be, in the units of `used`. Below 1 it counts as 1.
    package var capacity: Int64
    /// Acknowledged up to here.
    package var readingsCursor: UInt64
    /// Sequence of the newest checkpoint; 0 when there is none.
    package var checkpoint: Sequence64
    /// A commit has just failed for want of room: what it needs is more than the high mark leaves, so everything above the low mark may go.
    package var isUnderPressure: Bool
    /// What was received before this moment is old; nil: age does not matter, or the clock cannot be trusted.
    package var horizon: Timestamp?

    package init(
        used: Int64, capacity: Int64, readingsCursor: UInt64, checkpoint: Sequence64, isUnderPressure: Bool = false, horizon: Timestamp? = nil
    ) {
        self.used = used
        self.capacity = capacity
        self.readingsCursor = readingsCursor
        self.checkpoint = checkpoint
        self.isUnderPressure = isUnderPressure
        self.horizon = horizon
    }

    /// What is lost with a segment.
    package struct Drop: Equatable, Sendable {
        /// Readings that the platform has.
        package var forwarded: UInt64
        /// Readings that the platform never had: lost.
        package var unforwarded: UInt64
        /// Those after the newest checkpoint: a restart cannot judge them again.
        package var unjudged: UInt64

        package init(forwarded: UInt64, unforwarded: UInt64, unjudged: UInt64) {
            self.forwarded = forwarded
            self.unforwarded = unforwarded
            self.unjudged = unjudged
        }
    }

    /// Whether the oldest segment (of `count` readings from `first` on) must go, and what is lost; nil: it stays.
    ///
    /// The newest segment is never asked for: it carries the journal's place in the sequence.
    package func drop(first: Sequence64, count: UInt64) -> Drop? {
        let share = Double(used) / Double(max(1, capacity))
        guard share > Self.lowMark else { return nil }
        let last = first &+ count &- 1
        let isNeeded = last > readingsCursor || last > checkpoint
        guard !isNeeded || share > Self.highMark || isUnderPressure else { return nil }
        let unforwarded = last > readingsCursor ? min(count, last - readingsCursor) : 0
        let unjudged = last > checkpoint ? min(count, last - checkpoint) : 0
        return Drop(forwarded: count - unforwarded, unforwarded: unforwarded, unjudged: unjudged)
    }

    /// Whether the oldest segment is old and nobody needs it any more: acknowledged, and covered by a checkpoint.
    ///
    /// A segment whose time lies in the future (the clock was wrong when it came) holds back those after it; space takes it in the end.
    package func isOutOfDate(first: Sequence64, count: UInt64, receivedMax: Timestamp) -> Bool {
        guard let horizon, receivedMax < horizon else { return false }
        return first &+ count &- 1 <= min(readingsCursor, checkpoint)
    }
}
