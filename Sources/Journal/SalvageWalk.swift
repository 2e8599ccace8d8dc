/// Walks a table of a damaged file upward by key and steps over what cannot be read, one seek at a time.
///
/// A seek finds the first row at or after a key. Where it fails, keys at doubling distance are tried until one succeeds, and the border is then
/// found by halving: what lies just behind a broken page is not lost with it. A broken page costs some dozens of seeks, whatever its size.
struct SalvageWalk: Equatable {
    private enum Phase: Equatable {
        /// `next` is to be read.
        case reading
        /// `bad` could not be read; `step` beyond it is tried next.
        case doubling(bad: UInt64, step: UInt64)
        /// `bad` could not be read, `good` could.
        case halving(bad: UInt64, good: UInt64)
    }

    /// All below is done with: where a restart goes on.
    private(set) var next: UInt64
    /// Keys of the table are below this.
    let end: UInt64
    private var phase = Phase.reading

    init(from next: UInt64, below end: UInt64) {
        self.next = next
        self.end = end
    }

    /// Whether a row that is found now is the next one; otherwise it only shows that its key can be read.
    var isReading: Bool { phase == .reading }

    /// The key to be sought; nil when the walk is over.
    var key: UInt64? {
        switch phase {
        case .reading: next < end ? next : nil
        case .doubling(let bad, let step): bad + step
        case .halving(let bad, let good): bad + (good - bad) / 2
        }
    }

    /// The next row was read; `next` follows it.
    mutating func take(upTo next: UInt64) { self.next = max(next, self.next + 1) }

    /// A row was found, or that none follows.
    mutating func noteReadable(isLast: Bool = false) {
        switch phase {
        case .reading: if isLast { next = end }
        case .doubling(let bad, let step): halve(bad, bad + step)
        case .halving(let bad, let good): halve(bad, bad + (good - bad) / 2)
        }
    }

    /// The seek failed, or what it found is no row of this table.
    mutating func noteUnreadable() {
        switch phase {
        case .reading: double(next, 1)
        case .doubling(let bad, let step): double(bad + step, 2 * step)
        case .halving(let bad, let good): halve(bad + (good - bad) / 2, good)
        }
    }

    private mutating func double(_ bad: UInt64, _ step: UInt64) {
        // The end counts as readable: nothing is there.
        if end - bad <= step { halve(bad, end) } else { phase = .doubling(bad: bad, step: step) }
    }

    private mutating func halve(_ bad: UInt64, _ good: UInt64) {
        if good - bad > 1 {
            phase = .halving(bad: bad, good: good)
        } else {
            phase = .reading
            next = good
        }
    }
}
