import Lifeline

/// What kind of street it is.
package struct StreetOptions: Equatable, Sendable {
    /// Nothing goes wrong.
    package var isHealthy: Bool
    /// How many copies of the street stand side by side; things go wrong in the first only. *Range*: 1…1000, clamped.
    package var copies: Int

    package init(isHealthy: Bool = false, copies: Int = 1) {
        self.isHealthy = isHealthy
        self.copies = min(max(copies, 1), 1000)
    }
}

/// A street whose day is short: covers, pipes, lifts and a pump room that speak as real devices do, over the topics and in the formats of
/// `firmware-config/street/site.toml`.
///
/// Pure and without end: the same seed, day and start give the same bytes in the same order, on every machine. Payloads carry real times (the start
/// plus the message's due time), so a gateway needs no clock but its own.
///
/// *Isolation*: one owner. *Complexity*: the logarithm of the number of devices for each message.
package struct Street: Sendable {
    /// What goes wrong, in the order of beginning.
    package let truth: [StreetInjection]
    /// *Units*: microseconds of one day.
    package let dayLength: Int64

    /// A day is at least a second long: below, a quarter of an hour is hardly a message apart.
    private static let shortestDay: Int64 = 1_000_000

    private var blocks: [StreetBlock] = []
    private var queue: DueQueue

    /// - Parameters:
    ///   - dayLength: of one simulated day; at least a second, at most a year. The site's file expects 24 s.
    ///   - start: the wall clock at midnight of the first day.
    package init(seed: UInt64, dayLength: Duration = .seconds(24), start: Timestamp, options: StreetOptions = StreetOptions()) {
        let length = min(max(dayLength.wholeMicroseconds, Street.shortestDay), 31_536_000_000_000)
        let day = StreetDay(length: length)
        let scenario = Scenario(day: day, isHealthy: options.isHealthy)
        let healthy = Scenario(day: day, isHealthy: true)
        truth = scenario.injections
        self.dayLength = length
        queue = DueQueue()
        for copy in 0..<options.copies {
            let districts = StreetLayout.districtNames.map { District(StreetLayout.name($0, copy: copy), day: day, seed: seed) }
            let around = Surroundings(start: start, day: day, scenario: copy == 0 ? scenario : healthy, districts: districts)
            let block = StreetBlock(copy: copy, around: around, seed: seed)
            for source in 0..<block.count { queue.push(DueQueue.Entry(due: block.due(source), block: copy, source: source)) }
            blocks.append(block)
        }
    }

    /// How many devices speak.
    package var deviceCount: Int { queue.count }

    /// The due time of the next message. *Units*: microseconds since the start.
    package var nextDue: Int64 { queue.first.due }

    /// The next message, in the order of due times; there is always one.
    package mutating func next() -> StreetMessage {
        let entry = queue.first
        let message = blocks[entry.block].speak(entry.source)
        queue.replaceFirst(due: blocks[entry.block].due(entry.source))
        return message
    }
}
