import Lifeline

extension Decoder {
    /// The Sparkplug nodes that must be asked for a rebirth now: an alias was not known, or messages are missing. Each at most once a minute, at most
    /// `SparkplugSessions.nodeLimit`; empty almost always, and then nothing is allocated.
    ///
    /// - Parameter now: of the board's clock.
    package mutating func takeRebirthRequests(now: Timestamp) -> [RebirthRequest] { sessions.takeRequests(now: now) }

    /// One message of a Sparkplug node or of a device behind it.
    mutating func decodeSparkplug(
        _ routes: [Int], _ broker: Int, _ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer, _ received: Timestamp,
        _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        // Commands and states of hosts run over the same levels.
        guard let address = SparkplugTopic(topic) else {
            report.isIgnored = true
            return
        }
        var parsed: [SparkplugMetric] = []
        swap(&parsed, &metrics)
        defer {
            // Their texts are gone with the message.
            parsed.removeAll(keepingCapacity: true)
            swap(&parsed, &metrics)
        }
        guard let head = SparkplugPayload(payload, limit: SparkplugSessions.metricLimit, into: &parsed) else {
            return refuse(.notProtobuf, &report)
        }
        if head.isCut { refuse(.overLimit, &report) }
        guard let node = sessions.place(broker: broker, address) else { return refuse(.overLimit, &report) }
        let owner = SparkplugSessions.owner(address.device)
        var untold = ObservedTime(received: received)
        untold.flags = .timeOfReceipt
        switch address.kind {
        case .nodeDeath:
            if let birth = sessions.all[node].birth, let died = Decoder.birthNumber(parsed), birth != died { return refuse(.staleDeath, &report) }
            sessions.end(node)
            // The broker speaks for a dead node, with a payload from the day it connected: the time of receipt is the time of death.
            for member in program.members where member.broker == broker && program.isMember(member, address) {
                presence(program.devices[member.device], 0, untold, &report, &readings)
            }
            return
        case .nodeBirth: sessions.begin(node, birth: Decoder.birthNumber(parsed), sequence: head.sequence)
        case .nodeData, .deviceBirth, .deviceData, .deviceDeath:
            switch sessions.order(node, sequence: head.sequence) {
            case .next: break
            case .old: refuse(.outOfOrder, &report)
            case .gap:
                refuse(.sequenceGap, &report)
                sessions.wantRebirth(node)
            }
            if !sessions.all[node].isBorn { sessions.wantRebirth(node) }
        }
        let isBirth = address.kind == .nodeBirth || address.kind == .deviceBirth
        if address.kind == .deviceBirth || address.kind == .deviceDeath { sessions.forget(node, owner: owner) }
        resolve(&parsed, node, owner, isBirth: isBirth, &report)
        for place in routes {
            let route = program.routes[place]
            guard route.format == .sparkplugB, route.only >= 0 else { continue }
            let device = program.devices[route.only]
            if isBirth || address.kind == .deviceDeath {
                let observed =
                    head.timestamp.map { ObservedTime(milliseconds: $0, lateAfter: device.lateAfterMicroseconds, received: received) } ?? untold
                presence(device, isBirth ? 1 : 0, observed, &report, &readings)
            }
            if address.kind != .deviceDeath { decode(device, parsed, node, owner, head, received, &report, &readings) }
        }
    }

    /// *Source*: Sparkplug 3.0, section 6.4.8: the metric `bdSeq` of births and deaths.
    private static func birthNumber(_ metrics: [SparkplugMetric]) -> UInt64? {
        let name: StaticString = "bdSeq"
        // SAFETY: a static text lives for ever.
        let bytes = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return metrics.first { $0.kind == .integer && $0.name.elementsEqual(bytes) }?.bits
    }

    /// Finds out which names the metrics stand for, and what type they have; births teach it.
    private mutating func resolve(
        _ metrics: inout [SparkplugMetric], _ node: Int, _ owner: UInt64, isBirth: Bool, _ report: inout DecodeReport
    ) {
        var isFull = false
        for index in metrics.indices {
            if metrics[index].name.isEmpty {
                guard let alias = metrics[index].alias, let told = sessions.told(node, owner: owner, alias: alias) else {
                    refuse(.unknownAlias, &report)
                    sessions.wantRebirth(node)
                    continue
                }
                metrics[index].place = told.place
                if metrics[index].dataType == 0 { metrics[index].dataType = told.dataType }
                continue
            }
            metrics[index].place = program.metrics.place(of: metrics[index].name)
            if isBirth {
                if !sessions.learn(node, owner: owner, metrics[index]) { isFull = true }
            } else if metrics[index].dataType == 0, metrics[index].place >= 0 {
                metrics[index].dataType = sessions.dataType(node, owner: owner, name: metrics[index].place)
            }
        }
        if isFull { refuse(.overLimit, &report) }
    }

    /// The readings of one device, in the order of the metrics: several values of one metric are several readings.
    private mutating func decode(
        _ device: CompiledDevice, _ metrics: [SparkplugMetric], _ node: Int, _ owner: UInt64, _ head: SparkplugPayload, _ received: Timestamp,
        _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        for metric in metrics where metric.place >= 0 {
            for place in device.fields where program.fields[place].metric == metric.place {
                let field = program.fields[place]
                var observed = ObservedTime(received: received)
                if let told = metric.timestamp ?? head.timestamp {
                    observed = ObservedTime(milliseconds: told, lateAfter: device.lateAfterMicroseconds, received: received)
                }
                // What is history by its sender's word is so however short ago it was.
                if metric.isHistorical { observed.flags.insert(.late) }
                switch metric.value(as: metric.dataType) {
                case .nothing: continue
                case .untyped:
                    refuse(.unknownAlias, &report)
                    sessions.wantRebirth(node)
                case .refused(let cause): refuse(cause, &report)
                case .number(let number): take(FieldValue.number(number, field, program), field, observed, &report, &readings)
                case .flag(let flag): take(FieldValue.flag(flag, field, program), field, observed, &report, &readings)
                case .text(let text): take(FieldValue.text(text, field, program), field, observed, &report, &readings)
                }
            }
        }
    }

    private mutating func presence(
        _ device: CompiledDevice, _ value: Double, _ observed: ObservedTime, _ report: inout DecodeReport, _ readings: inout [DecodedReading]
    ) {
        for place in device.fields where program.fields[place].isPresence {
            take(.raw(value), program.fields[place], observed, &report, &readings)
        }
    }
}
