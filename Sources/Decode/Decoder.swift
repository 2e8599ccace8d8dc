import Lifeline

/// From bytes to readings. Pure: no clock, no file; what is malformed is counted by cause and never stops anything.
///
/// *Isolation*: one owner, one thread. *Limit*: `messageLimit` bytes a message, `JSONParser.depth` levels of nesting; a message gives at most as many
/// readings as its devices have fields. *Memory*: none is allocated for a message once the largest kind of message has been seen.
package struct Decoder: ~Copyable {
    /// *Units*: bytes. A larger message is refused unread.
    package static let messageLimit = 262_144

    private let program: DecodeProgram
    private let router: TopicRouter
    private let parser = JSONParser()
    /// Routes of the message in hand; kept for its memory.
    private var matched: [Int] = []

    /// What has been counted since this decoder was made.
    package private(set) var figures = DecodeFigures()

    /// - Parameter plan: validated: every index in it is in range.
    package init(plan: SitePlan) {
        program = DecodeProgram(plan)
        router = TopicRouter(program.filters)
    }

    /// The MQTT topic filters to subscribe to at a broker: each once, without those that another one covers.
    package func topicFilters(broker: Int) -> [String] {
        TopicRouter.subscriptions(program.filters.filter { $0.broker == broker }.map(\.filter))
    }

    /// Appends the readings of one message.
    ///
    /// - Parameters:
    ///   - broker: index of the broker that it came from.
    ///   - topic: the topic's bytes; borrowed for the call.
    ///   - payload: the message's bytes; borrowed for the call.
    ///   - received: the board's time of receipt, against which the device's is judged.
    ///   - readings: gets the readings of the sound fields, in the order of the devices and their fields.
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
        decode(routes, topic, payload, received, &report, &readings)
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

    private mutating func refuse(_ cause: RejectCause, _ report: inout DecodeReport) {
        figures.count(cause)
        report.refusals += 1
        if report.rejection == nil { report.rejection = cause }
    }

    private mutating func decode(
        _ routes: [Int], _ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer, _ received: Timestamp, _ report: inout DecodeReport,
        _ readings: inout [DecodedReading]
    ) {
        guard !routes.isEmpty else { return refuse(.unmatchedTopic, &report) }
        guard payload.count <= Decoder.messageLimit else { return refuse(.tooLarge, &report) }
        let event = ChirpStackEvent(topic: topic)
        // Joins and acknowledgements are not even parsed.
        if event == .other, routes.allSatisfy({ program.routes[$0].format == .chirpStackV4 }) {
            report.isIgnored = true
            return
        }
        if let cause = parser.parse(Decoder.document(payload)) { return refuse(cause, &report) }
        var isKnown = false
        for place in routes {
            let route = program.routes[place]
            if route.format == .chirpStackV4, event == .other { continue }
            guard let device = device(of: route) else { continue }
            isKnown = true
            decode(program.devices[device], event, received, &report, &readings)
        }
        if !isKnown { refuse(.unknownDevice, &report) }
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

    private func device(of route: DecodeProgram.Route) -> Int? {
        if route.only >= 0 { return route.only }
        return parser.find(route.identity, program.lexicon).withName { program.identities[route.table].device(named: $0) }
    }

    private mutating func decode(
        _ device: CompiledDevice, _ event: ChirpStackEvent, _ received: Timestamp, _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        let isChirpStack = device.format == .chirpStackV4
        var hasCodecFields = true
        var hasBattery = true
        if isChirpStack, event == .up, device.needsCodec {
            let object = parser.find(program.chirpStack.object, program.lexicon)
            // A device that only acknowledges, or answers the network, sends no payload: there is nothing that a codec could have read, and an
            // absent field does not mean zero.
            let isEmptyFrame = object.isEmpty && parser.find(program.chirpStack.data, program.lexicon).isEmpty
            hasCodecFields = !object.isMissing && !isEmptyFrame
            if object.isMissing && !isEmptyFrame { refuse(.noCodec, &report) }
        } else if isChirpStack, event == .status {
            hasBattery =
                !parser.find(program.chirpStack.batteryUnavailable, program.lexicon).isTrue
                && !parser.find(program.chirpStack.externalPower, program.lexicon).isTrue
        }
        let told = device.timePath.isEmpty ? JSONValue.absent : parser.find(device.timePath, program.lexicon)
        let observed = ObservedTime(told, device, received: received, utcOffsetSeconds: program.utcOffsetSeconds)
        if observed.isUnreadable { refuse(.badTime, &report) }
        for place in device.fields {
            let field = program.fields[place]
            if isChirpStack {
                if field.isStatus != (event == .status) { continue }
                if field.needsCodec && !hasCodecFields { continue }
                if field.isBatteryLevel && !hasBattery { continue }
            }
            decode(field, observed, &report, &readings)
        }
    }

    private mutating func decode(
        _ field: CompiledField, _ observed: ObservedTime, _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        let raw: Double
        switch FieldValue(parser.find(field.path, program.lexicon), field, program) {
        case .nothing: return
        case .refused(let cause): return refuse(cause, &report)
        case .raw(let number): raw = number
        }
        guard let value = field.finish(raw) else { return refuse(.notANumber, &report) }
        var flags = observed.flags
        if !field.range.contains(value) { flags.insert(.outOfRange) }
        readings.append(DecodedReading(sensor: field.sensor, observed: observed.moment, value: value, flags: flags))
        report.readings += 1
    }
}
