/// Every number that the detector hangs on, in one place.
///
/// Times are in *cycles* of the series (a day, mostly) unless said otherwise, so that one tuning serves a sensor that speaks each second and one that speaks
/// each hour.
///
/// *Source*: the numbers marked † were tuned **in-sample** on all 58 files of the Numenta Anomaly Benchmark (v1.1, fixed cycle of one day) and held against
/// simulated pressure, flow and lift series at the same time (quiet ones must stay quiet, drops and ramps must be seen); a figure that this tuning reaches on
/// that benchmark is therefore no forecast for other data. The unmarked ones are design choices, with their reason beside them.
package struct Tuning: Equatable, Sendable {
    // MARK: Time scales

    /// † Window of the short-term variance.
    package var unrestWindow = 0.1417
    /// † Window of the smoothed departure, of the level and of the longer variance.
    package var levelWindow = 0.03893
    /// † Window of the quickly smoothed departure, in which a burst shows within minutes.
    package var surgeWindow = 0.00196
    /// † Window of the slow mean and the slow variance.
    package var slowWindow = 2.803
    /// † After so many cycles a record counts for 1/e of itself.
    package var recordLife = 70.4
    /// † The same for departures from the usual cycle: their records were set while the cycle was still unknown.
    package var patternLife = 12.0
    /// Cycles before the first judgement. One whole cycle: before it is over, the top and the foot of the cycle have not been seen,
    /// and every rising limb would be a record.
    package var warmUp = 1.0
    /// Cycles after that before a departure from the usual cycle is judged.
    package var patternWarmUp = 6.512

    // MARK: Records

    /// † No record bar is lower than this share of the range seen.
    package var recordFloor = 0.005674
    /// † How far above a record a value must lie, for a long memory of n samples: margin / ln n. The greatest of n samples is itself uncertain by about that
    /// much.
    package var margin = 1.213
    /// The same for the quickly smoothed departure, as a share of that: it is standardised already.
    package var surgeMargin = 0.3
    /// † How far above a record a value must lie besides, divided by the cycles seen.
    package var youth = 0.06962
    /// † How much it matters by how much the record is usually broken: 0 not at all.
    package var wildness = 0.2088
    /// † The bar of the smoothed departure is at least so many times its mean size. A record of few samples is a poor guide.
    package var seasonPrior = 4.511
    /// † The same for the quickly smoothed departure.
    package var surgePrior = 5.924
    /// † The same for the level's distance from the slow mean.
    package var levelPrior = 3.512
    /// † The bar of a distance from the median is at least so many mean ones.
    package var rawPrior = 4.011
    /// † The bar of the short-term spread is at least so many standard deviations of the noise.
    package var unrestPrior = 2.601
    /// † Calm is a spread below this share of the noise's standard deviation.
    package var calmPrior = 0.1481
    /// † The bar of a step is at least so many mean steps.
    package var changePrior = 6.556
    /// † A new extreme counts from so many mean departures beyond the old one.
    package var rangePrior = 2.068
    /// † Floor of the short-term spread's record, as a share of the range.
    package var unrestFloor = 0.04976
    /// † How still the stillest possible series is, as a share of the range.
    package var calmFloor = 0.01178
    /// † Share of a record-breaking value that its record takes up per cycle while an alarmed departure lasts.
    package var departureUptake = 4.205
    /// † A single cycle raises a record to at most so many times its bar.
    package var recordGrowth = 1.958

    // MARK: Baseline

    /// † Share of a departure that the seasonal expectation learns in one cycle.
    package var seasonLearning = 0.2473
    /// Share of a week's departure that its cell learns, from the second week on.
    package var weekLearning = 0.3
    /// The week is used while it makes the mean departure smaller than this share of what it is without.
    package var weekProof = 0.97
    /// † Steps of the median in mean deviations per cycle.
    package var medianLearning = 7.547
    /// How much slower everything is learnt while an alarmed departure lasts.
    package var departureLearning = 0.05
    /// Cycles after which a lasting departure is accepted as the new normal.
    package var departureLimit = 3.0
    /// † No part of a cycle is quieter than this share of the mean noise.
    package var localNoise = 0.3364
    /// Half the width of the band in mean absolute departures: 4.5 are 3.6 standard deviations of normal noise, and the median of three samples must lie
    /// outside.
    package var bandWidth = 4.5
    /// Half the width of the band is at least this share of the range.
    package var bandFloor = 0.01
    /// A departure ends when it is inside this share of the band.
    package var bandRelease = 0.8
    /// An alarmed departure has clearly ended when it is back inside this share of the band, or on the other side; in between it lasts.
    package var bandReturn = 0.25

    // MARK: Drift

    /// Cycles that set the reference.
    package var driftLearning = 7.0
    /// *Units*: cycles in which the reference follows afterwards: half a year of days.
    package var driftMemory = 210.9
    /// *Units*: cycles that the straight line remembers.
    package var driftLine = 30.0
    /// No spread of levels is taken for smaller than this share of the range.
    package var driftFloor = 0.007713
    /// A cycle counts for at most so many spreads: one strange day is no drift.
    package var driftClip = 6.0
    /// Spreads per cycle that are no drift.
    package var driftSlack = 2.295
    /// The sum at which a drift is said.
    package var driftLimit = 23.85

    // MARK: Score

    /// † What a record that is only just broken is worth, before its weight.
    package var base = 1.8
    /// † How much the height above the record counts.
    package var steepness = 2.441
    /// † How much the second loudest feature adds.
    package var corroboration = 0.2972
    /// Heights above a record count up to this many times the record.
    package var heightLimit = 5.0
    /// † What each feature's word weighs.
    package var rawWeight = 1.188
    /// † See `rawWeight`.
    package var changeWeight = 2.301
    /// † See `rawWeight`.
    package var seasonWeight = 1.349
    /// † See `rawWeight`.
    package var surgeWeight = 2.2
    /// † See `rawWeight`.
    package var levelWeight = 1.499
    /// † See `rawWeight`.
    package var unrestWeight = 1.046
    /// † See `rawWeight`.
    package var calmWeight = 1.311
    /// † See `rawWeight`.
    package var rangeWeight = 1.356
    /// Chosen so that a flat line is worth 6, more than most false alarms.
    package var flatWeight = 5.5
    /// The same for a lone spike that is only just one: worth 4, and a huge one about 10.
    package var spikeWeight = 2.4
    /// Chosen so that a drift is worth 11: it is said once, never in haste, and next to never of a healthy series.
    package var driftWeight = 6.5
    /// The same for a coarser resolution.
    package var resolutionWeight = 3.5
    /// Chosen so that a gap that is only just one is worth 4, and six times as long a one 9.
    package var missingWeight = 2.4

    // MARK: Alarm shaper

    /// † A new alarm must reach this share of the memory of the last one.
    package var holdShare = 1.407
    /// † That memory fades linearly within so many cycles.
    package var hold = 1.0
    /// An alarm that grows may do so for so long before it is said: seven minutes of a day.
    package var growth = 0.005
    /// † For so many cycles after an alarm only a stronger one is let through.
    package var coolDown = 0.4339
    /// † How much stronger.
    package var escalation = 2.657
    /// † What is weaker than this is not worth a word.
    package var leastScore = 2.139

    // MARK: The sensor itself

    /// A silence is a gap from so many intervals on.
    package var gapIntervals = 4.0
    /// … and from so many times the longest silence of the past on.
    package var gapGrowth = 2.0
    /// A repeated value is a flat line from so many cycles on.
    package var flatFloor = 0.1396
    /// … and from so many times the longest run of the past on.
    package var flatGrowth = 4.215
    /// † A series whose values repeat more often than this has no flat line and no calm.
    package var repeatLimit = 0.394
    /// A series with fewer levels than this is a state, not a measurement.
    package var leastLevels = 8.0
    /// A lone spike leaves and returns by so many times the greatest step of the past.
    package var spikeGrowth = 3.0
    /// So many spikes in five cycles teach nothing; more belong to the series and are learnt.
    package var spikeLimit = 3.0

    /// How many times its bar a departure from the usual cycle must exceed it before the pattern's warm-up is over.
    package var patternCaution = 3.0
    /// While an alarmed departure lasts, it is said again when it has grown so much: its level must not stay that of its first hour.
    package var departedEscalation = 1.3

    package init() {}
}
