import Lifeline

/// From bytes to readings. Pure: no clock, no file; what is malformed is counted by cause and never stops anything.
///
/// *Isolation*: one owner, one thread. *Limit*: `messageLimit` bytes a message, `JSONParser.depth` levels of nesting, `entryLimit` entries of its
/// lists, `readingLimit` readings; of Sparkplug B what `SparkplugSessions` says. *Memory*: none is allocated for a message once the largest kind of
/// message has been seen.
package struct Decoder: ~Copyable {
    /// *Units*: bytes. A larger message is refused unread.
    package static let messageLimit = 262_144
    /// Entries of a message's lists, or tags of its bytes, that are looked at: further ones are refused. Seventeen hours of minutes; a walk through so
    /// many takes milliseconds.
    package static let entryLimit = 1024
    /// Readings of one message: further ones are refused. A quarter of what a whole site's sensors would give at once.
    package static let readingLimit = 4096

    let program: DecodeProgram
    private let router: TopicRouter
    let parser = JSONParser()
    /// Routes of the message in hand; kept for its memory.
    private var matched: [Int] = []
    /// Bytes that were written as a text; kept for its memory.
    var scratch: [UInt8] = []
    /// Entries that the message in hand may still have.
    var entriesLeft = 0
    /// What is known of the Sparkplug nodes of the site.
    var sessions = SparkplugSessions()
    /// Metrics of the message in hand; kept for its memory.
    var metrics: [SparkplugMetric] = []

    /// What has been counted since this decoder was made.
    package private(set) var figures = DecodeFigures()

    /// - Parameter plan: validated: every index in it is in range.
    package init(plan: SitePlan) {
        program = DecodeProgram(plan)
        router = TopicRouter(program.filters)
    }

    /// The MQTT topic filters to subscribe to at a broker: each once, without those that another one covers.
    package func topicFilters(broker: Int) -> [String] {
        program.topicFilters(broker: broker)
    }

    /// Appends the readings of one message.
    ///
    /// - Parameters:
    ///   - broker: index of the broker that it came from.
    ///   - topic: the topic's bytes; borrowed for the call.
    ///   - payload: the message's bytes; borrowed for the call.
    ///   - received: the board's time of receipt, against which the device's is judged.
    ///   - readings: gets the readings of the sound fields, in the order of the devices and their fields; kept ones come before the live ones.
    /// - Returns: how many readings were appended, and whether anything was refused or the message was somebody else's.
    package mutating func decode(
        broker: Int, topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, received: Timestamp, into readings: inout [DecodedReading]
    ) -> DecodeReport {
        figures.messages &+= 1
        figures.bytes &+= UInt64(payload.count)
        var report = DecodeReport()
        // Taken out and put back, so that its memory serves every message.
        var routes: [Int] = []
        swap(&routes, &matched)
        routes.removeAll(keepingCapacity: true)
        router.routes(broker: broker, topic: topic) { routes.append($0) }
        decode(routes, broker, topic, payload, received, &report, &readings)
        swap(&routes, &matched)
        figures.readings &+= UInt64(report.readings)
        if report.rejection != nil {
            figures.refusedMessages &+= 1
        } else if report.isIgnored {
            figures.ignored &+= 1
        } else {
            figures.acceptedMessages &+= 1
        }
        return report
    }

    mutating func refuse(_ cause: RejectCause, _ report: inout DecodeReport) {
        figures.count(cause)
        report.refusals += 1
        if report.rejection == nil { report.rejection = cause }
    }

    private mutating func decode(
        _ routes: [Int], _ broker: Int, _ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer, _ received: Timestamp,
        _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        guard !routes.isEmpty else { return refuse(.unmatchedTopic, &report) }
        guard payload.count <= Decoder.messageLimit else { return refuse(.tooLarge, &report) }
        let event = ChirpStackEvent(topic: topic)
        // Joins and acknowledgements are not even parsed.
        if event != .up, routes.allSatisfy({ Decoder.isForeign(event, program.routes[$0].format) }) {
            report.isIgnored = true
            return
        }
        entriesLeft = Decoder.entryLimit
        var isSparkplug = false
        var hasJSON = false
        for place in routes {
            switch program.routes[place].format {
            case .json, .chirpStackV4, .ttnV3: hasJSON = true
            case .sparkplugB: isSparkplug = true
            case .binary: decodeBinary(program.devices[program.routes[place].only], payload, received, &report, &readings)
            }
        }
        if isSparkplug { decodeSparkplug(routes, broker, topic, payload, received, &report, &readings) }
        guard hasJSON else { return }
        decodeJSON(routes, event, Decoder.document(payload), received, &report, &readings)
    }

    /// Whether an event of a network server carries nothing that a sensor has read.
    static func isForeign(_ event: ChirpStackEvent, _ format: PayloadFormat) -> Bool {
        switch format {
        case .chirpStackV4: event == .other
        case .ttnV3: event != .up
        case .json, .sparkplugB, .binary: false
        }
    }

    /// The payload without what senders wrap around a document: a byte order mark in front (texts from Windows), zero bytes behind (C strings
    /// sent with their terminator).
    private static func document(_ payload: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = payload.count
        if payload.count >= 3, payload[0] == 0xef, payload[1] == 0xbb, payload[2] == 0xbf { start = 3 }
        while end > start, payload[end - 1] == 0 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: payload[start..<end])
    }

    /// Keeps what a field says, or counts why it says nothing.
    @inline(__always)
    mutating func take(
        _ outcome: FieldValue, _ field: CompiledField, _ observed: ObservedTime, _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        let raw: Double
        switch outcome {
        case .nothing: return
        case .refused(let cause): return refuse(cause, &report)
        case .raw(let number): raw = number
        }
        guard let value = field.finish(raw) else { return refuse(.notANumber, &report) }
        guard report.readings < Decoder.readingLimit else { return refuse(.overLimit, &report) }
        var flags = observed.flags
        if !field.range.contains(value) { flags.insert(.outOfRange) }
        readings.append(DecodedReading(sensor: field.sensor, observed: observed.moment, value: value, flags: flags))
        report.readings += 1
    }

    /// Takes one of the entries that a message may have; false, and refused once, when there is none left.
    mutating func takeEntry(_ report: inout DecodeReport) -> Bool {
        if entriesLeft > 0 {
            entriesLeft -= 1
            return true
        }
        if entriesLeft == 0 {
            entriesLeft = -1
            refuse(.overLimit, &report)
        }
        return false
    }
}
