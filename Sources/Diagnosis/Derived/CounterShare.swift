import Lifeline

/// Events for each so many steps of a counter, over the last days: faults per thousand trips, door cycles a trip.
///
/// *Memory*: 16 bytes a day.
struct CounterShare: DerivedFeature {
    /// What is counted in the source.
    enum Events: Sendable {
        /// The source is a counter itself.
        case growth
        /// The source comes into a range, or changes within it: a fault code that appears.
        case onsets(Double, Double)
    }

    private let events: Events
    private let scale: Double
    private let atLeast: Double
    private var day = -Double.infinity
    private var counter = Counter()
    private var companion = Counter()
    /// The last value of the source, for onsets.
    private var last = Double.nan
    /// For each day, in a ring by its number.
    private var counted: [Double]
    private var steps: [Double]

    init(events: Events, scale: Double, days: Int, atLeast: Double) {
        self.events = events
        self.scale = scale
        self.atLeast = atLeast
        counted = Array(repeating: 0, count: days)
        steps = counted
    }

    mutating func take(_ value: Double, at local: Double) -> Double? {
        let result = turn(local)
        guard day > -.infinity else { return result }
        switch events {
        case .growth: counted[slot(day)] += counter.growth(value)
        case .onsets(let low, let high):
            // The first value tells a state, not that it came about.
            if value >= low && value <= high && value != last && !last.isNaN { counted[slot(day)] += 1 }
            last = value
        }
        return result
    }

    mutating func takeCompanion(_ value: Double, at local: Double) {
        // Only a reading of the source can give a value, so the day turns with those; trips of the first minutes count for the day before.
        if day == -.infinity { day = LocalDay.number(local) }
        steps[slot(day)] += companion.growth(value)
    }

    private mutating func turn(_ local: Double) -> Double? {
        let today = LocalDay.number(local)
        guard today > day else { return nil }
        let all = steps.reduce(0, +)
        let result = day > -.infinity && all >= atLeast && all > 0 ? scale * counted.reduce(0, +) / all : nil
        for missed in 0..<min(steps.count, Int(min(today - day, 1e6))) {
            let slot = slot(today - Double(missed))
            (counted[slot], steps[slot]) = (0, 0)
        }
        day = today
        return result
    }

    private func slot(_ day: Double) -> Int {
        let rest = Int(day.truncatingRemainder(dividingBy: Double(steps.count)))
        return rest < 0 ? rest + steps.count : rest
    }

    func write(to writer: inout ByteWriter) {
        writer.append(UInt32(steps.count))
        writer.append([day, last, counter.high, counter.restart, companion.high, companion.restart])
        writer.append(counted)
        writer.append(steps)
    }

    mutating func read(from reader: inout ByteReader) -> Bool {
        guard reader.integer(UInt32.self) == UInt32(steps.count), let head = reader.doubles(6), let counted = reader.doubles(counted.count),
            let steps = reader.doubles(steps.count)
        else { return false }
        (day, last) = (head[0], head[1])
        counter = Counter(high: head[2], restart: head[3])
        companion = Counter(high: head[4], restart: head[5])
        (self.counted, self.steps) = (counted, steps)
        return true
    }
}

/// A counter that only grows, until it is exchanged or reset.
struct Counter: Equatable, Sendable {
    /// The newest value that was believed.
    var high = Double.nan
    /// A lower value that came once: a new counter if a second one stays low, a slip if not.
    var restart = Double.nan

    /// By how much it grew since the last value; 0 for the first one. A restart costs what it counted between its last word and the reset.
    mutating func growth(_ value: Double) -> Double {
        defer {
            if high.isNaN || value >= high { (high, restart) = (value, .nan) }
        }
        if high.isNaN { return 0 }
        if value >= high { return value - high }
        guard !restart.isNaN, value >= restart else {
            restart = value
            return 0
        }
        let grown = value - restart
        (high, restart) = (value, .nan)
        return grown
    }
}
