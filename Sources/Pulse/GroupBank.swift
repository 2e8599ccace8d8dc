/// What a group is told about itself.
package struct GroupSettings: Equatable, Sendable {
    /// The channels of one asset that are read together. *Range*: 1…48; what is beyond is clamped.
    package var channels: Int
    /// *Units*: seconds between two rows. *Range*: > 0.
    package var interval: Double

    package init(channels: Int, interval: Double) {
        self.channels = channels
        self.interval = interval
    }
}

/// What the group track thinks of one row.
package struct GroupVerdict: Equatable, Sendable {
    /// How unlikely the loudest signal is: about the square of its distance in standard deviations, but in those that few independent samples allow.
    /// *Range*: 0…; 20 begins a departure.
    package var statistic: Float = 0
    /// The channel that is loudest; −1 while nothing is judged.
    package var channel: Int = -1
    /// What is loud is what the other channels cannot explain; false: the channel itself is far from where it was.
    package var isUnexplained = false
    /// A departure is going on: it lasts until the group is most of the way back, for a while.
    package var isOutside = false
    /// This row began it.
    package var isBeginning = false
    /// Fewer rows than a judgement needs.
    package var isWarmingUp = true
    /// The loudest channel, smoothed, and what was expected of it. *Units*: the channel's own.
    package var seen: Double = 0
    package var expected: Double = 0
    /// *Units*: seconds: since when the departure lasts; the row's own time when there is none.
    package var since: Double = 0
}

/// One asset's channels judged together.
///
/// For each channel two signals are judged: how far its smoothed value is from its slow mean, and what is left of that when the other channels have explained
/// what they can (a leave-one-out ridge regression from one running correlation matrix). Each is held against its own variance with a Student likelihood
/// whose degrees of freedom are the *independent* samples behind it (by von Neumann's ratio of the mean squared step to the variance): a temperature that
/// wanders has given few, a flow many. The loudest of all decides. While a departure lasts nothing that departs is learnt.
///
/// *Isolation*: one owner, one thread. Memory is taken in `add` only; `observe` never allocates and never traps, whatever it is given. *Complexity*: a row of
/// k channels costs about k² multiplications, every eighth row k³.
package struct GroupBank: ~Copyable {
    /// The most channels of one group.
    package static let maximumChannels = 48
    /// The most groups of one bank.
    package static let maximumCount = 1 << 16

    /// The number of groups.
    package private(set) var count = 0
    let tuning: GroupTuning
    /// Where each group begins in the block, in words; one more than there are groups.
    private var starts: UnsafeMutablePointer<Int>?
    private var startCapacity = 0
    private var block: UnsafeMutablePointer<Double>?
    private var capacity = 0

    package init() { self.init(tuning: GroupTuning()) }

    /// A bank with other numbers than the usual ones; for experiments.
    package init(tuning: GroupTuning) { self.tuning = tuning }

    deinit {
        // SAFETY: the bank is the only owner of both, and their contents are trivial.
        starts?.deallocate()
        block?.deallocate()
    }

    /// Adds a group and returns its slot: 0, 1, 2 … or −1, which every other function ignores, when the bank is full.
    package mutating func add(_ settings: GroupSettings) -> Int {
        guard count < GroupBank.maximumCount else { return -1 }
        let channels = max(1, min(GroupBank.maximumChannels, settings.channels))
        let begin = count == 0 ? 0 : starts?[count] ?? 0
        let end = begin + GroupState.words(channels)
        reserve(words: end, groups: count + 1)
        guard let starts, let block else { return -1 }
        starts[count] = begin
        starts[count + 1] = end
        GroupState(block + begin).begin(channels: channels, interval: settings.interval)
        count += 1
        return count - 1
    }

    /// *Units*: bytes of memory that a group of so many channels costs.
    package static func bytes(channels: Int) -> Int {
        (GroupState.words(max(1, min(maximumChannels, channels))) + 1) * MemoryLayout<Double>.stride
    }

    /// Judges one row.
    ///
    /// - Parameters:
    ///   - slot: a number that `add` returned; for any other the verdict is empty.
    ///   - time: *units*: seconds on the group's clock. After a gap of many intervals the smoothing starts anew.
    ///   - values: one for each channel; NaN, infinities and what is missing at the end count as missing. A missing channel is filled with
    ///     what the others expect of it.
    package mutating func observe(_ slot: Int, time: Double, values: borrowing [Double]) -> GroupVerdict {
        guard let state = state(slot) else { return GroupVerdict() }
        return state.observe(time: time, values: values, tuning)
    }

    /// Forgets all that a group has learnt.
    package mutating func reset(_ slot: Int) {
        guard let state = state(slot) else { return }
        state.begin(channels: state.channels, interval: state.head.pointee.interval)
    }

    func state(_ slot: Int) -> GroupState? {
        guard slot >= 0, slot < count, let starts, let block else { return nil }
        // SAFETY: slot < count, so the group's words lie in the block and were set up by `add`.
        return GroupState(block + starts[slot])
    }

    private mutating func reserve(words: Int, groups: Int) {
        if words > capacity {
            let wider = max(words, capacity * 2)
            let fresh = UnsafeMutablePointer<Double>.allocate(capacity: wider)
            fresh.initialize(repeating: 0, count: wider)
            if let block {
                // SAFETY: the new block is larger, the two do not overlap, and the contents are trivial.
                fresh.update(from: block, count: capacity)
                block.deallocate()
            }
            block = fresh
            capacity = wider
        }
        if groups + 1 > startCapacity {
            let wider = max(8, startCapacity * 2)
            let fresh = UnsafeMutablePointer<Int>.allocate(capacity: wider)
            fresh.initialize(repeating: 0, count: wider)
            if let starts {
                // SAFETY: as above.
                fresh.update(from: starts, count: startCapacity)
                starts.deallocate()
            }
            starts = fresh
            startCapacity = wider
        }
    }
}

/// The numbers of the group track.
///
/// *Source*: those marked † were chosen with the labels of SKAB's valve1 recordings in view, so figures on those are in sample; the others are design
/// choices. The limit is higher than the best one there, for the sake of quiet healthy groups.
package struct GroupTuning: Equatable, Sendable {
    /// † Share that the smoothing takes of a new sample.
    package var smoothing = 0.125
    /// *Units*: samples in which means and variances are learnt.
    package var memory = 4096.0
    /// *Units*: samples before the first judgement.
    package var warmUp = 400.0
    /// † A departure begins above this statistic …
    package var limit = 20.0
    /// … and ends below this one,
    package var release = 10.0
    /// † or below this share of the highest that it reached,
    package var releaseShare = 0.2
    /// † once that has lasted for so many samples.
    package var hold = 20.0
    /// While a departure lasts, a channel above this is not learnt.
    package var gate = 6.0
    /// Ridge of the regression, in shares of what the channels leave unexplained (Hoerl and Kennard).
    package var ridge = 1.0
    /// † A square counts for at most so many variances when variances are learnt.
    package var clip = 6.0
    /// A sample counts for at most so many of its own standard deviations in the smoothing.
    package var spike = 3.0
    /// After a departure the memory begins again with so many samples: the new normal is learnt soon.
    package var relearn = 100.0
    /// *Units*: samples. A departure that lasts longer is the new normal.
    package var patience = 8192.0
    /// Rows between two inversions of the correlation matrix.
    package var refresh: Int64 = 8

    package init() {}
}
