import Site

/// A meter's counter: the count goes on from what the journal has, and total and rate follow from it.
struct PulseCounter {
    private let settings: PulseLine
    private let interval: Int64
    private var track = LevelTrack()
    private var speed: PulseRate
    private var nextReport = Int64.max
    private var lastTime = Int64.min
    /// Every pulse since the series began. *Range*: below 2^53, which a double holds exactly.
    private(set) var count: UInt64
    private var edges: UInt64 = 0

    /// - Parameter journalled: the newest value of the count's series in the journal; nil: there is none.
    init(_ settings: PulseLine, journalled: Double?) {
        self.settings = settings
        interval = settings.interval.nanoseconds
        speed = PulseRate(window: settings.window.nanoseconds)
        let known = journalled.map { $0.isFinite ? max(0, min($0.rounded(), 9_007_199_254_740_991)) : 0 } ?? 0
        count = UInt64(known)
    }

    var nextDeadline: Int64 { nextReport }

    mutating func start(isActive: Bool, at now: Int64, into readings: inout [LineReading]) {
        track.start(isActive: isActive)
        speed.start(at: now)
        report(now, &readings)
    }

    mutating func edge(_ edge: LineEdge, into readings: inout [LineReading]) {
        // What was counted until now is told with the time until when it was counted.
        if edge.time >= nextReport { report(edge.time, &readings) }
        edges += 1
        add(track.edge(edge), edge.time)
    }

    var figures: LineFigures { LineFigures(edges: edges, lost: track.lost, recovered: track.recovered) }

    mutating func tick(isActive level: Bool?, at now: Int64, into readings: inout [LineReading]) {
        if let level, let activations = track.read(isActive: level, at: now) { add(activations, now) }
        if now >= nextReport { report(now, &readings) }
    }

    private mutating func add(_ pulses: UInt64, _ time: Int64) {
        guard pulses > 0 else { return }
        count += pulses
        speed.pulse(count: count, at: time)
    }

    /// Count, total and rate as they are now; before a stop, so that a start has them.
    mutating func report(_ time: Int64, _ readings: inout [LineReading]) {
        lastTime = max(lastTime, time)
        nextReport = lastTime.addingSaturated(interval)
        readings.append(LineReading(sensor: settings.countSensor, value: Double(count), time: lastTime))
        if let total = settings.totalSensor { readings.append(LineReading(sensor: total, value: settings.dial(atCount: count), time: lastTime)) }
        if let sensor = settings.rateSensor, let pulses = speed.rate(at: lastTime) {
            let value = pulses * settings.meter(atCount: count).perPulse * settings.rateFactor
            readings.append(LineReading(sensor: sensor, value: value, time: lastTime))
        }
    }
}

extension PulseLine {
    /// The meter that counts at a count.
    package func meter(atCount count: UInt64) -> Meter {
        // Newest first: that is the one asked for but for the past.
        meters.last { $0.fromCount <= count } ?? meters[0]
    }

    /// What the meter's dial shows at a count. *Units*: canonical. *Range*: 0 to below `wrapsAt` where the dial wraps; never negative.
    package func dial(atCount count: UInt64) -> Double {
        let meter = meter(atCount: count)
        let moved = count >= meter.fromCount ? Double(count - meter.fromCount) : -Double(meter.fromCount - count)
        let shown = meter.reading + moved * meter.perPulse
        guard let wrap = meter.wrapsAt else { return max(0, shown) }
        let rest = shown.truncatingRemainder(dividingBy: wrap)
        return rest < 0 ? min(rest + wrap, wrap.nextDown) : rest
    }
}
