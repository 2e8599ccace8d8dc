import Lifeline

/// A street whose day is short: covers, pipes, lifts and a pump room that speak as real devices do, over the topics and in the formats of
/// `firmware-config/street/site.toml`.
///
/// Pure and without end: the same seed, day and start give the same bytes in the same order, on every machine. Payloads carry real times (the start
/// plus the message's due time), so a gateway needs no clock but its own.
///
/// *Isolation*: one owner. *Complexity*: the logarithm of the number of devices for each message.
package struct Street: Sendable {
    /// As given, with what is out of range clamped.
    package let options: StreetOptions

    private var blocks: [StreetBlock] = []
    private var queue = DueQueue()

    package init(_ options: StreetOptions) {
        var options = options
        options.copies = min(max(options.copies, 1), 1000)
        // Below a second a quarter of an hour is hardly a message apart.
        options.dayLength = options.dayLength.isNaN ? Double(StreetSite.dayLength) : min(max(options.dayLength, 1), 31_536_000)
        self.options = options
        let day = StreetDay(length: Int64(options.dayLength * 1e6))
        for copy in 0..<options.copies {
            let scenario = Scenario(day: day, hasFaults: options.hasFaults && copy == 0)
            let districts = StreetLayout.districtNames.map { District(StreetLayout.name($0, copy: copy), day: day, seed: options.seed) }
            let around = Surroundings(start: options.start, day: day, scenario: scenario, districts: districts)
            let block = StreetBlock(copy: copy, around: around, seed: options.seed)
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

    /// The last messages of a street that ends: what lasts for a moment only, such as a cover under a wheel, comes to its end. Else the last word of
    /// a device would be true for ever. All are due within a second; after them the street is over.
    package mutating func settle() -> [StreetMessage] {
        var messages: [StreetMessage] = []
        for index in blocks.indices { messages += blocks[index].settle() }
        return messages.sorted { $0.due < $1.due }
    }
}
