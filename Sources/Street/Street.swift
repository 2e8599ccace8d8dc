import Lifeline

/// A street with covers, pipes, lifts and a pump room whose days are short: every message that its devices would send, in the order in which they are due.
///
/// Pure and repeatable: the same options give the same bytes. It has no end.
package struct Street: Sendable {
    private enum Kind {
        case tilt(Int), contact(Int), pipe(Int), flow, lift(Int), pump
    }

    private struct Sender {
        var kind: Kind
        /// *Units*: microseconds.
        var interval: Int64
        var due: Int64
        var wander: Wander
        var count = 0
    }

    package let options: StreetOptions
    private var noise: Noise
    private var senders: [Sender] = []
    private var openReported = false
    private var frame = 0

    package init(_ options: StreetOptions) {
        self.options = options
        noise = Noise(seed: options.seed)
        let hour = options.dayLength / 24
        func add(_ kind: Kind, every hours: Double, memory: Double = 0, step: Double = 0) {
            let interval = Int64(hours * hour * 1e6)
            // Nobody starts in step.
            let offset = Int64(noise.unit() * Double(interval))
            senders.append(Sender(kind: kind, interval: interval, due: offset, wander: Wander(memory: memory, step: step)))
        }
        for cover in 1...6 {
            add(.tilt(cover), every: 1, memory: 0.9, step: 0.05)
            add(.contact(cover), every: 1)
        }
        for pipe in 1...8 { add(.pipe(pipe), every: 0.25, memory: 0.8, step: 0.0012) }
        add(.flow, every: 0.25, memory: 0.7, step: 1.5)
        for lift in 1...2 { add(.lift(lift), every: 0.5, memory: 0.3, step: 0.05) }
        add(.pump, every: 0.5, memory: 0.8, step: 0.001)
    }

    /// The next message.
    package mutating func next() -> StreetMessage {
        var index = 0
        for other in senders.indices where senders[other].due < senders[index].due { index = other }
        let due = senders[index].due
        senders[index].due += senders[index].interval
        senders[index].count += 1
        let day = Double(due) / 1e6 / options.dayLength
        var wander = senders[index].wander
        let drift = wander.next(&noise)
        senders[index].wander = wander
        let time = options.start.advanced(byMicroseconds: due)
        frame += 1
        let (topic, payload) = message(senders[index].kind, day, time, drift, count: senders[index].count)
        return StreetMessage(due: due, topic: topic, payload: payload)
    }

    /// How far a fault has gone: 0 before and after it.
    private func fault(_ kind: StreetFault.Kind, at day: Double) -> Double {
        guard options.hasFaults, let fault = StreetFaults.all.first(where: { $0.kind == kind }), day >= fault.begins, day < fault.ends else {
            return 0
        }
        // A door wears over 1.7 days; a pipe bursts and a cover opens at once.
        return kind == .doorWear ? min(1, (day - fault.begins) / 1.7) : 1
    }

    private mutating func message(_ kind: Kind, _ day: Double, _ time: Timestamp, _ drift: Double, count: Int) -> (String, [UInt8]) {
        switch kind {
        case .tilt(let cover): return tilt(cover, day, time, drift, count)
        case .contact(let cover): return contact(cover, day, time, count)
        case .pipe(let pipe): return self.pipe(pipe, day, time, drift)
        case .flow: return flow(day, time, drift)
        case .lift(let lift): return self.lift(lift, day, time, drift, count)
        case .pump: return pump(day, time, drift)
        }
    }

    // MARK: - Covers, over a LoRaWAN network server

    private mutating func tilt(_ cover: Int, _ day: Double, _ time: Timestamp, _ drift: Double, _ count: Int) -> (String, [UInt8]) {
        var angle = 0.8 + 0.1 * Double(cover) + drift
        // A lorry shakes a cover now and then, for less than a reading.
        if noise.unit() < 0.01 { angle += 8 + 20 * noise.unit() }
        if cover == 2 && fault(.openCover, at: day) > 0 { angle = 48 + 4 * noise.unit() }
        let rounded = (angle * 10).rounded() / 10
        return uplink(eui: "24e124000000000\(cover)", name: "MH-0\(cover)", time, count) { json in
            if rounded != 0 { json.member("angle_x", rounded) }
            json.member("threshold_x", angle > 10 ? "trigger" : "normal")
        }
    }

    private mutating func contact(_ cover: Int, _ day: Double, _ time: Timestamp, _ count: Int) -> (String, [UInt8]) {
        let isOpen = cover == 2 && fault(.openCover, at: day) > 0
        return uplink(eui: "24e124000000010\(cover)", name: "MH-0\(cover)-contact", time, count) { json in
            json.member("magnet_status", isOpen ? "open" : "closed")
        }
    }

    private mutating func uplink(
        eui: String, name: String, _ time: Timestamp, _ count: Int, _ object: (inout JSONWriter) -> Void
    ) -> (String, [UInt8]) {
        var json = JSONWriter(reserving: 400)
        json.beginObject()
        json.member("deduplicationId", "frame-\(frame)")
        json.member("time", nanoseconds(time))
        json.key("deviceInfo")
        json.beginObject()
        json.member("applicationId", "street")
        json.member("deviceName", name)
        json.member("devEui", eui)
        json.endObject()
        json.member("fCnt", count)
        json.member("fPort", 85)
        json.key("object")
        json.beginObject()
        json.member("battery", 96)
        object(&json)
        json.endObject()
        json.key("rxInfo")
        json.beginArray()
        json.beginObject()
        json.member("gatewayId", "lora-1")
        json.member("rssi", -80 - Int(20 * noise.unit()))
        json.member("snr", 7.5)
        json.endObject()
        json.endArray()
        json.endObject()
        return ("application/street/device/\(eui)/event/up", json.bytes)
    }

    /// As ChirpStack writes it: UTC with nanoseconds.
    private func nanoseconds(_ time: Timestamp) -> String {
        let fields = CivilTime.fields(of: time, offsetSeconds: 0)
        return CivilTime.rfc3339(time, offsetSeconds: 0).prefix(19) + "." + CivilTime.pad(fields.microsecond, 6) + "000+00:00"
    }

    // MARK: - Pipes

    private mutating func pipe(_ pipe: Int, _ day: Double, _ time: Timestamp, _ drift: Double) -> (String, [UInt8]) {
        // Far from the pump and at the peak of demand pressure is lowest.
        var pressure = 0.36 - 0.004 * Double(pipe) - 0.035 * Day.demand(at: day) + drift + 0.0008 * noise.normal()
        let nearness: [Int: Double] = [2: 0.45, 3: 1, 4: 0.5, 1: 0.2]
        if let share = nearness[pipe] { pressure -= 0.11 * share * fault(.burst, at: day) }
        var json = JSONWriter(reserving: 100)
        json.beginObject()
        if pipe % 2 == 1 {
            json.member("pressure_kpa", (pressure * 10_000).rounded() / 10)
            json.member("ts", time.microseconds / 1000)
        } else {
            // This make writes numbers as texts and its local time without an offset.
            json.member("devPressure", JSONWriter.shortest((pressure * 10_000).rounded() / 10_000))
            json.member("valueTime", local(time))
        }
        json.endObject()
        return ("street/pipe/WP-0\(pipe)", json.bytes)
    }

    private func local(_ time: Timestamp) -> String {
        let text = CivilTime.rfc3339(time, offsetSeconds: options.utcOffsetSeconds)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
    }

    private mutating func flow(_ day: Double, _ time: Timestamp, _ drift: Double) -> (String, [UInt8]) {
        let flow = 120 * Day.demand(at: day) + drift + 70 * fault(.burst, at: day)
        var json = JSONWriter(reserving: 100)
        json.beginObject()
        json.member("devFlow", JSONWriter.shortest((flow * 10).rounded() / 10))
        json.member("ts", time.microseconds / 1000)
        json.endObject()
        return ("street/flow/DA", json.bytes)
    }

    // MARK: - Lifts and pumps

    private mutating func lift(_ lift: Int, _ day: Double, _ time: Timestamp, _ drift: Double, _ count: Int) -> (String, [UInt8]) {
        let wear = lift == 1 ? fault(.doorWear, at: day) : 0
        let close = 2.8 * (1 + 0.6 * wear) + drift + 0.05 * noise.normal()
        var json = JSONWriter(reserving: 200)
        json.beginObject()
        json.member("door_close_ms", Int(close * 1000))
        json.member("door_open_ms", Int(2350 + 40 * noise.normal()))
        json.member("levelling_mm", (10 * (1.5 + 0.8 * noise.normal())).rounded() / 10)
        json.member("travel_s", (100 * (3.2 + 0.06 * noise.normal())).rounded() / 100)
        json.member("trips", 120_000 + count)
        json.member("entrapment", false)
        json.member("ts", time.microseconds / 1000)
        json.endObject()
        return ("street/lift/LF-\(lift)", json.bytes)
    }

    private mutating func pump(_ day: Double, _ time: Timestamp, _ drift: Double) -> (String, [UInt8]) {
        let demand = Day.demand(at: day)
        var json = JSONWriter(reserving: 200)
        json.beginObject()
        json.member("outlet_kpa", (10 * (480 + 1000 * drift - 12 * demand + 0.8 * noise.normal())).rounded() / 10)
        json.member("current_a", (10 * (22 + 9 * demand + 0.4 * noise.normal())).rounded() / 10)
        json.member("tank_cm", (190 - 30 * demand + noise.normal()).rounded())
        json.member("ts", time.microseconds / 1000)
        json.endObject()
        return ("street/pump/PS-1", json.bytes)
    }
}
