import Site

/// A contact: every change is a reading at once, and the level is one every so often.
struct ContactInput {
    private let settings: ContactLine
    private let interval: Int64
    private var track = LevelTrack()
    private var nextReport = Int64.max
    private var lastTime = Int64.min
    private var edges: UInt64 = 0
    /// The level that was reported last.
    private var told = false

    init(_ settings: ContactLine) {
        self.settings = settings
        interval = settings.interval.nanoseconds
    }

    var nextDeadline: Int64 { nextReport }

    mutating func start(isActive: Bool, at now: Int64, into readings: inout [LineReading]) {
        track.start(isActive: isActive)
        report(isActive, now, &readings)
    }

    var figures: LineFigures { LineFigures(edges: edges, lost: track.lost) }

    mutating func edge(_ edge: LineEdge, into readings: inout [LineReading]) {
        edges += 1
        tell(track.edge(edge), edge.time, &readings)
    }

    mutating func tick(isActive level: Bool?, at now: Int64, into readings: inout [LineReading]) {
        if let level, let activations = track.read(isActive: level, at: now) {
            tell(activations, now, &readings)
        } else if now >= nextReport, let known = track.isActive {
            report(known, now, &readings)
        }
    }

    private mutating func tell(_ activations: UInt64, _ time: Int64, _ readings: inout [LineReading]) {
        guard let level = track.isActive else { return }
        if level == told {
            // A cover that opened and closed unseen did open: it is told, as late as it can have been.
            guard activations > 0 else { return }
            report(!level, time, &readings)
        }
        report(level, time, &readings)
    }

    private mutating func report(_ level: Bool, _ time: Int64, _ readings: inout [LineReading]) {
        told = level
        lastTime = max(lastTime, time)
        nextReport = lastTime.addingSaturated(interval)
        readings.append(LineReading(sensor: settings.sensor, value: level ? 1 : 0, time: lastTime))
    }
}
