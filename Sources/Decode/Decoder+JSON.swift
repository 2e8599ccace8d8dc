import Lifeline

extension Decoder {
    /// The routes of a message that is, or should be, one JSON document.
    mutating func decodeJSON(
        _ routes: [Int], _ event: ChirpStackEvent, _ document: UnsafeRawBufferPointer, _ received: Timestamp, _ report: inout DecodeReport,
        _ readings: inout [DecodedReading]
    ) {
        if let cause = parser.parse(document) { return decodeText(routes, document, cause, received, &report, &readings) }
        var isKnown = false
        for place in routes {
            let route = program.routes[place]
            if route.format == .sparkplugB || route.format == .binary || Decoder.isForeign(event, route.format) { continue }
            if let list = route.list {
                isKnown = true
                decodeMany(route, list, received, &report, &readings)
                continue
            }
            guard let device = device(of: route, ListEntry()) else { continue }
            isKnown = true
            decode(program.devices[device], event, received, &report, &readings)
        }
        if !isKnown { refuse(.unknownDevice, &report) }
    }

    /// A message that is no JSON: the bare text of a last will, where a device listens to one.
    private mutating func decodeText(
        _ routes: [Int], _ text: UnsafeRawBufferPointer, _ cause: RejectCause, _ received: Timestamp, _ report: inout DecodeReport,
        _ readings: inout [DecodedReading]
    ) {
        var isRefused = false
        for place in routes {
            let route = program.routes[place]
            if route.format == .sparkplugB || route.format == .binary { continue }
            let isChannel = route.only >= 0 && program.devices[route.only].isChannel
            // An empty retained message only takes the broker's memory away.
            if isChannel, cause == .empty { continue }
            guard isChannel, cause == .notJSON else {
                isRefused = true
                continue
            }
            let device = program.devices[route.only]
            let word = Decoder.trimmed(text)
            for index in device.fields {
                let field = program.fields[index]
                let outcome = FieldValue.text(word, field, program)
                take(outcome, field, ObservedTime(received: received), &report, &readings)
            }
        }
        if isRefused { refuse(cause, &report) }
    }

