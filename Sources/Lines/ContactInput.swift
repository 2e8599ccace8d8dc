import Site

/// A contact: every change is a reading at once, and the level is one every so often.
struct ContactInput {
    private let settings: ContactLine
    private let interval: Int64
    private var track = LevelTrack()
    private var nextReport = Int64.max
    private var lastTime = Int64.min
    private(set) var figures = LineFigures()

    init(_ settings: ContactLine) {
        self.settings = settings
        interval = settings.interval.nanoseconds
    }

    var nextDeadline: Int64 { nextReport }

    mutating func start(isActive: Bool, at now: Int64, into readings: inout [LineReading]) {
        track.start(isActive: isActive)
        report(isActive, now, &readings)
    }

    mutating func edge(_ edge: LineEdge, into readings: inout [LineReading]) {
        figures.edges += 1
        let step = track.edge(edge)
        figures.note(step)
        if step.isTold { return }
        // A cover that opened and closed unseen did open: it is told, as late as it can have been.
        if step.hadUnseenOpposite { report(!edge.isActive, edge.time, &readings) }
        report(edge.isActive, edge.time, &readings)
    }

    mutating func tick(isActive level: Bool?, at now: Int64, into readings: inout [LineReading]) {
        if let level, track.read(isActive: level, at: now) {
            figures.lost += 1
            report(level, now, &readings)
        } else if now >= nextReport, let known = track.isActive {
            report(known, now, &readings)
        }
    }

    private mutating func report(_ level: Bool, _ time: Int64, _ readings: inout [LineReading]) {
        lastTime = max(lastTime, time)
        nextReport = lastTime.addingSaturated(interval)
        readings.append(LineReading(sensor: settings.sensor, value: level ? 1 : 0, time: lastTime))
    }
}
