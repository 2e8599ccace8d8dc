/// All that one series has learnt, besides its seasonal nodes. Values are departures from `origin`; none is a pointer and there are no gaps, so that
/// the state is a row of words of eight bytes that a snapshot copies as it is.
struct SeriesState {
    // MARK: Time

    /// Samples taken, missing ones not counted.
    var count: Int64 = 0
    /// The first value: everything else is kept relative to it, so that a level of 1e6 costs no precision.
    var origin = 0.0
    /// *Units*: seconds. The latest moment seen; gaps are measured from here, so that a late sample makes none.
    var latest = 0.0
    /// *Units*: seconds. The moment of the last sample.
    var lastTime = 0.0
    /// Samples in a row that lay before `latest`.
    var backward: Int64 = 0
    /// *Units*: seconds. The longest silence of the past, fading.
    var longestGap = 0.0

    // MARK: The last sample, judged but not yet learnt

    var last = 0.0
    var beforeLast = 0.0
    var lastPosition = 0.0
    var lastRaw = 0.0
    var lastChange = 0.0
    var lastSeason = 0.0
    var lastSurge = 0.0
    var lastLevel = 0.0
    var lastUnrest = 0.0
    var lastCalm = 0.0
    /// Samples since the last break (start, gap, jump of the clock), the last one included: steps need two, spikes three.
    var unbroken: Int64 = 0

    // MARK: Fast filters, and as they were before the last sample

    var filters = Filters()
    var savedFilters = Filters()

    // MARK: Baseline

    var slowMean = 0.0
    var slowVariance = 0.0
    var median = 0.0
    /// Mean absolute departure from the median.
    var deviation = 0.0
    /// Mean absolute step.
    var meanStep = 0.0
    /// Mean absolute departure from the seasonal expectation, and how many samples it knows.
    var noise = 0.0
    var noiseCount: Int64 = 0
    /// Mean size of the smoothed departure from the seasonal expectation, and of the level's distance from the slow mean: measured and not derived from
    /// `noise`, because neighbouring samples of a real series are alike and smoothing takes less away.
    var smoothNoise = 0.0
    /// The same of quick changes.
    var meanSurge = 0.0
    var meanLevel = 0.0

    // MARK: Records

    /// The range of the past cycles, and of the present one.
    var lowest = 0.0
    var highest = 0.0
    var presentLowest = 0.0
    var presentHighest = 0.0
    var raw = Record()
    var change = Record()
    var season = Record()
    var surge = Record()
    var level = Record()
    var unrest = Record()
    var calm = Record()
    var run = Record()
    /// Samples of the present cycle.
    var cyclePosition: Int64 = 0
    /// How far above a record a value must lie: for features of single samples, for smoothed ones, and for the departure from the season, which is known later.
    var sharpMargin = 0.0
    var smoothMargin = 0.0
    var seasonMargin = 0.0
    /// When the margins are computed again.
    var marginCount: Int64 = 0

    // MARK: What kind of series

    /// How many times in a row the last value was repeated bit for bit.
    var repeats: Int64 = 0
    /// *Units*: seconds. Since when.
    var repeatsSince = 0.0
    /// The share of samples that repeat their predecessor.
    var repeatShare = 0.0
    /// The share of changes that go down, and the number of changes behind it: 0 for a counter.
    var fallShare = 0.5
    var changes: Int64 = 0
    /// The smallest change ever seen.
    var quantum = 0.0
    /// The step that all changes are multiples of, while there is one: the sensor's resolution. 0: none is known.
    var resolution = 0.0
    /// The smallest change of late, and how many changes in a row were multiples of it.
    var gridStep = 0.0
    var gridRun: Int64 = 0
    /// What the present part of the cycle has to teach the nodes at its two ends when it is over: were it learnt at once, a departure would be expected
    /// within minutes.
    /// Weighted departures and the sums of their weights.
    var lessonLeft = 0.0
    var lessonLeftWeight = 0.0
    var lessonRight = 0.0
    var lessonRightWeight = 0.0
    /// The left node of that part.
    var lessonNode: Int32 = -1
    /// Keeps the state a row of words of eight bytes.
    var padding: Int32 = 0
    /// Lone spikes of late.
    var spikes = 0.0

    // MARK: Drift

    var drift = DriftState()

    // MARK: Week

    var week = WeekState()

    // MARK: Alarm shaper

    var memory = 0.0
    var fading = 0.0
    /// An alarm that still grows: its highest score so far, the trait that gave it, and the samples it has waited.
    var pending = 0.0
    var pendingTrait: Int32 = 0
    var pendingAge: Int32 = 0
    var sinceAlarm: Int64 = 0

    // MARK: Departure

    /// Departures of the last two samples from the expectation, in half widths of the band.
    var earlier = 0.0
    var earlierStill = 0.0
    /// *Units*: seconds. When the value first left the band.
    var outsideSince = 0.0
    /// *Units*: seconds. When the present departure began.
    var departureSince = 0.0
    /// Samples that the alarmed departure lasts.
    var departureLength: Int64 = 0
    /// Unrest and calm: the bar that was broken; while the feature stays above, the departure lasts. All others: the farthest that the value has been.
    var departureBar = 0.0
    /// `Trait.rawValue` of the alarm.
    var departureFeature: Int32 = 0
    /// `Flags`.
    var flags: Int32 = 0
}

/// The filters that follow each sample at once.
struct Filters {
    var quick = 0.0
    var level = 0.0
    /// As slow as `level` where a cycle has many samples; slower where it has few.
    var broad = 0.0
    var quickVariance = 0.0
    var broadVariance = 0.0
    /// The smoothed departure from the seasonal expectation.
    var departure = 0.0
    /// The same, smoothed over a few samples only.
    var surge = 0.0
}

extension SeriesState {
    /// Yes-or-no memories, one bit each.
    enum Flags {
        /// The last sample lay outside the band.
        static let wasOutside: Int32 = 1
        /// Median-smoothed, the value is outside the band.
        static let outside: Int32 = 2
        /// A departure was alarmed and lasts.
        static let departed: Int32 = 4
        /// The alarmed departure goes up.
        static let departedUp: Int32 = 8
        /// The present run of repeats was alarmed.
        static let flat: Int32 = 16
        /// The last sample came after a gap and looked strange: it is learnt slowly, like a departure.
        static let cautious: Int32 = 32
        /// The resolution has just become coarser.
        static let coarser: Int32 = 64
        /// The whole cycle drifts away from where it was: up, or down.
        static let driftsUp: Int32 = 128
        static let driftsDown: Int32 = 256
        /// That has just been found.
        static let driftBegan: Int32 = 512
        /// The week is in use.
        static let weekly: Int32 = 1024
    }

    @inline(__always)
    func has(_ flag: Int32) -> Bool { flags & flag != 0 }

    @inline(__always)
    mutating func set(_ flag: Int32, _ on: Bool) { flags = on ? flags | flag : flags & ~flag }

    /// The range of values seen so far. Once there are finished cycles, theirs: the present one may be the anomaly.
    @inline(__always)
    var range: Double { highest - lowest }
}