    private static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = text.count
        while start < end, text[start] <= 32 { start += 1 }
        while end > start, text[end - 1] <= 32 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: text[start..<end])
    }

    private func device(of route: DecodeProgram.Route, _ entry: ListEntry) -> Int? {
        if route.only >= 0 { return route.only }
        guard route.table >= 0 else { return nil }
        return program.device(named: parser.find(route.identity, program, entry), in: route.table)
    }

    /// One message of many devices: each entry of a list says whose it is.
    private mutating func decodeMany(
        _ route: DecodeProgram.Route, _ list: Lexicon.Path, _ received: Timestamp, _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        let array = parser.find(list, program)
        guard array.kind == .array else { return refuse(array.isMissing ? .unknownDevice : .wrongType, &report) }
        for place in 0..<array.raw.length {
            guard takeEntry(&report) else { return }
            let entry = ListEntry(outer: UInt32(place))
            guard let device = device(of: route, entry) else {
                refuse(.unknownDevice, &report)
                continue
            }
            decodeEntry(program.devices[device], entry, received, &report, &readings)
        }
    }

    /// One device of a JSON message.
    private mutating func decode(
        _ device: CompiledDevice, _ event: ChirpStackEvent, _ received: Timestamp, _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        if device.isChannel { return decodeChannel(device, received, &report, &readings) }
        if device.history != nil, event == .up || device.format == .json { decodeHistory(device, received, &report, &readings) }
        if device.listDepth > 0 {
            let outer = parser.find(device.outerList, program)
            decodePass(device, 0, ListEntry(), received, &report, &readings)
            guard outer.kind == .array else { return }
            for place in 0..<outer.raw.length {
                guard takeEntry(&report) else { return }
                decodeInner(device, ListEntry(outer: UInt32(place)), received, &report, &readings)
            }
            return
        }
        let isChirpStack = device.format == .chirpStackV4
        var hasCodecFields = true
        var hasBattery = true
        if device.codec != .none, event == .up {
            hasCodecFields = checkCodec(device.codec, &report)
        } else if isChirpStack, event == .status {
            hasBattery =
                !parser.find(program.chirpStack.batteryUnavailable, program).isTrue
                && !parser.find(program.chirpStack.externalPower, program).isTrue
        }
        let observed = observed(device, ListEntry(), received)
        if observed.isUnreadable { refuse(.badTime, &report) }
        for place in device.fields {
            let field = program.fields[place]
            if isChirpStack {
                if field.isStatus != (event == .status) { continue }
                if field.isBatteryLevel && !hasBattery { continue }
            }
            if field.needsCodec && !hasCodecFields { continue }
            if field.layout >= 0 { continue }
            decode(field, ListEntry(), observed, &report, &readings)
        }
        if device.bytes >= 0, event != .status || !isChirpStack { decodeByteText(device, observed, &report, &readings) }
    }

    /// Whether there is what a network server's codec has made; its absence is refused where there was something to make it from.
    private mutating func checkCodec(_ codec: CompiledDevice.Codec, _ report: inout DecodeReport) -> Bool {
        if codec == .thingsStack {
            let isDecoded =
                !parser.find(program.thingsStack.decoded, program).isMissing
                || !parser.find(program.thingsStack.normalized, program).isMissing
            // A message about the network alone has no payload.
            if !isDecoded, !parser.find(program.thingsStack.payload, program).isEmpty { refuse(.decoderFailed, &report) }
            return isDecoded
        }
        let object = parser.find(program.chirpStack.object, program)
        // A device that only acknowledges, or answers the network, sends no payload: there is nothing that a codec could have read, and an
        // absent field does not mean zero.
        let isEmptyFrame = object.isEmpty && parser.find(program.chirpStack.data, program).isEmpty
        if object.isMissing && !isEmptyFrame { refuse(.noCodec, &report) }
        return !object.isMissing && !isEmptyFrame
    }

    private func observed(_ device: CompiledDevice, _ entry: ListEntry, _ received: Timestamp) -> ObservedTime {
        program.observed(device, parser, entry, received)
    }

    private mutating func decode(
        _ field: CompiledField, _ entry: ListEntry, _ observed: ObservedTime, _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        if let condition = field.condition, !holds(condition, entry) { return }
        var value = parser.find(field.path, program, entry)
        if value.isMissing, !field.others.isEmpty {
            for other in field.others {
                value = parser.find(program.paths[other], program, entry)
                if !value.isMissing { break }
            }
        }
        take(FieldValue(value, field, program), field, observed, &report, &readings)
    }

    /// Whether the message, or its entry, says what the condition wants.
    func holds(_ condition: CompiledCondition, _ entry: ListEntry) -> Bool {
        program.says(parser.find(condition.path, program, entry), condition.value)
    }

    // MARK: - Lists

    /// One device's entry of a message of many: what stands outside the lists, in its entry, and in the entries within.
    private mutating func decodeEntry(
        _ device: CompiledDevice, _ entry: ListEntry, _ received: Timestamp, _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        decodePass(device, 0, entry, received, &report, &readings)
        decodeInner(device, entry, received, &report, &readings)
    }

    private mutating func decodeInner(
        _ device: CompiledDevice, _ entry: ListEntry, _ received: Timestamp, _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        decodePass(device, 1, entry, received, &report, &readings)
        guard device.listDepth > 1 else { return }
        let inner = parser.find(device.innerList, program, entry)
        guard inner.kind == .array else { return }
        for place in 0..<inner.raw.length {
            guard takeEntry(&report) else { return }
            decodePass(device, 2, ListEntry(outer: entry.outer, inner: UInt32(place)), received, &report, &readings)
        }
    }

    /// The fields of one depth, at one entry. A time from within a list tells nothing of what stands outside it.
    private mutating func decodePass(
        _ device: CompiledDevice, _ depth: Int, _ entry: ListEntry, _ received: Timestamp, _ report: inout DecodeReport,
        _ readings: inout [DecodedReading]
    ) {
        guard program.reaches(device, depth) else { return }
        let observed = device.timeDepth <= depth ? observed(device, entry, received) : ObservedTime(received: received)
        if observed.isUnreadable { refuse(.badTime, &report) }
        for place in device.fields where program.fields[place].depth == depth && program.fields[place].layout < 0 {
            decode(program.fields[place], entry, observed, &report, &readings)
        }
    }

    /// Readings that the device kept, each with its own time. An entry without a time that can be believed has no place in the past: it is refused.
    private mutating func decodeHistory(
        _ device: CompiledDevice, _ received: Timestamp, _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        guard let history = device.history else { return }
        let array = parser.find(history.list, program)
        if array.isMissing { return }
        guard array.kind == .array else { return refuse(.wrongType, &report) }
        for place in 0..<array.raw.length {
            guard takeEntry(&report) else { return }
            let entry = ListEntry(outer: UInt32(place))
            let told = parser.find(history.timePath, program, entry)
            let observed = ObservedTime(
                told, history.timeFormat, lateAfter: device.lateAfterMicroseconds, received: received, utcOffsetSeconds: program.utcOffsetSeconds)
            if !observed.flags.isDisjoint(with: [.timeOfReceipt, .clockRefused]) {
                refuse(.badTime, &report)
                continue
            }
            for index in history.fields { decode(program.fields[index], entry, observed, &report, &readings) }
        }
    }

    // MARK: - Further topics

    /// A state on a topic of its own: a bare JSON value, or a field of an object.
    private mutating func decodeChannel(
        _ device: CompiledDevice, _ received: Timestamp, _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        let root = parser.find(Lexicon.Path(), program)
        let isBare = root.kind == .text || root.kind == .number || root.kind == .bool
        let observed = ObservedTime(received: received)
        for place in device.fields {
            let field = program.fields[place]
            if isBare {
                take(FieldValue(root, field, program), field, observed, &report, &readings)
            } else {
                decode(field, ListEntry(), observed, &report, &readings)
            }
        }
    }
}
