/// The numbers of the core. Times are in cycles, so that one set serves a sensor that speaks every second and one that speaks every hour.
///
/// The weights and times come from a search over the Numenta Anomaly Benchmark's 58 files, **in sample**; they were not tuned on any other data. The
/// warm-up, the band and the sensor faults are our own choice.
struct Tuning {
    /// Time constant of the short level and of the short spread.
    let short = 0.041
    /// Time constant of the long level and of the smoothed seasonal residual.
    let long = 0.048
    /// Time constant of what is normal: level, spread, scale of the residuals.
    let slow = 1.835
    /// Records are forgotten with this time constant.
    let leak = 14.5
    /// No judgement before this much of a cycle; what a day looks like cannot be known before one has passed.
    let warmUp = 1.0
    /// The residual from the cycle is judged once every part of the cycle was seen twice.
    let seasonalWarmUp = 2.0
    /// Fewest samples before any judgement.
    let fewest = 32.0
    /// A record of a level feature below this share of the range seen is no record.
    let floor = 0.005
    /// The same for spreads, and for a flat run in cycles.
    let spreadFloor = 0.057
    let flatFloor = 0.344
    /// How fast a bucket of the cycle follows.
    let seasonal = 0.072
    /// An alarm is remembered, fading in a straight line over this time; weaker ones are not news.
    let hold = 1.627
    let relative = 0.963
    /// After an alarm nothing is said for this long, unless it is this much stronger.
    let coolDown = 0.215
    let breakThrough = 1.5
    /// The second loudest feature counts this much.
    let corroboration = 0.717
    /// Strength of a record u over U: offset + log(1 + gain · (u/U − 1)).
    let offset = 1.874
    let gain = 1.23
    /// u/U − 1 counts up to here.
    let ratioLimit = 5.0
    let calmFloor = 0.0078
    /// Half the width of the band, in mean absolute residuals: four standard deviations of a normal residual.
    let band = 5.0
    /// The same for the smoothed residual.
    let smoothBand = 4.5
    /// No band is narrower than this share of the range seen.
    let bandFloor = 0.01
    /// A departure is not learnt as normal until it has lasted this many cycles.
    let freeze = 3.0
    /// A departure that was held back is reported after this many samples outside.
    let confirm = 3.0
    /// A silence longer than this many intervals is missing data.
    let gapFloor = 5.0
    /// A lone sample this many mean absolute residuals away, with both neighbours at home, is a spike.
    let spike = 12.0
    /// A series that used to change at less than this share of its samples is quantised or a state: standing still is nothing new.
    let livelyShare = 0.5

    // Weights of the features.
    let raw = 0.847
    let change = 1.395
    let seasonalWeight = 2.340
    let level = 1.900
    let shortSpread = 0.396
    let calm = 1.785
    let range = 2.354
    let unrest = 1.686
    /// Sensor faults: our own choice, as loud as a level shift.
    let flat = 1.9
    let missing = 1.9
}
