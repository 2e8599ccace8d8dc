import Lifeline

/// Turns one reading, its template and its device put together, into a binding and what its sensor is.
struct ReadingResolver {
    let draft: ReadingDraft
    let own: MessageDraft
    let base: MessageDraft
    let format: PayloadFormat
    let quantities: QuantityBook
    let codes: CodeShelf
    let log: FindingLog

    struct Resolved {
        /// Its `sensor` is not yet known.
        var binding: FieldBinding
        var quantity: Quantity
        var interval: Double?
        var cycle: Double?
    }

    /// ChirpStack v4's integration events. *Source*: its MQTT integration's topics.
    static let chirpStackEvents = ["up", "status", "join", "ack", "txack", "log", "location", "integration"]

    func resolve() -> Resolved? {
        let quantity = draft.quantity.flatMap { quantities.resolve($0, log: log) }
        if !draft.hasPathKey && !doesWithoutPath { missingPath() }
        checkEvent()
        PayloadCheck(
            draft: draft, format: format, bytes: (own.bytes ?? base.bytes)?.source, hasBrokenBytes: own.hasBrokenBytes || base.hasBrokenBytes,
            log: log
        ).check()
        let table = draft.codeTable.flatMap { codes.table($0) }
        if draft.codeTable != nil, table == nil { return nil }
        if let absent = draft.whenAbsent, draft.required?.value == true {
            log.error("when_absent and required contradict each other", at: absent.spot)
        }
        let (interval, cycle) = rhythm()
        guard let quantity, let path = draft.path?.value ?? (draft.layout != nil || doesWithoutPath ? [] : nil) else { return nil }
        if let table, let name = draft.codeTable, table.quantity.value != quantity.name {
            log.error(
                "code table \(Wording.quote(name.value)) is about \(Wording.quote(table.quantity.value)), not \(Wording.quote(quantity.name))",
                at: name.spot)
            return nil
        }
        guard let unit = QuantityBook.unit(draft.unit, of: quantity, log: log) else { return nil }
        let conversion = unit.conversion(to: quantity.unit)
        let scale = draft.scale?.value ?? 1
        let offset = draft.offset?.value ?? 0
        // The baseline is read off in the reading's own unit: 0 of it means that nothing is taken off, also where the unit's zero is elsewhere.
        let baseline = draft.baseline.map { $0.value == 0 ? 0 : $0.value * conversion.scale + conversion.shift } ?? 0
        return Resolved(
            binding: FieldBinding(
                sensor: 0, path: path, event: draft.event?.value ?? "up", scale: scale * conversion.scale,
                shift: offset * conversion.scale + conversion.shift, baseline: baseline, absolute: draft.absolute?.value ?? false,
                codes: draft.codes?.value ?? [:], whenAbsent: draft.whenAbsent?.value, required: draft.required?.value ?? false,
                otherPaths: draft.otherPaths ?? [], layout: draft.layout?.layout, condition: draft.condition?.value, codeTable: table?.codes ?? [:]),
            quantity: quantity, interval: interval, cycle: cycle)
    }

    /// A state on a topic of its own may be the whole payload, and a presence has no place in one.
    private var doesWithoutPath: Bool { draft.topic != nil || isPresence }

    private var isPresence: Bool { format == .sparkplugB && draft.event?.value == ReadingResolver.presence }

    /// Sparkplug B's births and deaths.
    static let presence = "presence"

    private func missingPath() {
        log.error("the reading \(Wording.quote(draft.name?.value ?? "")) has no path; write for example: path = \"object.angle_x\"", at: draft.spot)
    }

    private func checkEvent() {
        guard let event = draft.event else { return }
        if format == .sparkplugB {
            if event.value != ReadingResolver.presence {
                log.error(Wording.unknown("event", event.value, among: [ReadingResolver.presence]), at: event.spot)
            }
        } else if format != .chirpStackV4 {
            log.error("event has a meaning for format \"\(PayloadFormat.chirpStackV4.rawValue)\" only", at: event.spot)
        } else if !ReadingResolver.chirpStackEvents.contains(event.value) {
            log.error(Wording.unknown("event", event.value, among: ReadingResolver.chirpStackEvents), at: event.spot)
        }
    }

    /// What the reading itself says comes first (a battery report has its own rhythm), then the device, then its template.
    private func rhythm() -> (interval: Double?, cycle: Double?) {
        let interval = draft.interval ?? own.interval ?? base.interval
        let cycle = draft.cycle ?? own.cycle ?? base.cycle
        guard let seconds = interval?.value else { return (nil, nil) }
        guard let cycle, let length = cycle.value else { return (seconds, nil) }
        if length >= 2 * seconds { return (seconds, length) }
        // A reading that is rarer than the device's general cycle simply has none; one that says so itself is mistaken.
        if draft.cycle != nil || draft.interval == nil {
            log.error("cycle must be at least twice the interval, \(Amount.text(.microseconds(Int64(seconds * 1e6))))", at: cycle.spot)
        }
        return (seconds, nil)
    }
}
