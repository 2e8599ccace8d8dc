import Site

/// A state: a level becomes it by lasting, and it has then begun with the level's first edge.
struct StateInput {
    private let settings: StateLine
    private let interval: Int64
    private let dwell: Int64
    private var track = LevelTrack()
    /// What was last reported; nil: before the start.
    private(set) var state: Bool?
    /// Since when the level has been another than the state.
    private var otherSince: Int64?
    private var nextReport = Int64.max
    private var lastTime = Int64.min
    private var edges: UInt64 = 0
    private var flaps: UInt64 = 0

    init(_ settings: StateLine) {
        self.settings = settings
        interval = settings.interval.nanoseconds
        dwell = settings.dwell.nanoseconds
    }

    /// While another level may become the state, the report of the old one waits: its time would be after the new one's beginning.
    var nextDeadline: Int64 { otherSince.map { $0.addingSaturated(dwell) } ?? nextReport }

    mutating func start(isActive: Bool, at now: Int64, into readings: inout [LineReading]) {
        track.start(isActive: isActive)
        otherSince = nil
        report(isActive, now, &readings)
    }

    var figures: LineFigures { LineFigures(edges: edges, lost: track.lost, flaps: flaps) }

    mutating func edge(_ edge: LineEdge, into readings: inout [LineReading]) {
        edges += 1
        // What has lasted until this edge is the state, however late the loop is.
        settle(at: edge.time, &readings)
        let before = track.isActive
        let activations = track.edge(edge)
        note(activations, before, edge.time, &readings)
    }

    mutating func tick(isActive level: Bool?, at now: Int64, into readings: inout [LineReading]) {
        settle(at: now, &readings)
        let before = track.isActive
        if let level, let activations = track.read(isActive: level, at: now) { note(activations, before, now, &readings) }
        if otherSince == nil, now >= nextReport, let state { report(state, now, &readings) }
    }

    private mutating func note(_ activations: UInt64, _ before: Bool?, _ time: Int64, _ readings: inout [LineReading]) {
        guard let level = track.isActive else { return }
        // The level was left and taken again unseen: it lasts only from now on.
        if level == before, activations > 0 {
            flaps += 1
            otherSince = nil
        }
        follow(level, time)
        settle(at: time, &readings)
    }

    private mutating func follow(_ level: Bool, _ time: Int64) {
        if level == state {
            if otherSince != nil { flaps += 1 }
            otherSince = nil
        } else if otherSince == nil {
            otherSince = max(time, lastTime)
        }
    }

    private mutating func settle(at now: Int64, _ readings: inout [LineReading]) {
        guard let since = otherSince, let state, now.subtractingSaturated(since) >= dwell else { return }
        otherSince = nil
        report(!state, since, &readings)
        nextReport = now.addingSaturated(interval)
    }

    private mutating func report(_ level: Bool, _ time: Int64, _ readings: inout [LineReading]) {
        state = level
        lastTime = max(lastTime, time)
        nextReport = lastTime.addingSaturated(interval)
        readings.append(LineReading(sensor: settings.sensor, value: level ? 1 : 0, time: lastTime))
    }
}
